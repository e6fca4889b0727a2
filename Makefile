# Everything a fresh machine needs: Python 3.11 or newer, make, and the package indexes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-slow coverage lint hooks bench docs dagster format clean

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.runtime ## Install, play a simulated league through every stage, and say where to look.
	@rm -rf .courtside/demo
	@$(BIN)/courtside demo --home .courtside/demo

test: $(VENV)/.development ## Install what tests need and run them.
	$(BIN)/python -m pytest

test-slow: $(VENV)/.development ## Run the tests that `make test` leaves out: whole seasons, with faults and on BigQuery's emulator.
	$(BIN)/python -m pytest -m slow

coverage: $(VENV)/.development ## Run `make test` with line coverage; fails below the floor in pyproject.toml.
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

hooks: $(VENV)/.development ## Run the commands of `make lint` before each commit.
	$(BIN)/pre-commit install

lint: $(VENV)/.development ## Style, types and the direction of imports.
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.development ## Measure, beside peers, and print a short report.
	$(BIN)/python -m benchmarks

docs: $(VENV)/.development ## Write the generated pages again.
	$(BIN)/python -m courtside.cli.docs docs

dagster: $(VENV)/.development ## Start Dagster on loopback: http://127.0.0.1:3000.
	@mkdir -p .courtside/dagster
	DAGSTER_HOME=$(CURDIR)/.courtside/dagster $(BIN)/dagster dev -m courtside.orchestration.definitions -h 127.0.0.1 -p 3000

format: $(VENV)/.development ## Put the code in house style.
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks

clean: ## Remove environments and what a run left behind.
	rm -rf $(VENV) .venv-bqemulator .courtside build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "courtside needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --prefer-binary -c constraints.txt -e .
	@touch $@

$(VENV)/.development: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --prefer-binary -c constraints.txt -e '.[test,lint]'
	@touch $@ $(VENV)/.runtime
