"""`systems/subsets.json`: the definition of each subset."""

from __future__ import annotations

from collections.abc import Iterator

from courtside.publishing.contracts import Built, Document, FileType, Shape, UtcInstant
from courtside.publishing.exporters.rows import utc
from courtside.publishing.world import World


class SubsetDefinition(Shape):
    """The name and the description of a subset."""

    id: str
    name: str
    description: str


class SubsetDefinitions(Document):
    """The subsets, in order of id."""

    generated_at: UtcInstant
    groups: tuple[SubsetDefinition, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no subset is defined."""
        return not self.groups


SUBSET_DEFINITIONS = FileType("subset-definitions", "systems/subsets.json", 86400, SubsetDefinitions)


def files(world: World) -> Iterator[Built]:
    """Yield `systems/subsets.json`."""
    groups = tuple(
        SubsetDefinition(id=str(subset.id), name=subset.name, description=subset.description)
        for subset in world.definitions.subsets
    )
    document = SubsetDefinitions(generated_at=utc(world.now), groups=groups)
    yield Built.of(SUBSET_DEFINITIONS, SUBSET_DEFINITIONS.path(), document)
