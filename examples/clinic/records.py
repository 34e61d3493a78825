"""Real records that ship inside scikit-learn: tumours seen under a microscope, 569 x 30.

Run: python records.py FOLDER. Writes tumours.csv, and new.csv with ten cases kept aside.
"""

import sys
from pathlib import Path

import polars as pl
from sklearn.datasets import load_breast_cancer

KEPT_ASIDE = 10


def main(folder: Path) -> None:
    """Write both files into a folder."""
    cancer = load_breast_cancer()
    values = {str(name): cancer.data[:, i] for i, name in enumerate(cancer.feature_names)}
    labels = [str(cancer.target_names[number]) for number in cancer.target]
    tumours = pl.DataFrame({**values, "diagnosis": labels})
    tumours.head(-KEPT_ASIDE).write_csv(folder / "tumours.csv")
    tumours.tail(KEPT_ASIDE).drop("diagnosis").write_csv(folder / "new.csv")
    print(f"{tumours.height} tumours, real: they ship inside scikit-learn")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
