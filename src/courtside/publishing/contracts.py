"""What the contracts of the public files are made of: shapes, file types, and how a document is rendered.

Shapes are strict: no key may be added or absent, no number may be NaN, and all that is listed has one order. Each
file's own shape stands in the module of its exporter.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

ROOT = "v1"
JSON_TYPE = "application/json; charset=utf-8"
_NEARLY = 1e-6
"""How near to a twentieth a value must be for its last written digit to matter."""


def one_decimal(value: float) -> float:
    """Return `value` with one decimal, half rounded up as it is written: 24.25 is 24.3."""
    twentieths = value * 20
    if abs(twentieths - round(twentieths)) > _NEARLY:
        return round(float(value), 1)
    return float(Decimal(repr(float(value))).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _has_one_decimal(value: float) -> float:
    if round(value, 1) != value:
        raise ValueError(f"{value!r} has more than one decimal")
    return value


def _is_utc(value: dt.datetime) -> dt.datetime:
    if value.utcoffset() != dt.timedelta(0):
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
    """A part of a public file: no key more, no key less."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Document(Shape):
    """A public file."""

    @property
    def is_empty(self) -> bool:
        """Whether the file holds nothing a reader came for."""
        raise NotImplementedError


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
        """Return whether `path` is one of this type."""
        fields = {"date": r"\d{4}-\d{2}-\d{2}", "player": r"\d+", "season": r"\d{4}-\d{2}"}
        return bool(re.fullmatch(self.path(**fields).replace(".json", r"\.json"), path))


@dataclass(frozen=True)
class Built:
    """One file ready to be written.

    `expects_nothing` tells that the source itself holds nothing for it, so that an empty document is right.
    """

    kind: FileType
    path: str
    document: Document
    expects_nothing: bool = False


def render(document: BaseModel | dict[str, Any]) -> bytes:
    """Return the file's bytes: UTF-8 JSON in the order of the contract, one line.

    Raises:
        ValueError: where a number is NaN or infinite.
    """
    if isinstance(document, BaseModel):
        return f"{document.model_dump_json()}\n".encode()
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode()


def json_schema(model: type[Document]) -> dict[str, Any]:
    """Return the JSON Schema of a public file."""
    return model.model_json_schema(mode="serialization")
