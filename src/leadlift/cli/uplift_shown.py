"""What `leadlift train` says of an uplift pipeline."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from leadlift.cli.console import say, table

if TYPE_CHECKING:
    from leadlift.workflows.train_uplift import TrainedUplift


def show_uplift(found: TrainedUplift) -> None:
    """Print metrics beside those of the response model's ranking, deciles, and what they say in words."""
    place = "out of time" if found.test_from else "test"
    table(
        "",
        [
            {
                place: name,
                "model": model.value,
                "95% from": model.low,
                "to": model.high,
                "response model": found.response[name].value,
            }
            for name, model in found.metrics.items()
        ],
    )
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
    for one in found.findings:
        say(f"{'note' if one.severity == 'note' else 'suspect'}: {one}")
    for note in found.notes:
        say(f"note: {note}")
    say(f"registered as version {found.version}, the challenger; next: leadlift promote {found.pipeline}")
