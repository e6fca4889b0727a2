"""Conversion of BigQuery's errors to errors that name the value, the place and the next command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions as google
from google.auth.exceptions import DefaultCredentialsError, RefreshError

from courtside.errors import ConfigError, CourtsideError, WarehouseBusyError, WriteRefusedError

CHANGED = "courtside: another writer has written"
DIFFERS = "courtside: the stored rows differ from the new rows"
_CONFLICT = re.compile(r"concurrent (update|transaction)|transaction is aborted|could not serialize", re.I)
_LOCATION = re.compile(
    r"not found in location|in location \S+ .*(mismatch|differ)|does not match the location|regions? .* differ", re.I
)


@contextmanager
def explained(project: str, dataset: str) -> Iterator[None]:
    """Convert errors of the service into errors with a next step.

    Raises:
        ConfigError: credentials, permission, dataset, location or quota; with the command that shows or corrects it.
        WarehouseBusyError: where another writer wrote in between; nothing was written.
        WriteRefusedError: where the rows read back differ from the new rows; nothing was written.
    """
    place = f"bigquery://{project}/{dataset}"
    try:
        yield
    except (DefaultCredentialsError, RefreshError) as error:
        raise ConfigError(
            f"{place}: no usable credentials ({_first_line(error)}). "
            "Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS."
        ) from error
    except google.GoogleAPICallError as error:
        raise _named(error, place, project, dataset) from error


def _named(  # noqa: PLR0911 - one answer for each reason
    error: google.GoogleAPICallError, place: str, project: str, dataset: str
) -> CourtsideError:
    text = _first_line(error)
    reasons = {str(item.get("reason", "")) for item in error.errors if isinstance(item, dict)}
    if CHANGED in text or _CONFLICT.search(str(error)):
        return WarehouseBusyError(
            f"{place}: another process has written since this run began to read; this write was rolled back. "
            "Run the command again."
        )
    if DIFFERS in text:
        return WriteRefusedError(f"{place}: {text}; the transaction was rolled back")
    if (isinstance(error, google.Forbidden) and reasons & {"quotaExceeded", "rateLimitExceeded"}) or isinstance(
        error, google.TooManyRequests
    ):
        return ConfigError(
            f"{place}: a quota is used up ({text}). Nothing was lost. Run the command again later, or see "
            f"https://console.cloud.google.com/iam-admin/quotas?project={project}"
        )
    if isinstance(error, google.Forbidden):
        return ConfigError(
            f"{place}: permission denied ({text}). The account needs roles/bigquery.jobUser and "
            "roles/bigquery.readSessionUser on the project and roles/bigquery.dataEditor on the dataset: "
            f"`gcloud projects get-iam-policy {project}` shows its roles."
        )
    if isinstance(error, (google.NotFound, google.BadRequest)) and _LOCATION.search(text):
        return ConfigError(
            f"{place}: not in the location the job ran in ({text}). "
            f"`bq show --format=prettyjson {project}:{dataset}` shows the location of the dataset."
        )
    if isinstance(error, google.NotFound) and f"dataset {project}:{dataset}".lower() in text.lower():
        return missing_dataset(project, dataset)
    return CourtsideError(f"{place}: {text}")


def missing_dataset(project: str, dataset: str) -> ConfigError:
    """Return the error with the command that creates the dataset."""
    return ConfigError(
        f"bigquery://{project}/{dataset}: there is no dataset {dataset} in project {project}. "
        f"`bq --location=US mk --dataset {project}:{dataset}` creates it."
    )


def _first_line(error: Exception) -> str:
    text = getattr(error, "message", None) or str(error)
    return str(text).strip().splitlines()[0][:400] if str(text).strip() else type(error).__name__
