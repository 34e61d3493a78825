# luodi: every target sets up what it needs. Needs make and Python 3.11+; PYTHON chooses which.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CLIENTS := $(VENV)/.clients
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test prove check bench clean

help:
	@echo "make demo    build a release on real data, score with it, print its card"
	@echo "make test    all tests"
	@echo "make prove   what is promised about faults, tried often, as a table (half an hour)"
	@echo "make check   style, types, import rules, documentation"
	@echo "make bench   the published figures, as a table (long)"
	@echo "make clean   remove what these commands made"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "luodi needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(CLIENTS): $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[conformance]'
	@touch $@

demo: $(READY)
	@$(BIN)/python examples/demo.py

# Two at a time; the tests of one file stay together, for they share what is dear to make.
test: $(READY)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

prove: $(CLIENTS)
	LUODI_PROVE=1 $(BIN)/python -m pytest -q tests -m promise

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/docs tests/contract

bench: $(READY)
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis catboost_info
