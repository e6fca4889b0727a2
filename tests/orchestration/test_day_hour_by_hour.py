"""A simulated day followed through the injected clock: what is published at each hour, and what never changes again."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import pytest

from courtside.operations import day as day_module
from courtside.picks.tables import OUTCOMES
from courtside.sources.simulated.odds_feed import event_id
from tests import homes
from tests.orchestration.days import DAY, LOGS, Follower, at, corrected, league, put_off, rows_of, scratched

SEED = 11
EVE, MORNING, NOON, CALLED_OFF, AFTERNOON = at(1), at(12), at(15), at(20), at(22, 30)
TIPPED, FINALS, CORRECTED = at(4, 0, 1), at(9, 30, 1), at(10, 30, 2)
MOMENTS = [EVE, MORNING, NOON, AFTERNOON, TIPPED, FINALS, CORRECTED]
if os.environ.get("COURTSIDE_EVERY_HOUR"):
    MOMENTS = sorted({*MOMENTS, *(at(hour, 5, days) for days in (0, 1) for hour in range(2, 24))})

Pick = tuple[str, str, float, str]


@dataclass
class Seen:
    """What was published at one moment."""

    picks: set[Pick]
    season: dict[Pick, dict[str, Any]]
    picks_file: dict[str, Any]
    results: dict[str, Any]
    status: dict[str, Any]
    waits: list[str]
    lates: list[str]
    gaps: int


@dataclass
class Story:
    """The day, and the players of its scratch, correction and postponement."""

    follower: Follower
    seen: dict[Any, Seen] = field(default_factory=dict)
    alerts: list[Any] = field(default_factory=list)
    scratch: str = ""
    corrected: str = ""
    postponed: set[str] = field(default_factory=set)
    overtime: str = ""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The whole day, run once."""
    every = league()
    story = Story(Follower(tmp_path_factory.mktemp("day") / "home", every))
    patch = pytest.MonkeyPatch()
    patch.setenv("COURTSIDE_CONFIG", "no-such-courtside.toml")
    patch.setattr(day_module, "notifier", lambda *_: _Recorder(story.alerts))
    try:
        for moment in MOMENTS:
            story.seen[moment] = _look(story.follower, moment)
            if moment == MORNING:
                _twist(story, every)
    finally:
        patch.undo()
    return story


@dataclass
class _Recorder:
    sent: list[Any]

    def send(self, alert: Any) -> str:
        self.sent.append(alert)
        return "sent"

    def recover(self, cause: str, body: str) -> str:
        return "quiet"


def _look(follower: Follower, moment: Any) -> Seen:
    report = follower.go_to(moment)
    return Seen(
        follower.picks(),
        follower.in_season(),
        follower.file(f"picks/{DAY}.json"),
        follower.file(f"results/{DAY}.json"),
        follower.file("status.json"),
        [str(wait) for wait in report.waits],
        [str(late) for late in report.lates],
        len(report.gaps),
    )


def _twist(story: Story, every: list[Any]) -> None:
    """Choose, among the morning's picks, who is scratched, who is corrected and which game is called off."""
    log = next(payload for payload in every if payload.name == LOGS["P"])
    teams = next(payload for payload in every if payload.name == LOGS["T"])
    odds = b"".join(p.content for p in every if p.name.startswith("event_odds_")).decode("unicode-escape", "replace")
    picked = {player for group, player, _, _ in story.follower.picks() if group == "8"}
    rows = [row for row in rows_of(log) if row["PLAYER_NAME"] in picked and row["PLAYER_NAME"] in odds]
    story.overtime = next(row["GAME_ID"] for row in rows_of(teams) if row["MIN"] > 240)
    first = rows[0]
    second = next(row for row in rows if row["GAME_ID"] != first["GAME_ID"] and row["PTS"] >= 8)
    taken = {first["GAME_ID"], second["GAME_ID"], story.overtime}
    third = next(row for row in rows if row["GAME_ID"] not in taken)
    story.scratch, story.corrected = first["PLAYER_NAME"], second["PLAYER_NAME"]
    story.postponed = {row["PLAYER_NAME"] for row in rows_of(log) if row["GAME_ID"] == third["GAME_ID"]}
    changed = scratched(every, story.scratch, NOON)
    changed = put_off(changed, third["GAME_ID"], event_id(third["GAME_ID"], SEED), CALLED_OFF)
    changed.append(corrected(changed, story.corrected, CORRECTED))
    story.follower.waiting = [payload for payload in changed if payload.fetched_at > MORNING]


def of_players(picks: Any, chosen: Callable[[str], bool]) -> set[Pick]:
    return {pick for pick in picks if chosen(pick[1])}


def test_a_date_has_no_picks_file_before_its_lines_are_processed(story: Story) -> None:
    eve = story.seen[EVE]
    assert (eve.picks_file, eve.season) == ({}, {})
    assert eve.gaps, "the first run names what was never run"
    assert any("grading: not yet (until 2025-11-05 06:30 UTC)" in wait for wait in eve.waits)


def test_when_lines_are_open_the_picks_and_the_season_file_show_the_same_ungraded_picks(story: Story) -> None:
    for moment in (MORNING, NOON, AFTERNOON, TIPPED):
        seen = story.seen[moment]
        assert seen.picks, moment
        assert seen.picks == set(seen.season)
        assert {(pick["actual"], pick["result"]) for pick in seen.season.values()} <= {(None, None), (None, "void")}


def test_picks_follow_the_lines_until_tip_off(story: Story) -> None:
    assert story.seen[MORNING].picks != story.seen[NOON].picks != story.seen[AFTERNOON].picks


def test_a_postponed_game_leaves_no_pick_that_counts(story: Story) -> None:
    assert of_players(story.seen[NOON].picks | story.seen[MORNING].picks, story.postponed.__contains__)
    final = story.seen[FINALS].season
    put_off_picks = of_players(final, story.postponed.__contains__)
    assert {final[pick]["result"] for pick in put_off_picks} <= {"void"}


def test_a_late_scratch_is_void_or_removed_and_never_a_miss(story: Story) -> None:
    final = story.seen[FINALS].season
    own = of_players(final, story.scratch.__eq__)
    assert {(final[pick]["actual"], final[pick]["result"]) for pick in own} <= {(None, "void")}


def test_after_the_last_tip_off_no_pick_changes_any_more(story: Story) -> None:
    frozen = story.seen[TIPPED].picks
    assert story.seen[FINALS].picks == frozen == story.seen[CORRECTED].picks


def test_between_the_last_tip_off_and_the_finals_the_waiting_cells_are_named(story: Story) -> None:
    waits = [wait for wait in story.seen[TIPPED].waits if str(DAY) in wait]
    assert [wait.split(" (")[0] for wait in waits] == [
        f"{DAY} analytics: not yet",
        f"{DAY} grading: not yet",
    ]
    assert "until 2025-11-06" in waits[0]


def test_after_the_finals_every_pick_is_graded_and_the_results_are_published(story: Story) -> None:
    final = story.seen[FINALS]
    assert {pick["result"] for pick in final.season.values()} <= {"hit", "miss", "push", "void"}
    assert final.results
    assert not story.seen[TIPPED].results or story.seen[TIPPED].results != final.results
    with homes.opened(story.follower.home, CORRECTED) as context:
        graded = context.warehouse.collect(context.warehouse.scan(OUTCOMES).filter(nw.col("game_id") == story.overtime))
    assert graded.height


def test_a_stat_correction_two_days_later_regrades_and_keeps_the_earlier_grade(story: Story) -> None:
    before, after = story.seen[FINALS].season, story.seen[CORRECTED].season
    changed = {pick[1] for pick in before if before[pick]["actual"] != after[pick]["actual"]}
    own = of_players(before, story.corrected.__eq__)
    assert all(after[pick]["actual"] == before[pick]["actual"] - 2 for pick in own)
    assert changed >= ({story.corrected} if own else set())
    with homes.opened(story.follower.home, CORRECTED) as context:
        revisions = context.warehouse.collect(
            context.warehouse.scan(OUTCOMES).filter(nw.col("game_date") == DAY).select("revision")
        )["revision"]
    assert set(revisions) == {1, 2}


def test_the_morning_run_grades_yesterday(story: Story) -> None:
    season = story.follower.in_season(DAY.replace(day=4))
    assert season
    assert all(pick["result"] is not None for pick in season.values())


def test_nothing_is_late_on_a_date_whose_payloads_all_arrived(story: Story) -> None:
    assert [late for seen in story.seen.values() for late in seen.lates if late.startswith(str(DAY))] == []
    assert not [alert for alert in story.alerts if alert.cause.startswith("late.") and str(DAY) in alert.title]


def test_status_names_the_newest_date_at_every_hour(story: Story) -> None:
    assert story.seen[EVE].status["stages"][0]["date"] == "2025-11-04"
    assert story.seen[MORNING].status["stages"][0]["date"] == str(DAY)
