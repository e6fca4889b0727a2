"""A request as it may be shown, kept and sent; keys are held apart and reach nothing but the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr


class Body(StrEnum):
    """What the body of an answer must be."""

    JSON = "json"
    PDF = "pdf"


@dataclass(frozen=True)
class Request:
    """One GET.

    `name` is what the payload store knows the answer by and holds no key; `keys` are query parameters that are sent
    and never shown; `cost` is what the answer takes from a quota; `absent` are the statuses by which the provider says
    that it has nothing there; a request that is not `is_read` has no parser yet, its answer is kept only.
    """

    source: str
    name: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, SecretStr] = field(default_factory=dict)
    body: Body = Body.JSON
    cost: int = 0
    absent: frozenset[int] = frozenset({404})
    is_read: bool = True

    @property
    def host(self) -> str:
        """The host that is asked, with its port."""
        return urlsplit(self.url).netloc

    def __str__(self) -> str:
        """Return the request as a person may see it: keys are an ellipsis."""
        parts = [urlencode(self.params, safe=":/,{}")] if self.params else []
        parts += [f"{name}=…" for name in self.keys]
        return f"GET {self.url}" + (f"?{'&'.join(parts)}" if parts else "")

    def sent_params(self) -> dict[str, str]:
        """Return the query with the keys in it, for the wire only."""
        return {**self.params, **{name: key.get_secret_value() for name, key in self.keys.items()}}

    def secrets(self) -> tuple[str, ...]:
        """Return the keys as they would stand in a text that must not hold them."""
        return tuple(key.get_secret_value() for key in self.keys.values() if key.get_secret_value())
