"""The versions of the published schemas: a changed shape needs a new version with a note."""

from __future__ import annotations

import hashlib
import json
from importlib import resources

import yaml

from courtside.publishing.contracts import Shape, json_schema
from courtside.publishing.exporters import FILE_TYPES

HISTORY = "schema_history.yaml"


class SchemaVersion(Shape):
    """A version of a type's schema: the hash of its shape, and a note about the change for readers of the file."""

    version: int
    sha256: str
    note: str


def schema_hash(name: str) -> str:
    """Return the hash of a type's shape; descriptions are left out, so they may change without a new version."""
    model = next(kind.model for kind in FILE_TYPES if kind.name == name)
    return hashlib.sha256(json.dumps(_bare(json_schema(model)), sort_keys=True).encode()).hexdigest()[:16]


def schema_history() -> dict[str, tuple[SchemaVersion, ...]]:
    """Return the versions of each type, oldest first."""
    text = resources.files("courtside.publishing").joinpath(HISTORY).read_text(encoding="utf-8")
    return {
        name: tuple(SchemaVersion.model_validate(entry) for entry in entries)
        for name, entries in (yaml.safe_load(text) or {}).items()
    }


def schema_changes_without_note() -> list[str]:
    """Return, for each type whose shape differs from its last version, the line to add to the history."""
    history = schema_history()
    missing_entries = []
    for name in sorted({kind.name for kind in FILE_TYPES}):
        versions = history.get(name, ())
        if not versions or versions[-1].sha256 != schema_hash(name):
            missing_entries.append(f"{name}: - {{version: {len(versions) + 1}, sha256: {schema_hash(name)}, note: …}}")
    return missing_entries


def _bare(value: object) -> object:
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items() if name not in ("description", "title")}
    return [_bare(item) for item in value] if isinstance(value, list) else value
