"""A provider on loopback and a client of it with short waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from courtside.clock import FixedClock
from courtside.sources.http import Client, Policy
from courtside.sources.odds import KEY_VARIABLE, DailyBudget
from courtside.sources.transport import Limits
from tests.sources.live.loopback import Provider, serving
from tests.sources.live.payloads import NOW

KEY = "k3y-0f-the-0dds"
FAST = Policy(
    attempts=3, first_wait=0.01, jitter=0.0, longest_wait=2.0, failures=2, least_pace=0.0, pace={},
    limits=Limits(connect=2, read=0.3, whole=0.6),
)  # fmt: skip


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider without replies."""
    with serving() as one:
        yield one


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of The Odds API, in the environment."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    return KEY


@pytest.fixture
def client(provider: Provider, tmp_path: Path) -> Client:
    """A client with a budget of 20 credits a day."""
    return client_of(provider, tmp_path)


def client_of(provider: Provider, folder: Path, budget: int = 20) -> Client:
    """Return a client of `provider` at `NOW`."""
    clock = FixedClock(NOW)
    return Client(clock, provider.transport(), FAST, DailyBudget(folder / "odds_budget.json", budget, clock))


Make = Callable[[], Client]
