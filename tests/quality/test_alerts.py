"""Alerts: one message per cause and interval, counts, recoveries, dead letters, no exceptions, and masked addresses."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from apprise.plugins.slack import NotifySlack
from hypothesis import given
from hypothesis import strategies as st

from courtside.alerts import Alert, AppriseDelivery, Notifier, Severity, masked, notifier
from courtside.clock import FixedClock
from courtside.config import load_settings, origins
from courtside.errors import ConfigError
from tests.quality.loopback import Loopback, loopback

SECRET = "s3cr3tTokenOfTheHook"
START = dt.datetime(2026, 2, 7, 12, 0)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


def alerts_to(server: Loopback, folder: Path, clock: FixedClock, hours: int = 6) -> Notifier:
    address = f"json://user:{SECRET}@127.0.0.1:{server.port}/{SECRET}?rto=0.3&cto=0.3"
    return Notifier(AppriseDelivery([address]), folder, clock, hours * HOUR)


def an_alert(cause: str = "box.missing", severity: Severity = Severity.ERROR) -> Alert:
    return Alert(cause, severity, "3 box scores are missing", "Next: courtside repair")


def letters(folder: Path) -> list[dict[str, str]]:
    path = folder / "dead_letter.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_cause_is_sent_once_per_interval_with_a_count_and_then_its_recovery(server: Loopback, tmp_path: Path) -> None:
    clock = FixedClock(START)
    alerts = alerts_to(server, tmp_path, clock)
    outcomes = []
    for _ in range(8):
        outcomes.append(alerts.send(an_alert()))
        clock.at += HOUR
    assert outcomes == ["sent", *["suppressed"] * 5, "sent", "suppressed"]
    assert "[error] 3 box scores are missing" in server.taken[0]
    assert "5 more alerts about it since 2026-02-07T12:00 UTC" in server.taken[1]
    assert alerts.recover("box.missing", "all box scores are there") == "sent"
    assert "recovered: box.missing" in server.taken[2]
    assert "1 more alerts about it were not sent" in server.taken[2]
    assert alerts.recover("box.missing", "all box scores are there") == "quiet"
    assert alerts.send(an_alert()) == "sent", "a cause that returns is sent at once"


def test_the_state_of_a_cause_outlives_the_process(server: Loopback, tmp_path: Path) -> None:
    clock = FixedClock(START)
    assert alerts_to(server, tmp_path, clock).send(an_alert()) == "sent"
    assert alerts_to(server, tmp_path, clock).send(an_alert()) == "suppressed"
    assert alerts_to(server, tmp_path, clock).send(an_alert("lines.missing")) == "sent"


def test_a_cause_that_becomes_worse_is_sent_at_once(server: Loopback, tmp_path: Path) -> None:
    alerts = alerts_to(server, tmp_path, FixedClock(START))
    order = [Severity.WARNING, Severity.ERROR, Severity.ERROR, Severity.CRITICAL, Severity.WARNING]
    outcomes = [alerts.send(an_alert(severity=severity)) for severity in order]
    assert outcomes == ["sent", "sent", "suppressed", "sent", "suppressed"]


@pytest.mark.parametrize("status", [429, 500, 0])
def test_a_refused_message_becomes_a_dead_letter_and_is_sent_again(
    status: int, server: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.status = status
    alerts = alerts_to(server, tmp_path, FixedClock(START))
    with caplog.at_level(logging.DEBUG):
        assert alerts.send(an_alert()) == "undelivered"
    (letter,) = letters(tmp_path)
    assert (letter["cause"], letter["severity"], letter["at"]) == ("box.missing", "error", START.isoformat())
    assert letter["why"].startswith("json://…: ")
    assert letter["body"] == "Next: courtside repair"
    everything = caplog.text + (tmp_path / "dead_letter.jsonl").read_text()
    assert SECRET not in everything
    server.status = 200
    assert alerts.send(an_alert()) == "sent", "a message that was not delivered does not suppress the next"


def test_an_unreachable_service_raises_nothing(tmp_path: Path) -> None:
    with loopback() as gone:
        port = gone.port
    delivery = AppriseDelivery([f"json://127.0.0.1:{port}/{SECRET}?rto=0.3&cto=0.3", f"nonsense://{SECRET}", SECRET])
    alerts = Notifier(delivery, tmp_path, FixedClock(START), HOUR)
    assert alerts.send(an_alert()) == "undelivered"
    (letter,) = letters(tmp_path)
    assert letter["why"].count("; ") >= 2
    assert SECRET not in json.dumps(letter)


def test_a_slack_webhook_receives_the_format_of_slack(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{server.port}/services")
    hook = "https://hooks.slack.com/services/T0000AAAA/B0000AAAA/abcdefghijklmnopqrstuvwx"
    alerts = Notifier(AppriseDelivery([hook]), tmp_path, FixedClock(START), HOUR)
    assert alerts.send(an_alert()) == "sent"
    assert "3 box scores are missing" in json.dumps(json.loads(server.taken[0]))
    server.status = 429
    assert alerts.send(an_alert("other")) == "undelivered"
    assert "abcdefghijklmnopqrstuvwx" not in json.dumps(letters(tmp_path))


def test_an_error_inside_an_alert_does_not_reach_the_run(tmp_path: Path) -> None:
    def broken(severity: str, title: str, body: str) -> str | None:
        raise RuntimeError(f"could not post to https://hooks/{SECRET}")

    alerts = Notifier(broken, tmp_path, FixedClock(START), HOUR)
    assert alerts.send(an_alert()) == "undelivered"
    assert letters(tmp_path)[0]["why"] == "RuntimeError"
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    assert Notifier(broken, blocked, FixedClock(START), HOUR).send(an_alert()) == "undelivered"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"box.missing": 3}', '{"box.missing": {"since": "x"}}'])
def test_a_damaged_state_file_sends_again_rather_than_never(damage: str, server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(damage)
    assert alerts_to(server, tmp_path, FixedClock(START)).send(an_alert()) == "sent"


def test_without_addresses_alerts_are_off(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    assert notifier(settings, FixedClock(START)).send(an_alert()) == "off"
    assert not (tmp_path / "alerts" / "dead_letter.jsonl").exists()


def test_addresses_are_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_ALERT_URLS", f"json://127.0.0.1/{SECRET}")
    settings = load_settings(home=tmp_path)
    assert SECRET not in f"{settings!r} {settings} {origins(settings)} {settings.model_dump_json()}"
    with pytest.raises(ConfigError) as refused:
        load_settings(home=tmp_path, alert_urls={"slack": SECRET})
    assert SECRET not in str(refused.value)


@given(token=st.text(alphabet="abcdefgh0123456789", min_size=8, max_size=20), around=st.text(max_size=20))
def test_no_part_of_an_address_survives_masking(token: str, around: str) -> None:
    address = f"slack://{token}/B1/{token[::-1]}xyz?password={token}pw"
    text = masked(f"{around} failed {address} at {token}/x {token}pw", [address])
    assert token not in text.removeprefix(around) or token in around
