"""The pictures of README.md: small, without addresses, of the simulated league, and kept where they cannot be made."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "docs" / "pictures"
SHOWN = sorted(set(re.findall(r'(?:src|srcset)="([^"]+)"', (ROOT / "README.md").read_text())))
LARGEST = 200_000


@pytest.fixture
def pictures(monkeypatch, tmp_path):
    """The script, with a folder of its own for what it writes."""
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "tools" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PICTURES", tmp_path / "pictures")
    return module


def test_the_page_shows_every_stored_picture_and_each_is_small():
    assert sorted(f"docs/pictures/{path.name}" for path in STORED.iterdir()) == SHOWN
    assert all((ROOT / path).stat().st_size < LARGEST for path in SHOWN)


def test_the_recording_shows_the_simulated_league_and_loads_nothing():
    svg = (STORED / "today.svg").read_text()
    assert "SIMULATED&#160;LEAGUE" in svg
    assert set(re.findall(r"https?://[^\"'\s)]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert "@font-face" not in svg
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]+)\)", svg))


def test_without_a_demonstration_the_stored_pictures_are_kept(pictures, tmp_path, capsys):
    pictures.main(tmp_path / "nothing")
    assert "pictures kept" in capsys.readouterr().out
    assert not pictures.PICTURES.exists()


def test_without_chromium_the_stored_screenshots_are_kept(pictures, run_home, monkeypatch, capsys):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    pictures.main(run_home)
    assert "screenshots kept" in capsys.readouterr().out
    assert [path.name for path in pictures.PICTURES.iterdir()] == ["today.svg"]


def test_screenshots_of_a_home_are_small_and_one_is_dark(pictures, run_home, browser):
    first = pictures.screenshots(run_home, browser)
    assert set(first) == {"light", "dark"}
    assert first["light"] != first["dark"]
    assert all(0 < len(content) < LARGEST for content in first.values())


def test_a_recording_is_the_same_each_time_and_ends_with_the_whole_output(pictures, run_home):
    first = pictures.recording(run_home, "status")
    assert first == pictures.recording(run_home, "status")
    assert "courtside&#160;status" in first
    assert "publishing" in first
    assert "prefers-reduced-motion" in first
