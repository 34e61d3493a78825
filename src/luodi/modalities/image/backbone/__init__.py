"""A network that was trained before, from a file: read, checked, made plain, and asked."""
