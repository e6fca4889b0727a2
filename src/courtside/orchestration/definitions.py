"""The definitions that `dagster dev -m courtside.orchestration.definitions` loads; they need `courtside[dagster]`.

Dagster and the command line call the same stage functions and share the run log, so each continues where the other one
stopped.
"""

from __future__ import annotations

import dagster as dg

from courtside import logs
from courtside.orchestration.assets import ASSETS, Courtside, daily, lines_now
from courtside.orchestration.triggers import SCHEDULES, SENSORS, grades, stages

logs.configure()

defs = dg.Definitions(
    assets=ASSETS,
    jobs=[daily, lines_now, stages, grades],
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources={"courtside": Courtside()},
)
"""Assets, jobs, schedules, sensors and the resource of an installation."""
