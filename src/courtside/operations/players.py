"""Players by name: the stored names, and the one player that a text names."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from rapidfuzz import fuzz, process

from courtside.errors import AnswerError
from courtside.league.names import normalise
from courtside.raw.current import current
from courtside.raw.tables import RAW_PLAYER_BOX
from courtside.warehouse.base import Reader

SHOWN, CLOSE = 10, 3
LIKE = 75
"""Likeness, out of 100, from which a name is offered for a misspelled one."""


class NoSuchRowError(AnswerError):
    """No such player exists, or the player has no feature row on the date."""


def player_names(reader: Reader) -> pl.DataFrame:
    """Return player_id and player_name: the newest name of each player."""
    box = current(reader.scan(RAW_PLAYER_BOX), RAW_PLAYER_BOX).select("player_id", "player_name", "game_date")
    rows = reader.collect(box.unique()).sort("player_id", "game_date", "player_name")
    return rows.unique("player_id", keep="last", maintain_order=True).select("player_id", "player_name")


def find_player(reader: Reader, player: str) -> tuple[int, str]:
    """Return the id and the name of the player that an id, a name or a part of a name means.

    Raises:
        NoSuchRowError: where no player or several players match; the message names the candidates.
    """
    names = dict(player_names(reader).iter_rows())
    if player.isdigit():
        found = {int(player): names[int(player)]} if int(player) in names else {}
    else:
        wanted = normalise(player)
        exact = {key: name for key, name in names.items() if normalise(name) == wanted}
        found = exact or {key: name for key, name in names.items() if wanted in normalise(name)}
    if not found:
        close = ", ".join(close_names(player, names.values()))
        advice = f"Close names: {close}" if close else "Give the full name or the id"
        raise NoSuchRowError(f"No player's name contains {player!r}. {advice}")
    if len(found) > 1:
        shown = ", ".join(f"{name} ({key})" for key, name in list(found.items())[:SHOWN])
        raise NoSuchRowError(f"Several players match {player!r}: {shown}. Give the full name or the id")
    return next(iter(found.items()))


def close_names(text: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that are spelled like `text`, the closest first.

    >>> close_names("Kouyatma", ["Quade Kouyatema", "Bashir Larkspur"])
    ['Quade Kouyatema']
    """
    found = process.extract(text, list(names), scorer=fuzz.WRatio, processor=normalise, limit=CLOSE, score_cutoff=LIKE)
    return [name for name, _, _ in found]
