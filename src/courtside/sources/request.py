"""A request that can be shown, stored and sent; its keys are only sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr


class Body(StrEnum):
    """The kind of body that a response must have."""

    JSON = "json"
    PDF = "pdf"


@dataclass(frozen=True)
class Request:
    """One GET request.

    `name` identifies the response in the payload store and holds no key. `keys` are query parameters that are sent but
    never shown. `cost` is the number of credits that a response costs. `absent` are the status codes with which the
    provider says that it has nothing under this address. `is_read` is false where no parser reads the response yet; it
    is only stored.
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
        """The host of the address, with its port."""
        return urlsplit(self.url).netloc

    def __str__(self) -> str:
        """Return the request as text to show; keys are replaced by an ellipsis."""
        parts = [urlencode(self.params, safe=":/,{}")] if self.params else []
        parts += [f"{name}=…" for name in self.keys]
        return f"GET {self.url}" + (f"?{'&'.join(parts)}" if parts else "")

    def sent_params(self) -> dict[str, str]:
        """Return the query parameters with the keys, which may only be sent."""
        return {**self.params, **{name: key.get_secret_value() for name, key in self.keys.items()}}

    def secrets(self) -> tuple[str, ...]:
        """Return the values of the keys, which must not appear in any text."""
        return tuple(key.get_secret_value() for key in self.keys.values() if key.get_secret_value())
