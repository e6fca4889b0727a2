"""The thirty teams: the league's ids, tricodes, and the spellings that providers use."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Team:
    """A team by the league's numeric id, with its tricode, city and nickname."""

    team_id: int
    tricode: str
    city: str
    nickname: str
    other_spellings: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """City and nickname, such as `Boston Celtics`."""
        return f"{self.city} {self.nickname}"


TEAMS: tuple[Team, ...] = (
    Team(1610612737, "ATL", "Atlanta", "Hawks"),
    Team(1610612738, "BOS", "Boston", "Celtics"),
    Team(1610612751, "BKN", "Brooklyn", "Nets", ("BRK", "BK", "NJN", "New Jersey Nets")),
    Team(1610612766, "CHA", "Charlotte", "Hornets", ("CHO", "CHH")),
    Team(1610612741, "CHI", "Chicago", "Bulls"),
    Team(1610612739, "CLE", "Cleveland", "Cavaliers", ("Cavs",)),
    Team(1610612742, "DAL", "Dallas", "Mavericks", ("Mavs",)),
    Team(1610612743, "DEN", "Denver", "Nuggets"),
    Team(1610612765, "DET", "Detroit", "Pistons"),
    Team(1610612744, "GSW", "Golden State", "Warriors", ("GS", "GOL")),
    Team(1610612745, "HOU", "Houston", "Rockets"),
    Team(1610612754, "IND", "Indiana", "Pacers"),
    Team(1610612746, "LAC", "LA", "Clippers", ("Los Angeles Clippers", "L.A. Clippers")),
    Team(1610612747, "LAL", "Los Angeles", "Lakers", ("LA Lakers", "L.A. Lakers")),
    Team(1610612763, "MEM", "Memphis", "Grizzlies"),
    Team(1610612748, "MIA", "Miami", "Heat"),
    Team(1610612749, "MIL", "Milwaukee", "Bucks"),
    Team(1610612750, "MIN", "Minnesota", "Timberwolves", ("Wolves",)),
    Team(1610612740, "NOP", "New Orleans", "Pelicans", ("NO", "NOR", "NOH")),
    Team(1610612752, "NYK", "New York", "Knicks", ("NY",)),
    Team(1610612760, "OKC", "Oklahoma City", "Thunder", ("OKL",)),
    Team(1610612753, "ORL", "Orlando", "Magic"),
    Team(1610612755, "PHI", "Philadelphia", "76ers", ("PHL", "Sixers")),
    Team(1610612756, "PHX", "Phoenix", "Suns", ("PHO",)),
    Team(1610612757, "POR", "Portland", "Trail Blazers", ("Blazers",)),
    Team(1610612758, "SAC", "Sacramento", "Kings"),
    Team(1610612759, "SAS", "San Antonio", "Spurs", ("SA",)),
    Team(1610612761, "TOR", "Toronto", "Raptors"),
    Team(1610612762, "UTA", "Utah", "Jazz", ("UTAH", "UTH")),
    Team(1610612764, "WAS", "Washington", "Wizards", ("WSH", "WIZ")),
)

TEAM_OF_ID: dict[int, Team] = {team.team_id: team for team in TEAMS}
TRICODE_OF_ID: dict[int, str] = {team.team_id: team.tricode for team in TEAMS}


def _plain(value: str) -> str:
    folded = unicodedata.normalize("NFKD", value)
    return re.sub(r"[^a-z0-9]", "", folded.encode("ascii", "ignore").decode().lower())


@cache
def _by_spelling() -> dict[str, Team]:
    spellings: dict[str, Team] = {}
    for team in TEAMS:
        for name in (team.tricode, team.nickname, team.full_name, *team.other_spellings):
            spellings[_plain(name)] = team
    return spellings


def team_spelled(spelling: str) -> Team | None:
    """Return the team with this spelling, None where there is none."""
    return _by_spelling().get(_plain(spelling))


def team_named(spelling: str) -> Team:
    """Return the team with this spelling: tricode, nickname, full name or a known variant.

    Raises:
        KeyError: naming the spelling, where no team has it.
    """
    team = team_spelled(spelling)
    if team is None:
        raise KeyError(f"{spelling!r} is not an NBA team; add the spelling to league/teams.py")
    return team
