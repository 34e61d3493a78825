"""The way back: what came true is joined with what was answered."""
