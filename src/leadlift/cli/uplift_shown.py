"""What `leadlift train` says of an uplift pipeline."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from leadlift.cli.beside_shown import show_findings, show_metrics
from leadlift.cli.console import say, table

if TYPE_CHECKING:
    from leadlift.workflows.train_uplift import TrainedUplift


def show_uplift(found: TrainedUplift) -> None:
    """Print metrics beside those of the response model's ranking, deciles, and what they say in words."""
    show_metrics(found.metrics, found.response, "response model", dated=found.test_from is not None)
    table(
        "",
        [
            {
                "decile": row.decile,
                "treated": round(row.treated),
                "control": round(row.control),
                "predicted": row.predicted,
                "effect": row.effect,
                "95% from": row.low,
                "to": row.high,
            }
            for row in found.deciles
        ],
    )
    say(found.verdict)
    say(found.randomisation)
    say(f"learned by {'; '.join(found.learners)} ({found.chosen_because})")
    if len(found.arms) > 1:
        table("each arm beside the controls", [asdict(arm) for arm in found.arms])
    show_findings(found.findings, found.notes)
    say(f"registered as version {found.version}, the challenger; next: leadlift promote {found.pipeline}")
