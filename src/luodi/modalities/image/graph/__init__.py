"""From pixels to answers as ONNX operators: resize, normalise, the networks, the decision."""
