"""A read-only server of the Model Context Protocol, through which an assistant queries picks and data."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from courtside.api.home import Home
from courtside.errors import ConfigError, CourtsideError
from courtside.league.markets import POINTS
from courtside.version import __version__

if TYPE_CHECKING:
    from mcp.server import MCPServer

INSTRUCTIONS = """Courtside predicts what NBA players score and compares it with the sportsbooks' lines. Every tool only
reads. Picks of kind BACKTEST were computed for past dates; only LIVE picks were published before the game. State n and
the interval with every rate. Nothing here is a promise of profit or a recommendation to bet. Dates are written as
2025-01-06."""
ALL_PICKS = "all_picks"
PICK = (
    *("player", "team", "opponent", "direction", "line", "price", "book", "prediction", "edge", "confidence"),
    *("probability_source", "kind", "published_at", "actual", "result"),
)


def server_of(home: Home) -> MCPServer:
    """Return the server of an installation; `run()` serves it on standard input and output.

    Raises:
        ConfigError: where the extra `mcp` is not installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ModuleNotFoundError as error:
        raise ConfigError(f"{error.name} is not installed. `pip install 'courtside[mcp]'`") from error

    server: MCPServer = MCPServer("courtside", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING")

    @contextmanager
    def reported() -> Iterator[None]:
        """Turn an error that a user can act on into an error of the tool with the same sentence."""
        try:
            yield
        except CourtsideError as error:
            raise ToolError(str(error)) from error

    def answer(read: Callable[[], Any]) -> dict[str, Any]:
        """Return what a method of `Home` returns as plain data, with its warnings."""
        with reported(), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = read()
        content = {"rows": found.to_dicts()} if isinstance(found, pl.DataFrame) else found.as_dict()
        notices = [str(item.message) for item in caught]
        plain: dict[str, Any] = json.loads(json.dumps(content | {"notices": notices}, default=str))
        return plain

    def picks(date: str, subset: str = ALL_PICKS, market: str = POINTS) -> dict[str, Any]:
        """Return the published picks of a date: player, side, line, price, prediction and, after the game, the result.

        `subset` is `all_picks` or the key of another subset; `market` is `points` or another market.
        """
        return answer(lambda: home.picks(date, date, market=market).filter(subset_key=subset).select(PICK))

    def record(through: str = "", market: str = POINTS) -> dict[str, Any]:
        """Return each subset's wins, losses, pushes and hit rate over season, month and week, up to a date; else today.

        Every rate has n and a 95 % interval. A bet at −110 breaks even at 52.38 %.
        """
        return answer(lambda: home.record(through or None, market=market))

    def explain(player: str, date: str) -> dict[str, Any]:
        """Return a player's feature row of a date: each value with its origin, games behind it, lines, predictions.

        `player` is a name, a part of one, or the league's id.
        """
        return answer(lambda: home.explain(player, date))

    def training_quality(start: str, end: str) -> dict[str, Any]:
        """Return how much of the training data from one date to another is contaminated, by month, feature, cause."""
        return answer(lambda: home.check(start, end))

    def player(player: str, games: int = 10) -> dict[str, Any]:
        """Return a player's newest played games, newest first, with points, minutes and the closing line."""
        return answer(lambda: home.player(player, games=games))

    hints = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
    for tool in (picks, record, explain, training_quality, player):
        server.tool(annotations=hints)(tool)
    return server
