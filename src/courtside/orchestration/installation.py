"""The resource of an installation: its settings, its warehouse and its live sources, for assets, jobs and sensors."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import dagster as dg

from courtside.alerts import Notifier, alert_crash, notifier
from courtside.clock import GameType
from courtside.config import Settings, load_settings
from courtside.errors import WarehouseBusyError
from courtside.logs import hide_secrets
from courtside.operations.intake import Step, fetch, games_on
from courtside.operations.plans import Plan, every_plan
from courtside.pipeline.context import Context, checked, opened, opened_for_reading
from courtside.sources import nba
from courtside.sources.http import Client
from courtside.sources.odds import DailyBudget
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore

POOL = "warehouse"
"""Concurrency pool for assets that write. Limit it to 1 so that two writers never block each other."""

BUSY = {"max_retries": 5, "seconds_to_wait": 60}
"""Retries of a step while another writer, such as the command line, holds the warehouse."""


class Courtside(dg.ConfigurableResource):
    """An installation: its warehouse, its public files, its alerts and its clock.

    Empty fields come from the environment and `courtside.toml`, as for the command line. `now` fixes the clock for a
    demonstration or a test.
    """

    home: str = ""
    warehouse: str = ""
    publish: str = ""
    now: str = ""

    def settings(self) -> Settings:
        """Return the settings; the resource's fields take precedence over all other places."""
        now = dt.datetime.fromisoformat(self.now) if self.now else None
        return checked(
            load_settings(
                home=self.home or None, warehouse=self.warehouse or None, publish=self.publish or None, now=now
            )
        )

    def opened(self) -> AbstractContextManager[Context]:
        """Open the warehouse for one step, with a run log of its own."""
        return opened(self.settings())

    def reading(self) -> AbstractContextManager[Context]:
        """Open the warehouse to read its last commit; this never waits for a writer and creates nothing."""
        return opened_for_reading(self.settings())

    @contextmanager
    def working(self) -> Iterator[Context]:
        """Open the warehouse for a step; retry it while another process writes, and send an alert where it crashes."""
        try:
            with self.opened() as context:
                yield context
        except WarehouseBusyError as error:
            raise dg.RetryRequested(**BUSY) from error
        except Exception as error:
            alert_crash(self.settings(), "a step of Dagster", f"{type(error).__name__}: {hide_secrets(str(error))}")
            raise

    def alerts(self) -> Notifier:
        """Return the notifier of the installation."""
        settings = self.settings()
        return notifier(settings, settings.clock)

    def fetch(self, plans: Sequence[Plan]) -> list[Step]:
        """Fetch from live sources and store the payloads; the warehouse is not open meanwhile."""
        nba.require_installed()
        settings = self.settings()
        budget = DailyBudget(settings.home / "odds_budget.json", settings.odds_budget_per_day, settings.clock)
        client, pending = Client(settings.clock, quota=budget), Pending(PayloadStore(settings.raw_folder))
        return [step for plan in plans for step in fetch(plan, client, pending)]

    def every_plan(self) -> list[Plan]:
        """Return the plans of a day for every source, lines first."""

        def games(day: dt.date) -> Sequence[tuple[str, GameType]]:
            with self.opened() as context:
                return games_on(context, day)

        return every_plan(self.settings().clock, games, self.settings().markets)
