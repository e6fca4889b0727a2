"""Access to the models of a home: save after training, promote, retire."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from courtside.league.markets import POINTS
from courtside.predictions.calibration import Calibrator
from courtside.predictions.distribution import Distribution
from courtside.predictions.errors import ModelRefusedError
from courtside.predictions.learners import library_versions
from courtside.predictions.promotion import Gate, require_promotable
from courtside.predictions.stored_models import Models
from courtside.predictions.tables import CALIBRATION_ERROR, DISTRIBUTION, MODELS
from courtside.predictions.training import Trained
from courtside.warehouse.base import Upsert, Warehouse

SUFFIX = {"catboost_v9": "cbm", "lightgbm": "txt"}


@dataclass(frozen=True)
class ModelStore(Models):
    """Read and write access to the models of a home."""

    warehouse: Warehouse
    market: str | None = None
    pending: dict[str, dict[str, Any]] | None = None
    """Rows by model id that wait for `commit`; None where rows are written at once."""

    def of(self, market: str) -> ModelStore:
        """Return the store of one market's models."""
        return replace(self, market=market)

    def staged(self) -> ModelStore:
        """Return a store that keeps its rows in memory until `commit` writes them to the warehouse.

        If the process ends before `commit`, files without a row remain and the next training starts over.
        """
        return replace(self, pending={})

    def commit(self) -> None:
        """Write the staged rows in one transaction: models with their status, and their calibrators."""
        replace(self, pending=None)._upsert(list((self.pending or {}).values()))

    def save(
        self,
        trained: Iterable[Trained],
        calibrators: Iterable[Calibrator],
        now: dt.datetime,
        distributions: Iterable[Distribution] = (),
    ) -> list[str]:
        """Write models of each kind and their rows, and return their ids; saving the same model again changes nothing.

        A model with the same market, system, kind and first date as a stored one replaces it and retires it.
        """
        entries = []
        for model in trained:
            name = self._named(model.system)
            content, suffix = model.model.to_bytes(), SUFFIX[model.system]
            entries.append(_model_row(model, name, *self._write(name, model.as_of, content, suffix)))
        fitted: list[Calibrator | Distribution] = [*calibrators, *distributions]
        for item in fitted:
            kind = "over" if isinstance(item, Calibrator) else DISTRIBUTION
            name = self._named(f"{item.system}-{kind}")
            written_as = self._write(name, item.as_of, item.as_text().encode(), "json")
            entries.append(_fitted_row(item, kind, name, *written_as))
        entries = [row | {"market": self.market or POINTS} for row in entries]
        stored = {row["model_id"]: row for row in self.rows().to_dicts()}
        slots = {_slot(row): row["model_id"] for row in entries}
        written = [row | {"trained_at": now} for row in entries if not _is_kept(stored.get(row["model_id"]))]
        for row in stored.values():
            newer = slots.get(_slot(row))
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

    def set_metrics(self, model_id: str, metrics: dict[str, Any]) -> None:
        """Store the measurements of a model.

        Raises:
            NoModelError: where no model has this id.
        """
        self._upsert([self.one(model_id) | {"metrics": json.dumps(metrics, sort_keys=True)}])

    def set_damaged_aside(self) -> dict[str, str]:
        """Retire the models whose file is missing or differs from what was written; return the reasons by id."""
        found = {}
        for row in self.rows().filter(pl.col("status") != "retired").to_dicts():
            try:
                self.content(row)
            except ModelRefusedError as error:
                found[row["model_id"]] = str(error)
                self.set_status(row["model_id"], "retired", f"damaged: {error}")
        return found

    def promote(self, model_id: str) -> list[Gate]:
        """Make a points model the champion of its system where every gate passes, and return the gates.

        The previous champion becomes a challenger. Each model keeps the dates it was trained for.

        Raises:
            NoModelError: where no model has this id.
            GateFailedError: naming the gates that failed; nothing is changed.
        """
        row = self.one(model_id)
        gates = require_promotable(row)
        for other in self.rows("points").to_dicts():
            is_same = (other["market"], other["system"]) == (row["market"], row["system"])
            if is_same and other["status"] == "champion" and other["model_id"] != model_id:
                self.set_status(other["model_id"], "challenger", f"{model_id} was promoted")
        self.set_status(model_id, "champion", "passed every gate of promotion")
        return gates

    def _stored(self) -> pl.DataFrame:
        found = super()._stored()
        if not self.pending:
            return found
        stored = found.filter(~pl.col("model_id").is_in(list(self.pending)))
        return pl.concat([stored, _frame(self.pending.values()).select(found.columns)])

    def _named(self, name: str) -> str:
        """Return the name of a system's models: with the market, unless it is points."""
        return name if self.market in (None, POINTS) else f"{name}-{self.market}"

    def _write(self, name: str, as_of: dt.date, content: bytes, suffix: str) -> tuple[str, str]:
        sha = hashlib.sha256(content).hexdigest()
        file = f"{name}/{as_of}-{sha[:8]}.{suffix}"
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


def _slot(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("market", "system", "kind", "as_of"))


def _is_kept(row: dict[str, Any] | None) -> bool:
    return row is not None and not (row["status_reason"] or "").startswith(("trained again", "damaged"))


def _model_row(item: Trained, name: str, file: str, sha: str) -> dict[str, Any]:
    return {
        "model_id": f"{name}-{item.as_of}-{sha[:8]}",
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


def _fitted_row(item: Calibrator | Distribution, kind: str, name: str, file: str, sha: str) -> dict[str, Any]:
    error = item.error if isinstance(item, Calibrator) else None
    return {
        "model_id": f"{name}-{item.as_of}-{sha[:8]}",
        "system": item.system,
        "kind": kind,
        "as_of": item.as_of,
        "window_start": item.window_start,
        "window_end": item.fitted_through,
        "rows": item.rows,
        "inputs": "",
        "file": file,
        "sha256": sha,
        "libraries": library_versions(),
        "metrics": "{}" if error is None else json.dumps({CALIBRATION_ERROR: error}),
        "status": "candidate",
        "status_reason": None,
    }
