"""Recognition of payloads: find the shape from the content, never from the file name, and call its parser.

A payload is read as text columns first. Small payloads of one shape are then parsed together, because the expressions
of a parser take longer to start than to run on few rows.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import polars as pl

from courtside.errors import PayloadRefusedError
from courtside.raw import cdn_schedule, game_log_schedule, injuries, league_game_log, lines, odds_api, shots
from courtside.raw.bounds import LIMIT_BYTES, PDF_BYTES, refuse_above, refuse_large_json
from courtside.raw.columns import PLACE, Sieve
from courtside.raw.containers import unpacked
from courtside.raw.parsed import Parsed
from courtside.raw.sheets import RAGGED, CsvSheet, ListSheet, ParquetSheet, Sheet, require
from courtside.sources.payload import Payload

ENOUGH = 0.6
"""Share of a shape's columns at which a sheet is recognised as that shape, so that missing columns can be named."""

MOST_TOGETHER = 20_000
"""Rows at which payloads that wait for others of their shape are parsed; a larger payload is parsed alone."""

_T = TypeVar("_T")
_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Content:
    """The content of a payload: its sheets, and the document they belong to, if any."""

    sheets: tuple[Sheet, ...] = ()
    document: Any = None
    pdf: bytes = b""


Cells = tuple[pl.DataFrame, Counter[str]]
"""The columns of a payload that its parser reads, and the rows refused so far, by reason."""


@dataclass(frozen=True)
class Shape:
    """A shape of payloads: the test that recognises it, the reader of its columns, and their parser."""

    name: str
    fits: Callable[[Content], bool]
    read: Callable[[Content], Cells]
    parse: Callable[[pl.DataFrame, Sieve], Parsed]


@dataclass(frozen=True)
class _Opened:
    """A payload whose columns are read; `place` is its position among the payloads of a call."""

    place: int
    payload: Payload
    shape: Shape
    cells: pl.DataFrame
    refused: Counter[str]

    def parsed(self) -> Parsed:
        return self.shape.parse(self.cells, Sieve(self.cells.height, self.refused))


def _sheet_shape(
    name: str,
    columns: Sequence[str],
    parse: Callable[[pl.DataFrame, Sieve], Parsed],
    *,
    optional: Sequence[str] = (),
    any_of: Sequence[str] = (),
    none_of: Sequence[str] = (),
) -> Shape:
    """Return a shape of sheets with enough of `columns`, at least one of `any_of`, and none of `none_of`.

    The columns `optional` are read where the sheet has them.
    """

    def fits(sheet: Sheet) -> bool:
        held = set(sheet.header)
        enough = len(held.intersection(columns)) >= ENOUGH * len(columns)
        return enough and (not any_of or not held.isdisjoint(any_of)) and held.isdisjoint(none_of)

    def read(content: Content) -> Cells:
        sheet = next(sheet for sheet in content.sheets if fits(sheet))
        return _cells(name, sheet, columns, [column for column in optional if column in sheet.header])

    return Shape(name, lambda content: any(map(fits, content.sheets)), read, parse)


def _document_shape(
    name: str,
    fits: Callable[[Any], bool],
    sheet_of: Callable[[Any], Sheet],
    columns: Sequence[str],
    parse: Callable[[pl.DataFrame, Sieve], Parsed],
) -> Shape:
    """Return a shape of documents, which `sheet_of` makes into a sheet with `columns`."""

    def read(content: Content) -> Cells:
        return _cells(name, sheet_of(content.document), columns)

    return Shape(name, lambda content: fits(content.document), read, parse)


def _cells(shape: str, sheet: Sheet, columns: Sequence[str], optional: Sequence[str] = ()) -> Cells:
    require(sheet, columns, shape)
    frame, ragged = sheet.read([*columns, *optional])
    return frame, Counter({RAGGED: ragged} if ragged else {})


_PLAYER = ("PLAYER_ID", "PLAYER_NAME")

SHAPES: tuple[Shape, ...] = (
    _sheet_shape(
        "LeagueGameLog of players",
        league_game_log.PLAYER_COLUMNS,
        league_game_log.parse_player_log,
        optional=league_game_log.STARTER_COLUMNS,
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
        "canonical lines of markets",
        lines.MARKET_LINES_COLUMNS,
        lines.parse_market_lines,
        optional=lines.EVENT_COLUMNS,
        any_of=("market",),
    ),
    _sheet_shape("canonical points lines", lines.LINES_COLUMNS, lines.parse_lines, none_of=("market",)),
    _sheet_shape("The Odds API, flattened", odds_api.FLAT_COLUMNS, odds_api.parse_flat_odds),
    _document_shape(
        "The Odds API, event odds",
        odds_api.is_event_odds,
        odds_api.sheet_of_outcomes,
        odds_api.FLAT_COLUMNS,
        odds_api.parse_flat_odds,
    ),
    _document_shape(
        cdn_schedule.SHAPE,
        cdn_schedule.is_cdn_schedule,
        cdn_schedule.sheet_of_games,
        cdn_schedule.COLUMNS,
        cdn_schedule.parse_cdn_schedule,
    ),
    Shape(
        "injury report",
        lambda content: bool(content.pdf),
        lambda content: injuries.entries_of(content.pdf),
        injuries.parse_injury_report,
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
    (result,) = parse_all([payload])
    if isinstance(result, PayloadRefusedError):
        raise result
    return result


def parse_all(payloads: Sequence[Payload]) -> list[Parsed | PayloadRefusedError]:
    """Return what `parse` returns or raises for each payload, in order."""
    results: dict[int, Parsed | PayloadRefusedError] = {}
    waiting: dict[tuple[object, ...], list[_Opened]] = defaultdict(list)
    for place, payload in enumerate(payloads):
        opened = _attempt(payload, partial(_opened, place, payload))
        if isinstance(opened, PayloadRefusedError):
            results[place] = opened
        elif opened.refused or opened.cells.height > MOST_TOGETHER:
            results[place] = _attempt(payload, opened.parsed)
        else:
            alike = (opened.shape.name, *opened.cells.schema.items())
            waiting[alike].append(opened)
            if sum(one.cells.height for one in waiting[alike]) > MOST_TOGETHER:
                results |= _parsed_together(waiting.pop(alike))
    for group in waiting.values():
        results |= _parsed_together(group)
    return [results[place] for place in range(len(payloads))]


def _attempt(payload: Payload, work: Callable[[], _T]) -> _T | PayloadRefusedError:
    """Return the result of `work`, or the error with which the payload is refused."""
    try:
        return work()
    except PayloadRefusedError as error:
        reason = str(error)
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 - one bad payload must not stop the others
        reason = f"cannot be read ({type(error).__name__}: {str(error)[:200]})"
    name = payload.name if payload.name.isprintable() else ascii(payload.name)
    return PayloadRefusedError(f"{name[-120:]}: {' '.join(reason.split())}")


def _parsed_together(group: Sequence[_Opened]) -> dict[int, Parsed | PayloadRefusedError]:
    """Return the results of payloads of one shape by `place`, with one call of the parser where nothing is refused.

    A refusal can depend on the whole payload, and its reason must count for its own payload only. Where a row or the
    group is refused, each payload is therefore parsed alone.
    """
    if len(group) > 1:
        places = np.repeat(np.arange(len(group)), [one.cells.height for one in group])
        cells = pl.concat([one.cells for one in group], rechunk=True).with_columns(pl.Series(PLACE, places))
        try:
            together = group[0].shape.parse(cells, Sieve(cells.height))
        except (Exception, pl.exceptions.PanicException):  # noqa: BLE001 - raised again below for the payload at fault
            together = None
        if together and not together.refused:
            return {one.place: parsed for one, parsed in zip(group, _split(together, len(group)), strict=True)}
    return {one.place: _attempt(one.payload, one.parsed) for one in group}


def _split(together: Parsed, payloads: int) -> list[Parsed]:
    """Return the rows of each payload that was parsed together with others."""
    frames = {name: frame.sort(PLACE, maintain_order=True) for name, frame in together.frames.items()}
    ends = {name: frame[PLACE].search_sorted(np.arange(payloads + 1)) for name, frame in frames.items()}
    return [
        Parsed(
            together.kind,
            {name: frame.drop(PLACE)[ends[name][place] : ends[name][place + 1]] for name, frame in frames.items()},
        )
        for place in range(payloads)
    ]


def _opened(place: int, payload: Payload) -> _Opened:
    refuse_above(len(payload.content), LIMIT_BYTES, "bytes")
    content = _content(unpacked(payload.content))
    shape = _shape_of(content)
    return _Opened(place, payload, shape, *shape.read(content))


def _content(content: bytes) -> Content:
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
