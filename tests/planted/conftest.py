"""Homes for the planted violations of published picks; copy one before you change it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from courtside.picks.tables import GRADED_PICKS, PUBLICATIONS, PUBLISHED_PICKS
from tests import homes
from tests.planted.live_day import DAY, DELIVERED, MORNING, NEXT_DAY, RANGE, invoke, stored


@pytest.fixture(scope="session")
def unpublished_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home at 17:00 UTC of a date whose lines are stored and that is not published."""

    def build(home: Path) -> None:
        homes.ingest_into(home, [payload for payload in homes.payloads() if payload.fetched_at <= DELIVERED])
        day_before = str(DAY - dt.timedelta(days=1))
        assert invoke(home, MORNING, "run", "--start-date", str(homes.FIRST), "--end-date", day_before)[0] == 0

    return homes.built_once(tmp_path_factory, "unpublished", build)


@pytest.fixture(scope="session")
def live_home(unpublished_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That home with the date published LIVE."""

    def build(home: Path) -> None:
        invoke(homes.copy_of(unpublished_home, home), MORNING, "run", *RANGE)
        assert stored(home, PUBLICATIONS)["kind"].to_list() == ["LIVE"]
        assert stored(home, PUBLISHED_PICKS).height > 0

    return homes.built_once(tmp_path_factory, "live", build)


@pytest.fixture(scope="session")
def graded_home(live_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That home on the next day, with the date graded."""

    def build(home: Path) -> None:
        homes.copy_of(live_home, home)
        homes.ingest_into(home, [payload for payload in homes.payloads() if payload.fetched_at > DELIVERED])
        assert invoke(home, NEXT_DAY, "run", *RANGE)[0] == 0
        assert stored(home, GRADED_PICKS).height > 0

    return homes.built_once(tmp_path_factory, "graded", build)
