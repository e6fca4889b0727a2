"""Fixtures that several rooms' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import homes

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep a developer's settings and home out of the tests."""
    for name in ("COURTSIDE_HOME", "COURTSIDE_NOW", "COURTSIDE_WAREHOUSE", "COURTSIDE_PUBLISH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURTSIDE_CONFIG", str(tmp_path / "no-such-courtside.toml"))


@pytest.fixture(scope="session")
def ingested_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose payloads are in and nothing else; copy it before you change it."""
    home = tmp_path_factory.mktemp("ingested") / "home"
    homes.take_in(home, homes.payloads())
    return home


@pytest.fixture(scope="session")
def run_home(ingested_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which every stage has run; copy it before you change it."""
    home = homes.copy_of(ingested_home, tmp_path_factory.mktemp("run") / "home")
    homes.run_in(home)
    return home


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parameter of bytes by its argument: both workers must collect the same ids, and gzip bytes hold a time."""
    return argname if isinstance(val, bytes) else None


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which tests this run leaves out."""
    is_default = config.option.markexpr == "not slow"
    return "slow tests are left out; `make test-slow` runs them" if is_default else None
