"""luodi: from raw records to one judged release file, and the loop that keeps it right."""

__version__ = "0.1.0"
