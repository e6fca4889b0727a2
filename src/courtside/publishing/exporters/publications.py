"""`publications/{date}.json`: every published version of a date's picks, with its time, reason and picks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import Built, Document, FileType, Kind, Shape, UtcInstant
from courtside.publishing.exporters.ledger_rows import Pick, named_picks
from courtside.publishing.exporters.rows import utc
from courtside.publishing.world import World


class PublishedPick(Pick):
    """A pick of one version, in one subset."""

    group: str
    kind: Kind


class Version(Shape):
    """One version of a date's picks; the last is the current one."""

    version: int = Field(ge=1)
    published_at: UtcInstant
    reason: str
    model: str | None
    picks: tuple[PublishedPick, ...]


class Publications(Document):
    """Every published version of a date's picks, first to last; each version has all picks of the date."""

    date: dt.date
    generated_at: UtcInstant
    kind: Kind
    versions: tuple[Version, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no version holds a pick."""
        return not any(version.picks for version in self.versions)


PUBLICATIONS_FILE = FileType("publications", "publications/{date}.json", 300, Publications)


def files(world: World) -> Iterator[Built]:
    """Yield `publications/{date}.json` for each of the dates that has a publication."""
    publications = world.publications.filter(world.is_exported).sort("game_date", "version")
    picks = world.published.filter(world.is_exported).partition_by("version", as_dict=True)
    named = {version: named_picks(rows, world.players) for (version,), rows in picks.items()}
    for (day,), rows in publications.partition_by("game_date", as_dict=True).items():
        document = Publications(
            date=day,
            generated_at=utc(world.now),
            kind=rows["kind"][0],
            versions=tuple(
                Version(
                    version=row["version"],
                    published_at=utc(row["published_at"]),
                    reason=row["reason"],
                    model=public_code(row["model_code"]) if row["model_code"] else None,
                    picks=tuple(
                        PublishedPick(
                            group=str(subset.id), kind=pick["kind"], **{name: pick[name] for name in Pick.model_fields}
                        )
                        for subset in world.definitions.subsets
                        for pick in named.get(row["version"], {}).get((day, subset.key), ())
                    ),
                )
                for row in rows.to_dicts()
            ),
        )
        no_picks = rows["picks"].sum() == 0
        yield Built.of(PUBLICATIONS_FILE, PUBLICATIONS_FILE.path(date=day), document, expects_nothing=no_picks)
