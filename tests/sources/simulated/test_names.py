from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.errors import ConfigError
from courtside.sources.simulated.arrays import stream
from courtside.sources.simulated.names import NameBook, as_a_book_writes, nobodys_name


@given(st.integers(0, 1000))
def test_no_name_is_drawn_twice_however_it_is_written(seed: int):
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


def test_nobodys_names_differ_from_one_another():
    assert len({nobodys_name(position) for position in range(200)}) == 200


def test_a_book_of_names_says_when_it_is_at_its_end():
    names = NameBook(stream(1, 2025, 0))
    with pytest.raises(ConfigError, match="simulate fewer seasons"):
        names.draw(1_000_000)
