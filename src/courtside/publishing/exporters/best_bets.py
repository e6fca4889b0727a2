"""`best-bets/{date}.json` and `best-bets/latest.json`: the ranked picks of a day with all details."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import polars as pl
from pydantic import Field

from courtside.picks.signal import PublicWord, public_word
from courtside.picks.subsets import Subset
from courtside.predictions.reasons import parsed
from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import (
    Built,
    Document,
    FileType,
    Kind,
    OneDecimal,
    Percent,
    PlayerId,
    ProbabilitySource,
    Result,
    Shape,
    Side,
    Tricode,
    UtcInstant,
)
from courtside.publishing.exporters.games import RecentGame, RecentGames, SlateGame, slates
from courtside.publishing.exporters.pick_values import PickValue, pick_value
from courtside.publishing.exporters.rows import Badge, rounded, utc
from courtside.publishing.exporters.slate import current_picks, require_predictions
from courtside.publishing.world import World


class Form(Shape):
    """Mean points of the player's last 5 and 10 games and of the season; null where there are too few games."""

    last_5: OneDecimal | None
    last_10: OneDecimal | None
    season: OneDecimal | None


class Reason(Shape):
    """How many points a group of inputs moves the prediction from the average player of the date.

    Groups: scoring, shots, minutes, opponent, rest, venue, team, availability. Reasons do not add up to the prediction.
    """

    group: str
    points: OneDecimal


class Bet(Shape):
    """A published pick, best first, with its result once it is graded.

    `probability` is that of the side picked in %, given no push. `probability_source` is `calibrated` (fitted on
    earlier dates), `market` (from the market's two prices) or `none`. `seen_at` is null where the source gives no time
    for the line. `kind` is LIVE where pick and line preceded tip-off, otherwise BACKTEST. `last_10` holds the player's
    last games of the year before the date, newest first. `reasons` has the largest first, and is empty where the model
    of the date has none. `value` holds the best
    offers and the expected value.
    """

    rank: int = Field(ge=1)
    id: PlayerId
    player: str = Field(min_length=1)
    team: Tricode
    opponent: Tricode
    prediction: OneDecimal
    line: OneDecimal
    direction: Side
    edge: OneDecimal
    probability: Percent | None
    probability_source: ProbabilitySource
    book: str | None
    price: int | None
    seen_at: UtcInstant | None
    published_at: UtcInstant
    tip_at: UtcInstant | None
    kind: Kind
    quality: Badge
    form: Form
    last_10: tuple[RecentGame, ...]
    reasons: tuple[Reason, ...]
    groups: tuple[str, ...]
    actual: int | None
    result: Result | None
    value: PickValue | None


class GroupReason(Shape):
    """The number of picks of a subset on the day; `reason` says why there are none."""

    id: str
    name: str
    picks: int = Field(ge=0)
    reason: str | None


class BestBets(Document):
    """The picks of a day, one per player, best first; `kind` is that of the date's first publication."""

    date: dt.date
    generated_at: UtcInstant
    model: str | None
    signal: PublicWord | None
    kind: Kind
    games: tuple[SlateGame, ...]
    groups: tuple[GroupReason, ...]
    bets: tuple[Bet, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no pick was published."""
        return not self.bets


BEST_BETS = FileType("best-bets", "best-bets/{date}.json", 86400, BestBets)
LATEST_BEST_BETS = FileType("best-bets", "best-bets/latest.json", 300, BestBets)


def files(world: World) -> Iterator[Built]:
    """Yield the file of each published date, and `latest` where the newest published date is among the dates."""
    picks = current_picks(world)
    days = {row["game_date"]: row for row in world.days.iter_rows(named=True)}
    kinds = dict(world.publications.filter(version=1).select("game_date", "kind").iter_rows())
    newest = max(days, default=None)
    held_dates = _held_dates(world)
    reasons = _reasons(world)
    games = slates(world)
    recent = world.share("recent_games", lambda: RecentGames.of_picks(world))
    for date in world.dates:
        if (day := days.get(date)) is None:
            continue
        rows = [row | {"value": pick_value(world, row)} for row in picks.get(date, [])]
        document = BestBets(
            date=date,
            generated_at=utc(world.now),
            model=public_code(day["model_code"]) if day["model_code"] else None,
            signal=public_word(day["signal"]),
            kind=kinds[date],
            games=games.get(date, ()),
            groups=tuple(
                _group(subset, day, rows, date in held_dates, world.market.label)
                for subset in world.definitions.subsets
            ),
            bets=tuple(
                _bet(rank, date, row, world.feature_rows, recent, reasons) for rank, row in enumerate(rows, start=1)
            ),
        )
        yield Built(BEST_BETS, BEST_BETS.path(date=date), document, day["picks"] == 0)
        if date == newest:
            yield Built(LATEST_BEST_BETS, LATEST_BEST_BETS.path(), document, day["picks"] == 0)


def _bet(
    rank: int,
    date: dt.date,
    row: dict[str, Any],
    feature_rows: dict[tuple[str, int], dict[str, Any]],
    recent: RecentGames,
    reasons: dict[tuple[str, int], tuple[Reason, ...]],
) -> Bet:
    key = (row["game_id"], row["id"])
    values = feature_rows.get(key, {})
    form = Form(**{name: rounded(values.get(f"points_avg_{name}")) for name in Form.model_fields})
    own: dict[str, Any] = {"rank": rank, "form": form, "reasons": reasons.get(key, ())}
    own["last_10"] = recent.before(row["id"], date)
    return Bet(**own, **{name: row[name] for name in Bet.model_fields if name not in own})


def _reasons(world: World) -> dict[tuple[str, int], tuple[Reason, ...]]:
    """Return the stored reasons of the champion's predictions of the exported dates."""
    known = world.predictions.filter(pl.col("reasons").is_not_null()).select("game_id", "player_id", "reasons")
    return {
        (game_id, player_id): tuple(Reason(group=group, points=points) for group, points in parsed(text))
        for game_id, player_id, text in known.iter_rows()
    }


def _held_dates(world: World) -> set[dt.date]:
    """Return the exported dates on which the quality gate blocked every prediction with a line.

    Raises:
        ExportRefusedError: where stored predictions were not returned by the query.
    """
    without = world.days.filter(pl.col("predictions_with_line") == 0)["game_date"]
    require_predictions(world, [day for day in without if day in world.dates])
    days = world.predictions.filter(pl.col("line").is_not_null()).group_by("game_date").agg(pl.col("gate_passed").any())
    return set(days.filter(~pl.col("gate_passed"))["game_date"])


def _group(subset: Subset, day: dict[str, Any], rows: list[dict[str, Any]], is_held: bool, label: str) -> GroupReason:
    picks = sum(str(subset.id) in row["groups"] for row in rows)
    reason = None if picks else _reason_without_picks(subset, day, is_held, label)
    return GroupReason(id=str(subset.id), name=subset.name, picks=picks, reason=reason)


def _reason_without_picks(subset: Subset, day: dict[str, Any], is_held: bool, label: str) -> str:
    if day["predictions_with_line"] == 0 and is_held:
        return "Every prediction with a line was held back: the data behind it was not good enough."
    if day["predictions_with_line"] == 0:
        return "No prediction had a line to compare with."
    if subset.signal == "green_or_yellow" and day["signal"] is None:
        return "This subset needs a signal, and it takes 10 predictions with a line to give one."
    if subset.signal == "green_or_yellow" and day["signal"] == "RED":
        return "This subset sits out challenging days: fewer than a quarter of the predictions were OVER."
    side = "" if subset.direction == "any" else f" {subset.direction}"
    predictions = f"{day['predictions_with_line']} predictions with a line"
    return f"None of {predictions} was{side} by {subset.min_edge:g} {label} or more on good data."
