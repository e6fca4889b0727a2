"""Without the emulator the tests of BigQuery fail."""

from __future__ import annotations

import pytest

from tests.warehouse.emulator import EmulatorError
from tests.warehouse.engines import without


@pytest.mark.parametrize("settings", [{}, {"CI": "1"}, {"CI": "1", "COURTSIDE_WITHOUT_EMULATOR": "1"}])
def test_a_missing_emulator_fails_the_tests(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name in ("CI", "COURTSIDE_WITHOUT_EMULATOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match="nothing was tested on it: no index"):
        without(EmulatorError("no index"))


def test_the_setting_skips_the_tests_of_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COURTSIDE_WITHOUT_EMULATOR", "1")
    with pytest.raises(pytest.skip.Exception, match="no index"):
        without(EmulatorError("no index"))
