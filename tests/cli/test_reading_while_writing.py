"""Readers get the last commit of a warehouse that another process is writing, and never wait for that process."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.errors import StorageError, WarehouseBusyError
from courtside.pipeline.tables import ALL_TABLES, GRID
from courtside.warehouse import committed
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests import homes

NOW = "2025-11-13T17:00"
READERS = (
    ("status", "--json"),
    ("runs",),
    ("runs", "--prometheus"),
    ("models", "list"),
    ("check", "training-data", "--train-start", "2025-10-22"),
    ("check", "features", "--sample", "20"),
)
WRITER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("UPDATE grid SET reason = 'committed by the writer' WHERE stage = 'picks'")
connection.execute("BEGIN")
connection.execute("UPDATE grid SET reason = 'not committed' WHERE stage = 'picks'")
print("writing", flush=True)
sys.stdin.readline()
"""
PAIRS = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE a (n BIGINT); CREATE TABLE b (n BIGINT)")
n = 0
while True:
    n += 1
    rows = 130_000 if n % 5 == 0 else 50
    connection.execute("BEGIN")
    for table in "ab":
        connection.execute(f"DELETE FROM {table} WHERE n % 7 = {n % 7}")
        connection.execute(f"INSERT INTO {table} SELECT {n} + 7 * i FROM range({rows}) r(i)")
    connection.execute("COMMIT")
    if n % 3 == 0:
        connection.execute("CHECKPOINT")
    print(n, flush=True)
"""


@contextmanager
def writing(path: Path, script: str = WRITER) -> Iterator[subprocess.Popen[str]]:
    """Run a process that writes a DuckDB file, and yield it after its first line of output."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout
    assert process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    """A home in which every stage has run, for this test alone."""
    return homes.copy_of(run_home, tmp_path / "run")


def call(home: Path, *words: str) -> Any:
    # With an hour of patience, a reader that waited for the writer would never end.
    env = {"COURTSIDE_NOW": NOW, "COLUMNS": "200", "COURTSIDE_LOCK_PATIENCE_SECONDS": "3600"}
    return CliRunner().invoke(app, [*words, "--home", str(home)], env=env)


def reasons(path: Path) -> set[str]:
    with DuckDBWarehouse(path, read_only=True) as warehouse:
        return set(warehouse.collect(warehouse.scan(GRID).filter(nw.col("stage") == "picks"))["reason"])


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_command_that_reads_responds_while_a_process_writes(home: Path, words: tuple[str, ...]) -> None:
    before = call(home, *words)
    with writing(home / "warehouse.duckdb") as process:
        during = call(home, *words)
    assert f"Another process (PID {process.pid}) is writing" in during.stderr
    assert "this reads its last commit, of 20" in during.stderr
    assert during.exit_code == before.exit_code
    assert during.stdout == before.stdout
    assert ("The results are not stored" in during.stderr) == (words[0] == "check")
    assert "is writing" not in before.stderr


def test_explain_responds_while_a_process_writes(home: Path) -> None:
    with homes.opened(home) as context:
        rows = context.warehouse.collect(context.warehouse.scan(next(t for t in ALL_TABLES if t.name == "predictions")))
    row = rows.sort("game_date", "player_id").row(-1, named=True)
    with writing(home / "warehouse.duckdb"):
        found = call(home, "explain", str(row["player_id"]), str(row["game_date"]), "--json")
    assert found.exit_code == 0
    assert json.loads(found.stdout)["predictions"]


def test_a_warehouse_is_copied_as_of_its_last_commit_while_a_process_writes(home: Path, tmp_path: Path) -> None:
    path, target = home / "warehouse.duckdb", tmp_path / "copy.duckdb"
    with writing(path):
        words = ["copy", "--from", f"duckdb:{path}", "--to", f"duckdb:{target}"]
        found = CliRunner().invoke(app, words, env={"COURTSIDE_LOCK_PATIENCE_SECONDS": "3600"})
    assert found.exit_code == 0, found.stderr
    assert "this reads its last commit" in found.stderr
    assert reasons(target) == {"committed by the writer"}


def test_the_state_that_is_read_is_the_last_commit(home: Path) -> None:
    path = home / "warehouse.duckdb"
    with writing(path):
        assert reasons(path) == {"committed by the writer"}
    assert reasons(path) == {"committed by the writer"}


def test_a_writer_that_is_killed_leaves_its_last_commit(home: Path) -> None:
    path = home / "warehouse.duckdb"
    with writing(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert reasons(path) == {"committed by the writer"}
    found = call(home, "status", "--json")
    assert found.exit_code == 0
    assert "is writing" not in found.stderr


def test_each_copy_of_a_busy_file_is_one_commit(tmp_path: Path) -> None:
    path = tmp_path / "busy.duckdb"
    last = 0
    with writing(path, PAIRS):
        for number in range(12):
            committed.copy_committed(path, tmp_path / f"{number}.duckdb")
            with duckdb.connect(str(tmp_path / f"{number}.duckdb"), read_only=True) as connection:
                sums = "SELECT count(*), sum(n), sum(hash(n)), max(n % 7) FROM "
                a, b = (connection.execute(sums + table).fetchone() for table in "ab")
                (newest,) = connection.execute("SELECT count(*) FROM a").fetchone() or (0,)
            assert a == b
            last = max(last, newest)
    assert last


def test_a_copy_during_which_a_checkpoint_ends_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "source.duckdb", tmp_path / "target.duckdb"
    with duckdb.connect(str(source)) as connection:
        connection.execute("CREATE TABLE a AS SELECT 1 AS n")
    copy, copied = shutil.copy2, []

    def checkpointing(a: Path, b: Path) -> None:
        copy(a, b)
        if a == source:
            copied.append(a)
            if len(copied) == 1:
                with duckdb.connect(str(source)) as connection:
                    connection.execute("INSERT INTO a VALUES (2)")

    monkeypatch.setattr(committed.shutil, "copy2", checkpointing)
    committed.copy_committed(source, target)
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.execute("SELECT sum(n) FROM a").fetchone() == (3,)
    assert len(copied) == 2


def test_a_file_that_is_rewritten_during_every_copy_is_reported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copy2

    def damaged(a: Path, b: Path) -> None:
        copy(a, b)
        if b.suffix == ".duckdb":
            b.write_bytes(bytes(committed.HEADER_BYTES) + b.read_bytes()[committed.HEADER_BYTES :])

    monkeypatch.setattr(committed.shutil, "copy2", damaged)
    with writing(home / "warehouse.duckdb"):
        found = call(home, "status")
    assert found.exit_code == 1
    assert "was rewritten during each of 50 attempts to copy it. Run the command again." in found.stderr


def test_a_damaged_copy_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copy2

    def torn(a: Path, b: Path) -> None:
        copy(a, b)
        if b.suffix == ".duckdb":
            content = b.read_bytes()
            b.write_bytes(content[: committed.HEADER_BYTES] + bytes(len(content) - committed.HEADER_BYTES))

    monkeypatch.setattr(committed.shutil, "copy2", torn)
    with writing(home / "warehouse.duckdb"):
        found = call(home, "status")
    assert found.exit_code == 70
    assert "cannot be read as a warehouse" in found.stderr


def test_a_process_that_writes_a_file_does_not_read_it_twice(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with DuckDBWarehouse(path) as warehouse:
        warehouse.prepare([GRID])
    with DuckDBWarehouse(path), pytest.raises(WarehouseBusyError, match="this process already has"):
        DuckDBWarehouse(path, read_only=True)


def test_a_reader_creates_nothing(tmp_path: Path) -> None:
    found = call(tmp_path / "home", "status")
    assert found.exit_code == 2
    assert "no games" in found.stderr
    assert list(tmp_path.iterdir()) == []
    with DuckDBWarehouse(tmp_path / "w.duckdb") as warehouse:
        warehouse.prepare([GRID])
    content = (tmp_path / "w.duckdb").read_bytes()
    with DuckDBWarehouse(tmp_path / "w.duckdb", read_only=True) as warehouse:
        warehouse.prepare(ALL_TABLES)
        assert all(warehouse.collect(warehouse.scan(table)).is_empty() for table in ALL_TABLES)
    assert (tmp_path / "w.duckdb").read_bytes() == content


def test_a_reader_without_room_for_its_copy_names_the_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(committed.shutil, "copy2", full)
    with writing(home / "warehouse.duckdb"), pytest.raises(StorageError, match="No space left"):
        DuckDBWarehouse(home / "warehouse.duckdb", read_only=True)
