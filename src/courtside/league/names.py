"""Normalisation of players' names for comparison: without accents, case and punctuation, with suffixes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import yaml

from courtside.errors import ConfigError

SUFFIXES = ("jr", "sr", "ii", "iii", "iv", "v")
"""Generational suffixes, as they are written in a normalised name."""

_LETTERS = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "ı": "i",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ə": "e",
    }
)
_SLUG_POSITION = re.compile(r"(?<=[^\s-])(?:-[cfg])+$")
_IGNORED_MARKS = re.compile(r"[.'’‘`´ʼʻ]")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
MOST_NAMES = 20_000
"""Normalised names that a process keeps, because each name is compared in several places."""


@lru_cache(maxsize=MOST_NAMES)
def normalise(name: str) -> str:
    """Return `name` as lower-case ASCII words in the order first name, last name, suffix.

    Accents and punctuation are removed, letters without decomposition (đ, ł, ø, æ, ß, ı) are spelled out, and suffixes
    are kept. `Jackson Jr., Jaren` becomes `jaren jackson jr`. The position at the end of a slug, as in
    `robertwilliams-c`, is removed. A name without a Latin letter or digit gives the empty string.

    >>> normalise('Jackson Jr., Jaren'), normalise('Nikola Jokić'), normalise('robertwilliams-c')
    ('jaren jackson jr', 'nikola jokic', 'robertwilliams')
    """
    plain = _without_accents(name).strip()
    if not re.search(r"\s", plain):
        plain = _SLUG_POSITION.sub("", plain)
    first_parts = [_words(part) for part in plain.split(",")]
    return " ".join(_in_order([part for part in first_parts if part]))


def compact(name: str) -> str:
    """Return the normalised `name` without spaces, the form in which slugs and written names are compared.

    >>> compact("De'Aaron Fox")
    'deaaronfox'
    """
    return normalise(name).replace(" ", "")


def split_suffix(normalised: str) -> tuple[str, str]:
    """Return a normalised name as (name without suffix, suffix); the suffix is empty where there is none.

    >>> split_suffix('jaren jackson jr'), split_suffix('nikola jokic')
    (('jaren jackson', 'jr'), ('nikola jokic', ''))
    """
    words = normalised.split()
    end = len(words)
    while end > 1 and words[end - 1] in SUFFIXES:
        end -= 1
    return " ".join(words[:end]), " ".join(words[end:])


def without_suffix(normalised: str) -> str:
    """Return a normalised name without its generational suffix; at least one word is kept.

    >>> without_suffix('gary payton ii')
    'gary payton'
    """
    return split_suffix(normalised)[0]


def _without_accents(name: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = _IGNORED_MARKS.sub("", folded.translate(_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _words(part: str) -> list[str]:
    return _NOT_A_LETTER.sub(" ", part).split()


def _in_order(parts: list[list[str]]) -> list[str]:
    words = [word for part in parts for word in part]
    if len(parts) < 2 or all(word in SUFFIXES for word in parts[1]):
        return words
    last, suffix = split_suffix(" ".join(parts[0]))
    rest = [word for part in parts[1:] for word in part]
    first, late_suffix = split_suffix(" ".join(rest))
    return [*first.split(), *last.split(), *suffix.split(), *late_suffix.split()]


@dataclass(frozen=True)
class Aliases:
    """Names of one person: each compact name with all normalised names of that person, the canonical one first."""

    names_of: dict[str, tuple[str, ...]]

    @classmethod
    def parse(cls, content: str) -> Aliases:
        """Return the aliases from a YAML mapping of canonical normalised names to other spellings.

        Raises:
            ConfigError: naming the entry, where it is not such a mapping, a canonical name is not normalised, or a
                spelling belongs to two people.
        """
        entries = yaml.safe_load(content)
        if not isinstance(entries, dict):
            raise ConfigError("aliases are not a mapping; write `canonical name: [other spelling]`")
        names_of: dict[str, tuple[str, ...]] = {}
        for canonical, spellings in entries.items():
            _check_entry(canonical, spellings)
            names = tuple(dict.fromkeys((canonical, *map(normalise, spellings))))
            for name in names:
                other = names_of.setdefault(name.replace(" ", ""), names)
                if other is not names:
                    raise ConfigError(
                        f"alias {name!r} is listed for {other[0]!r} and {canonical!r}; keep it under one of them"
                    )
        return cls(names_of)

    def others(self, name: str) -> tuple[str, ...]:
        """Return the other normalised names of the person called `name`."""
        key = compact(name)
        return tuple(other for other in self.names_of.get(key, ()) if other.replace(" ", "") != key)


@cache
def packaged_aliases() -> Aliases:
    """Return the aliases of the package, `league/aliases.yaml`."""
    return Aliases.parse(resources.files("courtside.league").joinpath("aliases.yaml").read_text("utf-8"))


def _check_entry(canonical: object, spellings: object) -> None:
    if not isinstance(canonical, str) or not canonical or normalise(canonical) != canonical:
        raise ConfigError(f"alias entry {canonical!r} is not a normalised name; write it like `herbert jones`")
    if not isinstance(spellings, list) or not all(isinstance(item, str) and compact(item) for item in spellings):
        raise ConfigError(f"alias entry {canonical!r} lacks a list of spellings, as `[Herb Jones]`")
