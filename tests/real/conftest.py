"""The real seasons, ingested and run once for all tests and workers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from filelock import FileLock

from courtside.operations.ingest import ingest
from courtside.pipeline.context import Context
from courtside.pipeline.runner import run
from courtside.sources.payload import Payload
from courtside.sources.store import PayloadStore
from tests import homes
from tests.real_data import DATA

FIRST, LAST = dt.date(2021, 10, 19), dt.date(2025, 6, 22)
NOW = dt.datetime(2025, 7, 1, 16, 0)
SOURCES = (
    "boxscores/game_logs_*.csv",
    "boxscores/playoffs_*.csv",
    "teams/*.parquet",
    "schedule/*.csv",
    "lines/points_lines.csv.gz",
    "shots/*.zip",
    "payloads/provider_samples/nbac_schedule_api/*.json.gz",
)


def _build(home: Path) -> None:
    assert DATA is not None
    paths = sorted(path for pattern in SOURCES for path in DATA.glob(pattern))
    with homes.opened(home, NOW) as context:
        payloads = (Payload("files", path.name, NOW, path.read_bytes()) for path in paths)
        reports = list(ingest(payloads, context.warehouse, PayloadStore(context.settings.raw_folder)))
        assert not [report for report in reports if report.status == "refused"]
        run(context, FIRST, LAST)


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A home in which every stage has run over four real seasons; read it only, or copy it."""
    if DATA is None:
        pytest.skip("no real seasons beside the project; set COURTSIDE_REAL_DATA to the folder that holds them")
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    home = shared / "real_home"
    with FileLock(str(shared / "real_home.lock")):
        if not (shared / "real_home.done").exists():
            _build(home)
            (shared / "real_home.done").touch()
    return home


@pytest.fixture(scope="session")
def real_copy(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This worker's own copy of the warehouse, since one process at a time may open it."""
    home = tmp_path_factory.mktemp("real") / "home"
    home.mkdir()
    for name in ("warehouse.duckdb", "public"):
        source = real_home / name
        target = home / name
        if source.is_dir():
            homes.copy_of(source, target)
        else:
            target.write_bytes(source.read_bytes())
    return home


@pytest.fixture
def real_context(real_copy: Path) -> Context:
    """The real warehouse, opened for one test."""
    with homes.opened(real_copy, NOW) as context:
        yield context  # type: ignore[misc]
