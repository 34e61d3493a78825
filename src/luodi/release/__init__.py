"""One file that travels: pack, seal, verify, and the card that explains it."""
