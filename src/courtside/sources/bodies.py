"""Checks of the body of a response with status 200: it is not empty, not a web page, and complete."""

from __future__ import annotations

import json
import re

from courtside.sources.outcomes import TransientFetchError
from courtside.sources.request import Body, Request

_TITLE = re.compile(rb"<title[^>]*>([^<]{1,120})", re.IGNORECASE)
_TAIL = 2048


def require_usable_body(request: Request, content: bytes) -> None:
    """Check that `content` is complete and of the kind that `request` expects.

    Raises:
        TransientFetchError: naming the fault; the error carries the bytes.
    """
    trimmed = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not trimmed:
        raise TransientFetchError(f"{request}: status 200 with an empty body")
    if trimmed.startswith(b"<"):
        title = _TITLE.search(trimmed)
        shown = f" titled {title[1].decode(errors='replace').strip()!r}" if title else ""
        raise TransientFetchError(f"{request}: a web page{shown} in place of {request.body.upper()}", content=content)
    if request.body is Body.PDF:
        if not trimmed.startswith(b"%PDF-") or b"%%EOF" not in trimmed[-_TAIL:]:
            raise TransientFetchError(f"{request}: not a complete PDF ({len(content):,} bytes)", content=content)
        return
    try:
        json.loads(trimmed)
    except (ValueError, RecursionError) as error:
        raise TransientFetchError(
            f"{request}: JSON that is cut off or damaged ({str(error)[:80]})", content=content
        ) from None
