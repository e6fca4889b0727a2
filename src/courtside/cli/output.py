"""Terminal output: stored text is never interpreted, and tables and sentences fit the width.

Where the output goes to a file or a pipe and `COLUMNS` is not set, nothing is shortened or wrapped: each row and each
sentence is one line.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, ConsoleDimensions
from rich.text import Text

GAP = 2
"""Columns of space between two columns of a table."""

MIN_SENTENCE = 34
"""A column of sentences that would be narrower is printed below its row instead."""

MIN_FOLDED = 20
UNBOUNDED = 10_000
"""Width of output that goes to a file or a pipe."""

_NUMBER = re.compile(r"[-+–<]?[\d,]*\.?\d*( ?%| MB)?")


def printable(text: str) -> str:
    """Return `text` with control, format and surrogate characters as escapes, such as `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character).startswith("C") and character not in "\n\t"
        else character
        for character in text
    )


class PlainConsole(Console):
    """A console that prints every string unchanged; styles are given as `Text` or with `style`."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)
        self._width = None  # otherwise the first value of `COLUMNS` counts for the whole process

    @property
    def size(self) -> ConsoleDimensions:
        """The size of the terminal, or `COLUMNS`; without both, nothing is wrapped."""
        if self.is_terminal or "COLUMNS" in os.environ:
            return super().size
        return ConsoleDimensions(UNBOUNDED, 25)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as text, with markup and emoji codes always off."""
        options.update(markup=False, emoji=False)
        return super().render_str(printable(text), **options)


console = PlainConsole()
complaints = PlainConsole(stderr=True)


def show_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    drop: Sequence[str] = (),
    sentence: str | None = None,
    indent: int = 0,
) -> None:
    """Print a table that fits the width: no number, date or name is cut or broken over lines.

    Where it is too wide, the columns of `drop` are left out one after another, which a last line states. The column
    `sentence` holds text that may be wrapped: at its place where it is wide enough, or else below each row.
    """
    cells = [[_text(value) for value in row] for row in rows]
    heading = [Text(head, style="bold") for head in heads]
    widths = [max(cell.cell_len for cell in column) for column in zip(heading, *cells, strict=True)]
    is_number = [_is_number([row[place] for row in cells]) for place in range(len(heads))]
    room = console.width - indent
    shown = [place for place, head in enumerate(heads) if head != sentence]
    last = None if sentence is None else heads.index(sentence)
    wanted = 0 if last is None else GAP + min(widths[last], MIN_SENTENCE)
    dropped = []
    for name in drop:
        if _total(widths, shown) + wanted > room:
            shown.remove(heads.index(name))
            dropped.append(name)
    _fold(widths, shown, is_number, room)
    rest = room - _total(widths, shown) - GAP
    for row in [heading, *cells]:
        columns = [_wrapped(row[place], widths[place]) for place in shown]
        right = [is_number[place] for place in shown]
        beside = last is not None and rest >= min(widths[last], MIN_SENTENCE)
        if last is not None and beside:
            columns, right = [*columns, _wrapped(row[last], rest)], [*right, False]
        _print_row(columns, [widths[place] for place in shown] + [rest] * beside, right, indent)
        if last is not None and not beside and row is not heading and row[last]:
            for line in _wrapped(row[last], room - GAP):
                console.print(Text(" " * (indent + GAP)).append_text(line), soft_wrap=True)
    if dropped:
        console.print(Text(f"{' ' * indent}Not shown at this width: {', '.join(dropped)}.", style="dim"))


def bar(share: float, width: int = 10) -> str:
    """Return a share between 0 and 1 as a bar of eighths.

    >>> bar(0.5, 4), bar(0.3, 4), bar(0, 4)
    ('██  ', '█▎  ', '    ')
    """
    eighths = round(8 * width * min(max(share, 0), 1))
    part = " ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else ""
    return ("█" * (eighths // 8) + part).ljust(width)


def _text(value: Any) -> Text:
    return value if isinstance(value, Text) else Text(printable(str(value)))


def _is_number(column: Sequence[Text]) -> bool:
    return all(_NUMBER.fullmatch(cell.plain.strip()) for cell in column)


def _total(widths: Sequence[int], shown: Sequence[int]) -> int:
    return sum(widths[place] for place in shown) + GAP * (len(shown) - 1)


def _fold(widths: list[int], shown: Sequence[int], is_number: Sequence[bool], room: int) -> None:
    """Narrow the widest column of text where the columns are still too wide; its cells are wrapped between words."""
    excess = _total(widths, shown) - room
    texts = [place for place in shown if not is_number[place]]
    if excess > 0 and texts:
        widest = max(texts, key=lambda place: widths[place])
        widths[widest] = max(MIN_FOLDED, widths[widest] - excess)


def _wrapped(cell: Text, width: int) -> list[Text]:
    return list(cell.wrap(console, width)) if cell.cell_len > width else [cell]


def _print_row(columns: Sequence[Sequence[Text]], widths: Sequence[int], right: Sequence[bool], indent: int) -> None:
    for number in range(max((len(column) for column in columns), default=0)):
        line = Text(" " * indent)
        for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
            cell = column[number].copy() if number < len(column) else Text()
            cell.rstrip()
            cell.align("right" if right[place] else "left", width)
            line.append_text(cell).append(" " * GAP)
        line.rstrip()
        console.print(line, soft_wrap=True)
