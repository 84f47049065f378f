"""A card with known numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadlift.evaluation import Decile, Estimate, Reliability
from leadlift.reports import FeatureLine, ModelCard, PartLine
from leadlift.training import Period

NAN = float("nan")
TENTH = Decile(1, 1_000.0, 20.0, 0.02, 0.021, 0.8, 0.1, 1.0)


def point(value: float) -> Estimate:
    """A number without an interval."""
    return Estimate(value, NAN, NAN)


CARD = ModelCard(
    title="Term deposit response",
    purpose="Whom to call about a term deposit.",
    pipeline="term_deposit_response",
    kind="response",
    population="customers contacted about a term deposit",
    target="opens a term deposit within 60 days",
    made_on="2026-07-01",
    parts=[
        PartLine("train", "grow the trees", 48_000, 1_210, "2025-01-04", "2026-01-30"),
        PartLine("oot", "judge", 12_000, 330, "2026-03-01", "2026-04-30"),
    ],
    metrics={
        "oot": {
            "auc": Estimate(0.742, 0.731, 0.753),
            "lift_at_10": Estimate(3.12, 2.9, 3.35),
            "captured_at_20": Estimate(0.52, 0.49, 0.55),
        },
        "train": {"auc": point(0.781), "lift_at_10": point(3.6), "captured_at_20": point(0.58)},
    },
    baseline={"auc": Estimate(0.711, 0.7, 0.722), "lift_at_10": Estimate(2.7, 2.5, 2.9)},
    gain={"auc": Estimate(0.031, 0.022, 0.04), "lift_at_10": Estimate(0.42, 0.2, 0.6)},
    deciles=[replace(TENTH, decile=place) for place in range(1, 11)],
    features=[
        FeatureLine("days_to_end_td", "days until a deposit ends", 0.31, "fewer raises the chance"),
        FeatureLine("app_logins_30d", "logins <app> | web", 0.12, "more raises the chance"),
    ],
    calibration="On the test 330 responded and 322.4 were expected to.",
    bands={"A": "11% to 100%", "B": "5.5% to 11%"},
    limits=["Not for customers who joined less than 90 days ago."],
    fingerprints={"data": "9f86d081884c7d65"},
    versions={"lightgbm": "4.7.0"},
)


@pytest.fixture
def card() -> ModelCard:
    return CARD


@pytest.fixture
def bins() -> list[Reliability]:
    rates = [0.004, 0.008, 0.011, 0.014, 0.018, 0.022, 0.027, 0.035, 0.05, 0.11]
    return [Reliability(1_200.0, rate, rate * 1.05, rate * 0.8, rate * 1.3) for rate in rates]


@pytest.fixture
def months() -> list[Period]:
    return [Period(f"2025-{month:02d}", 900 + 40 * month, 20 + month, 22.5 + month) for month in range(1, 13)]
