"""What the graph of every release is written with: operators in, names out, and its last steps."""
