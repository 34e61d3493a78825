"""Images: everything that knows pictures as records hold them."""
