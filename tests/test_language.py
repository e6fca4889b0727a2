"""The project's text uses the terms of docs/glossary.md. Each rule finds a word that stands for one of these terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("src", "tests", "docs", "benchmarks", "deploy", "examples", "tools", ".github")
SUFFIXES = {".py", ".md", ".html", ".css", ".js", ".yaml", ".yml", ".toml", ".service", ".timer"}

CHECK_COLUMN = "the column of the stored table `check_results`"
TEAM = "the players of a team"


@dataclass(frozen=True)
class Rule:
    """A pattern of words that are not used, the term to use instead, and the files that may use them, with the reason.

    The pattern is searched in every line, without case, after underscores are replaced by spaces, so that names count
    as words.
    """

    pattern: str
    write: str
    example: str
    allowed: Mapping[str, str] = field(default_factory=dict)

    def finds(self, text: str) -> bool:
        """Return whether a text has a word that is not used."""
        return re.search(self.pattern, text.replace("_", " "), re.IGNORECASE) is not None

    def allows(self, path: str) -> bool:
        """Return whether a file may use the words."""
        return any(path.startswith(place) for place in self.allowed)


RULES = (
    Rule(r"\bsaid\b|\b(speak|speaks|speaking|spoken)\b", "predict, prediction", "what is said of a row"),
    Rule(r"\bsays? nothing\b", "no prediction", "the champion says nothing of a date"),
    Rule(
        r"\bstand[- ]in\b|\bstands in for\b|\b(take|takes) (its|his|their) place\b|\bleading system\b",
        "fallback, champion",
        "STAND_IN = FORMULAS[0]",
    ),
    Rule(
        r"\brosters?\b",
        "active models",
        "def roster(store):",
        {"tests/features/": TEAM, "tests/planted/test_planted_features.py": TEAM},
    ),
    Rule(r"\b(told|untold|tell|tells|telling)\b", "alert, state, show, known", "def _tell(context): ..."),
    Rule(r"\b(ask|asks|asked|asking)\b", "run (a check), request, wanted", "who is asked"),
    Rule(
        r"\bclaims?\b(?!\(\))",
        "property, title of a check",
        "a declared claim about a table",
        {
            "src/courtside/quality/tables.py": CHECK_COLUMN,
            "src/courtside/audit/checks/base.py": CHECK_COLUMN,
            "src/courtside/cli/check_tables.py": CHECK_COLUMN,
            "docs/tables.md": CHECK_COLUMN,
            "docs/json.md": CHECK_COLUMN,
        },
    ),
    Rule(r"\bstuck\b", "held, failed", "stuck = [cell]"),
    Rule(
        r"\bwork(s|ed|ing)? (on )?(a|the|every|each|all) (cell|date|day|stage)s?\b|\bdates worked\b"
        r"|\b(is|are|be|been|was|were) worked\b|\bworked again\b|\bworks nothing\b",
        "process, compute",
        "work every stage of the season",
    ),
    Rule(r"\bleft alone\b|\bleaves? \w+ alone\b", "unchanged, skipped", "3 dates left alone"),
    Rule(r"\b(take|takes|taking|took) in\b|\btaken in\b(?! the\b)", "ingest", "5 payloads taken in"),
    Rule(
        r"\b(context|opened) ?\.ledger\b|\bpipeline\.ledger\b(?! copy)|\bclass Ledger\b",
        "run log",
        "context.ledger.cells()",
    ),
    Rule(r"\bsat out\b", "games missed", "games he sat out"),
    Rule(r"\bvalues? of (its|their) own\b", "missing value", "a feature without a value of its own"),
    Rule(r"\blast word\b|\bkeeps? (its|their) word\b", "say what happens", "a stage that has a last word"),
    Rule(r"\bcould not tell\b", "not judged", "2 where it could not tell"),
    Rule(r"\bin silence\b|\bloud(ly)?\b", "without an alert, with an alert", "wrong in silence"),
    Rule(
        r"\brun --explain\b",
        "run --estimate",
        "courtside run --explain",
        {"CHANGELOG.md": "it names the option of an earlier version"},
    ),
)


@cache
def texts() -> Mapping[str, str]:
    """Return the text of every file of the project except this one, by path."""
    files = [*ROOT.glob("*.md"), *(path for place in PLACES for path in (ROOT / place).rglob("*"))]
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in files
        if path.suffix in SUFFIXES and path.is_file() and path != Path(__file__).resolve()
    }


@pytest.mark.parametrize("rule", RULES, ids=[rule.write for rule in RULES])
def test_no_file_uses_a_word_that_stands_for_a_term(rule: Rule) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts().items()
        if not rule.allows(path) and rule.finds(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if rule.finds(line)
    ]
    assert found == [], f"write: {rule.write}"


@pytest.mark.parametrize("rule", RULES, ids=[rule.write for rule in RULES])
def test_a_rule_finds_its_example(rule: Rule) -> None:
    assert rule.finds(rule.example)


def test_an_allowed_file_still_needs_its_exception() -> None:
    unused = [
        place
        for rule in RULES
        for place in rule.allowed
        if not any(rule.finds(text) for path, text in texts().items() if path.startswith(place))
    ]
    assert unused == []
