# Requirements: Python 3.11 or newer, make, and access to a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check install
DEPLOYED := bigquery dagster gcs live
# Dagster keeps what it knows of a home in that home, so that two homes are never mixed.
COURTSIDE_HOME ?= .courtside
DAGSTER_HOME = $(abspath $(COURTSIDE_HOME))/dagster
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(UPGRADE)

.PHONY: help demo test test-slow coverage lint hooks bench docs dagster format lock clean

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.runtime ## Install, run every stage on a simulated league, and print the next commands.
	@rm -rf .courtside/demo
	@$(BIN)/courtside demo --home .courtside/demo

test: $(VENV)/.development ## Install the requirements of the tests and run them.
	$(BIN)/python -m pytest

test-slow: $(VENV)/.development ## Run the tests that `make test` leaves out: whole seasons, with faults and on BigQuery's emulator.
	$(BIN)/python -m pytest -m slow

coverage: $(VENV)/.development ## Run `make test` with line coverage; fails below the floor in pyproject.toml.
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

hooks: $(VENV)/.development ## Run the commands of `make lint` before each commit.
	$(BIN)/pre-commit install

lint: $(VENV)/.development ## Check style, types and the direction of imports.
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.development ## Run the benchmarks, with peers, and print a short report.
	$(BIN)/python -m benchmarks

docs: $(VENV)/.development ## Write the generated pages and the pictures of README.md again.
	$(BIN)/python -m courtside.cli.docs docs
	$(BIN)/python tools/pictures.py

dagster: $(VENV)/.development ## Start Dagster on loopback: http://127.0.0.1:3000.
	@mkdir -p $(DAGSTER_HOME) && cp deploy/dagster.yaml $(DAGSTER_HOME)
	DAGSTER_HOME=$(DAGSTER_HOME) $(BIN)/dagster dev -m courtside.orchestration.definitions -h 127.0.0.1 -p 3000

format: $(VENV)/.development ## Format the code.
	$(BIN)/ruff format src tests benchmarks tools
	$(BIN)/ruff check --fix src tests benchmarks tools

lock: $(VENV)/.development ## Write exact versions and hashes for pyproject.toml; UPGRADE=--upgrade takes newer versions.
	$(LOCK) pyproject.toml --all-extras --group build -o constraints.txt
	$(LOCK) pyproject.toml --group build -c constraints.txt -o requirements.txt
	$(LOCK) pyproject.toml --group build $(DEPLOYED:%=--extra %) -c constraints.txt -o deploy/requirements.txt
	$(LOCK) --group audit -o .github/requirements.txt
	$(LOCK) --group emulator -o tools/requirements.txt

clean: ## Remove environments and the files that runs left.
	rm -rf $(VENV) .venv-bqemulator .courtside build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "courtside needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

# Every file that pip takes from an index has a hash; no wheel is built from one, since that needs files without a hash.
$(VENV)/.runtime: pyproject.toml requirements.txt | $(VENV)/bin/python
	$(PIP) --require-hashes --no-deps --only-binary :all: -r requirements.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.development: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --require-hashes --no-deps --only-binary :all: -r constraints.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime
