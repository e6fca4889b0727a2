"""Run the named measurements, or all, and print a short report."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable

from benchmarks import bigquery, day, growth, peers, prices, site, targets

ALL: dict[str, Callable[[], None]] = {
    "targets": targets.main,
    "peers": peers.main,
    "growth": growth.main,
    "site": site.main,
    "day": day.main,
    "bigquery": bigquery.main,
    "prices": prices.main,
}


def main(names: list[str]) -> int:
    """Run `names`, or all."""
    if unknown := [name for name in names if name not in ALL]:
        print(f"unknown measurement {', '.join(unknown)}; choose from {', '.join(ALL)}")
        return 2
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, {platform.system()}")
    for name in names or ALL:
        print(f"\n== {name}: {(sys.modules[ALL[name].__module__].__doc__ or '').splitlines()[0]}")
        ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
