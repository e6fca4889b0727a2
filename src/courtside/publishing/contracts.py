"""The contract of the public files: their paths, cache ages and shapes, and how they are rendered.

Shapes are strict: no key may be added or absent, no number may be NaN, and all that is listed has one order.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from courtside.picks.signal import PublicWord

ROOT = "v1"
JSON_TYPE = "application/json; charset=utf-8"
GROUP_IDS = tuple(str(number) for number in range(1, 9))


def one_decimal(value: float) -> float:
    """Return `value` with one decimal, half rounded up as it is written: 24.25 is 24.3."""
    return float(Decimal(repr(float(value))).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _has_one_decimal(value: float) -> float:
    if one_decimal(value) != value:
        raise ValueError(f"{value!r} has more than one decimal")
    return value


def _is_utc(value: dt.datetime) -> dt.datetime:
    if value.utcoffset() != dt.timedelta(0):
        raise ValueError(f"{value.isoformat()} is not UTC")
    return value


OneDecimal = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_has_one_decimal)]
UtcInstant = Annotated[AwareDatetime, AfterValidator(_is_utc)]
Side = Literal["OVER", "UNDER"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Tally(_Shape):
    """Wins and losses of a window; `pct` is null where there are none."""

    wins: int = Field(ge=0)
    losses: int = Field(ge=0)
    pct: OneDecimal | None


class Record(_Shape):
    """A subset's record since the season's first day, the 1st of the month and Monday."""

    season: Tally
    month: Tally
    week: Tally


class Pick(_Shape):
    """A published pick."""

    player: str = Field(min_length=1)
    team: str = Field(pattern=r"^[A-Z]{3}$")
    opponent: str = Field(pattern=r"^[A-Z]{3}$")
    prediction: OneDecimal
    line: OneDecimal
    direction: Side


class GradedPick(Pick):
    """A published pick with what happened; both null while it is not graded."""

    actual: int | None
    result: Literal["hit", "miss", "push", "void"] | None


class PicksGroup(_Shape):
    """The picks of one subset on one date, with its record up to and without that date."""

    id: str
    name: str
    record: Record
    picks: tuple[Pick, ...]


class SeasonDate(_Shape):
    """The picks of one subset on one date of a season."""

    date: dt.date
    signal: PublicWord | None
    picks: tuple[GradedPick, ...]


class SeasonGroup(_Shape):
    """One subset over a season, newest date first, with its record up to the last graded date."""

    id: str
    name: str
    record: Record
    dates: tuple[SeasonDate, ...]

    @model_validator(mode="after")
    def _newest_first(self) -> SeasonGroup:
        days = [entry.date for entry in self.dates]
        if days != sorted(set(days), reverse=True):
            raise ValueError(f"group {self.id}: dates stand once each, newest first")
        return self


class Document(_Shape):
    """A public file."""

    @property
    def is_empty(self) -> bool:
        """Whether the file holds nothing a reader came for."""
        raise NotImplementedError


class SubsetPicks(Document):
    """`picks/{date}.json`: the picks of a date by subset."""

    date: dt.date
    generated_at: UtcInstant
    model: str | None
    signal: PublicWord | None
    groups: tuple[PicksGroup, ...]

    @model_validator(mode="after")
    def _all_groups(self) -> SubsetPicks:
        _require_all_groups([group.id for group in self.groups])
        return self

    @property
    def is_empty(self) -> bool:
        """Whether no group holds a pick."""
        return not any(group.picks for group in self.groups)


class SeasonSubsets(Document):
    """`subsets/season.json`: every published date of a season by subset."""

    generated_at: UtcInstant
    model: str | None
    season: str = Field(pattern=r"^\d{4}-\d{2}$")
    groups: tuple[SeasonGroup, ...]

    @model_validator(mode="after")
    def _all_groups(self) -> SeasonSubsets:
        _require_all_groups([group.id for group in self.groups])
        return self

    @property
    def is_empty(self) -> bool:
        """Whether no date holds a pick."""
        return not any(entry.picks for group in self.groups for entry in group.dates)


def _require_all_groups(ids: list[str]) -> None:
    if tuple(ids) != GROUP_IDS:
        raise ValueError(f"groups are {ids}; a file holds groups 1 to 8, each once, in order")


@dataclass(frozen=True)
class FileType:
    """A type of public file: its name, path under the root, cache age in seconds, and shape if built."""

    name: str
    template: str
    max_age: int
    model: type[Document] | None = None

    def path(self, **parts: object) -> str:
        """Return the path of one file, as `v1/picks/2026-02-07.json`."""
        return f"{ROOT}/{self.template.format(**parts)}"

    def holds(self, path: str) -> bool:
        """Return whether `path` is one of this type."""
        fields = {"date": r"\d{4}-\d{2}-\d{2}", "player": "[^/]+", "name": "[^/]+", "season": r"\d{4}-\d{2}"}
        return bool(re.fullmatch(self.path(**fields).replace(".json", r"\.json"), path))


SUBSET_PICKS = FileType("subset-picks", "picks/{date}.json", 300, SubsetPicks)
SEASON_SUBSETS = FileType("season-subsets", "subsets/season.json", 3600, SeasonSubsets)
SEASON_ARCHIVE = FileType("season-subsets", "subsets/seasons/{season}.json", 3600, SeasonSubsets)
FILE_TYPES: tuple[FileType, ...] = (
    SUBSET_PICKS,
    SEASON_SUBSETS,
    SEASON_ARCHIVE,
    FileType("daily-signals", "signals/{date}.json", 300),
    FileType("subset-performance", "subsets/performance.json", 3600),
    FileType("subset-definitions", "systems/subsets.json", 86400),
    FileType("performance", "systems/performance.json", 3600),
    FileType("predictions", "predictions/{date}.json", 3600),
    FileType("predictions", "predictions/today.json", 300),
    FileType("results", "results/{date}.json", 86400),
    FileType("results", "results/latest.json", 300),
    FileType("best-bets", "best-bets/{date}.json", 86400),
    FileType("best-bets", "best-bets/latest.json", 300),
    FileType("tonight", "tonight/all-players.json", 300),
    FileType("players", "players/{player}.json", 3600),
    FileType("quality", "quality/training.json", 3600),
    FileType("quality", "quality/{date}.json", 3600),
    FileType("status", "status.json", 60),
    FileType("schemas", "schemas/{name}.json", 86400),
)
"""Every type of public file; those without a model are not built yet."""


def max_age_of(path: str) -> int | None:
    """Return how many seconds a public file may be cached; None for a path of no contract."""
    return next((kind.max_age for kind in FILE_TYPES if kind.holds(path)), None)


def render(document: BaseModel | dict[str, Any]) -> bytes:
    """Return the file's bytes: UTF-8 JSON in the order of the contract, one line.

    Raises:
        ValueError: where a number is NaN or infinite.
    """
    content = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode()


def json_schema(model: type[Document]) -> dict[str, Any]:
    """Return the JSON Schema of a public file."""
    return model.model_json_schema(mode="serialization")


def schema_files() -> dict[str, bytes]:
    """Return the schemas to publish beside the files, by path."""
    built = ((kind.name, kind.model) for kind in FILE_TYPES)
    return {f"{ROOT}/schemas/{name}.json": render(json_schema(model)) for name, model in built if model}
