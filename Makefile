# What a contributor types. Needs Python >= 3.11, pip and make; everything else comes into .venv.

PYTHON ?= python3
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TYPED := src examples benchmarks tests conftest.py

.PHONY: help test check prove bench demo soak clean

help:
	@echo "make test   every test, under branch coverage, in a virtual environment of its own"
	@echo "make check  format, lint, types, benchmark shapes, the documentation, and the coverage of the last make test"
	@echo "make prove  the slow proofs"
	@echo "make bench  every benchmark   make demo  a year of a retailer   make soak  what takes long"

# A stamp of its own marks an environment in the making, so one that was interrupted is begun anew.
$(READY): pyproject.toml requirements-dev.txt
	@if [ ! -f $(READY) ] || [ -f $(VENV)/.unfinished ]; then $(PYTHON) -m venv --clear $(VENV); fi
	@touch $(VENV)/.unfinished
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --requirement requirements-dev.txt
	@rm -f $(VENV)/.unfinished
	@touch $(READY)

# loadscope: the blocks of a page, and the tests of a file, stay with one worker.
test: $(READY)
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --cov --cov-branch --cov-report= --cov-fail-under=0

check: $(READY)
	@test -f .coverage || { echo "make test records the coverage: run it first" >&2; exit 1; }
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(TYPED)
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m benchmarks.check
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/coverage report

prove: $(READY)
	$(BIN)/python -m pytest -m prove -n $(WORKERS) --dist loadscope --durations 5
	$(BIN)/python -m pytest examples/adapter

# A benchmark exits 0 when a goal is missed; what it prints says so.
bench: $(READY)
	@set -e; for name in $$($(BIN)/python -m benchmarks.check --list); do \
		echo; echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

demo: $(READY)
	@$(BIN)/python -m examples.replay $(if $(DAYS),--days $(DAYS))

# pytest ends with 5 when there is nothing to run.
soak: $(READY)
	@$(BIN)/python -m pytest -m soak || { test $$? -eq 5 && echo "nothing soaks yet"; }

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
