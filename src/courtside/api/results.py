"""Results that are more than one frame: they print as text, show as HTML in a notebook, and save as JSON."""

from __future__ import annotations

import dataclasses
import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import polars as pl

from courtside.audit.monitor import Report
from courtside.league.teams import TRICODE_OF_ID
from courtside.operations.explain import Explained
from courtside.reports import number, render


class Result(ABC):
    """A result that prints as text, shows as HTML in a notebook, and can be saved as JSON."""

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain data."""

    @abstractmethod
    def __str__(self) -> str: ...

    @abstractmethod
    def _repr_html_(self) -> str: ...

    def __repr__(self) -> str:
        return str(self)

    def to_json(self, path: Path | str | None = None) -> str:
        """Return the result as JSON, and write it to `path` where one is given."""
        text = json.dumps(self.as_dict(), default=str, ensure_ascii=False, indent=1)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text


@dataclasses.dataclass(frozen=True, repr=False)
class Explanation(Result):
    """A stored feature row and the rows behind it.

    `found` holds the feature row (`row`), the games of the last-10 window (`window`), the games missing from it
    (`missing`), each book's closing line (`lines`) and each system's prediction (`predictions`).

    >>> import courtside
    >>> home = courtside.example()
    >>> found = home.explain(home.slate("2025-11-13")["player"][0], "2025-11-13")
    >>> found.features.columns
    ['number', 'name', 'value', 'origin', 'source', 'sentence']
    """

    found: Explained

    @property
    def player(self) -> str:
        """The player's name."""
        return self.found.player

    @property
    def features(self) -> pl.DataFrame:
        """Number, name, value, origin, source and description of each feature."""
        return pl.DataFrame(self.found.features, infer_schema_length=None)

    @property
    def title(self) -> str:
        """The player, the teams and the date in one line."""
        row = self.found.row
        team, opponent = TRICODE_OF_ID[row["team_id"]], TRICODE_OF_ID[row["opponent_team_id"]]
        return f"{self.player} ({team}) {'vs' if row['is_home'] else 'at'} {opponent}, {row['game_date']}"

    @property
    def quality(self) -> str:
        """The quality of the row in one sentence."""
        row = self.found.row
        return (
            f"Quality {row['feature_quality_score']:.1f} ({row['quality_tier']}); {row['required_default_count']} "
            f"required features have no value; {len(self.found.missing)} games are missing from its windows."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        return {**dataclasses.asdict(self.found), "features": self.found.features}

    def __str__(self) -> str:
        lines = [self.title, self.quality]
        lines += [
            f"{item['number']:>3} {item['name']:<26} {number(item['value'], 2):>8}  {item['origin']}"
            for item in self.found.features
        ]
        lines += [f"line {line['line']:g} at {line['book']}, {line['timing']}" for line in self.found.lines]
        lines += [f"{item['system']}: {item['prediction']:.1f} points" for item in self.found.predictions]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return render("explanation.html", it=self)


@dataclasses.dataclass(frozen=True, repr=False)
class TrainingQuality(Result):
    """How much of the training data is contaminated; `report` holds every figure.

    >>> import courtside
    >>> quality = courtside.example().check("2025-10-22", "2025-11-12")
    >>> quality.months["month"].to_list()
    ['2025-10', '2025-11']
    """

    report: Report

    @property
    def verdict(self) -> str:
        """`clean`, `contaminated`, `corrupt` or `not judged`."""
        return str(self.report.verdict)

    @property
    def months(self) -> pl.DataFrame:
        """Rows, clean and contaminated rows and their share of each month."""
        return pl.DataFrame([dataclasses.asdict(month) for month in self.report.months])

    @property
    def features(self) -> pl.DataFrame:
        """The features that most often have no value, with the number of rows and the most common cause."""
        return pl.DataFrame([dataclasses.asdict(item) for item in self.report.features])

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data, as `courtside check training-data --json` prints it."""
        return self.report.as_dict()

    def __str__(self) -> str:
        lines = [self.report.sentence]
        lines += [
            f"{month.month}  {month.total:>7,} rows  {month.contaminated:>6,} contaminated "
            f"({month.contaminated_pct:.2f} %)"
            for month in self.report.months
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return render("training_quality.html", it=self)
