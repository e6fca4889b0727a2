"""Dependencies have exact versions and hashes, and no command installs from an index without checking them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
RUNTIME = [*PROJECT["project"]["dependencies"], *GROUPS["build"]]
DEPLOYED = [*RUNTIME, *(line for extra in ("bigquery", "dagster", "gcs", "live") for line in EXTRAS[extra])]
LOCKED = {
    "constraints.txt": [*RUNTIME, *(line for lines in EXTRAS.values() for line in lines)],
    "requirements.txt": RUNTIME,
    "deploy/requirements.txt": DEPLOYED,
    "tools/requirements.txt": GROUPS["emulator"],
    ".github/requirements.txt": GROUPS["audit"],
}
LINE = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[\w.!+]+)(?: ; [^#]+?)?(?P<hashes>(?: +--hash=sha256:[0-9a-f]{64})+)"
)
INSTALLERS = (
    "Makefile",
    "deploy/Dockerfile",
    ".github/workflows/ci.yml",
    "docs/operations.md",
    "tools/bigquery_emulator.py",
)


def lines_of(text: str) -> list[str]:
    return [line for line in re.sub(r"\\\n", "", text).splitlines() if line.strip()]


def unlocked(text: str) -> list[str]:
    """The lines that are not one package with an exact version and at least one hash."""
    return [line for line in lines_of(text) if not LINE.fullmatch(line)]


def locked(name: str) -> dict[str, tuple[str, frozenset[str]]]:
    """The version and the hashes of each package in a file."""
    found = [LINE.fullmatch(line) for line in lines_of((ROOT / name).read_text(encoding="utf-8"))]
    return {
        canonicalize_name(line["name"]): (line["version"], frozenset(line["hashes"].split())) for line in found if line
    }


def unmet(requirements: list[str], name: str) -> list[str]:
    """The requirements that a file has no version for."""
    have = locked(name)
    wanted = [Requirement(line) for line in requirements if not line.startswith("courtside[")]
    return [
        str(each)
        for each in wanted
        if not (found := have.get(canonicalize_name(each.name))) or not each.specifier.contains(found[0])
    ]


def unchecked(text: str) -> list[str]:
    """The commands that install without a check of hashes, other than the project itself without its dependencies."""
    commands = re.split(r"&&|\n", re.sub(r"\\\n", "", text))
    installs = [
        each.strip() for each in commands if re.search(r"(pip3? .*install|\$\(PIP\)|\"pip\", \"install\")[ ,]", each)
    ]
    safe = re.compile(r"--require-hashes\b|--no-deps --no-build-isolation (-e )?\.$")
    return [each for each in installs if not safe.search(each)]


@pytest.mark.parametrize("name", LOCKED)
def test_every_package_has_an_exact_version_and_a_hash(name: str) -> None:
    assert unlocked((ROOT / name).read_text(encoding="utf-8")) == []
    assert len(locked(name)) > 10


@pytest.mark.parametrize(
    "line",
    [
        "polars==2.1.0",
        f"polars>=2.1.0 --hash=sha256:{'0' * 64}",
        f"polars==2.1.0 --hash=md5:{'0' * 32}",
        f"polars==2.1.0 --hash=sha256:{'0' * 63}",
        f"polars @ https://host/polars.whl --hash=sha256:{'0' * 64}",
        "--index-url https://host/simple",
        "-r other.txt",
    ],
)
def test_a_line_without_version_or_hash_or_with_an_address_is_found(line: str) -> None:
    good = f"rich==15.0.0 \\\n    --hash=sha256:{'0' * 64}\n"
    assert unlocked(good) == []
    assert unlocked(good + line + "\n") == [line]


@pytest.mark.parametrize("name", LOCKED)
def test_every_dependency_of_the_project_is_locked_in_a_matching_version(name: str) -> None:
    assert unmet(LOCKED[name], name) == [], "run `make lock`"


def test_a_dependency_that_is_absent_or_too_old_is_found() -> None:
    assert unmet(["absent-package>=1", "Polars>=999", "polars"], "requirements.txt") == [
        "absent-package>=1",
        "Polars>=999",
    ]


@pytest.mark.parametrize("name", ["requirements.txt", "deploy/requirements.txt"])
def test_what_runs_has_the_versions_and_hashes_that_the_tests_ran_with(name: str) -> None:
    assert locked(name).items() <= locked("constraints.txt").items(), "run `make lock`"


def test_the_build_needs_only_locked_packages() -> None:
    assert PROJECT["build-system"]["requires"] == GROUPS["build"]


def test_every_command_that_installs_checks_hashes() -> None:
    found = {name: unchecked((ROOT / name).read_text(encoding="utf-8")) for name in INSTALLERS}
    assert found == {name: [] for name in INSTALLERS}
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command", ["pip install pip-audit", "\t$(PIP) -c constraints.txt -e .", "RUN pip install --no-deps polars"]
)
def test_a_command_that_installs_without_hashes_is_found(command: str) -> None:
    assert unchecked(f"FROM base\n{command}\n") == [command.strip()]


@pytest.mark.parametrize(("target", "name"), [(".runtime", "requirements.txt"), (".development", "constraints.txt")])
def test_make_refuses_a_file_with_another_hash(tmp_path: Path, target: str, name: str) -> None:
    """The recipe of the Makefile runs on one small wheel, offline; a dry run takes the wheel with its own hash."""
    wheel = a_wheel(tmp_path)
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").touch()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    (tmp_path / name).write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    refused = offline(tmp_path, "make", f"venv/{target}", "VENV=venv", f"BIN={Path(sys.executable).parent}")
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert digest in refused.stderr
    assert not (tmp_path / "venv" / target).exists()

    (tmp_path / name).write_text(f"tiny==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    taken = offline(tmp_path, sys.executable, "-m", "pip", "install", "--require-hashes", "-r", name)
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert "Would install tiny-1.0" in taken.stdout


def offline(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder whose wheels are all that pip finds, and in which pip installs nothing."""
    pip = {"PIP_DRY_RUN": "1", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(command, cwd=folder, env=os.environ | pip, capture_output=True, text=True, check=False)


def a_wheel(folder: Path) -> Path:
    """The smallest wheel that pip takes."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    return path
