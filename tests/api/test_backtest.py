"""`home.backtest`: estimators walk forward, are measured beside the line, and cannot look ahead."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import courtside
from courtside.errors import ConfigError
from courtside.predictions.errors import LeakageError, NoModelError

WEEK = {"start": "2025-11-03", "end": "2025-11-12", "min_rows": 100}


class Ridge:
    """A ridge regression with scikit-learn's protocol; missing values count as the mean."""

    def __init__(self, penalty: float = 100.0) -> None:
        self.penalty = penalty

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"penalty": self.penalty}

    def fit(self, X: Any, y: Any) -> Ridge:  # noqa: N803
        known = ~np.isnan(X)
        self.means_ = np.where(known, X, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        spread = np.where(known, X, self.means_).std(axis=0)
        self.scales_ = np.where(spread > 0, spread, 1)
        inputs = self._inputs(X)
        gram = inputs.T @ inputs + self.penalty * np.eye(inputs.shape[1])
        self.offset_ = y.mean()
        self.weights_ = np.linalg.solve(gram, inputs.T @ (y - self.offset_))
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803
        return self._inputs(X) @ self.weights_ + self.offset_

    def _inputs(self, X: Any) -> Any:  # noqa: N803
        return (np.where(np.isnan(X), self.means_, X) - self.means_) / self.scales_


class Spy(Ridge):
    """Remembers what every clone was given."""

    seen: list[tuple[str, Any]] = []  # noqa: RUF012 - shared by the clones on purpose

    def fit(self, X: Any, y: Any) -> Ridge:  # noqa: N803
        self.seen.append(("fit", X))
        return super().fit(X, y)

    def predict(self, X: Any) -> Any:  # noqa: N803
        self.seen.append(("predict", X))
        return super().predict(X)


@pytest.fixture
def spy() -> type[Spy]:
    Spy.seen = []
    return Spy


def test_an_estimator_stands_beside_line_ewma_and_champion_on_the_same_rows(home: courtside.Home) -> None:
    result = home.backtest(Ridge(), **WEEK)
    summary = result.summary()
    rows = result.predictions
    assert summary["compared with"].to_list() == ["line", "ewma", "champion"]
    assert result.models == 2
    assert result.n == rows.height == result.rows["measured"] > 100
    for name in ("line", "ewma", "champion"):
        both = rows.filter(pl.col(name).is_not_null())
        part = summary.row(by_predicate=pl.col("compared with") == name, named=True)
        assert part["n"] == both.height
        assert part["mae"] == pytest.approx((both[name] - both["points"]).abs().mean(), abs=1e-4)
        assert part["estimator_mae"] == pytest.approx((both["prediction"] - both["points"]).abs().mean(), abs=1e-4)
        assert part["low"] < part["difference"] < part["high"]
    assert rows["line"].null_count() == rows["points"].null_count() == 0
    assert rows["game_date"].is_between(pl.date(2025, 11, 3), pl.date(2025, 11, 12)).all()


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_a_clone_learns_from_the_training_set_up_to_the_day_before(home: courtside.Home, spy: type[Spy]) -> None:
    home.backtest(spy(), **WEEK)
    fits = [given for step, given in spy.seen if step == "fit"]
    for day, inputs in zip(("2025-11-02", "2025-11-09"), fits, strict=True):
        expected = home.training_set("2025-10-22", day).select(courtside.MODEL_INPUTS).cast(pl.Float64)
        assert np.array_equal(inputs, expected.to_numpy(), equal_nan=True)


def test_each_slate_is_predicted_by_itself(home: courtside.Home, spy: type[Spy]) -> None:
    result = home.backtest(spy(), **WEEK)
    slates = [len(given) for step, given in spy.seen if step == "predict"]
    days = home.features("2025-11-03", "2025-11-12").filter(pl.col("points_ewma").is_not_null())
    assert slates == days.group_by("game_date").len().sort("game_date")["len"].to_list()
    assert result.models < len(slates)


def test_daily_retraining_fits_once_for_each_date_with_games(home: courtside.Home) -> None:
    dates = home.features("2025-11-10", "2025-11-12")["game_date"].n_unique()
    result = home.backtest(Ridge(), "2025-11-10", "2025-11-12", retrain="daily", min_rows=100)
    assert result.models == dates


def test_no_line_is_shown_by_default(home: courtside.Home, spy: type[Spy]) -> None:
    without = home.backtest(spy(), **WEEK)
    shown = home.backtest(spy(), **WEEK, with_line=True)
    assert without.inputs == courtside.MODEL_INPUTS
    assert not {name for name in without.inputs if "line" in name or "vegas" in name or "price" in name}
    assert shown.inputs == (*courtside.MODEL_INPUTS, "line", "over_price", "under_price")
    assert {given.shape[1] for _, given in spy.seen} == {len(without.inputs), len(shown.inputs)}


def test_the_estimator_itself_is_neither_fitted_nor_trusted_to_be_unfitted(home: courtside.Home) -> None:
    estimator = Ridge(50.0)
    first = home.backtest(estimator, **WEEK)
    assert not hasattr(estimator, "weights_")
    estimator.fit(np.ones((5, len(courtside.MODEL_INPUTS))), np.arange(5.0))
    again = home.backtest(estimator, **WEEK)
    assert again.predictions.equals(first.predictions)


class LooksAhead(Ridge):
    """Requests from a home rows of the evaluated week, in one of its steps and in one of several ways."""

    def __init__(self, home: courtside.Home, step: str, way: str) -> None:
        super().__init__()
        self.home, self.step, self.way = home, step, way

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"home": self.home, "step": self.step, "way": self.way}

    def fit(self, X: Any, y: Any) -> Ridge:  # noqa: N803
        if self.step == "fit":
            self._look()
        return super().fit(X, y)

    def predict(self, X: Any) -> Any:  # noqa: N803
        if self.step == "predict":
            self._look()
        return super().predict(X)

    def _look(self) -> None:
        if self.way == "the same home":
            self.home.training_set("2025-10-22", "2025-11-12")
        elif self.way == "a second home":
            courtside.open(self.home.folder).features("2025-11-10", "2025-11-12")
        else:
            with contextlib.suppress(Exception):
                self.home.player("2000016")


@pytest.mark.parametrize("way", ["the same home", "a second home", "an error that it hides"])
@pytest.mark.parametrize("step", ["fit", "predict"])
def test_a_planted_look_ahead_is_refused(home: courtside.Home, step: str, way: str) -> None:
    with pytest.raises(LeakageError, match=rf"LooksAhead\.{step} for .* looked ahead: .* are being evaluated"):
        home.backtest(LooksAhead(home, step, way), **WEEK)
    assert home.features("2025-11-12", "2025-11-12").height


def test_an_estimator_may_read_dates_before_its_week(home: courtside.Home) -> None:
    class Reads(LooksAhead):
        def _look(self) -> None:
            self.home.features("2025-10-22", "2025-11-02")

    assert home.backtest(Reads(home, "fit", ""), **WEEK).n


class Fails(Ridge):
    def fit(self, X: Any, y: Any) -> Ridge:  # noqa: N803
        raise ValueError("Input X contains NaN")


class Wrong(Ridge):
    def predict(self, X: Any) -> Any:  # noqa: N803
        return np.full((len(X), 2), 1.0)


class NotFinite(Ridge):
    def predict(self, X: Any) -> Any:  # noqa: N803
        return np.full(len(X), np.nan)


class Words(Ridge):
    def predict(self, X: Any) -> Any:  # noqa: N803
        return ["many"] * len(X)


@pytest.mark.parametrize(
    ("estimator", "complaint"),
    [
        (Fails(), r"Fails\.fit raised ValueError for the dates from 2025-11-03 on: Input X contains NaN"),
        (Wrong(), r"Wrong\.predict returned an array of shape \(\d+, 2\).* for the slate of 2025-11-03; expected \d+"),
        (NotFinite(), r"with \d+ values that are not finite for the slate of 2025-11-03"),
        (Words(), r"Words\.predict returned no numbers for the slate of 2025-11-03"),
    ],
)
def test_an_estimator_that_fails_ends_with_the_step_and_the_week(
    home: courtside.Home, estimator: Ridge, complaint: str
) -> None:
    with pytest.raises(courtside.EstimatorError, match=complaint):
        home.backtest(estimator, **WEEK)


def test_a_range_that_cannot_be_measured_says_why(home: courtside.Home) -> None:
    with pytest.raises(NoModelError, match="has 2,000 training rows before it"):
        home.backtest(Ridge(), "2025-11-03", "2025-11-12")
    with pytest.raises(ConfigError, match="use one of weekly, daily"):
        home.backtest(Ridge(), **WEEK, retrain="monthly")


class Oracle(Ridge):
    """Returns nearly what was scored, from a copy of the outcomes that it took before the backtest."""

    def __init__(self, answers: dict[bytes, float]) -> None:
        super().__init__()
        self.answers = answers

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"answers": self.answers}

    def predict(self, X: Any) -> Any:  # noqa: N803
        return [self.answers.get(row.tobytes(), 10.0) for row in X]


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_an_error_below_the_oracles_is_called_a_presumed_leak(home: courtside.Home) -> None:
    rows = home.training_set("2025-11-03", "2025-11-12")
    inputs = rows.select(courtside.MODEL_INPUTS).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    answers = {row.tobytes(): float(points) for row, points in zip(inputs, rows["points"], strict=True)}
    result = home.backtest(Oracle(answers), **WEEK)
    assert any("no larger than that of the oracle" in item for item in result.suspicions)
    assert "presumed leak: Oracle" in str(result)
    assert "Presumed leak: Oracle" in result._repr_html_()


def test_the_result_prints_shows_and_saves(home: courtside.Home, tmp_path: Path) -> None:
    result = home.backtest(Ridge(), **WEEK)
    assert f"{result.n:,} player games with a line" in str(result)
    assert repr(result) == str(result)
    page = result._repr_html_()
    assert "moving_average" in page or "catboost_v9" in page
    assert f"{result.n:,} measured" in page
    saved = json.loads(result.to_json(tmp_path / "backtest.json"))
    assert saved == json.loads((tmp_path / "backtest.json").read_text())
    assert saved["kind"] == "BACKTEST"
    assert saved["compared"]["line"]["n"] == result.n
    assert result.by_edge()["n"].sum() <= result.n
    assert result.by_month()["n"].sum() == result.by_season()["n"].sum() == result.n
    assert result.calibration().columns == ["n", "stated_pct", "observed_pct", "low_pct", "high_pct"]


def test_another_market_is_measured_beside_its_own_lines(home: courtside.Home) -> None:
    result = home.backtest(Ridge(), **WEEK, market="rebounds")
    line = json.loads(result.to_json())["compared"]["line"]
    assert line["n"] == result.n > 0
    assert 0 < line["mae"] < 4, "an error of rebounds, not of points"


def test_the_plots_show_calibration_and_error_over_time(home: courtside.Home, monkeypatch: pytest.MonkeyPatch) -> None:
    result = home.backtest(Ridge(), **WEEK)
    weeks = result.by_week()
    assert weeks["n"].sum() == result.n
    drawn = result.error_plot().to_dict()
    assert len(next(iter(drawn["datasets"].values()))) == 2 * weeks.height
    bins = pl.DataFrame(
        {"n": [50.0], "stated_pct": [48.0], "observed_pct": [51.0], "low_pct": [40.0], "high_pct": [62.0]}
    )
    monkeypatch.setattr(courtside.Backtest, "calibration", lambda self: bins)
    layers = result.calibration_plot().to_dict()["layer"]
    assert [layer["mark"]["type"] for layer in layers] == ["line", "rule", "point"]
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ConfigError, match=r"pip install 'courtside\[notebook\]'"):
        result.error_plot()
