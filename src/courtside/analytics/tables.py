"""The analytics tables: games, team games, player games and the lines of resolved players."""

from __future__ import annotations

from courtside.clock import GameType
from courtside.league.markets import MARKET_COLUMN
from courtside.raw.tables import BOX_COUNTS
from courtside.warehouse.schema import Column, Table, boolean, date, integer, real, text, timestamp

GAME_TYPES = tuple(GameType)

DATED: tuple[Column, ...] = (
    date("game_date", "Game date."),
    integer("game_day", "Game date as days since 1970-01-01.", unit="days"),
    text("season", "Season of the game id, as `2024-25`."),
    text("game_type", "Type of the game id.", allowed=tuple(str(kind) for kind in GAME_TYPES)),
)

GAMES = Table(
    "games",
    "analytics",
    "A game of the schedule, reconciled from all providers.",
    (
        text("game_id", "The league's ten-digit game id."),
        *DATED,
        integer("home_team_id", "The home team (the first named, on a neutral court)."),
        integer("away_team_id", "The visiting team."),
        timestamp("tip_at", "Tip-off by the schedule, otherwise by a sportsbook.", nullable=True),
        text("status", "State of the game.", allowed=("scheduled", "in_progress", "final", "postponed")),
        boolean("is_neutral", "Whether the court is neutral; false where no provider states it."),
        boolean("is_counted", "Whether the game enters windows: regular season, play-in and playoffs."),
    ),
    key=("game_id",),
)

TEAM_GAMES = Table(
    "team_games",
    "analytics",
    "A team in a game, with its box score reconciled with the final score.",
    (
        text("game_id", "The league's ten-digit game id."),
        *DATED,
        integer("team_id", "The team."),
        integer("opponent_team_id", "The other team."),
        boolean("is_home", "Whether the team is the home team."),
        boolean("is_neutral", "Whether the court is neutral."),
        boolean("is_counted", "Whether the game enters windows."),
        boolean("is_final", "Whether the game is over."),
        integer("points", "Final score.", unit="points", nullable=True, minimum=0),
        integer("opponent_points", "The opponent's final score.", unit="points", nullable=True, minimum=0),
        integer("minutes", "Player minutes: 240, and 25 more for each overtime.", unit="minutes", nullable=True),
        integer("possessions_x100", "100·FGA + 44·FTA + 100·TOV − 100·OREB.", unit="1/100", nullable=True),
        integer("opponent_possessions_x100", "`possessions_x100` of the opponent.", unit="1/100", nullable=True),
        integer("usage_x100", "100·FGA + 44·FTA + 100·TOV of the team.", unit="1/100", nullable=True),
        integer("players_listed", "Players in the box score.", unit="count"),
        integer("players_points", "Points of the players listed.", unit="points"),
        integer("players_minutes", "Minutes of the players listed.", unit="minutes"),
        text(
            "box_status",
            "Whether the players' box score is complete: its points sum to the final score, and its minutes to at "
            "least 235, and 25 more for each overtime.",
            allowed=("complete", "partial", "missing", "not_final"),
        ),
    ),
    key=("game_id", "team_id"),
)

PLAYER_GAMES = Table(
    "player_games",
    "analytics",
    "A player's row of a box score, with the state of that box score.",
    (
        text("game_id", "The league's ten-digit game id."),
        *DATED,
        integer("player_id", "The player."),
        integer("team_id", "His team in the game."),
        integer("opponent_team_id", "The other team."),
        boolean("is_home", "Whether his team is the home team."),
        boolean("is_counted", "Whether the game enters windows."),
        boolean("did_play", "Whether he played: a statistic, minutes, or 0 (rounded) minutes and no comment."),
        integer("minutes", "Minutes played.", unit="minutes", nullable=True, minimum=0),
        integer("points", "Points scored.", unit="points", nullable=True, minimum=0),
        *BOX_COUNTS,
        text(
            "box_status",
            "State of his team's box score.",
            allowed=("complete", "partial", "missing", "not_final"),
        ),
    ),
    key=("game_id", "player_id"),
)

PLAYER_SHOTS = Table(
    "player_shots",
    "analytics",
    "A player's field goals of a game by zone, from the shot chart.",
    (
        text("game_id", "The league's ten-digit game id."),
        *DATED,
        integer("player_id", "The shooter."),
        integer("team_id", "His team in the game."),
        integer("opponent_team_id", "The team that defended."),
        integer("paint_fga", "Attempts in the paint, including the restricted area.", unit="count", minimum=0),
        integer("paint_fgm", "Made field goals in the paint.", unit="count", minimum=0),
        integer("mid_range_fga", "Attempts from mid-range.", unit="count", minimum=0),
        integer("mid_range_fgm", "Made field goals from mid-range.", unit="count", minimum=0),
        integer("three_fga", "Attempts from behind the arc.", unit="count", minimum=0),
        integer("three_fgm", "Made field goals from behind the arc.", unit="count", minimum=0),
    ),
    key=("game_id", "player_id"),
)

REPORT_STATES = ("listed", "submitted", "not_submitted")
TIMINGS = ("pre_tip", "in_game", "untimed", "unproven")

PLAYER_LINES = Table(
    "player_lines",
    "analytics",
    "A sportsbook's line of a resolved player at one snapshot, placed before or after tip-off.",
    (
        text("game_id", "The game the line is about."),
        date("game_date", "Game date."),
        integer("game_day", "Game date as days since 1970-01-01.", unit="days"),
        integer("player_id", "The player."),
        integer("team_id", "His team, where it was known before the game.", nullable=True),
        text("source", "Where the line was collected."),
        text("book", "Key of the sportsbook, one spelling for each book."),
        timestamp("seen_at", "When the book showed the line; NULL where the source gives no time.", nullable=True),
        real("line", "The line.", minimum=0),
        real("over_price", "Price of over.", unit="American odds", nullable=True),
        real("under_price", "Price of under.", unit="American odds", nullable=True),
        boolean("is_main", "Whether it is the book's main line of the snapshot; false for alternate lines."),
        timestamp("tip_at", "Tip-off, where it is known.", nullable=True),
        text(
            "timing",
            "`pre_tip`: shown before tip-off; `in_game`: after it; `untimed`: the source gives no time; `unproven`: "
            "tip-off is unknown and the snapshot is later than noon ET, the earliest possible tip-off.",
            allowed=TIMINGS,
        ),
        timestamp("known_at", "When the payload with the line was fetched."),
        MARKET_COLUMN,
    ),
    key=("game_id", "player_id", "source", "book", "seen_at", "line", "market"),
)

UNRESOLVED_NAMES = Table(
    "unresolved_names",
    "analytics",
    "Names in the lines that match no player for certain, with suggestions. Their lines are not used.",
    (
        date("game_date", "Game date of the line."),
        text("source", "Where the line was collected."),
        text("player_name", "The name as written."),
        text("reason", "Why the name was not resolved."),
        text("suggestions", "The most similar names with their similarity; none is applied.", nullable=True),
        integer("rows", "Raw lines that are not used.", unit="count", minimum=1),
        MARKET_COLUMN,
    ),
    key=("game_date", "source", "player_name", "reason", "market"),
)

INJURY_REPORTS = Table(
    "injury_reports",
    "analytics",
    "A player in a team's injury report for a game, or the state of the report itself, before or after tip-off.",
    (
        text("game_id", "The game."),
        date("game_date", "Game date."),
        integer("team_id", "The team of the report."),
        timestamp("report_at", "When the report was issued."),
        boolean("is_before_tip", "Whether it was issued before tip-off, or before noon ET where tip-off is unknown."),
        text("player_name", "The name as written; empty in the row of the team itself."),
        integer("player_id", "The player; NULL where the name was not resolved.", nullable=True),
        text("state", "`listed` for a player; `submitted` or `not_submitted` for the team.", allowed=REPORT_STATES),
        text("status", "The player's status.", nullable=True),
        text("reason", "Reason for the status, as written in the report.", nullable=True),
    ),
    key=("game_id", "team_id", "report_at", "player_name"),
)

ANALYTICS_TABLES = (GAMES, TEAM_GAMES, PLAYER_GAMES, PLAYER_SHOTS)
LINE_TABLES = (PLAYER_LINES, UNRESOLVED_NAMES, INJURY_REPORTS)
