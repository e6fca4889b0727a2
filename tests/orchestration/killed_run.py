"""Run a home in its own process, and kill the process in the middle of a statement, as a power failure would."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from courtside.warehouse.duckdb import DuckDBWarehouse
from tests import homes


def main(home: str, prefix: str, occurrence: str) -> None:
    """Run `home`; just after the `occurrence`-th statement that starts with `prefix`, SIGKILL this process."""
    execute = DuckDBWarehouse._execute
    seen = 0

    def counted(self: DuckDBWarehouse, sql: str) -> object:
        nonlocal seen
        result = execute(self, sql)
        if sql.startswith(prefix):
            seen += 1
            if seen == int(occurrence):
                os.kill(os.getpid(), signal.SIGKILL)
        return result

    DuckDBWarehouse._execute = counted  # type: ignore[method-assign, assignment]
    homes.run_in(Path(home))


if __name__ == "__main__":
    main(*sys.argv[1:])
