"""Names of fictional players, with the properties that make real names hard to match."""

from __future__ import annotations

import unicodedata

import numpy as np

from courtside.errors import ConfigError

_GIVEN = """
Amadou Anders Anselm Ante Apollo Aric Ashby Aurelio Bashir Bastien Benedek Berto Blaž Bodhi Boško Brannon
Caspian Cato Cedrick Chibuzo Cillian Corvin Dakarai Dario Daško Delroy Demba Dezmon Dieudonné Dominykas
Đorđe Draven Eamon Edrick Egon Eitan Eliasz Emeric Enzo Évariste Ezekial Fabrice Faraji Ferran Fintan Flynn
Gaspard Gianluca Goran Graydon Håkon Halvor Hamza Idris Ignas Ilir Ivo Jabril Jarell Jarvis Jérémie Joaquim
Jonti Jørgen Kasimir Keanan Kelechi Keyshon Kristaps Kwabena Lamine Lazar Leandro Łukasz Lysander Mael
Malachi Marek Mátyás Mikkel Mladen Montrezz Nadir Nemanja Niilo Nnamdi Obadiah Ogün Olivér Osei Oumar Pavol
Quade Quintrell Rafal Raimonds Renzo Rohan Sacha Šarūnas Severin Søren Stefano Tadeo Tariku Tavion Thaddeus
Timur Tomáš Torian Ulises Uroš Vaughan Wendell Wiktor Xander Yannick Yusuf Zakai Zdravko Zoran A.J. C.J.
D.K. J.T. K.C. P.J. R.L. T.J.
"""

_FAMILY = """
Abernal Achterberg Adelworth Akintobi Aldermane Ambrovic Anquetil Arvanto Asterhill Ayodevi Balodiš Bandeira
Barkhaven Battenfield Bełzecki Benkhalid Berisović Bexworth Bjørnstad Blackwater Boatengo Bondareff
Brâncoveni Brightlow Buchnerov Calderwick Camberlin Castellard Čavarić Chalmeroy Chukwera Cliffburne
Corvadal Crossmere Czarniak Dabrowen Dalenga Dargenville Delacroft Demetrakos Dervišić Diabakari Dinwoodley
Dorađić Draycotton Dufresnoy Dunwither Ebonleigh Egerszeg Ekwueno Elderfield Ellestad Emeruwe Enderlane
Eşref Fairholme Fallowes Farquette Fennimarch Ferenczy Fjeldgaard Fontanova Fosseyard Gallimore Garanović
Gentresse Giedravič Glasswell Gorlinski Gravesande Grønlund Gyasibo Hallorane Hardenbrook Hawksmere
Hazelgrove Hennequin Hollowell Horvatič Huxtable Ibarguen Idowesi Ilunganga Ingersund Iwobare Jägerholm
Jankovar Jernigane Jevtović Kaboremba Kalvaitis Karadžov Kellerwood Keszthelyi Kilbrannan Kołodziej
Kouyatema Krahenbuhl Kurtović Lacazette Langoria Larkspur Ljungqvar Lockridge Lukšić Maccabrey Madubuko
Malmström Mandavila Marchetto Mbongela Meadowcroft Mirzadeh Montclair Moravek Mukendaba Møllergård Nakamarra
Narciseño Ndoyeko Netherby Niangoran Nørrebæk Nyamweya Oakhurst Obradić Ochiengo Okubari Olander Onwuachu
Østberg Padovani Palmerton Parshall Pelletrau Pendergraft Petruševski Pinkerell Pogačić Quarshiebo
Quenneville Radovanić Ravenscar Redfearne Rimkevičius Rosenthaler Roundhill Ruzgyté Sandoval-Reyes Sarkozanu
Savinković Šćepanov Selassiem Silverthorn Šimundić Sissokoba Skarsgård Slaughterby Sołtys Stanković-Bell
Sternwood Stonecipher Strömvall Svobodnik Szczepań Tarvenko Tettehboa Thistlewood Thorvalds Tolvane Toureba
Trevanion Tshimbala Udokwe Ugrešić Underhay Valančič Vandermolen Varejo Vasiljevski Vogelaar Vučelić
Wainwrite Waldegrave Wambugo Whitcastle Wibergh Windermere Wojtasik Wyndhurst Yarborne Yeboahma Zabłocki
Zagorčić Zeldenrust Zwolinski
"""

_SUFFIXES = ("Jr.", "Jr.", "Jr.", "II", "III", "IV")

_HANDLES = (
    "Nightjar", "The Lantern", "Bigfoot Bob", "Moonshot", "Doc Thunderhead", "Captain Hooks", "Mister Fourth",
    "The Quiet One", "Sky Ladder", "Cold Kettle",
)  # fmt: skip

_STROKES = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae"})


class NameBook:
    """Full names without repetition, in an order that is fixed by the random stream."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._given = _GIVEN.split()
        self._family = _FAMILY.split()
        self._order = rng.permutation(len(self._given) * len(self._family))
        self._drawn = 0

    def draw(self, count: int) -> list[str]:
        """Return the next `count` names: about one in 24 has a suffix, one in 30 a double family name.

        Raises:
            ConfigError: where there are not enough names left.
        """
        start, self._drawn = self._drawn, self._drawn + count
        if self._drawn > len(self._order):
            raise ConfigError(f"the simulated league has {len(self._order)} names; simulate fewer seasons")
        return [self._name(position) for position in range(start, self._drawn)]

    def _name(self, position: int) -> str:
        given, family = divmod(int(self._order[position]), len(self._family))
        name = f"{self._given[given]} {self._family[family]}"
        if position % 24 == 5:
            return f"{name} {_SUFFIXES[position // 24 % len(_SUFFIXES)]}"
        if position % 30 == 11 and "-" not in name:
            return f"{name}-{self._family[(family * 7 + position) % len(self._family)].partition('-')[0]}"
        return name


def as_a_book_writes(name: str) -> str:
    """Return a name as sportsbooks write it: with its suffix, plain letters, and no full stop in initials."""
    folded = unicodedata.normalize("NFKD", name.translate(_STROKES)).encode("ascii", "ignore").decode()
    given, _, family = folded.partition(" ")
    return f"{given.replace('.', '')} {family}"


def unresolvable_name(position: int) -> str:
    """Return the spelling of the renamed player at `position`, which does not resolve to any player."""
    rounds, place = divmod(position, len(_HANDLES))
    return _HANDLES[place] + (f" {'X' * rounds}" if rounds else "")
