"""Loading, verifying and answering never unpickles, runs text, starts a process or connects."""

from __future__ import annotations

import ast
import subprocess
import sys

from contract.source import trees
from fuzz.release_maker import ROWS, release

FORBIDDEN = [
    "pydantic",
    "polars",
    "pandas",
    "pyarrow",
    "sklearn",
    "scipy",
    "onnx",
    "lightgbm",
    "catboost",
    "xgboost",
    "yaml",
    "torch",
]
PROGRAM = f"""
import sys
import numpy, onnxruntime
before = set(sys.modules)
heard, listening = [], []
def hook(event, args):
    if listening and event in WATCHED:
        heard.append(event)
WATCHED = {{'pickle.find_class', 'subprocess.Popen', 'os.system', 'socket.connect',
           'os.rename', 'os.mkdir', 'os.remove', 'shutil.copyfile'}}
sys.addaudithook(hook)
listening.append(1)
import luodi.runtime
from luodi.runtime.load import load
release = load(sys.argv[1])
answer = release.predict({ROWS[0]!r})
answers = release.predict({ROWS!r})
listening.clear()
assert answer['release'] == release.digest and len(answers) == {len(ROWS)}
print(sorted({{name.split('.')[0] for name in sys.modules}} & set({FORBIDDEN!r})), heard)
"""


def test_scoring_in_a_fresh_process_loads_and_does_nothing_else(tmp_path):
    path = tmp_path / "t.luodi"
    path.write_bytes(release())
    command = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == "[] []", done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["t.luodi"]


def test_only_the_store_opens_files_for_writing_through_the_system():
    flags = {"O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}
    wrong = [
        f"{path}:{node.lineno} uses os.{node.attr}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in flags and not path.startswith("store/")
    ]
    assert not wrong, "\n".join(wrong)


# Of images in a zip file single members are read, into memory and by their size; see the tests of
# hostile ones. Nothing of an archive is ever written.
READS_MEMBERS = {f"modalities/image/read/{name}.py" for name in ("archive", "npz", "told")}


def test_archives_are_never_extracted():
    names = {"extract", "extractall", "unpack_archive"}
    modules = {"zipfile", "tarfile", "zipimport"}
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if path not in READS_MEMBERS
        and _imports(node, modules)
        or (isinstance(node, ast.Attribute) and node.attr in names - {"extract"})
    ]
    assert not wrong, "\n".join(wrong)


def _imports(node, modules):
    if isinstance(node, ast.Import):
        return bool(modules & {alias.name for alias in node.names})
    return isinstance(node, ast.ImportFrom) and node.module in modules


def test_request_data_never_travels_by_pickle_between_processes():
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if path.split("/")[0] in ("runtime", "serve", "release", "store", "core")
        and isinstance(node, ast.Import | ast.ImportFrom)
        and "multiprocessing" in ast.dump(node)
    ]
    assert not wrong, "\n".join(wrong)
