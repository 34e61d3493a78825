"""Convert candidates, measure them, and choose the one to ship.

Candidates span a front of quality against size and speed; gates on size and latency cut it, and
the best that is left is proven equal to the trained object.
"""

from luodi.compress.choose import Chosen, ship

__all__ = ["Chosen", "ship"]
