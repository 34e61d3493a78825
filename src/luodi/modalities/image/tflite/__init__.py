"""Candidates as .tflite files, for phones and microcontrollers.

``edge`` converts and proves; ``EdgeSession`` opens a file so that the judge can ask it. The
libraries that convert belong to the extra ``luodi[tflite]`` and are loaded when they are used.
"""

from luodi.modalities.image.tflite.proven import Edge, Form, Limits, edge, form
from luodi.modalities.image.tflite.session import EdgeSession
from luodi.modalities.image.tflite.writing import converted

__all__ = ["Edge", "EdgeSession", "Form", "Limits", "converted", "edge", "form"]
