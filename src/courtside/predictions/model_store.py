"""Stored models: files in their library's own format with a SHA-256, and one row of `models` for each.

There is one model per system and training date, so that a past date is predicted by a model trained before it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from courtside.predictions.calibration import Calibrator
from courtside.predictions.errors import ModelRefusedError, NoModelError
from courtside.predictions.inputs import MODEL_INPUTS
from courtside.predictions.learners import CatBoost, Learner, LightGbm, library_versions
from courtside.predictions.tables import MODELS
from courtside.predictions.training import Trained
from courtside.warehouse.base import Reader, Upsert, Warehouse

SUFFIX = {"catboost_v9": "cbm", "lightgbm": "txt"}
READERS: dict[str, Callable[[bytes], Learner]] = {"catboost_v9": CatBoost.from_bytes, "lightgbm": LightGbm.from_bytes}

T = TypeVar("T")


@dataclass(frozen=True)
class Models:
    """Read access to the stored models: files below `folder`, rows in `warehouse`."""

    warehouse: Reader
    folder: Path

    def rows(self, kind: str | None = None) -> pl.DataFrame:
        """Return the rows of `MODELS`, oldest first."""
        found = self._stored().sort("as_of", "system", "kind", "model_id")
        return found if kind is None else found.filter(pl.col("kind") == kind)

    def one(self, model_id: str) -> dict[str, Any]:
        """Return the row of a model.

        Raises:
            NoModelError: where no model has this id.
        """
        found = self.rows().filter(pl.col("model_id") == model_id).to_dicts()
        if not found:
            raise NoModelError(f"there is no model {model_id!r}; `courtside models list` shows those there are")
        return found[0]

    def points_model(self, row: dict[str, Any]) -> Learner:
        """Load the model of a row after its file is checked.

        Raises:
            ModelRefusedError: where the file is missing or changed, or the model was trained on other inputs.
        """
        if row["inputs"] != ",".join(MODEL_INPUTS):
            raise ModelRefusedError(
                f"model {row['model_id']} reads other inputs than this version offers; "
                f"`courtside train --as-of {row['as_of']}` makes one that does"
            )
        content = self._content(row)
        return _readable(row, lambda: READERS[row["system"]](content))

    def calibrator(self, row: dict[str, Any]) -> Calibrator:
        """Load the calibrator of a row after its file is checked.

        Raises:
            ModelRefusedError: where the file is missing or differs from what was written.
        """
        content = self._content(row)
        return _readable(row, lambda: Calibrator.from_text(content.decode()))

    def verify(self, row: dict[str, Any]) -> None:
        """Check that the file of a row can be loaded for predictions.

        Raises:
            ModelRefusedError: where the file is missing, differs from what was written, or cannot be read.
        """
        if row["kind"] == "points":
            self.points_model(row)
        else:
            self.calibrator(row)

    def _stored(self) -> pl.DataFrame:
        return self.warehouse.collect(self.warehouse.scan(MODELS))

    def _content(self, row: dict[str, Any]) -> bytes:
        path = self.folder / row["file"]
        again = f"`courtside train --as-of {row['as_of']}` makes it again"
        if not path.is_file():
            raise ModelRefusedError(f"model {row['model_id']}: {path} is gone; {again}")
        try:
            content: bytes = path.read_bytes()
        except OSError as error:
            raise ModelRefusedError(f"model {row['model_id']}: {path}: {error.strerror}; {again}") from error
        found = hashlib.sha256(content).hexdigest()
        if found != row["sha256"]:
            raise ModelRefusedError(
                f"model {row['model_id']}: {path} has SHA-256 {found[:12]}… and was written with "
                f"{row['sha256'][:12]}…; it has been changed since. {again}"
            )
        return content


@dataclass(frozen=True)
class ModelStore(Models):
    """Read and write access to the models of a home."""

    warehouse: Warehouse
    pending: dict[str, dict[str, Any]] | None = None
    """Rows by model id that wait for `commit`; None where rows are written at once."""

    def staged(self) -> ModelStore:
        """Return a store that keeps its rows in memory until `commit` writes them to the warehouse.

        If the process ends before `commit`, files without a row remain and the next training starts over.
        """
        return replace(self, pending={})

    def commit(self) -> None:
        """Write the staged rows in one transaction: models with their status, and their calibrators."""
        replace(self, pending=None)._upsert(list((self.pending or {}).values()))

    def save(self, trained: Iterable[Trained], calibrators: Iterable[Calibrator], now: dt.datetime) -> list[str]:
        """Write models, calibrators and their rows, and return their ids; saving the same model again changes nothing.

        A model with the same system, kind and first date as a stored one replaces it; the stored one is retired.
        """
        entries = [_model_row(item, self._write(item.system, item.as_of, item.model.to_bytes())) for item in trained]
        entries += [_calibrator_row(item, self._write_calibrator(item)) for item in calibrators]
        stored = {row["model_id"]: row for row in self.rows().to_dicts()}
        slots = {(row["system"], row["kind"], row["as_of"]): row["model_id"] for row in entries}
        written = [row | {"trained_at": now} for row in entries if not _stands(stored.get(row["model_id"]))]
        for row in stored.values():
            newer = slots.get((row["system"], row["kind"], row["as_of"]))
            if newer and newer != row["model_id"] and row["status"] != "retired":
                written.append(row | {"status": "retired", "status_reason": f"trained again as {newer}"})
        self._upsert(written)
        return [row["model_id"] for row in entries]

    def set_status(self, model_id: str, status: str, reason: str) -> None:
        """Set the status of a model.

        Raises:
            NoModelError: where no model has this id.
        """
        self._upsert([self.one(model_id) | {"status": status, "status_reason": reason}])

    def set_damaged_aside(self) -> dict[str, str]:
        """Retire the models whose file is missing or differs from what was written; return the reasons by id."""
        found = {}
        for row in self.rows().filter(pl.col("status") != "retired").to_dicts():
            try:
                self._content(row)
            except ModelRefusedError as error:
                found[row["model_id"]] = str(error)
                self.set_status(row["model_id"], "retired", f"damaged: {error}")
        return found

    def _stored(self) -> pl.DataFrame:
        found = super()._stored()
        if not self.pending:
            return found
        stored = found.filter(~pl.col("model_id").is_in(list(self.pending)))
        return pl.concat([stored, _frame(self.pending.values()).select(found.columns)])

    def _write_calibrator(self, item: Calibrator) -> tuple[str, str]:
        return self._write(f"{item.system}-over", item.as_of, item.as_text().encode(), "json")

    def _write(self, name: str, as_of: dt.date, content: bytes, suffix: str = "") -> tuple[str, str]:
        sha = hashlib.sha256(content).hexdigest()
        file = f"{name}/{as_of}-{sha[:8]}.{suffix or SUFFIX[name]}"
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        return file, sha

    def _upsert(self, rows: list[dict[str, Any]]) -> None:
        if self.pending is not None:
            self.pending.update({row["model_id"]: row for row in rows})
        elif rows:
            self.warehouse.upsert([Upsert(MODELS, _frame(rows))])


def _frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return MODELS.conform(pl.DataFrame(list(rows), schema=MODELS.polars_schema))


def _readable(row: dict[str, Any], read: Callable[[], T]) -> T:
    try:
        return read()
    except Exception as error:
        raise ModelRefusedError(
            f"model {row['model_id']}: {row['file']} cannot be read ({type(error).__name__}); "
            f"`courtside train --as-of {row['as_of']}` makes it again"
        ) from error


def _stands(row: dict[str, Any] | None) -> bool:
    return row is not None and not (row["status_reason"] or "").startswith(("trained again", "damaged"))


def _model_row(item: Trained, written: tuple[str, str]) -> dict[str, Any]:
    file, sha = written
    return {
        "model_id": f"{item.system}-{item.as_of}-{sha[:8]}",
        "system": item.system,
        "kind": "points",
        "as_of": item.as_of,
        "window_start": item.window_start,
        "window_end": item.window_end,
        "rows": item.rows,
        "inputs": ",".join(item.inputs),
        "file": file,
        "sha256": sha,
        "libraries": library_versions(),
        "metrics": json.dumps(item.metrics, sort_keys=True),
        "status": "candidate",
        "status_reason": None,
    }


def _calibrator_row(item: Calibrator, written: tuple[str, str]) -> dict[str, Any]:
    file, sha = written
    return {
        "model_id": f"{item.system}-over-{item.as_of}-{sha[:8]}",
        "system": item.system,
        "kind": "over",
        "as_of": item.as_of,
        "window_start": item.window_start,
        "window_end": item.fitted_through,
        "rows": item.rows,
        "inputs": "",
        "file": file,
        "sha256": sha,
        "libraries": library_versions(),
        "metrics": "{}",
        "status": "candidate",
        "status_reason": None,
    }
