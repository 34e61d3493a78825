"""Records of a press before luodi came: press.csv. GENERATED, not measured on a machine.

Run: python records.py FOLDER.
"""

import sys
from pathlib import Path

from luodi.testing import generate

if __name__ == "__main__":
    records = generate.press_line(days=40, per_day=100, seed=1).drop("time")
    records.write_csv(Path(sys.argv[1]) / "press.csv")
    print(f"{records.height} records of a press, GENERATED")
