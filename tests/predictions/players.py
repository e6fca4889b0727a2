"""Model rows of a made-up league in which each player has a true mean, and the line is close to it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from courtside.predictions.inputs import MODEL_INPUTS

FIRST = dt.date(2024, 10, 22)
PLAYERS = 80


def model_rows(days: int = 60, seed: int = 5, first: dt.date = FIRST) -> pl.DataFrame:
    """Return rows with outcomes: what models read, who may be trained on, lines with prices, points and minutes."""
    rng = np.random.default_rng(seed)
    truth = np.tile(rng.gamma(3.0, 4.0, PLAYERS) + 3, days)
    count = days * PLAYERS
    known = truth + rng.normal(0, 1.0, count)
    points = rng.poisson(truth * np.exp(rng.normal(-0.045, 0.3, count)))
    line = np.floor(truth + rng.normal(0, 0.7, count)) + 0.5
    inputs = {name: known + rng.normal(0, 2.0, count) for name in MODEL_INPUTS}
    inputs |= {
        "points_ewma": known,
        "points_avg_last_10": known,
        "points_std_last_10": np.sqrt(truth + 0.09 * truth**2),
    }
    return pl.DataFrame(
        {
            **inputs,
            "game_id": [f"00224{place // 10:05d}" for place in range(count)],
            "player_id": np.tile(np.arange(1, PLAYERS + 1), days),
            "game_date": [first + dt.timedelta(days=place // PLAYERS) for place in range(count)],
            "season": "2024-25",
            "points": points,
            "minutes": np.full(count, 30),
            "ppm_avg_last_10": known / 30,
            "vegas_points_line": line,
            "line": line,
            "consensus_line": line,
            "opening_line": line,
            "snapshots": 3,
            "book": "draftkings",
            "over_price": -110.0,
            "under_price": -110.0,
            "line_timing": "pre_tip",
            "is_training_ready": True,
            "required_default_count": 0,
            "default_feature_count": 0,
            "feature_quality_score": 95.0,
            "matchup_quality_pct": 95.0,
            "quality_alert_level": "green",
        }
    )
