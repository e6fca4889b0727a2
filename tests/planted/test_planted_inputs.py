"""Inputs that once stopped later runs: absurd values, unusual files and payloads larger than memory."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.operations import ingest as ingesting
from courtside.raw.tables import RAW_LINES
from courtside.sources.keys import HIDDEN, without_keys
from courtside.sources.payload import Payload
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore
from tests import homes
from tests.raw.builders import as_csv, event, line_row, outcome, player_row

runner = CliRunner()
NOW = "2025-11-13T17:00"


def call(*words: str, home: Path) -> tuple[int, str]:
    result = runner.invoke(app, [*words, "--home", str(home)], env={"COURTSIDE_NOW": NOW, "COLUMNS": "200"})
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def lines_in(home: Path) -> int:
    with homes.opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(RAW_LINES)).height


def odds(**changes: Any) -> bytes:
    both = (outcome("Over", -110), outcome("Under", -110))
    return json.dumps(event(*both, **({"commence_time": "2025-11-13T23:30:00Z"} | changes))).encode()


def wait_for_intake(home: Path, **payloads: bytes) -> None:
    pending = Pending(PayloadStore(home / "raw"))
    for name, content in payloads.items():
        pending.add(Payload("the_odds_api", name, homes.NOW, content))


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(run_home, tmp_path / "home")


def test_odds_of_an_absurd_date_are_refused_and_the_run_continues(home: Path) -> None:
    before = lines_in(home)
    dates = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "NaN")
    absurd = {f"absurd_{n}": odds(id=str(n) * 32, commence_time=when) for n, when in enumerate(dates)}
    wait_for_intake(home, **absurd, sound=odds(id="b" * 32))
    code, output = call("daily", home=home)
    assert code == 1
    assert [name for name in absurd if f"refused: {name}" not in output] == []
    assert lines_in(home) == before + 1
    assert "refused: absurd" not in call("daily", home=home)[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("line", "1e308"),
        ("line", "nan"),
        ("over_price", "1e300"),
        ("over_price", "-inf"),
        ("commence_utc", "9999-01-01T00:00:00Z"),
    ],
)
def test_only_the_line_with_an_absurd_number_is_refused(tmp_path: Path, name: str, value: str) -> None:
    rows = [line_row(player_name="A One", **{name: value}), line_row(player_name="B Two")]
    (tmp_path / "lines.csv").write_bytes(as_csv(rows))
    code, output = call("ingest", "files", str(tmp_path / "lines.csv"), home=tmp_path / "home")
    assert code == 1
    assert name.split("_", maxsplit=1)[0] in output
    assert lines_in(tmp_path / "home") == 1


def test_a_box_score_count_beyond_any_game_is_refused(tmp_path: Path) -> None:
    rows = [player_row(PLAYER_ID=1, FGA=9_000_000_000_000_000_000), player_row(PLAYER_ID=2)]
    (tmp_path / "log.csv").write_bytes(as_csv(rows))
    code, output = call("ingest", "files", str(tmp_path / "log.csv"), home=tmp_path / "home")
    assert (code, "FGA is above 500" in output) == (1, True)


def test_a_batch_that_raises_is_stored_except_the_faulty_payload(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a payload's rows raise, those behind it go in, the offender is counted, and the next day is clean."""
    sound = ingesting.new_versions

    def raising(table: Any, arrived: Any, stored: Any) -> Any:
        if table is RAW_LINES and "Bad One" in arrived["player_name"].to_list():
            raise OverflowError("date value out of range")
        return sound(table, arrived, stored)

    monkeypatch.setattr(ingesting, "new_versions", raising)
    before = lines_in(home)
    bad = event(outcome("Over", -110, player="Bad One"), id="c" * 32, commence_time="2025-11-13T23:30:00Z")
    wait_for_intake(home, a=odds(id="a" * 32), b=json.dumps(bad).encode(), c=odds(id="d" * 32))
    code, output = call("daily", home=home)
    assert code == 1
    assert "refused: b: its rows cannot be stored (OverflowError: date value out of range)" in output
    assert "3 payloads ingested" in output
    assert lines_in(home) == before + 2
    assert "refused: b" not in call("daily", home=home)[1]


def fifo(path: Path) -> None:
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


ODD: dict[str, Callable[[Path], object]] = {
    "pipe.csv": fifo,
    "socket.csv": bound_socket,
    "gone.csv": lambda path: path.symlink_to(path.with_name("nowhere")),
    "loop.csv": lambda path: path.symlink_to(path),
    "device.csv": lambda path: path.symlink_to("/dev/zero"),
    "new\nline.csv": lambda path: path.write_bytes(b"\x00"),
    "b" * 250: lambda path: path.write_bytes(b"\x00"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_unusual_file_is_refused_with_one_line_and_the_rest_is_ingested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    ODD[name](folder / name)
    (folder / "zz.csv").write_bytes(as_csv([line_row()]))
    (folder / "around").symlink_to(folder)
    code, output = call("ingest", "files", str(folder), home=tmp_path / "home")
    assert code == 1
    assert "1 payloads refused" in output
    assert lines_in(tmp_path / "home") == 1


def test_a_file_name_that_is_not_text_is_ingested_and_an_absent_path_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "in" / os.fsdecode(b"\xff\xfe.csv")).write_bytes(as_csv([line_row()]))
    code, output = call("ingest", "files", str(tmp_path / "nowhere"), str(folder), home=tmp_path / "home")
    assert (code, lines_in(tmp_path / "home")) == (1, 1)
    assert "nowhere: does not exist" in output


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_read_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir(mode=0)
    code, output = call("ingest", "files", str(tmp_path / "in"), home=tmp_path / "home")
    assert (code, "Permission denied" in output) == (1, True)


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, listing = tmp_path / "closed", Path.iterdir
    closed.mkdir()
    (tmp_path / "lines.csv").write_bytes(as_csv([line_row()]))

    def refusing(path: Path) -> Any:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", refusing)
    code, output = call("ingest", "files", str(closed), str(tmp_path / "lines.csv"), home=tmp_path / "home")
    assert (code, lines_in(tmp_path / "home")) == (1, 1)
    assert "closed: cannot be read (Permission denied)" in output


# The interpreter, its libraries and an empty warehouse take 400 to 500 MB; each of these took 2 to 13 GB before.
MOST_MEMORY = 1_600 * 2**20


def peak_of(*words: str) -> tuple[int, str, int]:
    """Return exit code, output and peak memory (bytes) of a command in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from courtside.cli.main import app; app()", *words],
        env=os.environ | {"COURTSIDE_NOW": NOW, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, output, usage.ru_maxrss * 1024


def parquet_bomb() -> bytes:
    """Return 0.5 MB of Parquet whose columns spread out to gigabytes."""
    columns = list(line_row())
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000, pa.int32()), pa.array(["x" * 10_000]))
    into = io.BytesIO()
    pq.write_table(pa.table(dict.fromkeys(columns, text)), into, compression="zstd")
    return into.getvalue()


def wide_json() -> bytes:
    return gzip.compress(b'{"resultSets": [' + b"{}," * 12_000_000 + b"{}]}")


def nested_lists() -> bytes:
    return gzip.compress(b"[" + b"[]," * 20_000_000 + b"[]]")


def zip_of_many() -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for place in range(3_000):
            archive.writestr(f"{place}.csv", b"")
    return into.getvalue()


def zip_bomb() -> bytes:
    content = b"0" * (300 * 2**20)
    for _ in range(2):
        into = io.BytesIO()
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", content)
        content = into.getvalue()
    return content


@pytest.mark.parametrize("bomb", [parquet_bomb, wide_json, nested_lists, zip_of_many, zip_bomb])
def test_a_payload_larger_than_memory_is_refused_before_it_is_decompressed(
    tmp_path: Path, bomb: Callable[[], bytes]
) -> None:
    (tmp_path / "bomb").write_bytes(bomb())
    (tmp_path / "lines.csv").write_bytes(as_csv([line_row()]))
    words = ("ingest", "files", str(tmp_path / "bomb"), str(tmp_path / "lines.csv"), "--home", str(tmp_path / "home"))
    code, output, peak = peak_of(*words)
    assert code == 1, output
    assert "Traceback" not in output
    assert "1 payloads refused" in output
    assert peak < MOST_MEMORY
    assert lines_in(tmp_path / "home") == 1


def test_a_file_is_stored_before_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files as large as a batch are never held together in memory."""
    for place in range(3):
        (tmp_path / f"{place}.csv").write_bytes(as_csv([line_row(player_name=f"Player {place}")]))
    held: list[int] = []
    sound = ingesting._write_or_refuse

    def counting(arrivals: Any, *rest: Any) -> Any:
        held.append(len(arrivals))
        return sound(arrivals, *rest)

    monkeypatch.setattr(ingesting, "_write_or_refuse", counting)
    monkeypatch.setattr(ingesting, "BATCH_BYTES", 100)
    code, output = call("ingest", "files", *(str(tmp_path / f"{n}.csv") for n in range(3)), home=tmp_path / "home")
    assert code == 0, output
    assert held == [1, 1, 1]


@pytest.mark.slow
def test_large_files_are_read_one_after_another(tmp_path: Path) -> None:
    """Five files of 64 MB: all at once they would be 320 MB, and their rows several times that.

    In `make test`, `test_a_file_is_stored_before_the_next_is_read` finds the same fault.
    """
    row = as_csv([line_row()]).splitlines(keepends=True)
    for place in range(5):
        (tmp_path / f"{place}.csv").write_bytes(row[0] + b"%d," % place + b"x" * 60_000 + b"\n" + row[1] * 500_000)
    words = ("ingest", "files", *(str(tmp_path / f"{place}.csv") for place in range(5)))
    code, output, peak = peak_of(*words, "--home", str(tmp_path / "home"))
    assert code == 1, output
    assert peak < MOST_MEMORY


def test_only_the_long_line_is_refused(tmp_path: Path) -> None:
    header, row = as_csv([line_row()]).splitlines()
    (tmp_path / "lines.csv").write_bytes(b"\r\n".join([header, b"x" * 20_000_000, row, b""]))
    code, output = call("ingest", "files", str(tmp_path / "lines.csv"), home=tmp_path / "home")
    assert (code, lines_in(tmp_path / "home")) == (1, 1)
    assert "1 rows: not as many values as the header has columns" in output


KEY = "k+y/of=the&odds é%41"


@pytest.mark.parametrize(
    "echo",
    [
        KEY,
        quote(KEY),
        quote(KEY, safe=""),
        quote_plus(KEY),
        quote(quote(KEY, safe=""), safe=""),
        quote(KEY, safe="").lower(),
        "".join(f"%{byte:02x}" for byte in KEY.encode()),
        json.dumps(KEY)[1:-1],
        "".join(f"\\u{ord(char):04x}" for char in KEY),
        "".join(f"&#{ord(char)};" for char in KEY),
        "".join(f"&#x{ord(char):X};" for char in KEY),
        KEY.replace("/", "\\/"),
        KEY.encode().hex(),
    ],
)
def test_a_key_in_a_response_is_removed_in_every_encoding(echo: str) -> None:
    assert without_keys(f'{{"url": "/odds?apiKey={echo}&x=1"}}'.encode(), [KEY]) == (
        b'{"url": "/odds?apiKey=' + HIDDEN + b'&x=1"}'
    )


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_key_in_a_response_is_removed_from_wide_text(codec: str) -> None:
    assert KEY.encode(codec) not in without_keys(f'{{"key": "{KEY}"}}'.encode(codec), [KEY])


def test_an_ordinary_response_is_unchanged() -> None:
    content = odds() * 2_000
    assert without_keys(content, [KEY]) == content
