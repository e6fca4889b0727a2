"""Differences between a stored table and its table object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from courtside.errors import SchemaDriftError
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class Drift:
    """A stored table that differs from its table object.

    `added` holds the declared columns it lacks; `differences` has one sentence for each other difference.
    """

    table: Table
    added: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def keeps_rows(self) -> bool:
        """Whether the rows can be kept: missing columns are nullable or have a known value in stored rows, or only the
        order of columns differs."""
        columns = [self.table.column(name) for name in self.added]
        return not self.differences and all(item.nullable or item.filled_with is not None for item in columns)

    @property
    def is_filled(self) -> bool:
        """Whether only columns are missing whose value in the stored rows is known, so that no row changes."""
        filled = [self.table.column(name).filled_with is not None for name in self.added]
        return not self.differences and bool(filled) and all(filled)

    def __str__(self) -> str:
        sentences = [*(f"column {name} is missing" for name in self.added), *self.differences]
        return "; ".join(sentences) or "its columns are in another order"


def drift(
    table: Table, wanted: Mapping[str, str], stored: Mapping[str, str], differences: Sequence[str] = ()
) -> Drift | None:
    """Compare a stored table's columns (name to type) with the `wanted` ones; return None where they are equal."""
    sentences = [f"column {name} is not declared" for name in stored if name not in wanted]
    sentences += [
        f"column {name} is {stored[name]}, not {kind}"
        for name, kind in wanted.items()
        if name in stored and stored[name] != kind
    ]
    if list(stored.items()) == list(wanted.items()) and not differences:
        return None
    return Drift(table, tuple(name for name in wanted if name not in stored), (*sentences, *differences))


def refuse(drifted: Iterable[Drift], place: str) -> None:
    """Raise where a table differs from its table object.

    Raises:
        SchemaDriftError: naming the first such table and what differs.
    """
    for found in drifted:
        raise SchemaDriftError(
            f"table {found.table.name} in {place}: {found}. "
            "Nothing was run. Run `courtside migrate` to bring the warehouse to this version."
        )
