"""Raw: parse payloads into typed rows, and store each row with its payload and the time it was known from.

The room recognises a payload by its content, offers a parser per shape, and counts every row that cannot be used.
"""

from courtside.raw.parsed import Parsed
from courtside.raw.recognise import parse

__all__ = ["Parsed", "parse"]
