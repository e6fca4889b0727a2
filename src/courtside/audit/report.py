"""The monitor's report as one self-contained HTML page: the verdict, the months as a chart, features, causes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from courtside.audit.monitor import Month, Report, Verdict

LARGEST_BYTES = 300_000
MOST_MONTHS, MOST_CAUSES = 240, 60
COLOURS = {Verdict.CLEAN: "#1a7f37", Verdict.CONTAMINATED: "#b42318", Verdict.COULD_NOT_TELL: "#9a6700"}
BAR_HEIGHT, LABEL_WIDTH, CHART_WIDTH, ROOM = 18, 80, 560, 150

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2rem auto;padding:0 1rem;color:#1f2328}
.verdict{color:#fff;padding:1rem 1.25rem;border-radius:8px}.verdict h1{margin:0;font-size:1.6rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{padding:.3rem .6rem;text-align:left;
border-bottom:1px solid #d8dee4;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:currentColor}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#30363d}}
"""


def html(report: Report) -> str:
    """Return the report as a page of at most 300 kB."""
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>Training data: {escape(str(report.verdict))}</title><style>{STYLE}</style>",
        _verdict(report),
        "<h2>Months</h2>",
        _chart(report.months[-MOST_MONTHS:], report.threshold_pct),
        _months(report.months[-MOST_MONTHS:]),
        _tiers(report),
        _features(report),
        _causes(report),
        "</html>",
    ]
    page = "\n".join(part for part in parts if part)
    if len(page.encode()) > LARGEST_BYTES:
        raise ValueError(f"the report has {len(page.encode()):,} bytes; {LARGEST_BYTES:,} are allowed")
    return page


def _verdict(report: Report) -> str:
    colour = COLOURS[report.verdict]
    return (
        f"<section class='verdict' style='background:{colour}'><h1>{escape(str(report.verdict).capitalize())}</h1>"
        f"<p>{escape(report.sentence)}</p></section>"
    )


def _chart(months: Sequence[Month], threshold_pct: float) -> str:
    """Return a bar a month, with the threshold as a line; the scale ends at the worst month."""
    if not months:
        return "<p>No training rows.</p>"
    top = max(*(month.contaminated_pct for month in months), threshold_pct, 1.0) * 1.1
    height = BAR_HEIGHT * len(months) + 20
    bars = []
    for place, month in enumerate(months):
        y, width = place * BAR_HEIGHT, CHART_WIDTH * month.contaminated_pct / top
        colour = COLOURS[Verdict.CONTAMINATED if month.contaminated_pct > threshold_pct else Verdict.CLEAN]
        bars.append(
            f"<text x='0' y='{y + 13}'>{month.month}</text>"
            f"<rect x='{LABEL_WIDTH}' y='{y + 2}' width='{width:.1f}' height='{BAR_HEIGHT - 5}' fill='{colour}'/>"
            f"<text x='{LABEL_WIDTH + width + 6:.1f}' y='{y + 13}'>"
            f"{month.contaminated_pct:.2f} % of {month.total:,}</text>"
        )
    line = LABEL_WIDTH + CHART_WIDTH * threshold_pct / top
    label = f"Contaminated share of training rows by month; the line is the accepted {threshold_pct:g} %"
    return (
        f"<svg role='img' aria-label='{label}' viewBox='0 0 {LABEL_WIDTH + CHART_WIDTH + ROOM} {height}'>"
        f"{''.join(bars)}<line x1='{line:.1f}' x2='{line:.1f}' y1='0' y2='{height - 20}' stroke='currentColor' "
        f"stroke-dasharray='4 3'/><text x='{line + 4:.1f}' y='{height - 5}'>{threshold_pct:g} % accepted</text></svg>"
    )


def _months(months: Sequence[Month]) -> str:
    rows = (
        (
            month.month,
            f"{month.total:,}",
            f"{month.clean:,}",
            f"{month.contaminated:,}",
            f"{month.contaminated_pct:.2f} %",
            f"{month.quality_ready_pct:.1f} %",
            f"{month.not_played:,}",
        )
        for month in months
    )
    heads = ("month", "total", "clean", "contaminated", "share", "quality ready", "rows that did not play")
    return _table(heads, rows, text_columns=1)


def _tiers(report: Report) -> str:
    clean = report.total - report.required_rows - report.optional_only_rows
    rows = (
        ("1: a required feature has no value", f"{report.required_rows:,}"),
        ("2: only optional features have none", f"{report.optional_only_rows:,}"),
        ("every feature has a value", f"{clean:,}"),
    )
    return "<h2>Tiers</h2>" + _table(("tier", "training rows"), rows, text_columns=1)


def _features(report: Report) -> str:
    rows = (
        (
            item.name,
            item.source,
            "required" if item.is_required else "optional",
            item.cause,
            f"{item.rows:,}",
            f"{item.pct:.2f} %",
            f"{item.early:,}",
            f"{item.missing:,}",
            f"{item.unknown:,}",
        )
        for item in report.features
    )
    heads = ("feature", "source", "", "cause", "rows without", "share", "early", "missing", "unknown")
    return "<h2>Worst features</h2>" + _table(heads, rows, text_columns=4)


def _causes(report: Report) -> str:
    rows = (
        (
            item.source,
            item.what,
            item.span,
            ", ".join(item.examples),
            f"{item.units:,} {item.unit}",
            f"{item.rows:,}",
            f"{item.flagged:,}",
        )
        for item in report.causes[:MOST_CAUSES]
        if item.units
    )
    heads = ("source", "cause", "dates", "examples", "how many", "contaminated rows", "computed and flagged")
    return "<h2>Causes</h2>" + _table(heads, rows, text_columns=4)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int) -> str:
    def cells(values: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{'' if place < text_columns else ' class=n'}>{escape(value)}</{tag}>"
            for place, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><tr>{cells(heads, 'th')}</tr>{body}</table>"
