"""Speed as a ratio: the CPU time of one piece of work beside another one in the same process."""

from __future__ import annotations

import time
from collections.abc import Callable


def ratio(work: Callable[[], object], reference: Callable[[], object], turns: int = 3) -> float:
    """Return the CPU time of `work` divided by that of `reference`, each the best of `turns` alternating turns."""
    taken = [(_seconds(work), _seconds(reference)) for _ in range(turns)]
    return min(mine for mine, _ in taken) / min(other for _, other in taken)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
