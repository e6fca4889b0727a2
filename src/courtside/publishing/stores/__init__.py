"""Stores of public files: a local folder, or a bucket of Google Cloud Storage.

`open_store` returns the store at a target, and `target_of` the target of an installation.
"""

from __future__ import annotations

from pathlib import Path

from courtside.config import Settings
from courtside.errors import ConfigError
from courtside.publishing.stores.base import Store
from courtside.publishing.stores.local import LocalStore

BUCKET_SCHEME = "gs://"


def open_store(target: str) -> Store:
    """Return the store at `target`: a folder, or `gs://bucket/prefix`.

    Raises:
        ConfigError: where the target has no bucket name, or the client library is not installed.
    """
    if not target.startswith(BUCKET_SCHEME):
        if "://" in target:
            raise ConfigError(f"publish {target!r} is neither a folder nor gs://bucket/prefix")
        return LocalStore(Path(target))
    bucket, _, prefix = target.removeprefix(BUCKET_SCHEME).partition("/")
    if not bucket:
        raise ConfigError(f"publish {target!r} has no bucket name; write gs://bucket/prefix")
    try:
        from courtside.publishing.stores.gcs import GcsStore
    except ModuleNotFoundError as error:
        raise ConfigError(f"publish {target!r} needs the client library: pip install 'courtside[gcs]'") from error
    return GcsStore.connect(bucket, prefix.strip("/"))


def target_of(settings: Settings) -> str:
    """Return the target of an installation: its `publish` setting; without it, the folder `public` of its home."""
    return settings.publish or str(settings.home / "public")
