"""Removal of API keys from responses, in every encoding in which a provider can echo them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import cache

HIDDEN = b"(hidden)"
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def without_keys(content: bytes, keys: Iterable[str]) -> bytes:
    """Return `content` without any of `keys`, whether plain, percent-encoded, JSON, HTML, base64, hex or UTF-16."""
    for key in sorted(set(keys), key=len, reverse=True):
        content = _pattern(key).sub(HIDDEN, content)
    return content


@cache
def _pattern(key: str) -> re.Pattern[bytes]:
    whole = b"".join(map(_written, key))
    plain = key.encode()
    copies = [plain.hex().encode(), plain.hex().upper().encode(), *_base64(plain)]
    wide = [key.encode(codec) for codec in _WIDE]
    return re.compile(b"|".join([whole, *map(re.escape, copies), *map(re.escape, wide)]))


def _written(char: str) -> bytes:
    """Return a pattern of every encoding of one character; a response may mix encodings."""
    raw, code = char.encode(), ord(char)
    percent = b"".join(b"%%(?:25)*(?i:%02x)" % byte for byte in raw)
    units = char.encode("utf-16-be")
    escaped = b"".join(rb"\\{1,2}u(?i:%s)" % units[at : at + 2].hex().encode() for at in range(0, len(units), 2))
    html = rb"&#(?:0*%d|[xX]0*(?i:%x));" % (code, code)
    ways = [re.escape(raw), percent, escaped, html, rb"\\{1,3}" + re.escape(raw), rb"\\x(?i:%02x)" % (code & 255)]
    named = {"&": rb"&amp;", "<": rb"&lt;", ">": rb"&gt;", '"': rb"&quot;", "'": rb"&apos;", " ": rb"\+"}
    return b"(?:" + b"|".join([*ways, *([named[char]] if char in named else [])]) + b")"


def _base64(plain: bytes) -> list[bytes]:
    """Return the base64 encodings of a key, for each position at which it can begin in the encoded bytes."""
    encodings = []
    for lead in range(3):
        text = base64.b64encode(bytes(lead) + plain)
        inner = text[(0, 2, 3)[lead] : len(text) - (0, 3, 2)[(lead + len(plain)) % 3]]
        encodings += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return [text for text in encodings if len(text) >= 8]
