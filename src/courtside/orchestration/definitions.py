"""The definitions that `dagster dev -m courtside.orchestration.definitions` loads; they need `courtside[dagster]`.

Dagster and the command line call the same stage functions and share the run log, so each continues where the other one
stopped.
"""

from __future__ import annotations

import logging
import warnings

import dagster as dg

from courtside import logs
from courtside.orchestration.assets import assets_of
from courtside.orchestration.installation import Courtside
from courtside.orchestration.jobs import daily, grades, lines_now, stages
from courtside.orchestration.triggers import SCHEDULES, SENSORS, processed_dates


def definitions_of(courtside: Courtside) -> dg.Definitions:
    """Return the assets, jobs, schedules, sensors and the resource of an installation."""
    return dg.Definitions(
        assets=assets_of(courtside),
        jobs=[daily, lines_now, stages, grades],
        schedules=SCHEDULES,
        sensors=[*SENSORS, processed_dates],
        resources={"courtside": courtside},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of the installation that the settings name; Dagster calls this when it loads them."""
    logs.configure()
    # Dagster prints its own lines; without this each would appear a second time.
    logging.getLogger("dagster").propagate = False
    # Dagster marks back-fill policies as beta and would repeat this for each asset.
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    return definitions_of(Courtside())
