"""Payloads that are parsed together have the rows, counts and refusals of payloads that are parsed alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from courtside.errors import PayloadRefusedError
from courtside.raw import Parsed, parse, parse_all, recognise
from courtside.sources.payload import Payload
from tests.raw.builders import (
    BOS,
    FETCHED,
    as_csv,
    as_result_sets,
    cdn,
    cdn_game,
    detail_row,
    event,
    flat_row,
    line_row,
    outcome,
    player_row,
    schedule_game,
    shot_row,
    team_game,
)
from tests.sources.live.reports import injury_report

WITH_STARTERS = [player_row(START_POSITION="F", COMMENT="")]
CLEAN = {
    "players": as_csv([player_row()]),
    "players again, corrected": as_csv([player_row(PTS=24, FGM=9)]),
    "players of another sheet": as_csv(WITH_STARTERS),
    "players as JSON": as_result_sets([player_row()]),
    "teams": as_csv(team_game()),
    "teams again": as_csv(team_game(MIN=265)),
    "schedule": as_csv(schedule_game()),
    "schedule again": as_csv(schedule_game(WL="")),
    "shots": as_csv([shot_row(), shot_row()]),
    "shots again": as_csv([shot_row(), shot_row(LOC_X=23.5)]),
    "shot detail": as_result_sets([detail_row()], "Shot_Chart_Detail"),
    "lines": as_csv([line_row()]),
    "lines again": as_csv([line_row(over_price="-105")]),
    "lines of markets": as_csv([line_row(market="player_rebounds")]),
    "odds": as_csv([flat_row(), flat_row(outcomes_name="Under", outcomes_price=-112)]),
    "odds again": as_csv([flat_row(outcomes_price=-120)]),
    "event": json.dumps(event(outcome("Over", -110), outcome("Under", -110))).encode(),
    "event without outcomes": json.dumps(event()).encode(),
    "CDN": cdn(cdn_game()),
    "CDN again": cdn(cdn_game(gameStatus=1), cdn_game(gameId="0022400626", gameStatus=1)),
}
POISONED = {
    "player of no team": as_csv([player_row(TEAM_ID=7), player_row(PLAYER_ID=9000002)]),
    "player without a number": as_csv([player_row(PTS="many")]),
    "players twice": as_csv([player_row(), player_row(), player_row(PTS=3)]),
    "three teams": as_csv([*team_game(), {**team_game()[0], "TEAM_ID": BOS, "MATCHUP": "BOS vs. GSW"}]),
    "ragged lines": as_csv([line_row()]) + b"one,two\n",
    "summer line": as_csv([line_row(game_date="2024-08-01", commence_utc="")]),
    "unknown market": as_csv([flat_row(**{"bookmakers.markets.key": "player_steals_alternate"})]),
    "decimal odds": as_csv([flat_row(outcomes_price=1.91)]),
    "ambiguous odds": as_csv([flat_row(outcomes_price=1.91), flat_row(outcomes_name="Under", outcomes_price=150)]),
    "odds twice": as_csv([flat_row(), flat_row(), flat_row(outcomes_price=-115)]),
    "All-Star game": cdn(cdn_game(), cdn_game(gameId="0032400001")),
    "empty": b"",
    "unknown": b"[1, 2]",
    "cut off": cdn(cdn_game())[:-3],
}


def payloads_of(contents: dict[str, bytes]) -> list[Payload]:
    return [Payload("files", name, FETCHED, content) for name, content in contents.items()]


def alone(payload: Payload) -> Parsed | PayloadRefusedError:
    try:
        return parse(payload)
    except PayloadRefusedError as error:
        return error


def assert_same(together: Parsed | PayloadRefusedError, single: Parsed | PayloadRefusedError) -> None:
    if isinstance(single, PayloadRefusedError) or isinstance(together, PayloadRefusedError):
        assert (type(together), str(together)) == (type(single), str(single))
        return
    assert (together.kind, together.refused, together.frames.keys()) == (
        single.kind,
        single.refused,
        single.frames.keys(),
    )
    for name, frame in single.frames.items():
        assert together.frames[name].schema == frame.schema
        assert together.frames[name].equals(frame), name


def assert_together_as_alone(payloads: list[Payload]) -> None:
    for together, payload in zip(parse_all(payloads), payloads, strict=True):
        assert_same(together, alone(payload))


def test_every_shape_is_among_the_clean_payloads() -> None:
    opened = {recognise._opened(0, payload).shape.name for payload in payloads_of(CLEAN)}
    assert opened | {"injury report"} == {shape.name for shape in recognise.SHAPES}


def test_payloads_parsed_together_have_the_rows_of_payloads_parsed_alone() -> None:
    payloads = payloads_of(CLEAN)
    assert all(isinstance(result, Parsed) and not result.refused for result in parse_all(payloads))
    assert_together_as_alone([*payloads, *reversed(payloads)])


@pytest.mark.parametrize("name", POISONED)
@pytest.mark.parametrize("arrange", [lambda c, p: [*c, *p], lambda c, p: [*p, *c], lambda c, p: [*p, *c, *p]])
def test_a_poisoned_payload_takes_no_neighbour_with_it(name: str, arrange: Callable[..., list[Payload]]) -> None:
    assert_together_as_alone(arrange(payloads_of(CLEAN), payloads_of({name: POISONED[name]})))


def test_all_poisoned_payloads_at_once_are_refused_as_when_alone() -> None:
    assert_together_as_alone([*payloads_of(POISONED), *payloads_of(CLEAN), *payloads_of(POISONED)])


def test_injury_reports_are_parsed_together_as_alone() -> None:
    pytest.importorskip("pypdf", reason="the PDF library of courtside[live] is not installed")
    assert_together_as_alone(
        payloads_of({"one": injury_report(), "two": injury_report(), "cut": injury_report()[:900]})
    )


def test_small_payloads_of_one_shape_take_one_call_of_their_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    heights: list[int] = []
    sieve = recognise.Sieve
    monkeypatch.setattr(recognise, "Sieve", lambda height, *rest: (heights.append(height), sieve(height, *rest))[1])
    rows = [as_csv([player_row(GAME_ID=f"00224{game:05}")]) for game in range(30)]
    assert len(parse_all(payloads_of({f"{game}": content for game, content in enumerate(rows)}))) == 30
    assert heights == [30]
    monkeypatch.setattr(recognise, "MOST_TOGETHER", 9)
    heights.clear()
    parse_all(payloads_of({f"{game}": content for game, content in enumerate(rows)}))
    assert heights == [10, 10, 10], "no more rows are held than are parsed together"
