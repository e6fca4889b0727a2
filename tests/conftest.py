"""Fixtures shared by several rooms' tests, and the distribution of tests over worker processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from courtside.league.markets import POINTS, market_names
from tests import homes
from tests.warehouse.engines import emulator

__all__ = ["emulator"]

for _profile, _examples in {"local": 25, "ci": 100}.items():
    settings.register_profile(
        _profile, max_examples=_examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile("ci" if os.environ.get("CI") else "local")

os.environ["COURTSIDE_MARKETS"] = POINTS
"""Homes of tests hold one market unless a test sets more; the others take the same path and more time."""

EMULATED = ("tests/warehouse/", "tests/planted/test_planted_warehouse.py")
"""Tests that use BigQuery's emulator: one worker runs them all, first, so that one emulator starts."""


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep a developer's settings, home and width of terminal out of the tests."""
    for name in ("COURTSIDE_HOME", "COURTSIDE_NOW", "COURTSIDE_WAREHOUSE", "COURTSIDE_PUBLISH", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURTSIDE_CONFIG", str(tmp_path / "no-such-courtside.toml"))


@pytest.fixture(scope="session")
def ingested_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose payloads are in and nothing else; copy it before you change it."""
    return homes.built_once(tmp_path_factory, "ingested", lambda home: homes.ingest_into(home, homes.payloads()))


@pytest.fixture(scope="session")
def run_home(ingested_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which every stage has run; copy it before you change it."""
    return homes.built_once(tmp_path_factory, "run", lambda home: homes.run_in(homes.copy_of(ingested_home, home)))


@pytest.fixture(scope="session")
def gap_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without the player log of one date, `homes.LOST`, in which every stage has run."""
    whole = [payload for payload in homes.payloads() if payload.name != homes.logs_of(homes.LOST)["P"].name]

    def build(home: Path) -> None:
        homes.ingest_into(home, whole)
        homes.run_in(home)

    return homes.built_once(tmp_path_factory, "gap", build)


@pytest.fixture(scope="session")
def home_of_every_market(ingested_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home, with the lines of every market, run for every market."""

    def build(home: Path) -> None:
        homes.ingest_into(homes.copy_of(ingested_home, home), homes.lines_of_other_markets())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COURTSIDE_MARKETS", " ".join(market_names()))
            homes.run_in(home)

    return homes.built_once(tmp_path_factory, "markets", build)


@pytest.fixture(scope="session")
def trained_home(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose models are trained for today, which is predicted with calibrated probabilities; copy it as above."""
    return homes.built_once(tmp_path_factory, "trained", lambda home: homes.train_in(homes.copy_of(run_home, home)))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parameter of bytes by its argument: both workers must collect the same ids, and gzip bytes hold a time."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of the emulator first: they are the longest piece that one worker must run alone."""
    items.sort(key=lambda item: not item.nodeid.startswith(EMULATED))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker a file at a time, and all files that use BigQuery's emulator to one worker."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "emulator" if nodeid.startswith(EMULATED) else super()._split_scope(nodeid)

    return Scheduling(config, log)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Print which tests this run leaves out."""
    is_default = config.option.markexpr == "not slow"
    return "slow tests are left out; `make test-slow` runs them" if is_default else None
