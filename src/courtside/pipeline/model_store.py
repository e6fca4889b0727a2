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

from courtside.predictions.calibration import Calibrator
from courtside.predictions.errors import ModelRefusedError
from courtside.predictions.learners import library_versions
from courtside.predictions.promotion import Gate, GateFailedError, gates_of
from courtside.predictions.stored_models import Models
from courtside.predictions.tables import MODELS
from courtside.predictions.training import Trained
from courtside.warehouse.base import Upsert, Warehouse

SUFFIX = {"catboost_v9": "cbm", "lightgbm": "txt"}


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
        written = [row | {"trained_at": now} for row in entries if not _is_kept(stored.get(row["model_id"]))]
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
        if row["kind"] != "points" or row["status"] == "retired":
            raise GateFailedError(
                f"{model_id} is {row['status']} of kind {row['kind']}; "
                "only a points model that is not retired can be promoted"
            )
        gates = gates_of(row)
        if failed := [gate for gate in gates if not gate.passed]:
            raise GateFailedError(f"{model_id} is not promoted. " + "; ".join(map(str, failed)))
        for other in self.rows("points").to_dicts():
            if other["system"] == row["system"] and other["status"] == "champion" and other["model_id"] != model_id:
                self.set_status(other["model_id"], "challenger", f"{model_id} was promoted")
        self.set_status(model_id, "champion", "passed every gate of promotion")
        return gates

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


def _is_kept(row: dict[str, Any] | None) -> bool:
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
