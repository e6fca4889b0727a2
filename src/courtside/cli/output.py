"""Terminal output in which stored text is never interpreted: no markup, no emoji codes, no control characters."""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.console import Console
from rich.text import Text


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

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as text, with markup and emoji codes always off."""
        options.update(markup=False, emoji=False)
        return super().render_str(printable(text), **options)


console = PlainConsole()
complaints = PlainConsole(stderr=True)
