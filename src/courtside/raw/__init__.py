"""Payloads into typed rows: what a payload is shows in its content, and what cannot be used is counted."""

from courtside.raw.parsed import Parsed
from courtside.raw.recognise import parse

__all__ = ["Parsed", "parse"]
