"""How a stored table differs from its table object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from courtside.errors import SchemaDriftError
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class Drift:
    """A stored table that is not what its table object says.

    `added` are the declared columns it lacks; `differences` says, a sentence each, what else differs.
    """

    table: Table
    added: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def keeps_rows(self) -> bool:
        """Whether the rows can stay: the table only lacks columns that may be NULL, or has its columns in disorder."""
        return not self.differences and all(self.table.column(name).nullable for name in self.added)

    def __str__(self) -> str:
        sentences = [*(f"column {name} is missing" for name in self.added), *self.differences]
        return "; ".join(sentences) or "its columns stand in another order"


def drift(
    table: Table, wanted: Mapping[str, str], stored: Mapping[str, str], differences: Sequence[str] = ()
) -> Drift | None:
    """Compare the columns of a stored table, name to type, with those `table` asks for; None where they are alike."""
    found = [f"column {name} is not declared" for name in stored if name not in wanted]
    found += [
        f"column {name} is {stored[name]}, not {kind}"
        for name, kind in wanted.items()
        if name in stored and stored[name] != kind
    ]
    if list(stored.items()) == list(wanted.items()) and not differences:
        return None
    return Drift(table, tuple(name for name in wanted if name not in stored), (*found, *differences))


def refuse(drifted: Iterable[Drift], place: str) -> None:
    """Raise where a table drifted.

    Raises:
        SchemaDriftError: naming the first such table and what differs.
    """
    for found in drifted:
        raise SchemaDriftError(
            f"table {found.table.name} in {place}: {found}. "
            "Nothing was run. `courtside migrate` brings the warehouse to this version."
        )
