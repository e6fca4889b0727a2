"""The predictions table: one row per game, player and system."""

from __future__ import annotations

from courtside.league.markets import MARKET_COLUMN
from courtside.warehouse.schema import Table, boolean, date, integer, real, text, timestamp

DIRECTIONS = ("OVER", "UNDER", "PASS")
CALIBRATED, MARKET, NO_SOURCE = PROBABILITY_SOURCES = ("calibrated", "market", "none")
"""Source of a probability: a calibrator of earlier dates, the market's two real prices, or none."""

PREDICTIONS = Table(
    "predictions",
    "predictions",
    "Expected points of each system for each player game, and the line they are compared with.",
    (
        text("game_id", "The game."),
        date("game_date", "Game date."),
        integer("player_id", "The player."),
        text("system", "The system that predicts."),
        integer("team_id", "His team, as known before the game."),
        integer("opponent_team_id", "The other team."),
        real("prediction", "Expected result, made without the line.", minimum=0, maximum=150),
        real(
            "line",
            "The book's line that is nearest to the consensus; the prediction is compared with it.",
            unit="points",
            nullable=True,
        ),
        real("consensus_line", "Median of the books' last pre-tip main lines.", unit="points", nullable=True),
        text("book", "The book that offered the line.", nullable=True),
        real("over_price", "The book's price of over.", unit="American odds", nullable=True),
        real("under_price", "The book's price of under.", unit="American odds", nullable=True),
        timestamp("line_seen_at", "When the line was shown; NULL where the source gives no time.", nullable=True),
        text(
            "line_timing",
            "`pre_tip`: the line was shown before tip-off; `untimed`: the source gives no time.",
            nullable=True,
            allowed=("pre_tip", "untimed"),
        ),
        real("edge", "prediction − line.", unit="points", nullable=True),
        text(
            "direction",
            "Side taken; PASS where the edge is under a point or the quality gate blocked the player.",
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
            "Source of the probability: a calibrator of earlier dates, the market's two prices, or none.",
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
            "Expected points with the line: the line plus a share of the edge that is fitted on earlier dates.",
            unit="points",
            nullable=True,
        ),
        text("model_id", "The stored model that predicted; NULL for a formula.", nullable=True),
        text(
            "calibrator_id", "The stored calibrator of the probability; NULL where it is not calibrated.", nullable=True
        ),
        text("features_hash", "Hash of the inputs of the prediction."),
        boolean("prediction_made_before_game", "Whether it was made before a known tip-off."),
        real("feature_quality_score", "Quality score of the feature row.", minimum=0, maximum=100),
        boolean("gate_passed", "Whether the player passed the quality gate."),
        text("gate_reason", "Why the quality gate blocked the player.", nullable=True),
        timestamp("tip_at", "Tip-off, where it is known.", nullable=True),
        text("model_code", "Public code name of the system."),
        MARKET_COLUMN,
        text(
            "reasons",
            "The champion's largest reasons where the edge is 3 points or more, as `scoring:6.1,minutes:2.9`.",
            nullable=True,
        ),
    ),
    key=("game_id", "player_id", "system", "market"),
)

CALIBRATION_ERROR = "calibration_error"
"""Name of the metric of a calibrator: its expected calibration error on dates after those it was fitted on."""

DISTRIBUTION = "distribution"
KINDS = ("points", "over", DISTRIBUTION)
STATUSES = ("candidate", "champion", "challenger", "retired")

MODELS = Table(
    "models",
    "predictions",
    "A trained model or calibrator: its file, training dates, inputs and metrics.",
    (
        text("model_id", "System, first date and the beginning of the file's hash."),
        text("system", "The system it belongs to."),
        text(
            "kind",
            "`points`: expected points; `over`: the probability of over; `distribution`: that of every result.",
            allowed=KINDS,
        ),
        date("as_of", "The first date it may predict; it was trained on earlier dates only."),
        date("window_start", "First game date it was trained on."),
        date("window_end", "Last game date it was trained on."),
        integer("rows", "Rows it was trained on.", unit="count", minimum=1),
        text("inputs", "Names of its inputs in order, comma-separated."),
        text("file", "Its file below the models folder."),
        text("sha256", "SHA-256 of the file."),
        text("libraries", "Versions of the libraries that trained it."),
        text("metrics", "Metrics on dates after the training dates, as JSON."),
        text("status", "Status; a retired model is not used.", allowed=STATUSES),
        text("status_reason", "Reason for the status.", nullable=True),
        timestamp("trained_at", "When it was trained."),
        MARKET_COLUMN,
    ),
    key=("model_id",),
    date_column=None,
)
