"""The lengths of CSV lines agree with the lines themselves, whatever the line endings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.raw.sheets import _line_sizes, _lines


@pytest.mark.parametrize("content", [b"", b"a", b"a\n", b"\n", b"\r", b"a\r\nb", b"a\rb\n\n\nc\r", b"a\r\n\r\nb\n"])
def test_each_line_that_is_not_empty_has_a_size(content):
    assert _line_sizes(content).tolist() == [len(line) for line in _lines(content)]


@given(st.lists(st.sampled_from([b"a", b",", b"\r", b"\n", b"\r\n", b"\x0b", "é".encode()])).map(b"".join))
def test_sizes_and_lines_agree_for_any_mixture_of_line_endings(content):
    assert _line_sizes(content).tolist() == [len(line) for line in _lines(content)]
