"""Post-write validation inside the transaction of a write, and the alert about it afterwards."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from courtside.alerts import Alert, Severity, notifier
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.context import Context
from courtside.quality.post_write import Written, alert_text, stats_rows, validate_stored
from courtside.quality.tables import POST_WRITE_STATS
from courtside.warehouse.base import Contents, Recorder, Upsert

CAUSE = "post_write.contaminated"
log = logging.getLogger(__name__)


@dataclass
class PostWrite:
    """The validation of one write of `player_features`."""

    context: Context
    dates: Sequence[dt.date]
    intended: Mapping[dt.date, int]
    required: Iterable[dt.date]
    written: list[Written] = field(default_factory=list)

    def recorder(self, record: Recorder) -> Recorder:
        """Return `record` after the validation of the stored rows; where that raises, nothing is kept."""

        def validate_and_record(contents: Contents) -> Sequence[Upsert]:
            warehouse, ledger = self.context.warehouse, self.context.ledger
            self.written = validate_stored(
                warehouse, warehouse.scan(PLAYER_FEATURES), self.dates, self.intended, self.required, FEATURES
            )
            stats = stats_rows(self.written, ledger.run_id, self.context.clock.now())
            return [*record(contents), Upsert(POST_WRITE_STATS, stats)]

        return validate_and_record

    def tell(self, held: Container[dt.date] = ()) -> None:
        """Log the statistics, and alert where too many rows lack a required value, or recover.

        Nothing is sent of `held` dates: what holds them has an alert of its own.
        """
        for one in self.written:
            log.info(
                "post_write %s: %d rows, post_write_pct_with_defaults=%.1f post_write_pct_quality_ready=%.1f",
                one.game_date,
                one.rows,
                one.pct_with_defaults or 0.0,
                one.pct_quality_ready or 0.0,
            )
        alerts = notifier(self.context.settings, self.context.clock)
        message = alert_text([one for one in self.written if one.game_date not in held])
        if message:
            alerts.send(Alert(CAUSE, Severity.ERROR, *message))
        elif self.written:
            alerts.recover(CAUSE, f"{len(self.written)} dates written, none above the bound")
