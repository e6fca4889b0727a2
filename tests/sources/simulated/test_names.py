from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.errors import ConfigError
from courtside.sources.simulated.arrays import stream
from courtside.sources.simulated.names import NameBook, as_a_book_writes, unresolvable_name


@given(st.integers(0, 1000))
def test_no_name_is_drawn_twice_in_any_spelling(seed: int):
    names = NameBook(stream(seed, 2025, 0)).draw(4_000)
    assert len({as_a_book_writes(name).lower() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Đorđe Kołodziej", "Dorde Kolodziej"),
        ("Søren Čavarić Jr.", "Soren Cavaric Jr."),
        ("A.J. Nørrebæk", "AJ Norrebaek"),
        ("Håkon Stanković-Bell", "Hakon Stankovic-Bell"),
    ],
)
def test_a_book_writes_plain_letters_and_keeps_the_suffix(name: str, written: str):
    assert as_a_book_writes(name) == written


def test_unresolvable_names_differ_from_one_another():
    assert len({unresolvable_name(position) for position in range(200)}) == 200


def test_drawing_too_many_names_is_an_error():
    names = NameBook(stream(1, 2025, 0))
    with pytest.raises(ConfigError, match="simulate fewer seasons"):
        names.draw(1_000_000)
