"""Convert candidates, measure them, choose the one to ship, and make it smaller.

Candidates span a front of quality against size and speed; gates on size and latency cut it, and
the best that is left is proven equal to the trained object. Under a contract it is then made
smaller still.
"""

from luodi.compress.choose import Chosen, ship
from luodi.compress.contract import Contract
from luodi.compress.shrink import Smaller, smaller

__all__ = ["Chosen", "Contract", "Smaller", "ship", "smaller"]
