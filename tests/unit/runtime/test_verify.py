"""A process that only scores can say whether a release holds."""

import subprocess
import sys

from fuzz.release_maker import release

PROGRAM = """
import sys
sys.modules |= dict.fromkeys(("pydantic", "polars", "yaml", "typer", "cryptography"))
import luodi
report = luodi.verify("a.luodi")
print(report["ok"], len(report["steps"]), report["error"])
"""


def test_a_release_is_verified_with_numpy_and_onnxruntime_alone(tmp_path):
    (tmp_path / "a.luodi").write_bytes(release())
    line = [sys.executable, "-c", PROGRAM]
    said = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert (said.stdout.strip(), said.stderr) == ("True 7 None", "")
