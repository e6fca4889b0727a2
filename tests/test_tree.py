"""Rules about the source that no type checker can express."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "courtside"
ROOT = SOURCE.parent.parent
LOOKS_BACK = {
    *("shift", "over", "cum_sum", "cum_count", "cum_max", "cum_min", "rank", "rle_id", "diff", "join_asof"),
    *("cumsum", "cumprod", "cumulative_sum", "accumulate", "searchsorted", "search_sorted", "sliding_window_view"),
    *("roll", "convolve", "correlate", "bisect_left", "bisect_right", "bisect"),
}
ROLLING = re.compile(r"^(rolling|ewm)_")
FEATURE_ROOMS = ("features", "predictions", "quality", "audit")
WINDOW_MODULE = SOURCE / "features" / "windows.py"


def _window_calls(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in LOOKS_BACK or ROLLING.match(name):
                yield f"line {node.lineno}: .{name}()"


def test_only_the_windows_module_looks_back() -> None:
    found = {
        str(path.relative_to(ROOT)): calls
        for room in FEATURE_ROOMS
        for path in (SOURCE / room).rglob("*.py")
        if path != WINDOW_MODULE and (calls := list(_window_calls(path.read_text())))
    }
    assert found == {}, "windows belong in features/windows.py, where they end before the row"


@pytest.mark.parametrize(
    "planted",
    [
        *("x.rolling_mean(5)", "x.shift(1).over('p')", "x.cum_sum()"),
        *("np.cumsum(x)", "np.searchsorted(x, y)", "np.maximum.accumulate(x)", "x.join_asof(y, on='day')"),
    ],
)
def test_the_rule_about_windows_catches_a_planted_one(planted: str) -> None:
    assert list(_window_calls(planted))


def test_only_the_clock_module_reads_the_time() -> None:
    reads_time = re.compile(r"\b(datetime\.now|date\.today|datetime\.utcnow|time\.time)\(")
    found = [
        str(path.relative_to(ROOT))
        for path in SOURCE.rglob("*.py")
        if path.name != "clock.py" and reads_time.search(path.read_text())
    ]
    assert found == []


def test_nothing_is_pickled() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in SOURCE.rglob("*.py")
        if re.search(r"^\s*(import|from) (pickle|cloudpickle|dill|joblib|marshal)\b", path.read_text(), re.MULTILINE)
    ]
    assert found == []


def test_no_tracked_text_names_an_index_or_this_machine() -> None:
    here = re.compile(r"(/work/|/root/|files\.pythonhosted|pypi\.org/simple|registry\.npmjs|/opt/pypi)")
    skipped = {"uv.lock", "test_tree.py"}
    found = []
    for path in ROOT.rglob("*"):
        is_ours = not any(part.startswith(".venv") or part in {".git", ".courtside"} for part in path.parts)
        is_text = path.suffix in {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".js", ".sh"} and path.is_file()
        if is_ours and is_text and path.name not in skipped and here.search(path.read_text(errors="ignore")):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_no_module_lies_outside_the_rooms() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCE.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 550
    }
    assert long == {}, "split a module before it passes 550 lines"


MAY_WRITE = ("warehouse/", "pipeline/", "operations/")
"""Who writes the warehouse: runs, and what surrounds them."""

MAY_SEE = (*MAY_WRITE, "api/", "orchestration/", "cli/", "audit/checks/base.py")
"""Who holds a whole warehouse; every other module reads the frames or the `Reader` that it is given."""

WRITES = re.compile(r"\.(replace_dates|upsert)\(|warehouse\.(append|reshape)\(")
SEES = re.compile(r"^from courtside\.warehouse\S* import .*\b(Warehouse|open_warehouse)\b", re.MULTILINE)


def _outside(allowed: tuple[str, ...], pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    return sorted(name for name, text in texts.items() if not name.startswith(allowed) and pattern.search(text))


def _sources() -> dict[str, str]:
    return {path.relative_to(SOURCE).as_posix(): path.read_text() for path in SOURCE.rglob("*.py")}


def test_only_these_modules_write_the_warehouse() -> None:
    assert _outside(MAY_WRITE, WRITES, _sources()) == []


def test_only_these_modules_use_a_whole_warehouse() -> None:
    assert _outside(MAY_SEE, SEES, _sources()) == []


@pytest.mark.parametrize(
    ("allowed", "pattern", "line"),
    [
        (MAY_WRITE, WRITES, "context.warehouse.upsert([rows])"),
        (MAY_SEE, SEES, "from courtside.warehouse.base import Reader, Warehouse"),
    ],
)
def test_a_planted_use_of_the_warehouse_is_caught(
    allowed: tuple[str, ...], pattern: re.Pattern[str], line: str
) -> None:
    assert _outside(allowed, pattern, {"features/planted.py": line}) == ["features/planted.py"]
