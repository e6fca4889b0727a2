"""Detection of output that does not fit its width.

A number or a date is broken where a word with a digit stands in the narrow output and not in the wide one: a part of a
number that was cut off or moved to the next line is no word of the wide output. A sentence is squeezed where a line
begins with so many spaces that fewer than 34 columns are left, as the second line of a narrow column at the right edge
does.
"""

from __future__ import annotations

from collections import Counter

from courtside.cli.output import MIN_SENTENCE


def broken(narrow: str, wide: str, width: int = 80) -> list[str]:
    """Return what is wrong with output at `width`, compared with the same output at a width that needs no breaks."""
    lines = narrow.splitlines()
    left = _numbers(narrow) - _numbers(wide)
    return [
        *(f"longer than {width}: {line}" for line in lines if len(line) > width),
        *(f"not a whole number or date: {word}" for word in left),
        *(f"squeezed: {line}" for line in lines if len(line) - len(line.lstrip()) > width - MIN_SENTENCE),
        *(f"cut: {word}" for word in narrow.split() if word.endswith("…") and word != "…"),
    ]


def _numbers(text: str) -> Counter[str]:
    return Counter(word for word in text.split() if any(character.isdigit() for character in word))
