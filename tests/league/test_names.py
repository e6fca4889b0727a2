"""Names are compared without accents, case and punctuation, and keep their suffixes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.errors import ConfigError
from courtside.league.names import (
    SUFFIXES,
    Aliases,
    compact,
    normalise,
    packaged_aliases,
    split_suffix,
    without_suffix,
)

WORDS = st.text(alphabet="abcdefghijklmnopqrstuwxyzčćšžöéęłđøæßıñ'.", min_size=2, max_size=9)
WRITTEN_NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("Luka Dončić", "luka doncic"),
        ("Nikola Đurišić", "nikola durisic"),
        ("Łukasz Bjørn Ægir Weiß", "lukasz bjorn aegir weiss"),
        ("Alperen Şengün", "alperen sengun"),
        ("ERSAN İLYASOVA", "ersan ilyasova"),
        ("P.J. Washington", "pj washington"),
        ("De’Aaron Fox", "deaaron fox"),
        ("Kentavious Caldwell-Pope", "kentavious caldwell pope"),
        ("Jaren Jackson Jr.", "jaren jackson jr"),
        ("Jackson Jr., Jaren", "jaren jackson jr"),
        ("Jackson, Jaren, Jr.", "jaren jackson jr"),
        ("Jaren Jackson, Jr.", "jaren jackson jr"),
        ("Dončić, Luka", "luka doncic"),
        ("robertwilliams-c", "robertwilliams"),
        ("jalenjohnson-f-f", "jalenjohnson"),
        ("brucebrown-jr", "brucebrown jr"),
        ("", ""),
        ("  ", ""),
        ("Сергей", ""),
    ],
)
def test_a_name_is_normalised_to_plain_words(written, normalised):
    assert normalise(written) == normalised


@pytest.mark.parametrize(
    ("slug", "written"),
    [
        ("robertwilliams-c", "Robert Williams"),
        ("kentaviouscaldwell-pope", "Kentavious Caldwell-Pope"),
        ("brucebrown-jr", "Bruce Brown Jr."),
        ("pjwashington", "P. J. Washington"),
    ],
)
def test_a_slug_and_a_written_name_compare_in_compact_form(slug, written):
    assert compact(slug) == compact(written)


@given(st.text())
def test_normalising_twice_changes_nothing(name):
    assert normalise(normalise(name)) == normalise(name)


@given(st.text())
def test_a_normalised_name_holds_plain_words_only(name):
    assert all(
        word.isascii() and word.isalnum() and word == word.lower() for word in normalise(name).split(" ") if word
    )


@given(WRITTEN_NAMES)
def test_case_does_not_matter(name):
    assert normalise(name.upper()) == normalise(name.title()) == normalise(name)


@given(WRITTEN_NAMES, st.sampled_from("\u0301\u030c\u0327\u0308"))
def test_accents_do_not_matter(name, accent):
    accented = "".join(letter + accent if letter.isalpha() else letter for letter in name)
    assert normalise(accented) == normalise(name)
    assert normalise(unicodedata.normalize("NFD", name)) == normalise(unicodedata.normalize("NFC", name))


@given(WRITTEN_NAMES)
def test_last_name_first_is_the_same_name(name):
    first, _, last = name.rpartition(" ")
    if first and compact(first) not in SUFFIXES and compact(last) not in SUFFIXES:
        assert compact(f"{last}, {first}") == compact(name) or split_suffix(normalise(first))[1]


@given(WRITTEN_NAMES, st.sampled_from(SUFFIXES))
def test_a_suffix_is_kept_until_it_is_removed_explicitly(name, suffix):
    base = normalise(name)
    if base:
        assert normalise(f"{name} {suffix.upper()}.") == f"{base} {suffix}"
        assert without_suffix(f"{base} {suffix}") == without_suffix(base)


def test_a_name_that_is_only_a_suffix_is_kept():
    assert without_suffix("jr") == "jr"


def test_an_alias_works_in_both_directions():
    aliases = Aliases.parse("herbert jones: [Herb Jones]")
    assert aliases.others("HERB JONES") == ("herbert jones",)
    assert aliases.others("herbertjones") == ("herb jones",)
    assert aliases.others("Tre Jones") == ()


def test_the_packaged_aliases_include_the_spellings_of_books():
    aliases = packaged_aliases()
    assert "bones hyland" in aliases.others("nahshonhyland")
    assert "nic claxton" in aliases.others("Nicolas Claxton")
    assert len({names[0] for names in aliases.names_of.values()}) >= 40


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[herb jones]", "mapping"),
        ("Herbert Jones: [Herb Jones]", "Herbert Jones"),
        ("herbert jones: Herb Jones", "herbert jones"),
        ("herbert jones: ['...']", "herbert jones"),
        ("herbert jones: [H Jones]\nhenry jones: [H. Jones]", "'h jones'"),
    ],
)
def test_a_broken_alias_entry_is_refused_by_name(content, named):
    with pytest.raises(ConfigError, match=named):
        Aliases.parse(content)
