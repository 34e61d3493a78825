"""Needs the extra; makes what lies a folder above importable by name."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
WITHOUT = {"test_missing.py"}


def pytest_collection_modifyitems(items):
    """Skip what cannot run without the libraries that convert, and say so."""
    if find_spec("litert_torch") and find_spec("ai_edge_quantizer"):
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.path.name not in WITHOUT:
            item.add_marker(pytest.mark.skip(reason="pip install 'luodi[tflite]'"))
