"""Post-write validation of `player_features`: it runs in the transaction of the write and sends alerts afterwards."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from courtside.alerts import Alert, Severity
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.stage import Recovery, Verified
from courtside.quality.post_write import Written, alert_text, stats_rows, validate_stored
from courtside.quality.tables import POST_WRITE_STATS
from courtside.warehouse.base import Reader, Upsert

CAUSE = "post_write.contaminated"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PostWrite:
    """The validation of one write of `player_features`.

    No alert is sent about `held` dates, because the reason that holds them has an alert of its own.
    """

    dates: Sequence[dt.date]
    intended: Mapping[dt.date, int]
    required: Iterable[dt.date]
    held: Container[dt.date]
    run_id: str
    now: dt.datetime

    def __call__(self, stored: Reader) -> Verified:
        """Validate the stored rows, log their statistics, and alert where too many rows lack a required value.

        Raises:
            WriteRefusedError: where a date holds another number of rows than was computed; the write is rolled back.
        """
        written = validate_stored(
            stored, stored.scan(PLAYER_FEATURES), self.dates, self.intended, self.required, FEATURES
        )
        for one in written:
            log.info(
                "post_write %s: %d rows, post_write_pct_with_defaults=%.1f post_write_pct_quality_ready=%.1f",
                one.game_date,
                one.rows,
                one.pct_with_defaults or 0.0,
                one.pct_quality_ready or 0.0,
            )
        stats = Upsert(POST_WRITE_STATS, stats_rows(written, self.run_id, self.now))
        return Verified(rows=[stats], notices=_notices(written, self.held))


def _notices(written: Sequence[Written], held: Container[dt.date]) -> Sequence[Alert | Recovery]:
    if message := alert_text([one for one in written if one.game_date not in held]):
        return [Alert(CAUSE, Severity.ERROR, *message)]
    return [Recovery(CAUSE, f"{len(written)} dates written, none above the limit")] if written else []
