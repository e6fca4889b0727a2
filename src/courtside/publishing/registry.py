"""What holds for a path of the public files: its type, its cache age, and the schemas published beside them."""

from __future__ import annotations

import re

from courtside.publishing.contracts import ROOT, FileType, json_schema, render
from courtside.publishing.exporters import FILE_TYPES

SCHEMA_MAX_AGE = 86400
SITE_MAX_AGE = 300
_SCHEMA = re.compile(rf"{ROOT}/schemas/[a-z-]+\.json")


def type_of(path: str) -> FileType | None:
    """Return the type that a path is a file of; None for a path of no contract."""
    return next((kind for kind in FILE_TYPES if kind.holds(path)), None)


def max_age_of(path: str) -> int | None:
    """Return how many seconds a public file may be cached; None for a path of no contract."""
    kind = type_of(path)
    if kind is not None:
        return kind.max_age
    return SCHEMA_MAX_AGE if _SCHEMA.fullmatch(path) else None


def schema_files() -> dict[str, bytes]:
    """Return the JSON Schemas to publish beside the files, by path."""
    models = {kind.name: kind.model for kind in FILE_TYPES}
    return {f"{ROOT}/schemas/{name}.json": render(json_schema(model)) for name, model in sorted(models.items())}
