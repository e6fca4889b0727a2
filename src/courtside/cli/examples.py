"""Examples of each command, which its help and `docs/commands.md` show; a test parses them."""

from __future__ import annotations

from typing import Any

_RANGE = "--start-date 2024-10-22 --end-date 2025-04-13"
EXAMPLES: dict[str, tuple[str, ...]] = {
    "check daily": ("courtside check daily", "courtside check daily --date 2026-02-07 --json"),
    "check features": ("courtside check features --sample 5000",),
    "check history": ("courtside check history --check 6.2 --last 10",),
    "check training-data": (
        "courtside check training-data",
        "courtside check training-data --recent --html report.html",
    ),
    "config": ("courtside config", "COURTSIDE_THREADS=2 courtside config"),
    "copy": ("courtside copy --from duckdb:.courtside/warehouse.duckdb --to bigquery://project/courtside",),
    "daily": ("courtside daily --fetch", "courtside daily --date 2026-02-07"),
    "demo": ("courtside demo --home .courtside/demo",),
    "evaluate": (f"courtside evaluate {_RANGE} --json evaluation.json --html evaluation.html",),
    "explain": ('courtside explain "Nikola Jokić" 2024-12-25', "courtside explain 203999 2024-12-25 --market rebounds"),
    "export": ("courtside export --date 2026-02-07", "courtside export --list"),
    "export-training": (f"courtside export-training {_RANGE} --output training.parquet",),
    "fair": ('courtside fair "Nikola Jokić" 2024-12-25 --line 27.5 --line 30.5',),
    "ingest files": ("courtside ingest files downloads/ box.csv",),
    "ingest injuries": ("courtside ingest injuries --date 2026-02-07 --time 17:30",),
    "ingest live": ("courtside ingest live --dry-run",),
    "ingest nba": ("courtside ingest nba --date 2026-02-07 --details", "courtside ingest nba --season 2024-25"),
    "ingest odds": ("courtside ingest odds --date 2026-02-07",),
    "ingest schedule": ("courtside ingest schedule --season 2024-25",),
    "ingest simulate": ("courtside ingest simulate --seasons 2 --until 2026-02-07",),
    "mcp": ("courtside mcp --home .courtside",),
    "migrate": ("courtside migrate --dry-run",),
    "models list": ("courtside models list --all",),
    "models measure": ("courtside models measure", "courtside models measure catboost_v9-2025-12-15-5cdcd2de"),
    "models promote": ("courtside models promote catboost_v9-2025-12-15-5cdcd2de",),
    "models retire": ('courtside models retire catboost_v9-2025-12-15-5cdcd2de --reason "trained on late results"',),
    "models show": ("courtside models show catboost_v9-2025-12-15-5cdcd2de",),
    "prices": ("courtside prices 2026-02-07", 'courtside prices 2026-02-07 --player "Nikola Jokić" --kelly'),
    "rebuild": ("courtside rebuild --home .courtside",),
    "repair": ("courtside repair --dry-run", "courtside repair --fetch --date 2026-02-01"),
    "run": (f"courtside run {_RANGE}", f"courtside run {_RANGE} --stage features --dry-run"),
    "runs": ("courtside runs --count 5", "courtside runs 5e63d281"),
    "serve": ("courtside serve --port 8000",),
    "status": ("courtside status --season 2025-26", "courtside status --json"),
    "today": ("courtside today", "courtside today 2026-02-07 --market rebounds"),
    "train": ("courtside train --as-of 2026-02-07",),
    "watch": ("courtside watch --interval 10",),
}
"""Commands that a person may type, by the path of the command."""


def with_examples(path: str, command: Any) -> Any:
    """Return a command, or a group with its commands, whose help fits any width and ends with examples."""
    command.help = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    for name, child in getattr(command, "commands", {}).items():
        with_examples(f"{path} {name}", child)
    if path in EXAMPLES:
        command.epilog = "\n\n".join(["Examples:", *EXAMPLES[path]])
    return command
