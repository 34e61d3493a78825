"""Where images come from: folders, lists, zip files and arrays, before any of them is decoded."""

from luodi.modalities.image.read.digest import digest
from luodi.modalities.image.read.gather import read
from luodi.modalities.image.read.stream import Decoded, stream
from luodi.modalities.image.read.value import Picture, Pictures

__all__ = ["Decoded", "Picture", "Pictures", "digest", "read", "stream"]
