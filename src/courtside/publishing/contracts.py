"""The parts of a public file's contract: shapes and file types, and the rendering of a document.

Shapes are strict: no key may be added or absent, no number may be NaN, and every list has a defined order. The shape of
each file is in the module of its exporter.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

import polars as pl
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from courtside.league.markets import POINTS

ROOT = "v1"
JSON_TYPE = "application/json; charset=utf-8"


def one_decimal(value: float) -> float:
    """Return `value` with one decimal, half rounded up on its decimal digits: 24.25 becomes 24.3."""
    size = abs(value)
    tenths = math.floor(size * 10)
    half = (2 * tenths + 1) / 20
    return math.copysign((tenths + (size >= half)) / 10, value)


def _has_one_decimal(value: float) -> float:
    if round(10 * value) / 10 != value:
        raise ValueError(f"{value!r} has more than one decimal")
    return value


def _is_utc(value: dt.datetime) -> dt.datetime:
    if value.utcoffset():
        raise ValueError(f"{value.isoformat()} is not UTC")
    return value


OneDecimal = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_has_one_decimal)]
UtcInstant = Annotated[AwareDatetime, AfterValidator(_is_utc)]
Side = Literal["OVER", "UNDER"]
Kind = Literal["LIVE", "BACKTEST"]
Result = Literal["hit", "miss", "push", "void"]
ProbabilitySource = Literal["calibrated", "market", "none"]
Tricode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
PlayerId = Annotated[int, Field(ge=1, description="The league's public number of the player.")]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), AfterValidator(_has_one_decimal)]


class Shape(BaseModel):
    """A part of a public file; it has exactly the keys of its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Document(Shape):
    """A public file."""

    @property
    def is_empty(self) -> bool:
        """Whether the file has no content apart from dates, names and settings."""
        raise NotImplementedError


D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class FileType:
    """A type of public file: its name, the template of its path under the root, cache age in seconds, and shape."""

    name: str
    template: str
    max_age: int
    model: type[Document]

    def path(self, **parts: object) -> str:
        """Return the path of one file, as `v1/picks/2026-02-07.json`."""
        return f"{ROOT}/{self.template.format(**parts)}"

    def holds(self, path: str) -> bool:
        """Return whether `path` is one of this type, of points or of another market."""
        return bool(self._pattern.fullmatch(path))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        fields = {"date": r"\d{4}-\d{2}-\d{2}", "player": r"\d+", "season": r"\d{4}-\d{2}"}
        own = self.template.format(**fields).replace(".json", r"\.json")
        return re.compile(rf"{ROOT}/(?:markets/[a-z0-9_]+/)?{own}")


def market_path(path: str, market: str) -> str:
    """Return the path of a market's file: `v1/picks/…` for points, `v1/markets/rebounds/picks/…` for another."""
    return path if market == POINTS else f"{ROOT}/markets/{market}/{path.removeprefix(f'{ROOT}/')}"


@dataclass(frozen=True)
class Built:
    """One file ready to be written: its bytes, and whether its document is empty.

    The document itself is not kept, since the parts of a large one take many times the memory of its bytes.
    `expects_nothing` states that the source has no rows for the file, so that an empty document is correct.
    """

    kind: FileType
    path: str
    content: bytes
    is_empty: bool
    expects_nothing: bool = False

    @classmethod
    def of(cls, kind: FileType, path: str, document: Document, expects_nothing: bool = False) -> Self:
        """Return the file of a document.

        Raises:
            ValueError: where the document has another shape than the file's type.
        """
        if type(document) is not kind.model:
            raise ValueError(f"{path} with a {type(document).__name__} is not a {kind.name} file")
        return cls(kind, path, render(document), document.is_empty, expects_nothing)

    @property
    def document(self) -> Document:
        """The document, parsed from the bytes."""
        return self.kind.model.model_validate_json(self.content)


def render(document: BaseModel | dict[str, Any]) -> bytes:
    """Return the file's bytes: UTF-8 JSON in the order of the contract, one line.

    Raises:
        ValueError: where a number is NaN or infinite.
    """
    if isinstance(document, BaseModel):
        return f"{document.model_dump_json()}\n".encode()
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode()


def documents(model: type[D], rows: pl.DataFrame) -> Iterator[tuple[D, bytes]]:
    """Yield the document of each row and its bytes. The columns are the fields of `model`, its parts structs and lists.

    Polars writes the rows as JSON, which takes a fraction of the time that Python objects of every part take. The
    contract validates these bytes, and the largest file must be the one that `render` returns.

    Raises:
        ValueError: where a number is NaN or infinite, or a row does not have the shape of `model`.
    """
    for column in rows:
        _require_finite(column)
    lines = rows.select(line=pl.concat_str(pl.struct(pl.all()).struct.json_encode(), pl.lit("\n")).cast(pl.Binary))
    largest = lines["line"].bin.size().arg_max()
    for place, content in enumerate(lines["line"]):
        document = model.model_validate_json(content)
        if place == largest and content != render(document):
            raise ValueError(f"the columns of a {model.__name__} do not give the bytes of its contract")
        yield document, content


def _require_finite(values: pl.Series) -> None:
    """Refuse a number that JSON cannot hold; Polars would write it as null."""
    if isinstance(values.dtype, pl.List):
        _require_finite(values.explode())
    elif isinstance(values.dtype, pl.Struct):
        for part in values.struct.unnest():
            _require_finite(part)
    elif values.dtype.is_float() and not values.is_finite().all():
        raise ValueError(f"a number of {values.name!r} is NaN or infinite")


def json_schema(model: type[Document]) -> dict[str, Any]:
    """Return the JSON Schema of a public file."""
    return model.model_json_schema(mode="serialization")
