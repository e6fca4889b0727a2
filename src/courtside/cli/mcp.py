"""`courtside mcp`: serve the installation to an assistant."""

from __future__ import annotations

import courtside
from courtside.cli.common import Home, settings_of


def mcp_command(home: Home = None) -> None:
    """Serve picks, records, explanations and training quality to an assistant (Model Context Protocol, on stdio).

    The server only reads; it answers while a run writes. It needs `pip install 'courtside[mcp]'` and ends with its
    input.
    """
    from courtside.api.mcp_server import server_of

    server_of(courtside.Home(settings_of(home))).run()
