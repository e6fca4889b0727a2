"""`courtside mcp` answers an assistant: used over stdio by the protocol's own client."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.server import MCPServer
from typer.testing import CliRunner

import courtside
from courtside.api.mcp_server import server_of
from courtside.cli.main import app
from tests import homes
from tests.cli.test_reading_while_writing import writing

DATE, TONIGHT = "2025-11-12", "2025-11-13"


def started(folder: Path) -> StdioServerParameters:
    """Return how an assistant starts `courtside mcp`."""
    command = ["-c", "from courtside.cli.main import app; app()", "mcp", "--home", str(folder)]
    return StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))


def result_of(server: MCPServer | StdioServerParameters, query: Callable[[Client], Any]) -> Any:
    """Return what `query` gets from a server in this process, or from one that is started."""

    async def talk() -> Any:
        async with Client(server) as client:
            return await query(client)

    return asyncio.run(talk())


def called(server: MCPServer | StdioServerParameters, *calls: tuple[str, dict[str, object]]) -> list[Any]:
    """Return the result of each call of a tool, all of one session."""

    async def query(client: Client) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments in calls]

    return result_of(server, query)


def test_the_tools_are_listed_as_reading_only_with_a_description(home: courtside.Home) -> None:
    tools = {tool.name: tool for tool in result_of(server_of(home), lambda client: client.list_tools()).tools}
    assert set(tools) == {"picks", "record", "explain", "training_quality", "player"}
    for tool in tools.values():
        assert tool.annotations.read_only_hint is True
        assert tool.description.startswith("Return ")
    assert tools["explain"].input_schema["required"] == ["player", "date"]


def test_each_tool_answers_what_the_api_returns(example_folder: Path, home: courtside.Home) -> None:
    name = home.slate(TONIGHT)["player"][0]
    results = called(
        started(example_folder),
        ("picks", {"date": DATE}),
        ("record", {"through": DATE}),
        ("explain", {"player": name, "date": TONIGHT}),
        ("training_quality", {"start": "2025-10-22", "end": DATE}),
        ("player", {"player": name, "games": 3}),
    )
    assert [found.content for found in results if found.is_error] == []
    picks, record, explained, quality, games = (found.structured_content for found in results)
    expected = home.picks(DATE, DATE).filter(subset_key="all_picks")
    assert [row["player"] for row in picks["rows"]] == expected["player"].to_list()
    assert {row["kind"] for row in picks["rows"]} <= {"LIVE", "BACKTEST"}
    row = next(row for row in record["rows"] if (row["subset_key"], row["window"]) == ("all_picks", "season"))
    own = home.record(DATE).filter(subset_key="all_picks", window="season").row(0, named=True)
    numbers = ("wins", "losses", "n", "pct_low")
    assert [row[key] for key in numbers] == [own[key] for key in numbers]
    assert explained["player"] == name
    assert quality["verdict"] == "contaminated"
    assert [game["points"] for game in games["rows"]] == home.player(name, games=3)["points"].to_list()


def test_a_wrong_question_gets_the_sentence_that_a_command_would_print(home: courtside.Home) -> None:
    wrong = {
        "No player's name contains 'Nobody'": ("explain", {"player": "Nobody", "date": TONIGHT}),
        "'yesterday' is not a date": ("picks", {"date": "yesterday"}),
        "'steals' is not a market": ("picks", {"date": DATE, "market": "steals"}),
    }
    for complaint, found in zip(wrong, called(server_of(home), *wrong.values()), strict=True):
        assert found.is_error
        assert complaint in found.content[0].text


def test_it_answers_while_a_process_writes_and_changes_nothing(example_folder: Path, tmp_path: Path) -> None:
    folder = homes.copy_of(example_folder, tmp_path / "home")
    before = hashlib.sha256((folder / "warehouse.duckdb").read_bytes()).hexdigest()

    async def query(client: Client) -> tuple[Any, Any]:
        alone = await client.call_tool("picks", {"date": DATE})
        assert hashlib.sha256((folder / "warehouse.duckdb").read_bytes()).hexdigest() == before
        with writing(folder / "warehouse.duckdb") as process:
            meanwhile = await client.call_tool("picks", {"date": DATE})
        assert f"PID {process.pid}) is writing" in meanwhile.structured_content["notices"][0]
        return alone.structured_content, meanwhile.structured_content

    alone, meanwhile = result_of(started(folder), query)
    assert alone["notices"] == []
    assert alone["rows"] == meanwhile["rows"] != []


def test_without_the_extra_the_command_says_what_to_install(
    example_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    result = CliRunner().invoke(app, ["mcp", "--home", str(example_folder)])
    assert result.exit_code == 2
    assert "pip install 'courtside[mcp]'" in result.stderr
