"""The raw tables: every row as a provider delivered it, with its payload and the time from which it was known.

A raw row is never changed. A newer payload with other content for the same natural key adds a row with a later
`known_at`; the current row of a key has the latest `known_at`. A version's `known_at` is always after that of the
version it replaces.
"""

from __future__ import annotations

from courtside.league.markets import MARKET_COLUMN
from courtside.warehouse.schema import Column, Table, boolean, date, integer, real, text, timestamp

PROVENANCE: tuple[Column, ...] = (
    timestamp("known_at", "When the payload with this row was fetched; always after the version that it replaces."),
    text("payload_id", "SHA-256 of the payload the row came from."),
    integer("row_hash", "Hash of the row's own columns; the same content has the same hash."),
)

BOX_COUNTS: tuple[Column, ...] = tuple(
    integer(name, sentence, nullable=True, minimum=0, maximum=500, unit="count")
    for name, sentence in (
        ("fgm", "Field goals made."),
        ("fga", "Field goals attempted."),
        ("fg3m", "Three-pointers made."),
        ("fg3a", "Three-pointers attempted."),
        ("ftm", "Free throws made."),
        ("fta", "Free throws attempted."),
        ("oreb", "Offensive rebounds."),
        ("dreb", "Defensive rebounds."),
        ("ast", "Assists."),
        ("stl", "Steals."),
        ("blk", "Blocks."),
        ("tov", "Turnovers."),
        ("pf", "Personal fouls."),
    )
)

RAW_PLAYER_BOX = Table(
    "raw_player_box",
    "raw",
    "A player's row of a box score, as the provider delivered it.",
    (
        text("game_id", "The league's ten-digit game id."),
        date("game_date", "Game date."),
        integer("player_id", "The league's player id."),
        text("player_name", "The player's name as the provider writes it."),
        integer("team_id", "The league's team id."),
        text("matchup", "`LAL vs. GSW` at home, `LAL @ GSW` away."),
        integer("minutes", "Minutes played.", unit="minutes", nullable=True, minimum=0, maximum=90),
        integer("points", "Points scored.", unit="points", nullable=True, minimum=0, maximum=150),
        *BOX_COUNTS,
        integer(
            "plus_minus",
            "Score difference while on the floor.",
            unit="points",
            nullable=True,
            minimum=-200,
            maximum=200,
        ),
        text("start_position", "Position of a starter, where the payload has it.", nullable=True),
        text("comment", "Why the player did not play, where the payload has it.", nullable=True),
        *PROVENANCE,
    ),
    key=("game_id", "player_id", "known_at", "row_hash"),
)

RAW_TEAM_BOX = Table(
    "raw_team_box",
    "raw",
    "A team's row of a box score with the final score, as the provider delivered it.",
    (
        text("game_id", "The league's ten-digit game id."),
        date("game_date", "Game date."),
        integer("team_id", "The league's team id."),
        text("matchup", "`LAL vs. GSW` at home, `LAL @ GSW` away."),
        integer(
            "minutes",
            "Player minutes of the team: 240, and 25 more for each overtime.",
            unit="minutes",
            minimum=0,
            maximum=1000,
        ),
        integer("points", "Final score of the team.", unit="points", minimum=0, maximum=250),
        *BOX_COUNTS,
        *PROVENANCE,
    ),
    key=("game_id", "team_id", "known_at", "row_hash"),
)

RAW_SCHEDULE = Table(
    "raw_schedule",
    "raw",
    "A game of the schedule, as one provider delivered it.",
    (
        text("provider", "The provider of the schedule.", allowed=("cdn", "game_log")),
        text("game_id", "The league's ten-digit game id."),
        date("game_date", "Game date."),
        integer("home_team_id", "The home team (the first named, on a neutral court)."),
        integer("away_team_id", "The visiting team."),
        timestamp("tip_at", "Scheduled tip-off, where the payload has it.", nullable=True),
        text("status", "State of the game.", allowed=("scheduled", "in_progress", "final", "postponed")),
        boolean("is_neutral", "Whether the court is neutral, where the payload states it.", nullable=True),
        integer(
            "home_points", "Score of the home team, once final.", unit="points", nullable=True, minimum=0, maximum=250
        ),
        integer(
            "away_points", "Score of the visitors, once final.", unit="points", nullable=True, minimum=0, maximum=250
        ),
        *PROVENANCE,
    ),
    key=("provider", "game_id", "known_at", "row_hash"),
)

RAW_LINES = Table(
    "raw_lines",
    "raw",
    "A sportsbook's line for a player at one snapshot, with the name as the book writes it.",
    (
        text("source", "Where the line was collected, e.g. `the_odds_api`."),
        date("game_date", "Game date."),
        timestamp("snapshot_at", "When the book showed the line; NULL where the source gives no time.", nullable=True),
        timestamp("commence_at", "Tip-off by the book.", nullable=True),
        text("event_id", "The provider's id of the event.", nullable=True),
        text("home_team", "Home team as the provider writes it.", nullable=True),
        text("away_team", "Visiting team as the provider writes it.", nullable=True),
        text("opponent", "The player's opponent as the provider writes it.", nullable=True),
        text("player_name", "The player's name as the provider writes it."),
        text("book", "Key of the sportsbook."),
        real("line", "The line.", minimum=0, maximum=150),
        real("over_price", "Price of over.", unit="American odds", nullable=True),
        real("under_price", "Price of under.", unit="American odds", nullable=True),
        MARKET_COLUMN,
        *PROVENANCE,
    ),
    key=(
        "source",
        "game_date",
        "player_name",
        "book",
        "snapshot_at",
        "line",
        "event_id",
        "market",
        "known_at",
        "row_hash",
    ),
)

RAW_SHOTS = Table(
    "raw_shots",
    "raw",
    "A shot of a shot chart.",
    (
        text("game_id", "The league's ten-digit game id."),
        date("game_date", "Game date."),
        integer("player_id", "The shooter."),
        integer("team_id", "His team."),
        integer("period", "Period: 1 to 4 for quarters, 5 and above for overtimes.", minimum=1, maximum=12),
        integer("seconds_left", "Seconds left in the period.", unit="seconds", minimum=0, maximum=720),
        text("shot_type", "2 or 3 points attempted.", allowed=("2PT", "3PT")),
        text("zone", "Basic zone of the floor, by the league's name."),
        integer("distance", "Distance of the shot.", unit="feet", minimum=0, maximum=100),
        boolean("is_made", "Whether the shot was made."),
        real("x", "Location across the floor.", unit="feet"),
        real("y", "Location along the floor.", unit="feet"),
        integer("seq", "Order in the payload of shots that are equal in all other key columns.", minimum=0),
        *PROVENANCE,
    ),
    key=("game_id", "player_id", "period", "seconds_left", "seq", "known_at", "row_hash"),
)

RAW_INJURIES = Table(
    "raw_injuries",
    "raw",
    "The official injury report: a player whom a team lists for a game, or whether the team has submitted its report.",
    (
        date("game_date", "Game date."),
        timestamp("report_at", "When the report was issued."),
        text("matchup", "`MIL@SAS`: visitors first."),
        integer("team_id", "The team of the report."),
        text("player_name", "The player, given name first; empty in the row of the team itself."),
        text(
            "state",
            "`listed` for a player; `submitted` or `not_submitted` for the team. Players whom a submitted report does "
            "not list are expected to play; nothing is known about players of a team that has not submitted.",
            allowed=("listed", "submitted", "not_submitted"),
        ),
        text(
            "status",
            "The player's status.",
            nullable=True,
            allowed=("Available", "Probable", "Questionable", "Doubtful", "Out"),
        ),
        text("reason", "Reason for the status, as written in the report.", nullable=True),
        timestamp("tip_at", "Tip-off by the report.", nullable=True),
        *PROVENANCE,
    ),
    key=("report_at", "game_date", "team_id", "player_name", "known_at", "row_hash"),
)

PAYLOAD_LOG = Table(
    "payload_log",
    "raw",
    "Append-only: every payload that was ingested or refused, with its kind and the counts of its rows.",
    (
        text("payload_id", "SHA-256 of the bytes."),
        integer("seq", "Order of arrival.", minimum=1),
        text("source", "Where it came from: `files`, `simulated` or a provider."),
        text("name", "File name or request key."),
        text("kind", "Kind that was recognised; NULL where none was.", nullable=True),
        timestamp("fetched_at", "When it was fetched."),
        integer("size_bytes", "Size as delivered.", unit="bytes", minimum=0),
        text("status", "Result of the ingestion.", allowed=("ingested", "already_there", "refused", "empty")),
        integer("rows_read", "Rows of the payload.", minimum=0),
        integer("rows_new", "Rows with a new key or new content.", minimum=0),
        integer("rows_known", "Rows that were already stored.", minimum=0),
        integer("rows_refused", "Rows that could not be used.", minimum=0),
        text("reason", "Why the payload, or some of its rows, were refused.", nullable=True),
    ),
    key=("seq",),
    date_column=None,
)

NATURAL_KEYS: dict[str, tuple[str, ...]] = {
    "raw_player_box": ("game_id", "player_id"),
    "raw_team_box": ("game_id", "team_id"),
    "raw_schedule": ("provider", "game_id"),
    "raw_lines": ("source", "game_date", "player_name", "book", "snapshot_at", "line", "event_id", "market"),
    "raw_shots": ("game_id", "player_id", "period", "seconds_left", "seq"),
    "raw_injuries": ("report_at", "game_date", "team_id", "player_name"),
}
"""The natural key of each raw table; versions of one key differ in `known_at`."""

RAW_TABLES: tuple[Table, ...] = (RAW_PLAYER_BOX, RAW_TEAM_BOX, RAW_SCHEDULE, RAW_LINES, RAW_SHOTS, RAW_INJURIES)
"""The typed raw tables a parser may fill."""
