"""The deployment: an unprivileged image, ports on loopback, valid systemd units, a workflow that publishes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
MUST_PASS = ("make test", "make test-slow", "make lint")
SECRETS = ("COURTSIDE_ODDS_API_KEY", "COURTSIDE_ALERT_URLS")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0].upper(), line.partition(" ")[2]) for line in lines]


def test_the_image_is_slim_runs_unprivileged_and_has_a_health_check() -> None:
    steps = instructions()
    assert {base.split()[0] for step, base in steps if step == "FROM"} == {"python:${PYTHON}-slim"}
    users = [user for step, user in steps if step == "USER"]
    assert users
    assert users[-1] not in ("root", "0")
    health = next(place for place, (step, _) in enumerate(steps) if step == "HEALTHCHECK")
    assert health > next(place for place, (step, _) in enumerate(steps) if step == "USER")
    assert not [step for step, text in steps if step in ("ENV", "ARG") and any(name in text for name in SECRETS)]


def test_every_file_that_the_image_copies_exists() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    taken = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    copied = [text for step, text in instructions() if step in ("COPY", "ADD") and "--from" not in text]
    for text in copied:
        *sources, _ = [word for word in text.split() if not word.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source.split("/")[0] in taken, f"{source} is kept out by .dockerignore"


def test_every_port_is_on_loopback_and_services_have_least_privileges() -> None:
    services = read(DEPLOY / "compose.yaml")["services"]
    assert set(services) == {"dagster", "daemon", "site"}
    for name, service in services.items():
        assert facing_the_world(service) == [], name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        wanted = {} if name == "site" else dict.fromkeys(SECRETS)
        held = {key: value for key, value in service.get("environment", {}).items() if key in SECRETS}
        assert held == wanted, f"{name}: a key is in the file, or where it is not needed"
    assert services["site"]["volumes"] == ["warehouse:/data:ro"]


def facing_the_world(service: dict[str, Any]) -> list[str]:
    return [str(port) for port in service.get("ports", []) if not str(port).startswith("127.0.0.1:")]


def test_a_planted_public_port_is_found() -> None:
    assert facing_the_world({"ports": ["8000:8000", "127.0.0.1:3000:3000"]}) == ["8000:8000"]


def test_dagster_runs_one_writing_step_at_a_time() -> None:
    pytest.importorskip("dagster", reason="courtside[dagster] is not installed")
    from courtside.orchestration.definitions import definitions_of
    from courtside.orchestration.installation import Courtside

    assert read(DEPLOY / "dagster.yaml")["concurrency"]["pools"]["default_limit"] == 1
    jobs = definitions_of(Courtside(home="nowhere")).resolve_all_job_defs()
    pools = {node.pool for job in jobs for node in job.all_node_defs if hasattr(node, "pool")}
    assert "warehouse" in pools


def test_dagster_accepts_its_instance_settings(tmp_path: Path) -> None:
    dagster = pytest.importorskip("dagster", reason="courtside[dagster] is not installed")
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path / "dagster.yaml")
    with dagster.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.run_monitoring_enabled
        assert instance.run_retries_max_retries == 2
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled, "no newsletter window over the web page"


def test_make_dagster_uses_the_same_instance_settings_and_keeps_them_in_the_home() -> None:
    result = subprocess.run(
        ["make", "-n", "dagster", "COURTSIDE_HOME=a-home"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"cp deploy/dagster.yaml {ROOT}/a-home/dagster" in result.stdout
    assert f"DAGSTER_HOME={ROOT}/a-home/dagster" in result.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd" / "courtside.service").read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=(\S+)", unit, re.MULTILINE)
    assert command
    (tmp_path / "courtside.service").write_text(unit.replace(command[1], "/bin/true"), encoding="utf-8")
    shutil.copy(DEPLOY / "systemd" / "courtside.timer", tmp_path)
    units = [str(tmp_path / name) for name in ("courtside.service", "courtside.timer")]
    result = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in (result.stdout + result.stderr).splitlines() if "courtside" in line]
    assert (result.returncode, ours) == (0, [])


def test_the_timer_runs_the_morning_the_evening_and_the_night_in_eastern_time() -> None:
    timer = (DEPLOY / "systemd" / "courtside.timer").read_text(encoding="utf-8")
    calendars = re.findall(r"^OnCalendar=(.+)$", timer, re.MULTILINE)
    assert len(calendars) == 3
    assert all(calendar.endswith("America/New_York") for calendar in calendars)
    assert "Persistent=true" in timer


def test_what_must_pass_includes_the_slow_tests() -> None:
    commands = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in commands if line.startswith("make ")] == list(MUST_PASS)


def test_the_hooks_before_a_commit_run_the_commands_of_make_lint() -> None:
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert lint
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in lint[1].splitlines()]
    (local,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert [hook["entry"] for hook in local["hooks"]] == commands


def test_a_run_that_leaves_slow_tests_out_names_the_command_that_runs_them() -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", "tests/orchestration/test_chaos.py"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, shown.stdout + shown.stderr
    assert "slow tests are left out; `make test-slow` runs them" in shown.stdout


def test_the_workflow_tests_everything_and_publishes_from_main_only() -> None:
    workflow = read(WORKFLOW)
    jobs, triggers = workflow["jobs"], workflow[True]
    assert triggers["push"] == {"branches": ["main"]}
    assert workflow["permissions"] == {"contents": "read"}
    scripts = [step.get("run", "") for step in jobs["test"]["steps"]]
    assert set(MUST_PASS) <= set(scripts)
    publish = jobs["publish"]
    assert set(publish["needs"]) == {"test", "audit"}
    assert "refs/heads/main" in publish["if"]
    assert "push" in publish["if"]


def test_no_script_of_the_workflow_contains_text_from_a_pull_request() -> None:
    scripts = [step["run"] for job in read(WORKFLOW)["jobs"].values() for step in job["steps"] if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


def test_every_target_the_workflow_makes_is_in_the_makefile() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    scripts = [step.get("run", "") for job in read(WORKFLOW)["jobs"].values() for step in job["steps"]]
    assert {name for script in scripts for name in re.findall(r"make ([a-z-]+)", script)} <= set(targets)
