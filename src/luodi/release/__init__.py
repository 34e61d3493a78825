"""One file that travels: pack, seal, verify, and the card that explains it."""

from luodi.release.pack import digest_of, pack, write
from luodi.runtime.verify import verify

__all__ = ["digest_of", "pack", "verify", "write"]
