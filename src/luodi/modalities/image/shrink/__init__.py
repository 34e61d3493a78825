"""Networks made smaller: whole numbers, fewer channels, a student that learns from its teacher."""
