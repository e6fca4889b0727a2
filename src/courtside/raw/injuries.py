"""Parser of the official injury report, a PDF whose words are assigned to columns by their position on the page.

A player has one of three states: his team lists him; his team has submitted a report that does not list him; or his
team has not submitted a report, so nothing is known.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any

import polars as pl

from courtside.clock import eastern_to_utc
from courtside.errors import PayloadRefusedError
from courtside.league.teams import TEAMS, team_spelled
from courtside.raw.bounds import PDF_PAGES, refuse_above
from courtside.raw.columns import Sieve, finished
from courtside.raw.parsed import Parsed
from courtside.raw.tables import RAW_INJURIES

KIND = "injury_report"
STATUSES = ("Available", "Probable", "Questionable", "Doubtful", "Out")
SUFFIXES = ("Jr.", "Sr.", "II", "III", "IV", "V")
NO_STATUS = "an entry whose status is none of the known ones"
NO_TEAM = "an entry under no team"
NOT_YET = "NOT YET SUBMITTED"

_TITLE = re.compile(r"Injury Report: (\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d) (AM|PM) ")
_PAGE = re.compile(r"Page \d+ of \d+ ")
_HEADER = "Game Date Game Time Matchup Team Player Name Current Status Reason"
_COLUMN_STARTS = {"date": 0, "time": 2, "matchup": 4, "team": 5, "player": 6, "status": 8, "reason": 9}
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_TIME = re.compile(r"(\d\d):(\d\d) \(ET\)")
_SLACK = 2.0

Word = tuple[float, str]
"""A word with its distance from the left edge of the page, in points."""


@dataclass
class _Report:
    """The parser's state: the current game, team and player, and the rows so far."""

    at: dt.datetime
    date: dt.date | None = None
    time: dt.time | None = None
    matchup: str = ""
    team_id: int | None = None
    player: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def read(self, column: str, text: str) -> None:
        """Read the text of one cell of the column `column`."""
        if column == "date" and (date := _DATE.fullmatch(text)):
            self.date, self.time = dt.date(int(date[3]), int(date[1]), int(date[2])), None
        elif column == "time" and (time := _TIME.fullmatch(text)):
            self.time = dt.time(int(time[1]) % 12 + 12, int(time[2]))
        elif column == "matchup":
            self.matchup, self.team_id = text, None
        elif column == "team":
            self._teams(text)
        elif column == "player":
            self.player = given_name_first(text)
        elif column == "status":
            self._listed(text)
        elif column == "reason":
            self._reason(text)

    def _teams(self, text: str) -> None:
        self.player = ""
        for team_id in _teams_in(text):
            self.team_id = team_id
            self._row("submitted")

    def _listed(self, status: str) -> None:
        if status in STATUSES and self.player:
            self._row("listed", self.player, status)
        else:
            self.refused[NO_STATUS] += 1
            self.player = ""

    def _reason(self, text: str) -> None:
        last = self.rows[-1] if self.rows else {}
        if text == NOT_YET and last.get("state") == "submitted":
            last["state"] = "not_submitted"
        elif self.player and last.get("state") == "listed":
            last["reason"] = text
        elif text == NOT_YET:
            self.refused[NO_TEAM] += 1

    def _row(self, state: str, player: str = "", status: str | None = None) -> None:
        if self.date is None or not self.matchup or self.team_id is None:
            self.refused[NO_TEAM] += 1
            return
        self.rows.append(
            {
                "game_date": self.date,
                "report_at": self.at,
                "matchup": self.matchup,
                "team_id": self.team_id,
                "player_name": player,
                "state": state,
                "status": status,
                "reason": None,
                "tip_at": eastern_to_utc(self.date, self.time) if self.time else None,
            }
        )


def is_pdf(content: bytes) -> bool:
    """Return whether bytes are a PDF."""
    return content.startswith(b"%PDF-")


def entries_of(content: bytes) -> tuple[pl.DataFrame, Counter[str]]:
    """Return a row per team with its submission state and per listed player, and the refused entries by reason.

    Raises:
        PayloadRefusedError: where the PDF cannot be read, is not an injury report, or has an unknown layout.
    """
    pages = _pages(content)
    report = _Report(_issued_at(pages))
    columns = _columns(pages[0])
    words = [word for page in pages for word in page[_words_before_rows(page) :]]
    for column, cell in groupby(words, key=lambda word: _column_of(word, columns)):
        report.read(column, " ".join(text for _, text in cell))
    if not report.rows:
        raise PayloadRefusedError("an injury report without a game: its layout has changed, or it is empty")
    return pl.DataFrame(report.rows, infer_schema_length=None), report.refused


def parse_injury_report(entries: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_injuries` rows of the entries of a report."""
    rows = finished(entries, RAW_INJURIES, sieve.refused)
    return Parsed(KIND, {RAW_INJURIES.name: rows}, dict(sieve.refused))


def _pages(content: bytes) -> list[list[Word]]:
    """Return the words of each page in reading order."""
    try:
        import pypdf
    except ImportError:
        raise PayloadRefusedError("a PDF needs the library pypdf: pip install 'courtside[live]'") from None
    try:
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        refuse_above(len(pages), PDF_PAGES, "pages of PDF")
        return [_words(page) for page in pages]
    except PayloadRefusedError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises many error types for a damaged PDF
        raise PayloadRefusedError(f"truncated or damaged PDF ({type(error).__name__}); fetch it again") from None


def _words(page: Any) -> list[Word]:
    words: list[Word] = []

    def add_words(text: str, user: Sequence[float], place: Sequence[float], *_: object) -> None:
        left = place[4] * user[0] + place[5] * user[2] + user[4]
        words.extend((left, word) for word in text.split())

    page.extract_text(visitor_text=add_words)
    return words


def _text(words: Sequence[Word]) -> str:
    return " ".join(text for _, text in words) + " "


def _issued_at(pages: Sequence[Sequence[Word]]) -> dt.datetime:
    text = _text(pages[0]) if pages else ""
    title = _TITLE.match(text)
    if title is None:
        raise PayloadRefusedError(f"a PDF that is not an injury report; it begins with {text[:60]!r}")
    month, day, year, hour, minute = (int(part) for part in title.groups()[:5])
    time = dt.time(hour % 12 + (12 if title[6] == "PM" else 0), minute)
    return eastern_to_utc(dt.date(2000 + year, month, day), time)


def _columns(page: Sequence[Word]) -> dict[str, float]:
    """Return the left edge of each column, from the header."""
    header = _HEADER.split()
    texts = [text for _, text in page]
    at = next((at for at in range(len(texts)) if texts[at : at + len(header)] == header), None)
    if at is None:
        raise PayloadRefusedError(f"an injury report without the header {_HEADER!r}: its layout has changed")
    return {name: page[at + place][0] - _SLACK for name, place in _COLUMN_STARTS.items()}


def _words_before_rows(page: Sequence[Word]) -> int:
    """Return the number of words of a page that belong to its title, page number and header."""
    text = _text(page)
    end = 0
    for part in (_TITLE, _PAGE, re.compile(re.escape(_HEADER) + " "), _PAGE):
        if found := part.match(text, end):
            end = found.end()
    return len(text[:end].split())


def _column_of(word: Word, columns: dict[str, float]) -> str:
    return max((name for name, start in columns.items() if start <= word[0]), key=columns.__getitem__, default="")


def _teams_in(text: str) -> Iterator[int]:
    """Yield the teams in a cell; it holds two where the first team lists no player."""
    while text:
        name = next((name for name in _team_names() if text.startswith(name)), None)
        spelled = team_spelled(name) if name else None
        if name is None or spelled is None:
            raise PayloadRefusedError(f"an injury report with the team {text[:40]!r}, which is none of the thirty")
        yield spelled.team_id
        text = text.removeprefix(name).lstrip()


@cache
def _team_names() -> tuple[str, ...]:
    names = {name for team in TEAMS for name in (team.full_name, *team.other_spellings) if " " in name}
    return tuple(sorted(names, key=len, reverse=True))


def given_name_first(name: str) -> str:
    """Return `Gary Payton II` for `Payton II, Gary`; a suffix stays last."""
    family, comma, given = name.partition(", ")
    first, _, suffix = family.rpartition(" ")
    if suffix in SUFFIXES:
        return f"{given} {first} {suffix}"
    return f"{given} {family}" if comma else name
