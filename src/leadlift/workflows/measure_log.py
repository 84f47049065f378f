"""What a measurement leaves in the store: a run for each model that chose, linked to the training it judges."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leadlift.evaluation import Estimate
from leadlift.reports.measured import verdict
from leadlift.specs import Workspace
from leadlift.tracking import Tracker
from leadlift.workflows.lists import WrittenList
from leadlift.workflows.measured import Measured


def log_measured(
    ws: Workspace, tracker: Tracker, found: Measured, lists: Sequence[WrittenList], page: Path
) -> None:
    """Log one run for each pipeline behind the campaign's offers."""
    offers = {offer for one in lists for offer in one.closes}
    for pipeline in sorted({ws.campaign(found.campaign).offers[offer].pipeline for offer in offers}):
        versions = {
            str(version)
            for one in lists
            for version in one.assigned.loc[_of(ws, one, pipeline), "model_version"].unique()
        }
        with tracker.run(pipeline, "measure", f"measure {found.campaign}") as run:
            run.tags(
                {
                    "leadlift.campaign": found.campaign,
                    "leadlift.model": ", ".join(sorted(versions)),
                    "leadlift.judges": ", ".join(_training_runs(tracker, pipeline, versions)),
                    "leadlift.lists": ", ".join(one.list_id for one in lists),
                }
            )
            run.metrics(_metrics(found))
            run.file(page)
            run.note(" ".join([*_sentences(found), *found.notes]))


def _of(ws: Workspace, one: WrittenList, pipeline: str) -> list[bool]:
    offers = ws.campaign(one.campaign).offers
    return [offers[offer].pipeline == pipeline for offer in one.assigned["offer"]]


def _training_runs(tracker: Tracker, pipeline: str, versions: set[str]) -> list[str]:
    return sorted(one.run_id for one in tracker.history(pipeline) if f"{one.name} v{one.version}" in versions)


def _metrics(found: Measured) -> dict[str, float]:
    told: dict[str, float] = {"contacted": float(sum(found.lists.values()))}
    if found.promised is not None:
        told["expected_responders"] = found.promised.expected
        told["actual_responders"] = found.promised.responded
        if found.promised.added and found.promised.actual is not None:
            told |= _ends("actual_added", found.promised.actual)
    if found.effect is not None:
        told |= _ends("incremental_response", found.effect.response)
        told |= _ends("incremental_responders", found.effect.responders)
        told |= {"detectable_effect": found.effect.detectable, "cost": found.effect.cost}
        if found.effect.profit is not None:
            told |= _ends("profit", found.effect.profit)
    if found.explore is not None:
        told |= _ends("model_over_explore", found.explore.response)
    return told


def _ends(name: str, one: Estimate) -> dict[str, float]:
    return {name: one.value, f"{name}.low": one.low, f"{name}.high": one.high}


def _sentences(found: Measured) -> list[str]:
    return [verdict(found.promised, found.effect)]
