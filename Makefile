# make demo    read the example reports into a ledger and print what sayso made of them
# make test    every check: style, types, tests (the browser tests where there is a Chromium)
#
# Needs python3 (3.11 or newer), make and a package index; everything else goes into .venv by the lock file.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo.db

.PHONY: help demo test lint evaluate floors schema docs golden lock clean

help:
	@sed -n 's/^# \(make .*\)/  \1/p' Makefile
	@echo "  make evaluate, schema, docs, golden, lock: see docs/how-it-works.md"

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $$($(PYTHON) -V) found, Python 3.11 or newer needed; name one with PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) from requirements.lock (a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock 2>$(VENV)/pip.log \
		|| { cat $(VENV)/pip.log; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 2>$(VENV)/pip.log \
		|| { cat $(VENV)/pip.log; exit 1; }
	@touch $@

demo: $(VENV)/installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh $(DEMO)

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest

evaluate: $(VENV)/installed
	$(BIN)/python -m evaluation

floors: $(VENV)/installed
	$(BIN)/python -m evaluation --check page attribution coref chains

schema: $(VENV)/installed
	$(BIN)/python -m schema

docs: $(VENV)/installed
	$(BIN)/python -m docs

golden: $(VENV)/installed
	$(BIN)/python -m tests.golden

lock: $(VENV)/installed
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --custom-compile-command "make lock" --upgrade --output-file requirements.lock

clean:
	rm -rf build $(VENV)
