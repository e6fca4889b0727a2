"""The server of the site in a thread, for tests and benchmarks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from courtside.publishing.server import SiteServer


@contextmanager
def served(public: Path) -> Iterator[tuple[str, int]]:
    """Serve the site and the files of `public` on a free port, and yield host and port."""
    server = SiteServer(public, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield server.address
    finally:
        server.should_exit = True
        thread.join()
