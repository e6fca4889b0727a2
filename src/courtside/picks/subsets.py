"""The pick subsets: their definitions, and the picks they select from the champion's predictions."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from courtside.errors import ConfigError
from courtside.league.markets import MARKETS, Market
from courtside.league.odds import real_price_expr
from courtside.picks.tables import SIDES, require_grain

PACKAGED = "subsets.yaml"
EVEN = 0.5
"""The confidence used to rank a pick whose probability is not known."""
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIGNALS_OF_RULE: dict[str, tuple[str, ...]] = {"green_or_yellow": ("GREEN", "YELLOW")}
"""Signals that satisfy a rule; a rule that is not listed accepts every date, including those without a signal."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Subset(_Model):
    """One subset: the rules for its picks, and how many of the best it takes."""

    id: int = Field(ge=1)
    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    description: str = Field(min_length=1)
    min_edge: float = Field(ge=0, allow_inf_nan=False)
    direction: Literal["OVER", "UNDER", "any"]
    signal: Literal["green_or_yellow", "any"]
    top: int | None = Field(ge=1)


class Candidates(_Model):
    """Rules for the picks of every subset."""

    min_feature_quality: float = Field(ge=0, le=100)


class Composite(_Model):
    """Weights of the score that ranks picks; edge is in units of the market, confidence in 0–100."""

    edge: float = Field(ge=0, allow_inf_nan=False)
    confidence: float = Field(ge=0, allow_inf_nan=False)


class Definitions(_Model):
    """The subsets of one version, in order of id."""

    version: int = Field(ge=1)
    candidates: Candidates
    composite: Composite
    subsets: tuple[Subset, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _require_unique_and_ordered(self) -> Definitions:
        for name in ("id", "key", "name"):
            values = [getattr(subset, name) for subset in self.subsets]
            if len(set(values)) != len(values):
                raise ValueError(f"two subsets share a {name}: {values}")
        if [subset.id for subset in self.subsets] != sorted(subset.id for subset in self.subsets):
            raise ValueError("subsets must be in order of id")
        return self

    def of(self, market: Market) -> Definitions:
        """Return the definitions with the thresholds, weights and descriptions of a market.

        A threshold is the same multiple of the market's spread as of that of points, to one decimal.
        """
        subsets = []
        for subset in self.subsets:
            edge = round(market.from_points(subset.min_edge), 1)
            number = WORDS[int(edge)] if edge in range(len(WORDS)) else f"{edge:g}"
            label = market.label.removesuffix("s") if edge == 1 else market.label
            description = subset.description.replace("{edge}", f"{number} {label}")
            subsets.append(subset.model_copy(update={"min_edge": edge, "description": description}))
        weight = self.composite.edge / market.from_points(1.0)
        composite = self.composite.model_copy(update={"edge": weight})
        return self.model_copy(update={"subsets": tuple(subsets), "composite": composite})

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the subsets, in order of id."""
        return tuple(subset.key for subset in self.subsets)


def load_definitions(path: Path | None = None, market: Market = MARKETS[0]) -> Definitions:
    """Load the definitions for `market` from `path`, by default those of the package.

    Raises:
        ConfigError: naming the file, the entry and the field that is wrong.
    """
    return (_read(path) if path else _packaged()).of(market)


@cache
def _packaged() -> Definitions:
    return _read(resources.files("courtside.picks").joinpath(PACKAGED))


def _read(source: Traversable) -> Definitions:
    try:
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
        return Definitions.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source} is not YAML: {error}; correct it and run again") from error
    except ValidationError as error:
        raise ConfigError(f"{source}: {_explain(error, content)}; correct it and run again") from error


def _explain(error: ValidationError, content: Any) -> str:
    return "; ".join(f"{_place(each['loc'], content)}: {each['msg']}" for each in error.errors())


def _place(location: tuple[int | str, ...], content: Any) -> str:
    if len(location) < 2 or location[0] != "subsets":
        return ".".join(str(part) for part in location) or "the file"
    entry = content["subsets"][int(location[1])]
    name = entry.get("key", "no key") if isinstance(entry, dict) else repr(entry)
    return f"subsets entry {int(location[1]) + 1} ({name}), field {'.'.join(map(str, location[2:])) or 'all'}"


def qualified(predictions: pl.DataFrame, signals: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return every (game_date, subset_key, player_id) that meets a subset's rules, ranked, also beyond its top.

    `predictions` holds the champion's predictions; `signals` is the frame of `daily_signals`. The result has game_date,
    subset_key, rank (from 1, by composite descending, then player id), top (number the subset takes, NULL for all), the
    player game, prediction, line, book, price of the side, line_seen_at, line_timing, direction, edge (absolute, in
    points), confidence, probability_source, composite, feature_quality_score, tip_at and model_code, sorted by date,
    subset and rank. A missing confidence counts as 50 %, so that a line without a price neither gains nor loses rank.

    Raises:
        GrainError: where a player has two rows on a date, or a date has two signals.
    """
    require_grain(predictions, ("game_date", "player_id"), "predictions of the champion")
    require_grain(signals, ("game_date",), "signals")
    candidates = _candidates(predictions, definitions).join(
        signals.select("game_date", "signal"), on="game_date", how="left", validate="m:1"
    )
    rules = [candidates.filter(_meets(subset)).select(*_columns(subset)) for subset in definitions.subsets]
    picks = pl.concat(rules).sort(
        ["game_date", "subset_key", "composite", "player_id"], descending=[False, False, True, False]
    )
    by_subset = picks.group_by("game_date", "subset_key", maintain_order=True)
    ranks = by_subset.agg(pl.int_range(1, pl.len() + 1).alias("rank")).explode("rank")
    return picks.insert_column(2, ranks["rank"].cast(pl.Int64))


def select(predictions: pl.DataFrame, signals: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return the picks of every date: the `qualified` rows within their subset's top."""
    picks = qualified(predictions, signals, definitions)
    return picks.filter(pl.col("top").is_null() | (pl.col("rank") <= pl.col("top")))


def _candidates(predictions: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    weights = definitions.composite
    edge = (pl.col("prediction") - pl.col("line")).abs()
    return predictions.filter(
        pl.col("gate_passed"),
        pl.col("feature_quality_score") >= definitions.candidates.min_feature_quality,
        pl.col("line").is_not_null(),
        pl.col("direction").is_in(SIDES),
    ).with_columns(
        edge.alias("edge"),
        (weights.edge * edge + weights.confidence * 100 * pl.col("confidence").fill_null(EVEN)).alias("composite"),
        pl.when(pl.col("direction") == "OVER")
        .then(real_price_expr("over_price", "under_price", "book"))
        .otherwise(real_price_expr("under_price", "over_price", "book"))
        .alias("price"),
    )


def _meets(subset: Subset) -> pl.Expr:
    meets = pl.col("edge") >= subset.min_edge
    if subset.direction != "any":
        meets &= pl.col("direction") == subset.direction
    if subset.signal in SIGNALS_OF_RULE:
        meets &= pl.col("signal").is_in(SIGNALS_OF_RULE[subset.signal]).fill_null(False)
    return meets


def _columns(subset: Subset) -> tuple[str | pl.Expr, ...]:
    return (
        "game_date",
        pl.lit(subset.key).alias("subset_key"),
        pl.lit(subset.top, dtype=pl.Int64).alias("top"),
        *("player_id", "game_id", "team_id", "opponent_team_id", "prediction", "line", "book", "price"),
        *("line_seen_at", "line_timing", "direction", "edge", "confidence", "probability_source", "composite"),
        *("feature_quality_score", "tip_at", "model_code"),
    )
