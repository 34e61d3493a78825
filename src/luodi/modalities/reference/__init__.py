"""What training looked like, in counts that travel with a release."""

from luodi.modalities.reference.reference import LARGEST, most_answers, reference

__all__ = ["LARGEST", "most_answers", "reference"]
