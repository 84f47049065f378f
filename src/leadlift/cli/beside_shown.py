"""Metrics of a model beside those of a simpler one, as `leadlift train` prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from leadlift.cli.console import say, table

if TYPE_CHECKING:
    from leadlift.evaluation import Estimate
    from leadlift.training import Finding


def show_metrics(
    metrics: Mapping[str, Estimate], other: Mapping[str, Estimate], called: str, *, dated: bool
) -> None:
    """Each metric with its interval, and the other model's value. dated: whether the test is later in time."""
    place = "out of time" if dated else "test"
    rows = [
        {place: name, "model": one.value, "95% from": one.low, "to": one.high, called: other[name].value}
        for name, one in metrics.items()
    ]
    table("", rows)


def show_findings(findings: Iterable[Finding], notes: Iterable[str]) -> None:
    """What the audit found, and what a reviewer should know of the table."""
    for one in findings:
        say(f"{'note' if one.severity == 'note' else 'suspect'}: {one}")
    for note in notes:
        say(f"note: {note}")
