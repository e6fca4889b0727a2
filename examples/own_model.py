# %% [markdown]
# # Your own model beside the line
# This file runs as a script, and cell by cell in an editor or notebook. It uses a small simulated league, so it needs
# no data: replace `courtside.example()` by `courtside.open(".courtside")` for your own installation.

# %%
from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import polars as pl

import courtside

home = courtside.example()

# %% [markdown]
# The training set holds only rows that may be trained on. A warning counts the others by reason.

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", courtside.RowsLeftOutWarning)
    train = home.training_set("2025-10-22", "2025-11-02")
print(train.shape, caught[0].message)
print(train.select("points", "line", *courtside.MODEL_INPUTS[:3]).head(3))

# %% [markdown]
# A model is any object with `fit(X, y)` and `predict(X)`, such as those of scikit-learn. This one is a ridge regression
# in a few lines. `X` holds the columns `courtside.MODEL_INPUTS` with NaN for a missing value.


# %%
class Ridge:
    """A ridge regression in which a missing value counts as the mean."""

    def __init__(self, penalty: float = 100.0) -> None:
        self.penalty = penalty

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, so that a backtest can make an unfitted clone."""
        return {"penalty": self.penalty}

    def fit(self, X: np.ndarray, y: np.ndarray) -> Ridge:  # noqa: N803
        """Fit by least squares with a penalty on the squared weights."""
        known = ~np.isnan(X)
        self.means_ = np.where(known, X, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        spread = np.where(known, X, self.means_).std(axis=0)
        self.scales_ = np.where(spread > 0, spread, 1)
        inputs = self._standardised(X)
        self.offset_ = y.mean()
        gram = inputs.T @ inputs + self.penalty * np.eye(inputs.shape[1])
        self.weights_ = np.linalg.solve(gram, inputs.T @ (y - self.offset_))
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """Return expected points."""
        return self._standardised(X) @ self.weights_ + self.offset_

    def _standardised(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        return (np.where(np.isnan(X), self.means_, X) - self.means_) / self.scales_


# %% [markdown]
# The backtest fits a clone for every week on earlier dates only, and measures it beside the line, the exponential mean
# and the stored champion on the same rows. `min_rows` is low because the league is small.

# %%
result = home.backtest(Ridge(), start="2025-11-03", end="2025-11-12", min_rows=100)
print(result)
print(result.summary())
print(result.by_edge())

# %% [markdown]
# An estimator that requests rows of the week it is evaluated on is refused.


# %%
class LooksAhead(Ridge):
    """A ridge regression that would like to know the results of its own week."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Ridge:  # noqa: N803
        """Request the evaluated week, which is refused."""
        home.training_set("2025-10-22", "2025-11-12")
        return super().fit(X, y)


try:
    home.backtest(LooksAhead(), start="2025-11-03", end="2025-11-12", min_rows=100)
except Exception as error:  # noqa: BLE001 - the example shows the message
    print(f"refused: {error}")

# %% [markdown]
# Tonight: the rows of a slate have the same inputs, and the lines as they are known now.

# %%
slate = home.slate("2025-11-13").filter(pl.col("gate_passed"))
inputs = slate.select(pl.col(courtside.MODEL_INPUTS).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
known = train.select(pl.col(courtside.MODEL_INPUTS).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
model = Ridge().fit(known, train["points"].to_numpy())
tonight = slate.select("player", "team", "line").with_columns(expected=pl.Series(model.predict(inputs)).round(1))
print(tonight.sort("expected", descending=True).head(5))
