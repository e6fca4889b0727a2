"""The queries of the spot checks about values: tiers, origins, zeros, pace, missing values and contamination."""

from __future__ import annotations

import narwhals as nw

from courtside.audit.checks.base import Catalogue, count, ratio, share, violations
from courtside.audit.checks.rows import (
    ROTATION_POINTS,
    any_of,
    final_team_games,
    is_contaminated,
    is_default,
    is_valued,
    training_rows,
    training_window,
)
from courtside.quality.origins import SKIP_BELOW_PCT, Origin
from courtside.warehouse.base import Lazy

OCTOBER = 10
FULL_WINDOW = 7


def good_tiers(catalogue: Catalogue) -> Lazy:
    """Measure the share of gold and silver rows."""
    return share(catalogue.window("player_features"), nw.col("quality_tier").is_in(["gold", "silver"]))


def computed(catalogue: Catalogue) -> Lazy:
    """Measure the share of values with the origin `computed`: by their primary definition, over a whole window."""
    origins = [nw.col(feature.origin_column) for feature in catalogue.features]
    sums = catalogue.window("player_features").select(
        *(count(is_valued(origin)).alias(f"valued_{place}") for place, origin in enumerate(origins)),
        *(
            count((origin == str(Origin.COMPUTED)).fill_null(False)).alias(f"own_{place}")
            for place, origin in enumerate(origins)
        ),
    )
    total = nw.sum_horizontal(*(nw.col(f"valued_{place}").fill_null(0) for place in range(len(origins))))
    own = nw.sum_horizontal(*(nw.col(f"own_{place}").fill_null(0) for place in range(len(origins))))
    return sums.select(observed=ratio(100.0 * own, total), n=total)


def zeros(catalogue: Catalogue) -> Lazy:
    """Count the rows of rotation players whose recent minutes or points are zero, as a placeholder would be."""
    rows = catalogue.window("player_features").filter(
        (nw.col("points_avg_season") >= ROTATION_POINTS) & (nw.col("games_used_l10") >= FULL_WINDOW)
    )
    names = ("minutes_avg_last_10", "points_avg_last_10", "ppm_avg_last_10")
    return violations(rows, any_of(nw.col(name) == 0 for name in names))


def pace_in_range(catalogue: Catalogue) -> Lazy:
    """Measure the share of games with 80 to 120 possessions per team and 48 minutes."""
    known = final_team_games(catalogue).filter(
        (nw.col("minutes") > 0) & ~nw.col("possessions_x100").is_null() & ~nw.col("opponent_possessions_x100").is_null()
    )
    both = nw.col("possessions_x100") + nw.col("opponent_possessions_x100")
    pace = 240.0 * both.cast(nw.Float64) / (200.0 * nw.col("minutes"))
    return share(known, (pace >= 80) & (pace <= 120))


def worst_default_rate(catalogue: Catalogue) -> Lazy:
    """Measure the highest share of rows without a value among the required features; detail names the feature."""
    required = [feature for feature in catalogue.features if feature.is_required]
    counts = catalogue.window("player_features").select(
        nw.len().alias("n"), *(count(is_default(nw.col(item.origin_column))).alias(item.name) for item in required)
    )
    worst = counts.with_columns(worst=nw.max_horizontal(*(nw.col(item.name) for item in required)))
    name = nw.coalesce(*(nw.when(nw.col(item.name) == nw.col("worst")).then(nw.lit(item.name)) for item in required))
    return worst.select("n", observed=ratio(100.0 * nw.col("worst"), nw.col("n")), detail=name)


def windows_complete(catalogue: Catalogue) -> Lazy:
    """Measure the share of last-10 windows that hold 70 % of the games that they should."""
    rows = catalogue.window("player_features").filter(~nw.col("completeness_l10").is_null())
    return share(rows, nw.col("completeness_l10") >= SKIP_BELOW_PCT)


def worst_month_contaminated(catalogue: Catalogue) -> Lazy:
    """Measure the highest monthly share of contaminated training rows, Octobers left out."""
    months = (
        training_rows(catalogue)
        .with_columns(month=nw.col("game_date").dt.month(), year=nw.col("game_date").dt.year())
        .filter(nw.col("month") != OCTOBER)
        .group_by("year", "month")
        .agg(rows=nw.len(), bad=count(is_contaminated(catalogue.features)))
    )
    shares = months.with_columns(pct=ratio(100.0 * nw.col("bad"), nw.col("rows")))
    return shares.select(nw.col("pct").max().alias("observed"), nw.col("rows").sum().alias("n"))


def contaminated(catalogue: Catalogue) -> Lazy:
    """Measure the share of contaminated training rows since the season's first November day."""
    start = training_window(catalogue.first, catalogue.last)
    return share(training_rows(catalogue).filter(nw.col("game_date") >= start), is_contaminated(catalogue.features))
