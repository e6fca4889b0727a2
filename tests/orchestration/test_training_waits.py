"""A model is trained once every result before its first day is stored or overdue, because it is not trained again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from courtside.operations import day as day_module
from courtside.operations.day import run_day
from courtside.operations.stored_files import StoredFiles
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from tests import homes

LAST = homes.FIRST + dt.timedelta(days=4)
DAY = LAST + dt.timedelta(days=1)
EARLY, OVERDUE = (dt.datetime.combine(DAY, dt.time(hour)) for hour in (14, 18))


def test_training_waits_for_yesterday_until_it_is_overdue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[dt.date] = []
    # Only the analytics run, because the other stages do not decide when a model is trained.
    monkeypatch.setattr(day_module, "run", lambda context, start, end, **_: run(context, start, end, stages=STAGES[:1]))
    monkeypatch.setattr(day_module, "verify_files", lambda *_: StoredFiles())
    monkeypatch.setattr(day_module, "is_due", lambda *_: True)
    monkeypatch.setattr(day_module, "train_for", lambda _, day: trained.append(day))
    league = [payload for payload in homes.payloads() if payload.fetched_at <= EARLY]
    logs = [payload for payload in league if payload.name.startswith("leaguegamelog")]
    logs = [payload for payload in logs if payload.name.endswith(f"_{LAST}.json")]
    assert len(logs) == 2
    home = tmp_path / "home"
    homes.ingest_into(home, [payload for payload in league if payload not in logs])

    def trained_at(place: Path, now: dt.datetime) -> list[dt.date]:
        trained.clear()
        with homes.opened(place, now) as context:
            run_day(context, DAY)
        return list(trained)

    late = homes.copy_of(home, tmp_path / "late")
    assert trained_at(home, EARLY) == []
    homes.ingest_into(home, logs)
    assert trained_at(home, EARLY) == [DAY]
    assert trained_at(late, OVERDUE) == [DAY]
