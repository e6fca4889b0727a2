"""Raw: parse payloads into typed rows, and find the rows that differ from the version before them.

The room recognises a payload by its content, has a parser for each shape, and counts every row that cannot be used.
"""

from courtside.raw.parsed import Parsed
from courtside.raw.recognise import parse, parse_all

__all__ = ["Parsed", "parse", "parse_all"]
