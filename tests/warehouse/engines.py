"""Engines to test on: DuckDB in memory, and BigQuery's emulator with the real client.

The emulator is one process, started when the first test needs it: `tests/conftest.py` gives its tests to one worker.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

from courtside.warehouse.base import Warehouse
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests.warehouse.emulator import Emulator, EmulatorError, running

ENGINES = ("duckdb", "bigquery")
_numbers = itertools.count()

MakeWarehouse = Callable[[], Warehouse]


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator. Without one the tests fail, unless `COURTSIDE_WITHOUT_EMULATOR` is set."""
    starting = running(tmp_path_factory.mktemp("emulator") / "emulator.log")
    try:
        started = starting.__enter__()
    except EmulatorError as error:
        without(error)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in started.environment.items():
            patch.setenv(name, value)
        yield started
    starting.__exit__(None, None, None)


def without(error: EmulatorError) -> NoReturn:
    """Fail a test that needs the emulator; skip it where `COURTSIDE_WITHOUT_EMULATOR` is set and this is not CI."""
    if os.environ.get("COURTSIDE_WITHOUT_EMULATOR") and not os.environ.get("CI"):
        pytest.skip(f"BigQuery's emulator does not run: {error}")
    pytest.fail(
        f"BigQuery's emulator does not run, so nothing was tested on it: {error}. "
        "`python tools/bigquery_emulator.py` builds it; COURTSIDE_WITHOUT_EMULATOR=1 skips these tests outside CI."
    )


@pytest.fixture
def dataset(emulator: Emulator) -> str:
    """The name of a new dataset."""
    from courtside.warehouse.bigquery.service import _client

    name = f"d{next(_numbers)}"
    _client("test").create_dataset(name)
    return name


@pytest.fixture(params=ENGINES)
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """An empty warehouse of each engine."""
    with opened(request) as found:
        yield found


def opened(request: pytest.FixtureRequest) -> Warehouse:
    """Open the engine that a test is parametrised with."""
    if request.param == "duckdb":
        return DuckDBWarehouse(":memory:")
    from courtside.warehouse.bigquery import BigQueryWarehouse

    return BigQueryWarehouse("test", request.getfixturevalue("dataset"))


@pytest.fixture
def bigquery(dataset: str) -> Iterator[Warehouse]:
    """An empty warehouse on the emulator."""
    from courtside.warehouse.bigquery import BigQueryWarehouse

    with BigQueryWarehouse("test", dataset) as found:
        yield found
