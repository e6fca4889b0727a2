"""The names of real lines resolve to players, and the players agree with the box scores of the day."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from courtside.league.names import compact
from courtside.league.resolver import MENTION_COLUMNS, Resolution, resolve, stints_of
from courtside.league.teams import TRICODE_OF_ID, team_named
from tests.ratios import ratio
from tests.real_data import DATA, needs_real_data

pytestmark = [pytest.mark.slow, pytest.mark.real, needs_real_data]

DAY = pl.col("game_date").cast(pl.Int32).cast(pl.Int64)


@pytest.fixture(scope="module")
def data() -> Path:
    assert DATA is not None
    return DATA


@pytest.fixture(scope="module")
def lines(data) -> pl.DataFrame:
    frame = pl.read_csv(data / "lines" / "points_lines.csv.gz", infer_schema_length=0)
    return frame.rename({"opp": "opponent"}).with_columns(pl.col("game_date").str.to_date())


@pytest.fixture(scope="module")
def box_scores(data) -> pl.DataFrame:
    files = [*data.glob("boxscores/game_logs_*.csv"), *data.glob("boxscores/playoffs_*.csv")]
    frames = [pl.read_csv(file, infer_schema_length=0) for file in sorted(files)]
    columns = ("PLAYER_ID", "PLAYER_NAME", "TEAM_ID", "GAME_ID", "GAME_DATE", "MATCHUP")
    frame = pl.concat(frame.select(pl.col(name).alias(name.lower()) for name in columns) for frame in frames)
    return frame.with_columns(
        pl.col("player_id", "team_id").cast(pl.Int64), game_date=pl.col("game_date").str.to_date()
    ).with_columns(game_day=DAY)


@pytest.fixture(scope="module")
def slate(data) -> pl.DataFrame:
    frame = pl.concat(pl.read_csv(file, infer_schema_length=0) for file in sorted(data.glob("schedule/*.csv")))
    ids = {tricode: team_id for team_id, tricode in TRICODE_OF_ID.items()}
    at_home_first = pl.col("MATCHUP").str.contains("@", literal=True), pl.col("TEAM_ABBREVIATION")
    teams = pl.col("TEAM_ABBREVIATION").replace_strict(ids).sort_by(*at_home_first)
    games = frame.group_by(game_id="GAME_ID", game_date=pl.col("GAME_DATE").str.to_date())
    return games.agg(home_team_id=teams.first(), away_team_id=teams.last()).with_columns(game_day=DAY)


@pytest.fixture(scope="module")
def resolution(lines, box_scores, slate) -> Resolution:
    mentions = lines.select(MENTION_COLUMNS).unique().sort(MENTION_COLUMNS)
    people = box_scores.select("player_id", "player_name").unique()
    return resolve(mentions, people, stints_of(box_scores), slate)


@pytest.fixture(scope="module")
def checked(resolution, box_scores) -> pl.DataFrame:
    """Resolved mentions of players with a box score that day, with the team and matchup of the box score."""
    played = box_scores.select("player_id", "game_date", "matchup", played_for="team_id", played_game_id="game_id")
    return resolution.resolved.join(played, on=["player_id", "game_date"])


def test_nearly_every_row_of_the_real_lines_resolves(lines, box_scores, resolution):
    rows = lines.group_by(MENTION_COLUMNS).len("rows")
    resolved = resolution.resolved.join(rows, on=MENTION_COLUMNS, nulls_equal=True)
    refused = resolution.unresolved.join(rows, on=MENTION_COLUMNS, nulls_equal=True)
    plain = {compact(name) for name in box_scores["player_name"].unique()}
    baseline = lines["player_name"].map_elements(lambda name: compact(name) in plain, return_dtype=pl.Boolean)
    share = resolved["rows"].sum() / lines.height
    by_reason = refused.group_by("reason", "player_name").agg(pl.col("rows").sum()).sort("rows", descending=True)
    message = f"{share:.4%} of {lines.height} rows resolve; plain match {baseline.mean():.4%}; {by_reason.rows()}"
    print(message)
    assert resolved["rows"].sum() + refused["rows"].sum() == lines.height
    assert share >= 0.995, message
    assert share > baseline.mean(), message


def teams_of(matchup: str) -> set[int]:
    return {team_named(tricode).team_id for tricode in matchup.replace(" vs. ", " @ ").split(" @ ")}


def contradicts(row: dict[str, object]) -> bool:
    """Return whether the box score has other teams than the mention, or another game than the resolution."""
    names = [str(row[name]) for name in ("home_team", "away_team", "opponent") if row[name]]
    teams = {team_named(spelling).team_id for spelling in names}
    return not teams <= teams_of(str(row["matchup"])) or row["game_id"] not in (
        None,
        row["played_game_id"],
    )


def test_none_of_500_sampled_resolutions_contradicts_team_and_date(checked):
    wrong = [row for row in checked.sample(500, seed=20260208).to_dicts() if contradicts(row)]
    assert not wrong, f"{len(wrong)} of 500 contradict their box score: {wrong[:5]}"


def test_no_resolution_of_a_mention_with_a_team_contradicts_the_box_score(checked):
    with_teams = checked.filter(pl.any_horizontal(pl.col("home_team", "away_team", "opponent").is_not_null()))
    wrong = [row for row in with_teams.to_dicts() if contradicts(row)]
    print(f"{len(wrong)} of {with_teams.height} mentions with a team contradict their box score")
    assert not wrong, f"{len(wrong)} of {with_teams.height} contradict their box score: {wrong[:5]}"


def test_a_mention_without_teams_is_wrong_only_on_the_first_game_after_a_move(checked):
    bare = checked.filter(pl.all_horizontal(pl.col("home_team", "away_team", "opponent").is_null()))
    wrong = bare.filter(pl.col("team_id") != pl.col("played_for"))
    message = f"{wrong.height} of {bare.height} mentions without teams have the team before a move"
    print(message)
    assert wrong.height <= 0.001 * bare.height, message


def test_every_mention_of_a_scheduled_game_has_its_game_id(resolution, slate):
    with_teams = resolution.resolved.filter(pl.col("home_team").is_not_null() | pl.col("opponent").is_not_null())
    without = with_teams.filter(pl.col("game_id").is_null())
    message = f"{without.height} of {with_teams.height} have no game: {without.head(5).rows()}"
    print(message)
    assert without.height <= 0.001 * with_teams.height, message


def test_resolving_all_real_mentions_takes_less_than_thirty_times_as_long_as_sorting_them(lines, box_scores, slate):
    mentions = lines.select(*MENTION_COLUMNS, "book").unique().select(MENTION_COLUMNS)
    people, stints = box_scores.select("player_id", "player_name").unique(), stints_of(box_scores)
    times = ratio(lambda: resolve(mentions, people, stints, slate), lambda: mentions.sort(pl.all()))
    assert times < 30, f"{mentions.height} mentions took {times:.1f} times as long as to sort them"
