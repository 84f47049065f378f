"""leadlift recalibrate: the champion's trees with a calibration fitted to later cases, as a challenger."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from leadlift.errors import UserError
from leadlift.evaluation import Estimate, frozen_edges, psi, psi_by_chance
from leadlift.evaluation.stability import Counts, Floats, bin_counts, binned
from leadlift.models import Doubt, Model
from leadlift.monitoring import Outcomes
from leadlift.names import TEST
from leadlift.progress import SILENT, Progress
from leadlift.reports.page import prefaced, prefaced_markdown
from leadlift.specs import Workspace
from leadlift.tracking import ModelVersion, Run, RunRecord, Tracker
from leadlift.training.gates import CHAMPION_TAG, OPEN_TAG, RECALIBRATES_TAG, RIVAL_TAG
from leadlift.training.recalibrating import FEWEST, LaterCases, Recalibrated
from leadlift.training.recalibrating import recalibrate as refit
from leadlift.workflows.champion import SAME_TREES, Loaded, champion
from leadlift.workflows.last_day import last_day
from leadlift.workflows.matured import has_outcomes, outcomes_of
from leadlift.workflows.outsider import train_run
from leadlift.workflows.scored_days import ScoredDay, scored_days
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.train_log import interval_metrics

# The newest scorings that hold so many responders are taken, and no more than so many of them.
ENOUGH, MOST_MONTHS = 5 * FEWEST, 6
COPIED = ("learned_from", "learned_until", "judged_from", "judged_until", "split.seed")


@dataclass(frozen=True)
class RecalibratedVersion:
    """The challenger, and what is different about it.

    scored: the scorings whose cases it was fitted to. expected_*, error_*: of these cases, by the calibration before
    and by one that had not seen the case. mean_*: the mean chance of the last scoring, as it was and as it would be.
    """

    pipeline: str
    version: int
    instead_of: int
    run_id: str
    scored: tuple[date, ...]
    cases: int
    responders: int
    expected_before: float
    expected_after: float
    error_before: float
    error_after: float
    mean_before: float
    mean_after: float
    calibration: str


def recalibrate(
    ws: Workspace, name: str, as_of: date | None = None, progress: Progress = SILENT
) -> RecalibratedVersion:
    """Refit the champion's calibration to the newest cases whose outcomes are known, and register a challenger.

    as_of: the day stood on, by default the day the data ends. Cases are those of scorings by the same trees, after the
    last day that the trees learned from. Raises GateError with too few responders, UserError where there are no
    outcomes to join.
    """
    spec = ws.pipeline(name)
    if not has_outcomes(spec):
        raise UserError(
            f"pipeline {name}: a flat table has no later outcomes, and an effect no calibration to refit: train it anew"
        )
    tracker = tracker_of(ws)
    loaded = champion(ws, tracker, name)
    parent = train_run(tracker, loaded.version)
    if parent is None or "learned_until" not in parent.params:
        raise UserError(
            f"{loaded.name}: its training run is gone, so what it learned from is not known; train anew"
        )
    learned = date.fromisoformat(parent.params["learned_until"])
    with opened(ws) as home:
        day = as_of or last_day(home)
        progress.step("outcomes")
        days = [
            one
            for one in scored_days(ws.root, name, day)
            if one.version in loaded.alike and one.as_of > learned
        ]
        taken = _newest([one for one in outcomes_of(spec, home, days, day) if one.mature])
    progress.step("calibration")
    cases = _cases(taken)
    doubt = loaded.model.doubt if isinstance(loaded.model.doubt, Doubt) else None
    found = refit(cases, loaded.model.calibrator, spec.model.calibration, doubt)
    months = {one.as_of for one in taken}
    moved = stability(one.scores()[0] for one in days if one.as_of in months)
    made = _Made(parent, loaded, found, cases, taken, moved)
    version = _registered(tracker, name, made)
    before, after = _means(days, loaded.model, made.model)
    return RecalibratedVersion(
        pipeline=name,
        version=version.version,
        instead_of=loaded.version.version,
        run_id=version.run_id,
        scored=tuple(one.as_of for one in taken),
        cases=len(cases.y),
        responders=found.responders,
        expected_before=found.expected_before,
        expected_after=found.expected_after,
        error_before=found.error_before,
        error_after=found.error_after,
        mean_before=before,
        mean_after=after,
        calibration=found.told,
    )


@dataclass(frozen=True, eq=False)
class _Made:
    """A refitted calibration and what it rests on. taken: the scorings. moved: what `stability` says of them."""

    parent: RunRecord
    loaded: Loaded
    found: Recalibrated
    cases: LaterCases
    taken: Sequence[Outcomes]
    moved: Mapping[str, float]

    @cached_property
    def model(self) -> Model:
        """The champion with the new calibration."""
        alike = ",".join(str(one) for one in sorted(self.loaded.alike))
        meta = {**self.loaded.model.meta, "calibration": self.found.told, SAME_TREES: alike}
        calibrator, doubt = self.found.calibrator, self.found.doubt
        return replace(self.loaded.model, calibrator=calibrator, doubt=doubt, meta=meta)


def _registered(tracker: Tracker, name: str, made: _Made) -> ModelVersion:
    """The run with what gates read and the model, and the challenger that stands for it."""
    model, instead_of = made.model, made.loaded.version.version
    with tracker.run(name, "recalibrate", f"recalibrate {datetime.now():%Y-%m-%d %H:%M}") as run:
        _log(run, made)
        with tempfile.TemporaryDirectory() as folder:
            run.model(model.booster, model.save(Path(folder) / "model"), model.encoding.features)
        run.note(_note(made))
        told = f"{_note(made)} What follows is of the training of {made.loaded.name}."
        _copied(run, tracker, made.parent, "audit.json")
        _copied(run, tracker, made.parent, "model_card.html", lambda page: prefaced(page, told))
        _copied(run, tracker, made.parent, "model_card.md", lambda page: prefaced_markdown(page, told))
    tags = {"leadlift.data": model.meta.get("data", ""), RECALIBRATES_TAG: str(instead_of)}
    return tracker.register(run.id, name, tags, f"version {instead_of} with its calibration refitted")


def _newest(mature: Sequence[Outcomes]) -> list[Outcomes]:
    """The newest scorings that hold enough responders, oldest first."""
    taken: list[Outcomes] = []
    for one in reversed(mature):
        if len(taken) == MOST_MONTHS or sum(float(other.y.sum()) for other in taken) >= ENOUGH:
            break
        taken.append(one)
    return taken[::-1]


def _cases(taken: Sequence[Outcomes]) -> LaterCases:
    if not taken:
        return LaterCases(np.empty(0), np.empty(0), np.empty(0, dtype="datetime64[D]"))
    return LaterCases(
        raw=np.concatenate([one.score for one in taken]),
        y=np.concatenate([one.y for one in taken]),
        when=np.concatenate([np.full(len(one.y), np.datetime64(one.as_of)) for one in taken]),
    )


def _log(run: Run, made: _Made) -> None:
    """The numbers that gates read: of the later cases; what ranking alone decides is the champion's own."""
    parent, loaded, found = made.parent, made.loaded, made.found
    metrics: dict[str, float] = {}
    for name, estimate in found.metrics.items():
        metrics |= interval_metrics(f"{TEST}.{name}", estimate)
    metrics |= {f"{TEST}.cases": float(len(made.cases.y)), f"{TEST}.positives": float(found.responders)}
    metrics |= {name: value for name, value in parent.metrics.items() if "_gain_over_" in name}
    # the same trees rank alike, to the last customer
    for name in ("auc", "average_precision", "lift_at_10"):
        metrics |= interval_metrics(f"{TEST}.{name}_gain_over_champion", Estimate(0.0, 0.0, 0.0))
    run.metrics(metrics | dict(made.moved))
    kept = {
        name: value for name, value in parent.params.items() if name in COPIED or name.startswith("param.")
    }
    run.params(
        {
            **kept,
            "calibrated_until": made.taken[-1].as_of.isoformat(),
            "recalibrates": loaded.version.version,
            "scored": ", ".join(one.as_of.isoformat() for one in made.taken),
        }
    )
    tags = {
        name: told for name, told in parent.tags.items() if name.startswith(RIVAL_TAG) or name == OPEN_TAG
    }
    tags.pop(f"{RIVAL_TAG}champion", None)
    tags |= {name: parent.tags[name] for name in ("leadlift.kind", "leadlift.data") if name in parent.tags}
    run.tags({**tags, CHAMPION_TAG: str(loaded.version.version), RECALIBRATES_TAG: loaded.version.run_id})


def stability(scores: Iterable[Floats]) -> dict[str, float]:
    """PSI of everyone's raw score: the newest scoring, the last, against those before; of one alone, between halves.

    Of everyone and not of the cases: whom a list chose by the score says nothing of the model. Bins are those of the
    first scoring, and one at a time is held.
    """
    counts: list[Counts] = []
    edges: Floats = np.empty(0)
    for raw in scores:
        edges = edges if counts else frozen_edges(raw)
        halves = [bin_counts(binned(half, edges), len(edges) + 2) for half in (raw[::2], raw[1::2])]
        # of the first both halves are kept: while it is alone one is held against the other
        counts = [*counts, halves[0] + halves[1]] if counts else halves
    before, now = sum(counts[:-1], start=np.zeros_like(counts[0])), counts[-1]
    chance = psi_by_chance(int(before.sum()), int(now.sum()), int(np.count_nonzero(before + now)))
    return {f"{TEST}.score_psi": psi(before, now), f"{TEST}.score_psi_by_chance": chance}


def _means(days: Sequence[ScoredDay], before: Model, after: Model) -> tuple[float, float]:
    raw, _ = days[-1].scores()
    return float(before.calibrator(raw).mean()), float(after.calibrator(raw).mean())


def _note(made: _Made) -> str:
    found, first, last = made.found, made.taken[0].as_of, made.taken[-1].as_of
    return (
        f"The trees of {made.loaded.name} with a calibration refitted to the cases of {first} to {last}: "
        f"{found.responders:,} responded; {found.expected_before:,.0f} were expected before, "
        f"{found.expected_after:,.0f} by calibrations that had not seen the case. Calibration error "
        f"{found.error_before:.4f} before, {found.error_after:.4f} now. {found.told}."
    )


def _copied(
    run: Run, tracker: Tracker, parent: RunRecord, path: str, changed: Callable[[str], str] = str
) -> None:
    try:
        text = tracker.artifact(parent.id, path).decode()
    except UserError:  # a run from before there was one
        return
    run.text(path, changed(text))
