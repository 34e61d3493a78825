"""Tables: everything that knows rows and named columns."""
