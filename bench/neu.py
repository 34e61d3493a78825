"""NEU steel surfaces, judged by the exported graph."""

from __future__ import annotations

from bench.album import Album, judged
from bench.result import end

ALBUM = Album(
    figure="neu",
    title="NEU steel surfaces",
    source="neu_surface_defect/neu_det_images.zip",
    budget_s=600,
    wanted={"accuracy": 0.993},
    folds=True,
    protocol="five stratified folds",
)

if __name__ == "__main__":
    end(__doc__, lambda options: judged(ALBUM, options))
