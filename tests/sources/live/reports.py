"""Injury reports as PDF, written word by word at its position, so that the test knows every word."""

from __future__ import annotations

from collections.abc import Sequence

COLUMNS = {"date": 23, "time": 120, "matchup": 200, "team": 264, "player": 425, "status": 586, "reason": 666}
HEADER = (
    (23, "Game Date"), (120, "Game Time"), (200, "Matchup"), (264, "Team"),
    (425, "Player Name"), (586, "Current Status"), (666, "Reason"),
)  # fmt: skip
WIDTH = 5

Line = dict[str, str]
"""The cells of one line by column."""

LINES: tuple[Line, ...] = (
    {"date": "01/04/2024", "time": "07:30 (ET)", "matchup": "MIL@SAS", "team": "Milwaukee Bucks",
     "reason": "NOT YET SUBMITTED"},
    {"team": "San Antonio Spurs", "player": "Abel, Ömer", "status": "Questionable", "reason": "G League - Two-Way"},
    {"player": "Stone Jr., Max", "status": "Out", "reason": "Injury/Illness - Left Knee; Tear"},
    {"time": "10:00 (ET)", "matchup": "DEN@GSW", "team": "Denver Nuggets"},
    {"team": "Golden State Warriors", "player": "de la Cruz, Ian", "status": "Probable", "reason": "Rest"},
)  # fmt: skip


def injury_report(lines: Sequence[Line] = LINES, *, title: str = "01/04/24 12:30 PM", per_page: int = 3) -> bytes:
    """Return a report of `lines` on one or more pages; only the first page has the header."""
    pages = [lines[start : start + per_page] for start in range(0, len(lines), per_page)] or [()]
    contents = [_page(page, number, len(pages), title) for number, page in enumerate(pages, start=1)]
    return _pdf(contents)


def _page(lines: Sequence[Line], number: int, count: int, title: str) -> bytes:
    words = [(289, 540, f"Injury Report: {title}"), (399, 20, f"Page {number} of {count}")]
    if number == 1:
        words += [(left, 500, text) for left, text in HEADER]
    for row, line in enumerate(lines):
        words += [
            (COLUMNS[column], 480 - 20 * row, text)
            for column, text in sorted(line.items(), key=lambda cell: COLUMNS[cell[0]])
        ]
    out = []
    for left, height, text in words:
        for place, word in enumerate(text.split()):
            escaped = word.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            out.append(f"BT /F1 4 Tf {left + place * WIDTH} {height} Td ({escaped}) Tj ET")
    return "\n".join(out).encode("latin-1")


def _pdf(contents: Sequence[bytes]) -> bytes:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        font,
    ]
    for place, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {5 + 2 * place} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
