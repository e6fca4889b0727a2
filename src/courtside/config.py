"""Settings: locations and limits, each with the place that set it.

Order of precedence: a command's option, `COURTSIDE_*` in the environment, `courtside.toml` in the home that is used,
`courtside.toml` in the working folder (or the file that `COURTSIDE_CONFIG` names), the default in this module.
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from rapidfuzz import process

from courtside.clock import Clock, FixedClock, SystemClock, to_utc
from courtside.errors import ConfigError
from courtside.league.markets import POINTS, market_named, market_names

PREFIX = "COURTSIDE_"
FILE_NAME = "courtside.toml"
DEFAULT_HOME = ".courtside"
OTHER_VARIABLES = (
    "COURTSIDE_AUTOMATION",
    "COURTSIDE_CHAOS_FAULTS",
    "COURTSIDE_CHAOS_SEED",
    "COURTSIDE_CONFIG",
    "COURTSIDE_EVALUATED_FROM",
    "COURTSIDE_EVERY_HOUR",
    "COURTSIDE_IMAGE",
    "COURTSIDE_LOG_FORMAT",
    "COURTSIDE_LOG_LEVEL",
    "COURTSIDE_ODDS_API_KEY",
    "COURTSIDE_REAL_DATA",
    "COURTSIDE_WITHOUT_EMULATOR",
)
"""Variables with the prefix that are not settings; other modules, the deployment or the tests read them."""


def config_file() -> Path:
    """Return the path of the project's settings file, whether it exists or not."""
    return Path(os.environ.get("COURTSIDE_CONFIG", FILE_NAME))


def home_file(home: Path | str | None = None) -> Path:
    """Return the path of the settings file in the home that is used, whether it exists or not.

    Raises:
        ConfigError: where the project's settings file, which may name the home, cannot be read.
    """
    named = home or os.environ.get(f"{PREFIX}HOME") or _read(config_file()).get("home") or DEFAULT_HOME
    return Path(str(named)) / FILE_NAME


def _read(file: Path) -> dict[str, Any]:
    """Return the keys of a settings file; empty where the file does not exist."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}. Correct its owner and mode, or move the file away") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not TOML: {error}") from error


class Settings(BaseSettings):
    """Every setting of an installation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(
        Path(DEFAULT_HOME), description="Folder of the installation: warehouse, payloads, models and public files."
    )
    warehouse: str = Field(
        "",
        description="`duckdb:PATH` or `bigquery://project/dataset`; empty means `warehouse.duckdb` in the home.",
    )
    publish: str = Field("", description="Where files are published; empty means `public` in the home.")
    champion: str = Field(
        "catboost_v9",
        description="System that picks are made from; `moving_average` is the fallback where it has no prediction.",
    )
    now: dt.datetime | None = Field(None, description="Fixed time of the clock (UTC), for a demonstration or a test.")
    threads: int = Field(0, ge=0, description="Threads of the warehouse; with 0, DuckDB chooses.")
    lock_patience_seconds: float = Field(10.0, ge=0, description="Seconds to wait while another process writes.")
    inbox: Path | None = Field(None, description="Folder from which `courtside repair` ingests late files.")
    alert_urls: SecretStr = Field(
        SecretStr(""),
        description="Addresses for alerts in the format of `apprise`, separated by spaces; never shown or logged.",
    )
    pick_alert_urls: SecretStr = Field(
        SecretStr(""),
        description="Addresses for messages about new, changed and dropped picks, as in `alert_urls`.",
    )
    alert_interval_minutes: int = Field(
        360, ge=0, description="Minutes after which an alert about a lasting cause is sent again."
    )
    odds_budget_per_day: int = Field(150, ge=0, description="Most credits of The Odds API to spend on one Eastern day.")
    markets: Annotated[tuple[str, ...], NoDecode] = Field(
        default_factory=market_names,
        description="Markets to predict, publish and request lines of, with commas between; points are always first.",
    )
    lease_seconds: int = Field(
        900, ge=1, le=3600, description="Seconds for which a lease to write is valid; a run renews it between stages."
    )

    @field_validator("alert_urls", "pick_alert_urls", mode="before")
    @classmethod
    def _addresses_as_text(cls, value: Any) -> Any:
        """Accept a list from a settings file as well as a text."""
        return " ".join(str(item) for item in value) if isinstance(value, list | tuple) else value

    @field_validator("markets", mode="before")
    @classmethod
    def _known_markets(cls, value: Any) -> Any:
        """Accept a text with commas or spaces as well as a list, with points first and each market once."""
        names = value.replace(",", " ").split() if isinstance(value, str) else list(value)
        try:
            return tuple(dict.fromkeys((POINTS, *(market_named(str(name)).name for name in names))))
        except ConfigError as error:
            raise ValueError(str(error)) from error

    @field_validator("now")
    @classmethod
    def _now_is_utc(cls, value: dt.datetime | None) -> dt.datetime | None:
        return to_utc(value) if value else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read options first, then the environment, the settings file of the home, and that of the project."""
        files = (home_file(init_settings().get("home")), config_file())
        return init_settings, env_settings, *(TomlConfigSettingsSource(settings_cls, file) for file in files)

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file.

        Raises:
            ConfigError: where `warehouse` names an engine that does not exist.
        """
        if not self.warehouse:
            return self.home / "warehouse.duckdb"
        scheme, _, path = self.warehouse.partition(":")
        if scheme != "duckdb" or not path:
            raise ConfigError(f"warehouse {self.warehouse!r}: write `duckdb:PATH`, or leave it empty")
        return Path(path)

    @property
    def raw_folder(self) -> Path:
        """The folder of the payload store."""
        return self.home / "raw"

    @property
    def public_folder(self) -> Path:
        """The folder that files are published to; it holds `v1/`."""
        return Path(self.publish) if self.publish else self.home / "public"

    @property
    def clock(self) -> Clock:
        """The clock of this installation."""
        return FixedClock(self.now) if self.now else SystemClock()


def load_settings(**options: Any) -> Settings:
    """Return the settings; `options` that are not None take precedence over all other places.

    Raises:
        ConfigError: where a setting is wrong or unknown; the message names it, and the closest setting.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        _refuse_unknown_names(home_file(given.get("home")))
        return Settings(**given)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])} = {_shown(item)}: {item['msg']}" for item in error.errors()
        )
        raise ConfigError(f"settings: {problems}. `courtside config` lists them with their origin.") from error


def _refuse_unknown_names(of_home: Path) -> None:
    """Refuse `COURTSIDE_*` variables and keys of settings files that name no setting; their values are not shown."""
    variables = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    known = {*variables, *OTHER_VARIABLES}
    set_now = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    problems = [_unknown(name, "the environment", sorted(known)) for name in set_now]
    for file in dict.fromkeys((of_home, config_file())):
        problems += [
            _unknown(key, str(file), Settings.model_fields) for key in _read(file) if key not in Settings.model_fields
        ]
    if "home" in _read(of_home) and of_home.resolve() != config_file().resolve():
        problems.append(f"home in {of_home}: the home is the folder that holds this file; remove the line")
    if problems:
        raise ConfigError(f"{'; '.join(problems)}. `courtside config` lists the settings.")


def _unknown(name: str, place: str, known: Iterable[str]) -> str:
    closest = process.extractOne(name, list(known), processor=str.lower)[0]
    return f"{name} in {place} is not a setting; the closest is {closest}"


def _shown(problem: Any) -> str:
    """Return the refused value of a setting, or a placeholder where it may hold a secret."""
    return "(hidden)" if problem["loc"][:1] in (("alert_urls",), ("pick_alert_urls",)) else repr(problem.get("input"))


def origins(settings: Settings) -> dict[str, tuple[object, str]]:
    """Return each setting's value and the place that set it."""
    files = (config_file(), home_file(settings.home))
    found: dict[str, tuple[object, str]] = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        place = "default"
        for file in files:
            place = str(file) if name in _read(file) else place
        if variable in os.environ:
            place = variable
        found[name] = (getattr(settings, name), place)
    return found
