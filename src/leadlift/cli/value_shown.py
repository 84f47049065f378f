"""What `leadlift train` says of a value pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadlift.cli.console import say, table

if TYPE_CHECKING:
    from leadlift.workflows.train_value import TrainedValue


def show_value(found: TrainedValue) -> None:
    """Print metrics beside those of the linear model, deciles, and what they say in words."""
    place = "out of time" if found.test_from else "test"
    table(
        "",
        [
            {
                place: name,
                "model": one.value,
                "95% from": one.low,
                "to": one.high,
                "linear model": found.baseline[name].value,
            }
            for name, one in found.metrics.items()
        ],
    )
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
    for one in found.findings:
        say(f"{'note' if one.severity == 'note' else 'suspect'}: {one}")
    for note in found.notes:
        say(f"note: {note}")
    say(f"registered as version {found.version}, the challenger; next: leadlift promote {found.pipeline}")
