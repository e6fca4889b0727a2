"""The generated pages say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from courtside.cli.docs import PAGES

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), f"docs/{name} is stale; run `make docs`"


def test_every_command_is_documented_with_a_sentence() -> None:
    for block in PAGES["commands.md"]().split("\n## ")[1:]:
        title, _, body = block.partition("\n")
        assert body.strip(), f"{title} has no help"
