"""What was answered, what came true, and which release is in use; SQLite or PostgreSQL."""
