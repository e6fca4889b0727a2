"""The page `docs/exports.md` about the public files, generated from their contracts."""

from __future__ import annotations

import inspect
import json
from importlib import resources
from typing import Any

import yaml

from courtside.publishing.contracts import FileType, render
from courtside.publishing.exporters import FILE_TYPES
from courtside.publishing.schemas import schema_history

EXAMPLES = "examples.yaml"
WIDTH = 110
INTRODUCTION = """\
# Public files

Every file is UTF-8 JSON under `v1/`, in the published folder or bucket. These rules hold for all files:

- A key is never absent: its value is an empty list or `null` where there is nothing. A key is added only with a new
  version of the file's schema. The schemas are published in `v1/schemas/`.
- `generated_at` is the time in UTC at which the content last changed. A file with unchanged content is not written
  again.
- Dates are Eastern calendar days. Instants are UTC. Points, lines and percentages have one decimal.
- Models are named by a code (`926A`). `id` of a player is the league's public number; `id` of a group is 1 to 8.
- `kind` is `LIVE` where pick and line preceded tip-off and `BACKTEST` where they were computed later. A hit rate comes
  with its `n` (wins + losses) and its 95 % Wilson interval `low` to `high`. Pushes and voids are not counted in it.
- `result` of a pick is `hit` (the side won), `miss` (it lost), `push` (the points equal the line), `void` (the player
  did not play; nothing is won or lost) or `null` (not graded yet).
- `courtside serve` allows pages of any origin to read `v1/`. For a bucket, use its CORS setting.
- Where an export fails, or its result is empty and the published file is not, the published file stays.
  `status.json` then lists the file as stale.

Beside these, `v1/feed.xml` is an Atom feed with an entry for each of the 15 newest published dates. Its links are
relative to the feed.

To show the newest picks, read `status.json`, take `latest_published`, and read `picks/{date}.json` of that date. A page
that does this in thirty lines is in `examples/minimal-frontend/`.

"""


def examples() -> dict[str, dict[str, Any]]:
    """Return the example of each file type, by name."""
    text = resources.files("courtside.publishing").joinpath(EXAMPLES).read_text(encoding="utf-8")
    by_name: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return by_name


def exports_page() -> str:
    """Return the content of `docs/exports.md`.

    Raises:
        ValidationError: where an example does not have the shape of its type.
        KeyError: where a type has no example.
    """
    types: dict[str, list[FileType]] = {}
    for kind in FILE_TYPES:
        types.setdefault(kind.name, []).append(kind)
    shown = examples()
    rows = [f"| `{kind.template}` | [{kind.name}](#{kind.name}) | {kind.max_age} |" for kind in FILE_TYPES]
    overview = "\n".join(["| path | type | cached for, s |", "|---|---|---|", *rows])
    return (
        INTRODUCTION
        + overview
        + "\n\n"
        + "\n".join(_section(name, kinds, shown[name]) for name, kinds in types.items())
    )


def _section(name: str, kinds: list[FileType], example: dict[str, Any]) -> str:
    model = kinds[0].model
    content = json.loads(render(model.model_validate(example)))
    last = schema_history()[name][-1]
    paths = ", ".join(f"`v1/{kind.template}`" for kind in kinds)
    return "\n".join(
        [
            f"## {name}",
            "",
            f"{paths} · schema `v1/schemas/{name}.json`, version {last.version}: {last.note}",
            "",
            inspect.cleandoc(model.__doc__ or ""),
            "",
            *_fields(model),
            "",
            "```json",
            _pretty(content),
            "```",
            "",
        ]
    )


def _fields(model: type[Any]) -> list[str]:
    """Return one line for each shape in a file type, in order of name."""
    schema = model.model_json_schema(mode="serialization")
    shapes = schema.get("$defs", {})
    return [
        f"- `{name}`: {' '.join(shape['description'].split())} Keys: {', '.join(shape['properties'])}."
        for name, shape in sorted(shapes.items())
    ]


def _pretty(value: Any, depth: int = 0) -> str:
    """Return JSON in which every value that fits on one line is on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + 2 * depth <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    pad = "  " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{pad}{json.dumps(name)}: {_pretty(item, depth + 1)}" for name, item in value.items()]
    else:
        items = [f"{pad}{_pretty(item, depth + 1)}" for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(items) + f"\n{'  ' * depth}{closing}"
