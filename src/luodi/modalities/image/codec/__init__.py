"""Images to the graph's input: one pinned way from what a record holds to 8-bit pixels.

The same codec lays out images in training, in the judge and in production, so that none of them
can differ. Sizes stay as they are; resizing and everything after it happens inside the graph.
"""

from luodi.modalities.image.codec.decode import decode
from luodi.modalities.image.codec.layout import Codec
from luodi.modalities.image.codec.limits import MOST_BYTES, MOST_PIXELS, MOST_TOGETHER

__all__ = ["MOST_BYTES", "MOST_PIXELS", "MOST_TOGETHER", "Codec", "decode"]
