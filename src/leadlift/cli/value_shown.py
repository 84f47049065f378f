"""What `leadlift train` says of a value pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadlift.cli.beside_shown import show_findings, show_metrics
from leadlift.cli.console import say, table

if TYPE_CHECKING:
    from leadlift.workflows.train_value import TrainedValue


def show_value(found: TrainedValue) -> None:
    """Print metrics beside those of the linear model, deciles, and what they say in words."""
    show_metrics(found.metrics, found.baseline, "linear model", dated=found.test_from is not None)
    table(
        "",
        [
            {
                "decile": row.decile,
                "customers": round(row.customers),
                "with an amount": round(row.buyers),
                "predicted": row.predicted,
                "actual": row.actual,
                "95% from": row.low,
                "to": row.high,
            }
            for row in found.deciles
        ],
    )
    say(found.verdict)
    say(f"money in the test: {found.predicted:,.0f} predicted, {found.actual:,.0f} came")
    say(f"learned by {found.chosen} ({found.chosen_because})")
    show_findings(found.findings, found.notes)
    say(f"registered as version {found.version}, the challenger; next: leadlift promote {found.pipeline}")
