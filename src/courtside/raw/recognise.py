"""Recognition of payloads: find the shape from the content, never from the file name, and call its parser."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from courtside.errors import PayloadRefusedError
from courtside.raw import cdn_schedule, game_log_schedule, injuries, league_game_log, lines, odds_api, shots
from courtside.raw.bounds import LIMIT_BYTES, PDF_BYTES, refuse_above, refuse_large_json
from courtside.raw.containers import unpacked
from courtside.raw.parsed import Parsed
from courtside.raw.sheets import CsvSheet, ListSheet, ParquetSheet, Sheet, require
from courtside.sources.payload import Payload

ENOUGH = 0.6
"""Share of a shape's columns at which a sheet is recognised as that shape, so that missing columns can be named."""

_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Content:
    """The content of a payload: its sheets, and the document they belong to, if any."""

    sheets: tuple[Sheet, ...] = ()
    document: Any = None
    pdf: bytes = b""


@dataclass(frozen=True)
class Shape:
    """A shape of payloads: the test that recognises it, and its parser."""

    name: str
    fits: Callable[[Content], bool]
    parse: Callable[[Content], Parsed]


def _sheet_shape(
    name: str,
    columns: Sequence[str],
    parse: Callable[[Sheet], Parsed],
    any_of: Sequence[str] = (),
    none_of: Sequence[str] = (),
) -> Shape:
    """Return a shape of sheets with enough of `columns`, at least one of `any_of`, and none of `none_of`."""

    def fits(sheet: Sheet) -> bool:
        held = set(sheet.header)
        enough = len(held.intersection(columns)) >= ENOUGH * len(columns)
        return enough and (not any_of or not held.isdisjoint(any_of)) and held.isdisjoint(none_of)

    def parse_sheet(content: Content) -> Parsed:
        sheet = next(sheet for sheet in content.sheets if fits(sheet))
        require(sheet, columns, name)
        return parse(sheet)

    return Shape(name, lambda content: any(map(fits, content.sheets)), parse_sheet)


def _document_shape(name: str, fits: Callable[[Any], bool], parse: Callable[[Any], Parsed]) -> Shape:
    return Shape(name, lambda content: fits(content.document), lambda content: parse(content.document))


_PLAYER = ("PLAYER_ID", "PLAYER_NAME")

SHAPES: tuple[Shape, ...] = (
    _sheet_shape(
        "LeagueGameLog of players",
        league_game_log.PLAYER_COLUMNS,
        league_game_log.parse_player_log,
        any_of=_PLAYER,
    ),
    _sheet_shape(
        "LeagueGameLog of teams",
        league_game_log.TEAM_COLUMNS,
        league_game_log.parse_team_log,
        none_of=_PLAYER,
    ),
    _sheet_shape(
        "schedule of a game log",
        game_log_schedule.SCHEDULE_COLUMNS,
        game_log_schedule.parse_schedule,
        none_of=(*_PLAYER, "PTS", "FGM"),
    ),
    _sheet_shape("shot chart", shots.CSV_COLUMNS, shots.parse_shot_csv, any_of=("BASIC_ZONE", "MINS_LEFT", "QUARTER")),
    _sheet_shape(
        "ShotChartDetail",
        shots.DETAIL_COLUMNS,
        shots.parse_shot_detail,
        any_of=("SHOT_ZONE_BASIC", "MINUTES_REMAINING", "PERIOD"),
    ),
    _sheet_shape(
        "canonical lines of markets", lines.MARKET_LINES_COLUMNS, lines.parse_market_lines, any_of=("market",)
    ),
    _sheet_shape("canonical points lines", lines.LINES_COLUMNS, lines.parse_lines, none_of=("market",)),
    _sheet_shape("The Odds API, flattened", odds_api.FLAT_COLUMNS, odds_api.parse_flat_odds),
    _document_shape("The Odds API, event odds", odds_api.is_event_odds, odds_api.parse_event_odds),
    _document_shape(cdn_schedule.SHAPE, cdn_schedule.is_cdn_schedule, cdn_schedule.parse_cdn_schedule),
    Shape(
        "injury report", lambda content: bool(content.pdf), lambda content: injuries.parse_injury_report(content.pdf)
    ),
)
"""The known shapes, in the order in which they are tested."""


def parse(payload: Payload) -> Parsed:
    """Return the typed rows of a payload, recognised by content, and the number of refused rows by reason.

    The frames are keyed by raw table. Each has that table's columns without its provenance columns and one row per
    natural key. A well-formed payload without rows gives empty frames.

    Raises:
        PayloadRefusedError: where the payload is empty, truncated, damaged, of an unknown shape, or lacks a column. The
            message is one line that begins with the payload's name.
    """
    try:
        refuse_above(len(payload.content), LIMIT_BYTES, "bytes")
        content = _opened(unpacked(payload.content))
        return _shape_of(content).parse(content)
    except PayloadRefusedError as error:
        reason = str(error)
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 - one bad payload must not stop the others
        reason = f"cannot be read ({type(error).__name__}: {str(error)[:200]})"
    name = payload.name if payload.name.isprintable() else ascii(payload.name)
    raise PayloadRefusedError(f"{name[-120:]}: {' '.join(reason.split())}")


def _opened(content: bytes) -> Content:
    if injuries.is_pdf(content):
        refuse_above(len(content), PDF_BYTES, "bytes of PDF")
        return Content(pdf=content)
    if content.startswith(b"PAR1"):
        return Content((ParquetSheet.of(content),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PayloadRefusedError(
            "neither UTF-8 text nor gzip, Zstandard, zip or Parquet "
            f"(byte {error.start:,} of {len(content):,} is 0x{content[error.start]:02x})"
        ) from None
    start = text[:4096].lstrip()[:1] or text.lstrip()[:1]
    if not start:
        raise PayloadRefusedError("empty: no header and no rows; fetch it again")
    if start == "<":
        raise PayloadRefusedError("HTML or XML in place of CSV or JSON; the provider may have shown an error page")
    if start in "{[":
        return _document(text)
    del text
    return Content((CsvSheet.of(content.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")),))


def _document(text: str) -> Content:
    refuse_large_json(text)
    try:
        document = json.loads(text)
        if _LONE_SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except RecursionError:
        raise PayloadRefusedError("JSON that is nested too deep") from None
    except UnicodeEncodeError:
        raise PayloadRefusedError("JSON with half a surrogate pair, which is not valid text") from None
    except ValueError as error:
        raise PayloadRefusedError(f"truncated or damaged JSON ({str(error)[:100]}); fetch it again") from None
    return Content(tuple(_result_sets(document)), document)


def _result_sets(document: Any) -> list[ListSheet]:
    """Return the sheets of a stats.nba.com envelope, whose `resultSets` is a list or a single object."""
    sets = document.get("resultSets", document.get("resultSet")) if isinstance(document, dict) else []
    sheets = []
    for entry in sets if isinstance(sets, list) else [sets]:
        if not isinstance(entry, dict):
            continue
        header, rows = entry.get("headers"), entry.get("rowSet")
        if isinstance(header, list) and isinstance(rows, list) and all(isinstance(name, str) for name in header):
            sheets.append(ListSheet(str(entry.get("name")), tuple(header), rows))
    return sheets


def _shape_of(content: Content) -> Shape:
    shape = next((shape for shape in SHAPES if shape.fits(content)), None)
    if shape is None:
        known = "; ".join(shape.name for shape in SHAPES)
        raise PayloadRefusedError(f"unknown shape: {_described(content)}. The known shapes are: {known}")
    return shape


def _described(content: Content) -> str:
    if content.sheets:
        shown = [_listed(sheet.header) for sheet in content.sheets[:3]]
        return f"columns {' / '.join(shown)}"
    if isinstance(content.document, dict):
        return f"an object with {_listed(tuple(content.document))}"
    return f"a {type(content.document).__name__} of {len(content.document)}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(ascii(name[:40]) for name in names[:8]) + (", …" if len(names) > 8 else "")
