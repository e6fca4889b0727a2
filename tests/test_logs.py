"""Log lines: readable, or JSON by setting, with run, stage and dates, and never with a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from courtside.errors import ConfigError
from courtside.logs import FORMAT_VARIABLE, HIDDEN, LEVEL_VARIABLE, bound, configure

log = logging.getLogger("courtside.somewhere")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers, level = before
    root.setLevel(level)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_is_json_with_the_bound_values_where_the_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FORMAT_VARIABLE, "json")
    out = io.StringIO()
    configure(out, level="INFO")
    with bound(run_id="abc", stage="features"):
        log.info("processed %d dates", 3)
    log.info("after")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["event"], first["run_id"], first["stage"], first["level"], first["logger"]) == (
        "processed 3 dates", "abc", "features", "info", "courtside.somewhere",
    )  # fmt: skip
    assert "run_id" not in second
    assert first["timestamp"].endswith("Z")


def test_a_line_on_a_terminal_is_readable_text() -> None:
    out = Terminal()
    configure(out, level="INFO")
    log.info("processed")
    assert "processed" in out.getvalue()
    assert not out.getvalue().startswith("{")


def test_the_level_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LEVEL_VARIABLE, "error")
    out = io.StringIO()
    configure(out)
    log.warning("quiet")
    assert out.getvalue() == ""
    with pytest.raises(ConfigError, match="'VERBOSE' is not a log level"):
        configure(out, level="verbose")


def test_no_line_holds_a_secret_of_the_environment_not_even_in_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_ODDS_API_KEY", "s3cr3t-k3y")
    monkeypatch.setenv("COURTSIDE_ALERT_URLS", "slack://t0ken-a mailto://t0ken-b")
    out = io.StringIO()
    configure(out, level="INFO")
    try:
        raise ValueError("https://host/?apiKey=s3cr3t-k3y")
    except ValueError:
        log.exception("failed at mailto://t0ken-b with %s", "s3cr3t-k3y")
    assert "s3cr3t" not in out.getvalue()
    assert "t0ken" not in out.getvalue()
    assert HIDDEN in out.getvalue()


def test_libraries_log_errors_only() -> None:
    out = io.StringIO()
    configure(out, level="DEBUG")
    logging.getLogger("urllib3.connectionpool").debug("GET /?apiKey=x")
    logging.getLogger("pypdf").warning("odd")
    assert out.getvalue() == ""


def test_a_line_outside_a_terminal_is_readable_and_has_no_colour() -> None:
    out = io.StringIO()
    configure(out, level="INFO")
    with bound(run_id="abc"):
        log.info("processed %d dates", 3)
    assert "processed 3 dates" in out.getvalue()
    assert "run_id=abc" in out.getvalue()
    assert "\x1b" not in out.getvalue()
    assert not out.getvalue().startswith("{")


def test_no_color_is_honoured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, is_coloured in ((None, True), ("1", False)):
        if value:
            monkeypatch.setenv("NO_COLOR", value)
        else:
            monkeypatch.delenv("NO_COLOR", raising=False)
        out = Terminal()
        configure(out, level="INFO")
        log.info("processed")
        assert ("\x1b" in out.getvalue()) == is_coloured


def test_an_unknown_format_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FORMAT_VARIABLE, "xml")
    with pytest.raises(ConfigError, match="'xml' is not a format"):
        configure(io.StringIO())
