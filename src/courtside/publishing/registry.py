"""Lookups by path of a public file: its type, its cache age, and the schemas that are published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from courtside.publishing.contracts import ROOT, FileType, json_schema, render
from courtside.publishing.exporters import FILE_TYPES

SCHEMA_MAX_AGE = 86400
SITE_MAX_AGE = 300
_SCHEMA = re.compile(rf"{ROOT}/schemas/[a-z-]+\.json")


def type_of(path: str) -> FileType | None:
    """Return the type of the file at `path`; None where no contract covers the path."""
    return next((kind for kind in FILE_TYPES if kind.holds(path)), None)


def max_age_of(path: str) -> int | None:
    """Return the cache age of a public file in seconds; None where no contract covers the path."""
    kind = type_of(path)
    if kind is not None:
        return kind.max_age
    return SCHEMA_MAX_AGE if _SCHEMA.fullmatch(path) else None


@cache
def schema_files() -> Mapping[str, bytes]:
    """Return the JSON Schemas to publish, by path; they are rendered once in a process."""
    models = {kind.name: kind.model for kind in FILE_TYPES}
    return {f"{ROOT}/schemas/{name}.json": render(json_schema(model)) for name, model in sorted(models.items())}
