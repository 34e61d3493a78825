"""Every end of a command is an exit status and a text that says what to do."""

import errno
import json
import subprocess
import sys
import time
import warnings

import pytest

from luodi.cli import main
from luodi.core.errors import LuodiError


def failing(error):
    def verb(*args, **options):
        raise error

    return verb


def test_an_error_ends_with_the_exit_status_of_its_code(loop, task, capsys):
    loop.build = failing(LuodiError("environment.disk", what="a.luodi", reason="No space left"))
    assert main(["build", "task.yaml"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("environment.disk: Writing a.luodi failed: No space left.")


def test_an_error_is_data_too_when_json_is_asked_for(loop, task, capsys):
    loop.build = failing(LuodiError("task.missing_key", source="task.yaml", where="data.target"))
    assert main(["build", "task.yaml", "--json"]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == "task.missing_key"
    assert captured.err.startswith("task.missing_key:")


def test_an_error_speaks_chinese_when_asked_to(loop, task, capsys):
    loop.build = failing(LuodiError("environment.disk", what="a.luodi", reason="x"))
    assert main(["build", "task.yaml", "--lang", "zh"]) == 4
    assert "写入 a.luodi 失败" in capsys.readouterr().err


def test_the_language_of_one_command_does_not_stay(loop, task, capsys):
    main(["check", "task.yaml", "--lang", "zh"])
    capsys.readouterr()
    main(["check", "task.yaml"])
    assert "Findings: 0" in capsys.readouterr().err


def test_an_unforeseen_error_is_a_short_message_without_a_traceback(loop, task, capsys):
    loop.build = failing(RuntimeError("the\ninside broke"))
    assert main(["build", "task.yaml"]) == 4
    told = capsys.readouterr().err
    assert told.startswith("cli.unexpected:") and "RuntimeError: the inside broke" in told
    assert "Traceback" not in told


def test_the_traceback_of_an_unforeseen_error_is_there_for_the_asking(
    loop, task, capsys, monkeypatch
):
    monkeypatch.setenv("LUODI_DEBUG", "1")
    loop.build = failing(RuntimeError("inside"))
    assert main(["build", "task.yaml"]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_a_missing_package_names_the_pip_command(loop, task, capsys):
    loop.build = failing(ModuleNotFoundError("No module", name="lightgbm"))
    assert main(["build", "task.yaml"]) == 4
    assert "pip install 'luodi[train]'" in capsys.readouterr().err


def test_warnings_of_libraries_do_not_reach_a_person(loop, task, capsys):
    def check(task, *, listener):
        warnings.warn("invalid value encountered", RuntimeWarning, stacklevel=1)
        return ()

    loop.check = check
    assert main(["check", "task.yaml"]) == 0
    assert "invalid value" not in capsys.readouterr().err


def test_ctrl_c_ends_with_130(loop, task, capsys):
    loop.build = failing(KeyboardInterrupt())
    assert main(["build", "task.yaml"]) == 130
    assert "Interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        ["bulid"],
        ["build"],
        ["build", "task.yaml", "--frce"],
        ["check", "task.yaml", "--format", "xml"],
        ["check", "task.yaml", "--lang", "fr"],
        ["new", "boards"],
        ["predict", "only-one"],
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_where_help_is(line, loop, task, capsys):
    assert main(line) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("cli.usage:") and "--help" in captured.err


def test_a_wrong_command_line_names_the_nearest_verb(capsys):
    main(["bulid"])
    assert "build" in capsys.readouterr().err


def test_a_wrong_command_line_is_json_and_chinese_when_asked_to_be(capsys):
    assert main(["check", "--json", "--lang=zh"]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == "cli.usage"
    assert "命令用法有误" in captured.err


def test_without_a_verb_the_help_is_shown(capsys):
    assert main([]) == 2
    assert "predict" in "".join(capsys.readouterr())


def test_the_version_is_data(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("luodi ")


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path):
    program = (
        "import sys, luodi.cli.schema as s\n"
        "s.schema_bytes = lambda: b'x' * 10_000_000\n"
        "from luodi.cli import main; sys.exit(main(['schema']))"
    )
    line = f'{sys.executable} -c "$PROGRAM" | head -c 10 >/dev/null; exit ${{PIPESTATUS[0]}}'
    ended = subprocess.run(
        ["bash", "-c", line], env={"PROGRAM": program, "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_help_comes_at_once():
    began = time.perf_counter()
    helped = subprocess.run([sys.executable, "-m", "luodi.cli", "--help"], capture_output=True)
    assert helped.returncode == 0
    assert time.perf_counter() - began < 2, "far above the 0.3 s that an idle machine needs"


def test_help_imports_nothing_heavy():
    program = (
        "import sys\nfrom luodi.cli import main\nmain(['--help'])\n"
        "heavy = {'numpy', 'polars', 'pydantic', 'onnxruntime', 'sklearn', 'rich.live', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    helped = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert helped.stderr.strip() == "[]"


def test_a_full_disk_anywhere_is_told_as_that(loop, task, capsys):
    loop.build = failing(OSError(errno.ENOSPC, "No space left on device", "/far/away/x.tmp"))
    assert main(["build", "task.yaml"]) == 4
    told = capsys.readouterr().err
    assert told.startswith("environment.disk: Writing x.tmp failed") and "/far" not in told


def test_a_wrong_option_is_told_without_a_library_s_prefix(capsys):
    main(["check", "task.yaml", "--lang", "fr"])
    assert "Value error" not in capsys.readouterr().err
