"""The predictions table: one row per game, player and system."""

from __future__ import annotations

from courtside.warehouse.schema import Table, boolean, date, integer, real, text, timestamp

DIRECTIONS = ("OVER", "UNDER", "PASS")
CALIBRATED, MARKET, NO_SOURCE = PROBABILITY_SOURCES = ("calibrated", "market", "none")
"""Source of a probability: a calibrator of earlier dates, the market's two real prices, or none."""

PREDICTIONS = Table(
    "predictions",
    "predictions",
    "What a system expects of a player in a game, beside the line it was compared with.",
    (
        text("game_id", "The game."),
        date("game_date", "Game date."),
        integer("player_id", "The player."),
        text("system", "The system that predicts."),
        integer("team_id", "His team, as known before the game."),
        integer("opponent_team_id", "The other team."),
        real("prediction", "Expected points, made without the line.", unit="points", minimum=0, maximum=60),
        real(
            "line",
            "The line compared with: a quoted one, the nearest to the consensus.",
            unit="points",
            nullable=True,
        ),
        real("consensus_line", "Median of the books' last pre-tip main lines.", unit="points", nullable=True),
        text("book", "The book that quoted the line.", nullable=True),
        real("over_price", "Its price of over.", unit="American odds", nullable=True),
        real("under_price", "Its price of under.", unit="American odds", nullable=True),
        timestamp("line_seen_at", "When it was seen; NULL where nobody noted it.", nullable=True),
        text(
            "line_timing",
            "Whether it was provably seen before tip-off.",
            nullable=True,
            allowed=("pre_tip", "untimed"),
        ),
        real("edge", "prediction − line.", unit="points", nullable=True),
        text(
            "direction",
            "Side taken; PASS where the edge is under a point.",
            nullable=True,
            allowed=DIRECTIONS,
        ),
        real(
            "probability_over",
            "Probability that the points exceed the line, given that they do not equal it.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        text(
            "probability_source",
            "Where it is from: a calibrator of earlier dates, the market's two prices, or there is none.",
            nullable=True,
            allowed=PROBABILITY_SOURCES,
        ),
        real(
            "confidence",
            "Probability of the side taken, given no push, between 0 and 1.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        real(
            "prediction_with_line",
            "Expected points with the line: the line and the share of the edge that earlier dates support.",
            unit="points",
            nullable=True,
        ),
        text("model_id", "The stored model it was made with; NULL for a formula.", nullable=True),
        text(
            "calibrator_id", "The stored calibrator of the probability; NULL where it is not calibrated.", nullable=True
        ),
        text("features_hash", "Hash of the inputs it was made from."),
        boolean("prediction_made_before_game", "Whether tip-off is known and was still to come."),
        real("feature_quality_score", "Quality of the row predicted from.", minimum=0, maximum=100),
        boolean("gate_passed", "Whether the quality gate let it through."),
        text("gate_reason", "Why it did not.", nullable=True),
        timestamp("tip_at", "Tip-off, where it is known.", nullable=True),
        text("model_code", "Public code name of the system."),
    ),
    key=("game_id", "player_id", "system"),
)

KINDS = ("points", "over")
STATUSES = ("candidate", "champion", "challenger", "retired")

MODELS = Table(
    "models",
    "predictions",
    "A trained model or calibrator: its file, its window, what it reads and what was measured.",
    (
        text("model_id", "System, first date and the beginning of the file's hash."),
        text("system", "The system it belongs to."),
        text("kind", "`points`: expected points; `over`: the probability of over.", allowed=KINDS),
        date("as_of", "The first date it may predict; it learned from earlier dates only."),
        date("window_start", "First game date it learned from."),
        date("window_end", "Last game date it learned from."),
        integer("rows", "Rows it learned from.", unit="count", minimum=1),
        text("inputs", "Names of its inputs in order, comma-separated."),
        text("file", "Its file below the models folder."),
        text("sha256", "SHA-256 of the file."),
        text("libraries", "Versions of the libraries that made it."),
        text("metrics", "What was measured on dates after those it had learned from, as JSON."),
        text("status", "Standing; a retired model predicts nothing.", allowed=STATUSES),
        text("status_reason", "Why it stands so.", nullable=True),
        timestamp("trained_at", "When it was trained."),
    ),
    key=("model_id",),
    date_column=None,
)
