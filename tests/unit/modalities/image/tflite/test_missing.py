"""Without the extra an error names the command that installs it."""

from __future__ import annotations

import sys

import pytest

from luodi.core.errors import LuodiError


@pytest.mark.parametrize("package", ["litert_torch", "ai_edge_quantizer", "ai_edge_litert"])
def test_a_missing_library_is_named_with_the_extra(monkeypatch, package):
    from luodi.modalities.image.tflite import writing

    monkeypatch.setattr(writing, "find_spec", lambda name: None if name == package else object())
    with pytest.raises(LuodiError) as raised:
        writing.converted(None)
    assert raised.value.code == "environment.missing_package"
    assert "pip install 'luodi[tflite]'" in raised.value.text("en")
    assert raised.value.facts["package"] == package.replace("_", "-")


def test_a_file_cannot_be_opened_without_the_library_that_runs_it(monkeypatch):
    from luodi.modalities.image.tflite import EdgeSession

    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    with pytest.raises(LuodiError) as raised:
        EdgeSession(b"TFL3")
    assert raised.value.facts == {"package": "ai-edge-litert", "extra": "tflite"}


def test_naming_the_room_loads_no_library_that_converts():
    import subprocess

    program = (
        "import sys; import luodi.modalities.image.tflite\n"
        "print([n for n in ('litert_torch', 'ai_edge_litert') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
