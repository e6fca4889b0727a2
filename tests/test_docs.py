"""The generated pages match the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from courtside.cli.docs import PAGES

DOCS = Path(__file__).resolve().parent.parent / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PAGES_WITH_LINKS = sorted([*DOCS.parent.glob("*.md"), *DOCS.rglob("*.md")])


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), f"docs/{name} is stale; run `make docs`"


def test_every_command_is_documented_with_a_sentence() -> None:
    for block in PAGES["commands.md"]().split("\n## ")[1:]:
        title, _, body = block.partition("\n")
        assert body.strip(), f"{title} has no help"


@pytest.mark.parametrize("record", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_headings_and_one_line_in_the_index(record: Path) -> None:
    lines = record.read_text().splitlines()
    assert lines[0].startswith(f"# {record.name[:3]} ")
    assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]
    assert (DOCS / "decisions" / "README.md").read_text().count(f"]({record.name})") == 1


@pytest.mark.parametrize("page", PAGES_WITH_LINKS, ids=lambda path: path.stem)
def test_the_links_of_a_page_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
