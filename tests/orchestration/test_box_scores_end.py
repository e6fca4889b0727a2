"""Box scores end while the schedule and the lines continue: dates are held, and complete when box scores arrive."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from courtside.alerts import Alert, Notifier
from courtside.analytics import history
from courtside.cli.main import app
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.post_write import CAUSE as EARLY
from courtside.pipeline.stage import Result as StageResult
from courtside.pipeline.stage import Surroundings
from courtside.pipeline.stages.features import FEATURES, GAP
from courtside.sources.payload import Payload
from tests import homes

LAST_BOX = dt.date(2025, 10, 27)
RECENT_DAYS, RECENT_GAMES = 8, 2
"""Fewer than the project's 60 and 10, so that the small season holds dates beyond them."""
HELD = f"no box scores since {LAST_BOX}"


def _is_late_box(payload: Payload) -> bool:
    return payload.name.startswith("leaguegamelog_") and payload.name[-15:-5] > str(LAST_BOX)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose box scores stop two weeks before its clock, and none of whose dates has run."""
    home = tmp_path_factory.mktemp("ended") / "home"
    homes.ingest_into(home, [payload for payload in homes.payloads() if not _is_late_box(payload)])
    return home


@pytest.fixture
def alerts(monkeypatch: pytest.MonkeyPatch) -> list[Alert]:
    sent: list[Alert] = []
    monkeypatch.setattr(Notifier, "send", lambda self, alert: sent.append(alert) or "sent")
    return sent


def _courtside(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)], env={"COURTSIDE_NOW": homes.NOW.isoformat()})


def _run(home: Path) -> Result:
    return _courtside(home, "run", "--start-date", str(homes.FIRST), "--end-date", str(homes.LAST))


def _states(home: Path, stage: str) -> dict[dt.date, tuple[str, str]]:
    with homes.opened(home) as context:
        return {day: (cell.state, cell.reason or "") for day, cell in context.run_log.cells(stage).items()}


def test_dates_without_box_scores_are_held_in_one_pass_and_complete_when_they_arrive(
    ended: Path, tmp_path: Path, alerts: list[Alert], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(history, "RECENT_DAYS", RECENT_DAYS)
    monkeypatch.setattr(history, "RECENT_GAMES", RECENT_GAMES)
    home = homes.copy_of(ended, tmp_path / "home")
    passes: list[int] = []
    process = FEATURES.process

    def counted(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> StageResult:
        passes.append(len(dates))
        return process(inputs, dates, at)

    monkeypatch.setattr(FEATURES, "process", counted)
    found = _run(home)
    assert (found.exit_code, passes) == (1, [(homes.LAST - homes.FIRST).days + 1])
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len([line for line in found.stdout.splitlines() if ": held: " in line]) == 4, "one line a stage"
    assert found.stdout.count(f"features: held: {HELD}") == 1
    assert "courtside repair --fetch" in found.stdout
    assert [alert.cause for alert in alerts if alert.cause != EARLY] == [GAP]
    for stage in ("features", "predictions"):
        late = {
            day: cell for day, cell in _states(home, stage).items() if day > LAST_BOX + dt.timedelta(days=RECENT_DAYS)
        }
        with_games = [(state, reason) for state, reason in late.values() if state != "empty"]
        assert with_games and all(state == "held" and reason.startswith(HELD) for state, reason in with_games)

    alerts.clear()
    found = _courtside(home, "daily", "--date", str(homes.LAST))
    assert found.exit_code == 1, found.stdout
    assert not [alert.cause for alert in alerts if alert.cause != "late.lines"]

    homes.ingest_into(home, [payload for payload in homes.payloads() if _is_late_box(payload)])
    found = _run(home)
    assert found.exit_code == 0, found.stdout
    assert {state for stage in ("features", "predictions") for state, _ in _states(home, stage).values()} <= {
        "complete",
        "empty",
    }
