"""The BigQuery emulator that the tests run against: its own environment, built once, and a process to start and stop.

`python tools/bigquery_emulator.py` builds the environment; the tests do so too when they need it.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-bqemulator"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
PROJECT = "test"
PATIENCE_SECONDS = 60.0


class EmulatorError(RuntimeError):
    """The emulator could not be built or started."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator: `rest` and `reads` are host:port of its two servers."""

    rest: str
    reads: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make Courtside use the emulator."""
        return {"BIGQUERY_EMULATOR_HOST": self.rest, "BIGQUERY_STORAGE_EMULATOR_HOST": self.reads}


def build() -> Path:
    """Build the emulator's environment from the package index unless it is there, and return its folder.

    Raises:
        EmulatorError: with the last lines of what failed.
    """
    ENVIRONMENT.mkdir(exist_ok=True)
    with (ENVIRONMENT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = ENVIRONMENT / ".built"
        wanted = REQUIREMENTS.read_text()
        if not (done.is_file() and done.read_text() == wanted):
            (ENVIRONMENT / ".gitignore").write_text("*\n")
            _run(sys.executable, "-m", "venv", str(ENVIRONMENT))
            install = ("-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:")
            _run(str(ENVIRONMENT / "bin/python"), *install, "-r", str(REQUIREMENTS))
            _run(
                str(ENVIRONMENT / "bin/python"),
                "-c",
                "from duckdb_extensions import import_extension; import_extension('spatial')",
            )
            done.write_text(wanted)
    return ENVIRONMENT


@contextmanager
def running(log: Path) -> Iterator[Emulator]:
    """Start an emulator on free loopback ports, wait until it answers, and stop it at the end.

    Raises:
        EmulatorError: where it cannot be built, ends, or does not answer in time.
    """
    program = build() / "bin/bqemulator"
    rest, reads = _free_port(), _free_port()
    command = [str(program), "start", "--rest-port", str(rest), "--grpc-port", str(reads)]
    command += ["--rest-host", "127.0.0.1", "--grpc-host", "127.0.0.1", "--log-level", "error"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_it_answers(process, rest, log)
            yield Emulator(f"127.0.0.1:{rest}", f"127.0.0.1:{reads}")
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    url = f"http://127.0.0.1:{port}/bigquery/v2/projects/{PROJECT}/datasets"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmulatorError(f"the emulator ended with {process.returncode}: {_tail(log.read_text())}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise EmulatorError(f"the emulator did not answer within {PATIENCE_SECONDS:.0f} s: {_tail(log.read_text())}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _run(*command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, env=environment, check=False)
    if done.returncode:
        raise EmulatorError(f"`{' '.join(command[:4])} …` failed: {_tail(done.stdout + done.stderr)}")


def _tail(text: str) -> str:
    return " / ".join(text.strip().splitlines()[-5:])[-800:]


if __name__ == "__main__":
    print(build())
