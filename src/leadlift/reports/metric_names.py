"""What people call a metric, and how they write it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from leadlift.reports.numbers import Interval


@dataclass(frozen=True)
class Called:
    """A metric in words. meaning: what a director should take from it. style: how it is written."""

    label: str
    meaning: str
    style: str


PLAIN = {
    "auc": Called("AUC", "chance that a responder is ranked above a non-responder; 0.5 is a coin", ".3f"),
    "average_precision": Called("Average precision", "ranking quality where responders are rare", ".3f"),
    "ks": Called("KS", "widest gap between responders and others along the ranking", ".3f"),
    "brier": Called("Brier score", "mean squared error of the chances; lower is better", ".4f"),
    "log_loss": Called("Log loss", "surprise at what happened; lower is better", ".4f"),
    "calibration_error": Called("Calibration error", "how far chances are off on average", ".2%"),
    "mean_probability": Called("Mean chance", "share that was predicted to respond", ".2%"),
    "actual_rate": Called("Actual rate", "share that responded", ".2%"),
}
WITH_SHARE = {
    "lift_at": Called("Lift in the best {share} %", "times as many responders as at random", ".2f"),
    "captured_at": Called("Found in the best {share} %", "share of all responders who are in it", ".1%"),
}


def called(metric: str) -> Called:
    """The words for a metric; an unknown one is called by its own name."""
    if metric in PLAIN:
        return PLAIN[metric]
    found = re.fullmatch(r"(lift_at|captured_at)_(\d+)", metric)
    if found is None:
        return Called(metric.replace("_", " "), "", ".4g")
    words = WITH_SHARE[found[1]]
    return Called(words.label.format(share=found[2]), words.meaning, words.style)


def number(interval: Interval, metric: str) -> str:
    """The number alone."""
    return "" if math.isnan(interval.value) else format(interval.value, called(metric).style)


def spread(interval: Interval, metric: str) -> str:
    """Its 95 % interval: `0.731 to 0.752`; empty where there is none."""
    if math.isnan(interval.low) or math.isnan(interval.high):
        return ""
    style = called(metric).style
    return f"{interval.low:{style}} to {interval.high:{style}}"


def change(interval: Interval, metric: str) -> str:
    """A difference, with its sign."""
    return "" if math.isnan(interval.value) else format(interval.value, "+" + called(metric).style)
