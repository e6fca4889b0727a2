"""The three states of a player in an injury report: listed, submitted and not listed, not submitted."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from courtside.errors import PayloadRefusedError
from courtside.raw.injuries import given_name_first
from tests.raw.builders import GSW, read
from tests.real_data import DATA, needs_real_data
from tests.sources.live.reports import LINES, injury_report

pytest.importorskip("pypdf", reason="the PDF library of courtside[live] is not installed")
MIL, SAS, DEN = 1610612749, 1610612759, 1610612743


def rows(content: bytes) -> pl.DataFrame:
    return read(content, "report.pdf").frames["raw_injuries"]


def test_each_team_has_its_submission_state_and_each_listed_player_a_reason() -> None:
    report = rows(injury_report())
    teams = dict(report.filter(pl.col("player_name") == "").select("team_id", "state").rows())
    assert teams == {MIL: "not_submitted", SAS: "submitted", DEN: "submitted", GSW: "submitted"}
    listed = report.filter(pl.col("state") == "listed").select("team_id", "player_name", "status", "reason").rows()
    assert listed == [
        (SAS, "Ömer Abel", "Questionable", "G League - Two-Way"),
        (SAS, "Max Stone Jr.", "Out", "Injury/Illness - Left Knee; Tear"),
        (GSW, "Ian de la Cruz", "Probable", "Rest"),
    ]


def test_times_are_eastern_in_the_report_and_utc_in_the_table() -> None:
    report = rows(injury_report())
    assert report["report_at"].unique().to_list() == [dt.datetime(2024, 1, 4, 17, 30)]
    assert dict(report.select("matchup", "tip_at").rows()) == {
        "MIL@SAS": dt.datetime(2024, 1, 5, 0, 30),
        "DEN@GSW": dt.datetime(2024, 1, 5, 3, 0),
    }


@pytest.mark.parametrize("per_page", [1, 2, 3, 5])
def test_a_page_break_anywhere_changes_nothing(per_page: int) -> None:
    assert rows(injury_report(per_page=per_page)).equals(rows(injury_report(per_page=99)))


def test_the_final_word_of_a_reason_does_not_become_the_next_family_name() -> None:
    lines = [LINES[0] | {"player": "Fox, Al", "status": "Out", "reason": "Left Acl; Tear"},
             {"player": "Smith, Bo", "status": "Out", "reason": "Rest"}]  # fmt: skip
    listed = rows(injury_report(lines)).filter(pl.col("state") == "listed")
    assert listed["player_name"].to_list() == ["Al Fox", "Bo Smith"]
    assert listed["reason"].to_list() == ["Left Acl; Tear", "Rest"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (injury_report()[:900], "damaged PDF|no injury report|without"),
        (injury_report(title="soon"), "not an injury report"),
        (injury_report([{"team": "Seattle SuperSonics"}]), "Seattle SuperSonics"),
        (injury_report([]), "without a game"),
        (b"%PDF-1.7 garbage", "PDF"),
    ],
)
def test_a_report_that_cannot_be_read_is_refused_in_one_line(content: bytes, message: str) -> None:
    with pytest.raises(PayloadRefusedError, match=message) as refusal:
        rows(content)
    assert "\n" not in str(refusal.value)


def test_a_header_with_other_columns_is_refused_by_name() -> None:
    content = injury_report().replace(b"(Matchup)", b"(Pairing)")
    with pytest.raises(PayloadRefusedError, match="without the header 'Game Date Game Time Matchup"):
        rows(content)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Payton II, Gary", "Gary Payton II"),
        ("Duke Jr., David", "David Duke Jr."),
        ("da Silva, Tristan", "Tristan da Silva"),
        ("Nenê", "Nenê"),
    ],
)
def test_names_are_stored_with_the_given_name_first(written: str, meant: str) -> None:
    assert given_name_first(written) == meant


@pytest.mark.real
@needs_real_data
def test_the_recorded_report_has_14_players_of_3_teams_and_29_teams_that_have_not_submitted() -> None:
    assert DATA is not None
    path = next((DATA / "payloads" / "provider_samples" / "nbac_injury_report").glob("*.pdf"))
    parsed = read(path.read_bytes())
    states = dict(parsed.frames["raw_injuries"].group_by("state").len().rows())
    assert (states, parsed.refused) == ({"listed": 14, "submitted": 3, "not_submitted": 29}, {})
