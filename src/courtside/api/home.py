"""An installation open for reading."""

from __future__ import annotations

import atexit
import datetime as dt
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from courtside.analytics.tables import PLAYER_LINES
from courtside.api import frames
from courtside.api.backtest import Estimator, run_backtest
from courtside.api.backtest_result import Backtest
from courtside.api.columns import columns_of
from courtside.api.cutoff import require_before_cutoff
from courtside.api.results import Explanation, TrainingQuality
from courtside.audit.monitor import THRESHOLD_PCT, monitor
from courtside.clock import parse_game_date
from courtside.config import Settings, load_settings
from courtside.errors import ConfigError
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import POINTS, market_named, of_market
from courtside.operations.checking import catalogue_of
from courtside.operations.explain import explain
from courtside.operations.learning import WINDOW_DAYS
from courtside.operations.players import find_player
from courtside.pipeline.context import Context, checked, opened_for_reading
from courtside.predictions.systems import require_system
from courtside.predictions.tables import PREDICTIONS
from courtside.predictions.training import FEWEST_ROWS
from courtside.warehouse.open import place_of
from courtside.warehouse.schema import Table

Day = dt.date | str
"""A date, or a text as `2024-12-25`."""


class ReadDuringWriteWarning(UserWarning):
    """Another process is writing the warehouse; the message states the time of the commit that is read."""


def open(home: Path | str | None = None) -> Home:
    """Open an installation for reading.

    Args:
        home: the folder of the installation, or a warehouse as `duckdb:PATH` or `bigquery://project/dataset`; by
            default the setting `home` (`COURTSIDE_HOME`, else `.courtside`).

    Raises:
        ConfigError: where there is no such installation.

    >>> import courtside
    >>> folder = courtside.example().folder
    >>> courtside.open(folder)
    Home('...')
    >>> courtside.open("no-such-folder")
    Traceback (most recent call last):
    ...
    courtside.errors.ConfigError: no-such-folder: no warehouse there; `courtside ingest` creates one, or name another \
home
    """
    if isinstance(home, str) and ":" in home:
        place_of(home)
        return Home(checked(load_settings(warehouse=home)))
    settings = checked(load_settings(home=Path(home) if home is not None else None))
    if not settings.warehouse and not settings.warehouse_path.exists():
        raise ConfigError(f"{settings.home}: no warehouse there; `courtside ingest` creates one, or name another home")
    return Home(settings)


@cache
def _example_folder() -> tempfile.TemporaryDirectory[str]:
    from courtside.operations.example import build_example  # Nothing else needs the pipeline and the simulation.

    folder = tempfile.TemporaryDirectory(prefix="courtside-example-")
    atexit.register(folder.cleanup)
    build_example(Path(folder.name))
    return folder


def example() -> Home:
    """Open a small simulated league: three weeks of games to 2025-11-12, with lines, predictions and picks.

    It is built once per process in a few seconds, in a temporary folder that is deleted when the process ends. Players,
    games and lines are made up.

    >>> import courtside
    >>> home = courtside.example()
    >>> home.slate("2025-11-13")["game_id"].n_unique()
    3
    """
    return Home(checked(load_settings(home=Path(_example_folder().name))))


class Home:
    """An installation open for reading: its frames, records and checks.

    Each method opens the warehouse, reads and closes it again, so an open `Home` never stops a run. While a run writes,
    a method reads the last commit and warns with its time (`ReadDuringWriteWarning`). Dates are `datetime.date` or text
    as `2024-12-25`, and ranges include both ends. `columns` describes the columns of every frame.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __repr__(self) -> str:
        return f"Home({self.settings.warehouse or str(self.folder)!r})"

    @property
    def folder(self) -> Path:
        """The folder of the installation.

        >>> import courtside
        >>> (courtside.example().folder / "warehouse.duckdb").exists()
        True
        """
        return self.settings.home

    def columns(self, frame: str) -> pl.DataFrame:
        """Return column, type, unit, nullable and sentence of each column that a method's frame has.

        >>> import courtside
        >>> courtside.example().columns("training_set").filter(column="points")["unit"].item()
        'points'
        """
        return columns_of(frame)

    def training_set(
        self, start: Day, end: Day, *, market: str = POINTS, origins: bool = False, untrainable: bool = False
    ) -> pl.DataFrame:
        """Return the rows that a model may be trained on: keys, inputs, the target `points`, and the lines.

        These are the rows that `courtside train` uses. No input holds a line or the game itself; the line columns stand
        beside the inputs for comparison. Missing values are NULL. Rows that are left out are counted by reason in a
        `RowsLeftOutWarning`.

        Args:
            start: first game date.
            end: last game date, included; it must be before the dates that are evaluated.
            market: name of the market. In another market than points, the columns about points (`points`,
                `points_avg_last_5`, …) hold that market's results.
            origins: add the column `NAME_origin` of each feature.
            untrainable: keep rows that may not be trained on, with the reason in the column `left_out`.

        Raises:
            ConfigError: where no rows are stored, or there is no such market.
            LeakageError: where `end` lies within the dates that are being evaluated.
            TrainingRefusedError: where a stored row is marked ready and lacks a required feature.

        >>> import courtside
        >>> train = courtside.example().training_set("2025-10-22", "2025-11-12")
        >>> train.height, train["points"].null_count()
        (1726, 0)
        """
        first, last = _span(start, end)
        with self._reading("training_set", last) as context:
            rows = frames.outcome_rows(context.warehouse, first, last, market_named(market))
        return frames.training_frame(rows, origins=origins, untrainable=untrainable)

    def slate(self, date: Day) -> pl.DataFrame:
        """Return the players of a date: names, tip-off, quality gate, inputs, and the lines that are known now.

        Raises:
            ConfigError: where no feature rows of the date are stored.

        >>> import courtside
        >>> slate = courtside.example().slate("2025-11-13")
        >>> slate.filter(gate_passed=True).select("player", "team", "line").columns
        ['player', 'team', 'line']
        """
        day = _day(date)
        with self._reading("slate", day) as context:
            return frames.slate_frame(context.warehouse, day, context.clock.now(), context.clock.today())

    def features(self, start: Day, end: Day) -> pl.DataFrame:
        """Return the stored features with their origins and quality, sorted by date, game and player.

        >>> import courtside
        >>> rows = courtside.example().features("2025-11-10", "2025-11-10")
        >>> rows.select("points_avg_last_5", "points_avg_last_5_origin").width
        2
        """
        return self._stored("features", PLAYER_FEATURES, start, end)

    def lines(self, start: Day, end: Day, *, market: str = POINTS) -> pl.DataFrame:
        """Return every stored snapshot of a book's line of a market, with its time relative to tip-off.

        >>> import courtside
        >>> lines = courtside.example().lines("2025-11-12", "2025-11-12")
        >>> sorted(lines["timing"].unique())
        ['in_game', 'pre_tip']
        """
        return self._stored("lines", PLAYER_LINES, start, end, market_named(market).name)

    def predictions(self, start: Day, end: Day, *, system: str | None = None, market: str = POINTS) -> pl.DataFrame:
        """Return the stored predictions of every system, or of one, with line, side and probability.

        >>> import courtside
        >>> courtside.example().predictions("2025-11-13", "2025-11-13", system="ewma")["system"].unique().to_list()
        ['ewma']
        """
        found = self._stored("predictions", PREDICTIONS, start, end, market_named(market).name)
        return found if system is None else found.filter(pl.col("system") == require_system(system))

    def picks(self, start: Day, end: Day, *, market: str = POINTS) -> pl.DataFrame:
        """Return the published picks that count, by subset, with names and, after the game, their grade.

        >>> import courtside
        >>> picks = courtside.example().picks("2025-11-12", "2025-11-12")
        >>> set(picks["result"]) <= {"hit", "miss", "push", "void"}
        True
        """
        first, last = _span(start, end)
        with self._reading("picks", last) as context:
            return frames.picks_frame(of_market(context.warehouse, market_named(market).name), first, last)

    def record(self, through: Day | None = None, *, market: str = POINTS) -> pl.DataFrame:
        """Return each subset's record of graded picks over season, month and week up to a date; default: today.

        Each record states n and the 95 % interval of the hit rate. A bet at −110 breaks even at 52.38 %.

        >>> import courtside
        >>> record = courtside.example().record("2025-11-12")
        >>> record.filter(subset_key="all_picks", window="season").select("wins", "losses", "n").width
        3
        """
        day = self.settings.clock.today() if through is None else _day(through)
        with self._reading("record", day) as context:
            return frames.record_frame(of_market(context.warehouse, market_named(market).name), day)

    def backtest(
        self,
        estimator: Estimator,
        start: Day,
        end: Day,
        *,
        retrain: str = "weekly",
        with_line: bool = False,
        market: str = POINTS,
        window_days: int = WINDOW_DAYS,
        min_rows: int = FEWEST_ROWS,
    ) -> Backtest:
        """Fit clones of an estimator on earlier dates, predict the dates from `start` to `end`, and measure them.

        A clone is fitted for each week (or day) on the rows that `training_set` returns up to the day before it, and
        predicts each later slate by itself. The inputs are the columns `MODEL_INPUTS` of `training_set` in their order,
        as NumPy arrays of float64 with NaN for a missing value. While the estimator works, no `Home` of the process
        returns data of the evaluated dates. The errors stand beside those of the line, ewma and the stored champion on
        the same rows, with n and 95 % intervals in which the games of a date are one draw.

        Args:
            estimator: any object with `fit(X, y)` and `predict(X)`, such as those of scikit-learn; it is not changed.
            start: first date measured.
            end: last date measured, included.
            retrain: `weekly` (every Monday, as `courtside evaluate` does) or `daily`.
            with_line: add the line and its two prices to the inputs; without it the estimator never sees a line.
            market: name of the market.
            window_days: days before a training day whose rows are used; default: four years, as `courtside train`.
            min_rows: fewest training rows; dates with fewer before them are not measured.

        Raises:
            EstimatorError: where the estimator fails; the message names the step and the dates.
            LeakageError: where the estimator reads data of the dates that it is evaluated on.
            NoModelError: where no row can be measured.

        >>> import courtside
        >>> class LastTen:  # the second input is the mean of the last ten games
        ...     def fit(self, X, y): return self
        ...     def predict(self, X): return X[:, 1]
        >>> result = courtside.example().backtest(LastTen(), "2025-11-10", "2025-11-12", min_rows=500)
        >>> result.models, result.n == result.rows["measured"]
        (1, True)
        """
        first, last, chosen = *_span(start, end), market_named(market)
        with self._reading("backtest", last) as context:
            rows = frames.outcome_rows(context.warehouse, first - dt.timedelta(days=window_days), last, chosen)
            stored = frames.champion_frame(
                of_market(context.warehouse, chosen.name), first, last, self.settings.champion
            )
        return run_backtest(
            rows,
            stored,
            estimator,
            first,
            last,
            retrain=retrain,
            with_line=with_line,
            window_days=window_days,
            min_rows=min_rows,
            champion_name=self.settings.champion,
            market=chosen,
        )

    def explain(self, player: str, date: Day, market: str = POINTS) -> Explanation:
        """Return a player's feature row: each value with its origin, the games behind it, lines and predictions.

        Raises:
            NoSuchRowError: where no player or several players match, or there is no row.

        >>> import courtside
        >>> home = courtside.example()
        >>> player = home.slate("2025-11-13")["player"][0]
        >>> home.explain(player, "2025-11-13").player == player
        True
        """
        day = _day(date)
        with self._reading("explain", day) as context:
            return Explanation(explain(context.warehouse, player, day, market))

    def player(self, player: str, *, games: int = 10) -> pl.DataFrame:
        """Return a player's newest played games, newest first, with points, minutes and the closing line.

        >>> import courtside
        >>> home = courtside.example()
        >>> home.player(home.slate("2025-11-13")["player"][0], games=3).height
        3
        """
        with self._reading("player", self.settings.clock.today()) as context:
            player_id, name = find_player(context.warehouse, player)
            return frames.player_frame(context.warehouse, player_id, name, games)

    def check(self, start: Day, end: Day, *, threshold_pct: float = THRESHOLD_PCT) -> TrainingQuality:
        """Return how much of the training data is contaminated, by month, feature and cause; nothing is stored.

        >>> import courtside
        >>> courtside.example().check("2025-10-22", "2025-11-12").verdict in ("clean", "contaminated")
        True
        """
        first, last = _span(start, end)
        with self._reading("check", None) as context:
            return TrainingQuality(monitor(catalogue_of(context, first, last, last), threshold_pct))

    def _stored(self, what: str, table: Table, start: Day, end: Day, market: str = POINTS) -> pl.DataFrame:
        first, last = _span(start, end)
        with self._reading(what, last) as context:
            reader = of_market(context.warehouse, market)
            rows: Any = reader.scan(table, start=first, end=last)
            return reader.collect(rows).sort(["game_date", *table.key], nulls_last=True)

    @contextmanager
    def _reading(self, what: str, last: dt.date | None) -> Iterator[Context]:
        """Open the warehouse for a method that reads data up to `last`; None stands for all data."""
        require_before_cutoff(last, what)
        with opened_for_reading(self.settings) as context:
            if context.warehouse.notice:
                warnings.warn(context.warehouse.notice, ReadDuringWriteWarning, stacklevel=4)
            yield context


def _day(value: Day) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return parse_game_date(value)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _span(start: Day, end: Day) -> tuple[dt.date, dt.date]:
    first, last = _day(start), _day(end)
    if first > last:
        raise ConfigError(f"start {first} is after end {last}")
    return first, last
