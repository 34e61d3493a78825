"""The shared words: the task contract, the values stages hand over, errors and their texts."""
