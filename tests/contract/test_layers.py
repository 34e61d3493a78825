"""Rooms keep to themselves. What import-linter cannot say is said here."""

import re
import subprocess
import sys
import tomllib

import pytest

from contract.source import PACKAGE, ROOT, calls, imports, imports_at_top, trees
from serving import RECORD, running

STAGES = {"data", "train", "compress", "evaluate", "release", "serve", "monitor", "improve"}
HEAVY = {
    "ai_edge_litert",
    "ai_edge_quantizer",
    "catboost",
    "lightgbm",
    "litert_torch",
    "onnx",
    "onnxruntime",
    "optuna",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sklearn",
    "torch",
    "xgboost",
}
SCORING_MAY_IMPORT = {"numpy", "onnxruntime", "cryptography", "narwhals"}
EXECUTABLE_FORMATS = {"pickle", "joblib", "cloudpickle", "dill", "marshal", "shelve"}
WRITERS = re.compile(
    r"(^|\.)(write_(text|bytes|parquet|csv|ndjson|excel|ipc)|savez?|to_(csv|parquet|excel|json|pickle)|mkdir|makedirs|touch)$"
)
PIP_NAMES = {"sklearn": "scikit-learn", "yaml": "PyYAML", "xgboost": "xgboost-cpu", "PIL": "pillow"}
PIP_NAMES["adbc_driver_postgresql"] = "adbc-driver-postgresql"


def room(path: str) -> str:
    """The room of a file: its folder below the package, or its own name at the top."""
    return path.split("/")[0].removesuffix(".py")


def found(wrong) -> str:
    return "\n".join(sorted(wrong))


def test_only_the_loop_knows_two_stages():
    wrong = []
    for path, tree in trees().items():
        known = {name.split(".")[1] for name, _ in imports(tree) if name.startswith("luodi.")}
        stages = (known & STAGES) | ({room(path)} & STAGES)
        if len(stages) > 1 and room(path) != "loop":
            wrong.append(f"{path} knows {', '.join(sorted(stages))}")
    assert not wrong, found(wrong)


@pytest.mark.parametrize("upper", ["runtime", "serve"])
def test_scoring_knows_only_the_codecs_of_modalities(upper):
    codec = re.compile(r"luodi\.modalities\.\w+\.codec(\.|$)")
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in trees().items()
        for name, line in imports(tree)
        if room(path) == upper and name.startswith("luodi.modalities") and not codec.match(name)
    ]
    assert not wrong, found(wrong)


def test_the_runtime_imports_only_what_pip_install_luodi_runtime_gives():
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in trees().items()
        for name, line in imports(tree)
        if room(path) == "runtime" and not _allowed_in_scoring(name)
    ]
    assert not wrong, found(wrong)


def _allowed_in_scoring(name: str) -> bool:
    top = name.split(".")[0]
    if top == "luodi":
        return bool(re.match(r"luodi\.(core|runtime|modalities\.\w+\.codec)(\.|$)", name))
    return top in SCORING_MAY_IMPORT or top in sys.stdlib_module_names


@pytest.mark.parametrize("light", ["core", "cli", "loop", "__init__"])
def test_light_rooms_import_heavy_libraries_only_where_they_use_them(light):
    wrong = [
        f"{path}:{line} imports {name} at its top"
        for path, tree in trees().items()
        for name, line in imports_at_top(tree)
        if room(path) == light and name.split(".")[0] in HEAVY
    ]
    assert not wrong, found(wrong)


def test_nobody_loads_formats_that_can_hold_code():
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in trees().items()
        for name, line in imports(tree)
        if name.split(".")[0] in EXECUTABLE_FORMATS
    ]
    assert not wrong, found(wrong)


def test_nobody_runs_text_as_code():
    forbidden = {
        "eval",
        "exec",
        "compile",
        "__import__",
        "torch.load",
        "yaml.load",
        "yaml.full_load",
    }
    forbidden |= {"yaml.unsafe_load", "os.system", "os.popen"}
    wrong = [
        f"{path}:{call.lineno} calls {name}"
        for path, tree in trees().items()
        for name, call in calls(tree)
        if name in forbidden or any(word.arg == "allow_pickle" for word in call.keywords)
    ]
    assert not wrong, found(wrong)


def test_only_the_store_writes_files():
    wrong = [
        f"{path}:{call.lineno} calls {name}"
        for path, tree in trees().items()
        for name, call in calls(tree)
        if room(path) != "store" and _writes(name, call)
    ]
    assert not wrong, found(wrong)


def _writes(name: str, call) -> bool:
    if name.split(".")[-1] == "open":
        words = [arg.value for arg in call.args if hasattr(arg, "value")]
        words += [word.value.value for word in call.keywords if word.arg == "mode"]
        return any(re.fullmatch(r"[rbt+]*[wax][rbt+]*|r\+b?|rb\+", str(word)) for word in words)
    # A frame may be written into memory: write_parquet(buffer). To a path only the store does.
    return bool(WRITERS.search(name)) and not _into_memory(call)


def _into_memory(call) -> bool:
    if not call.args:
        return True
    return "buffer" in getattr(call.args[0], "id", "")


def test_no_room_is_a_box_for_leftovers():
    names = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
    wrong = [path for path in trees() if names & set(path.removesuffix(".py").split("/"))]
    assert not wrong, found(wrong)


def test_modules_stay_small():
    sizes = {path: len((PACKAGE / path).read_text().splitlines()) for path in trees()}
    wrong = [f"{path} has {size} lines" for path, size in sizes.items() if size > 400]
    assert not wrong, found(wrong)


def test_every_library_that_is_imported_can_be_installed_by_an_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(text for extra in extras for text in extra)]
    declared = {re.split(r"[\[<>=~! ]", text)[0].lower() for text in wanted}
    used = {name.split(".")[0] for tree in trees().values() for name, _ in imports(tree)}
    foreign = used - set(sys.stdlib_module_names) - {"luodi", "__future__"}
    missing = {PIP_NAMES.get(n, n.replace("_", "-")).lower() for n in foreign} - declared
    assert not missing


def test_import_luodi_loads_nothing_heavy():
    program = "import sys, luodi; print(sorted({'numpy', 'pydantic', 'polars'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_runtime_loads_where_only_numpy_and_onnxruntime_are_installed():
    program = (
        "import sys, sysconfig\n"
        "class Bare:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in BLOCKED: raise ModuleNotFoundError(name, name=name)\n"
        "BLOCKED = {'pydantic', 'polars', 'pandas', 'pyarrow', 'sklearn', 'onnx', 'lightgbm',"
        " 'scipy', 'yaml', 'typer', 'rich', 'cryptography', 'narwhals', 'optuna', 'catboost'}\n"
        "sys.meta_path.insert(0, Bare())\n"
        "import luodi; luodi.load; print('loaded')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "loaded", done.stderr


def test_serving_runs_where_only_the_serve_extra_is_installed(tmp_path):
    blocked = {"polars", "pandas", "pyarrow", "sklearn", "onnx", "lightgbm", "catboost", "xgboost"}
    blocked |= {
        "scipy",
        "yaml",
        "optuna",
        "narwhals",
        "cryptography",
        "psutil",
        "charset_normalizer",
    }
    program = tmp_path / "bare.py"
    program.write_text(
        "import sys\n"
        "class Bare:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {blocked}: raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Bare())\n"
        "from luodi.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    with running(tmp_path, program=program) as server:
        name = server.ask("/predict", RECORD).json["id"]
        truth = {"id": name, "truth": 1}
        assert server.ask("/feedback", truth, role="feedback").status == 200
        assert server.ask("/openapi.json").status == server.ask("/metrics", role="admin").status
