"""leadlift monitor: whether champions are still what they were promoted as, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from leadlift.errors import UserError
from leadlift.evaluation import Estimated, estimated
from leadlift.features import Home
from leadlift.models import Doubt
from leadlift.monitoring import (
    Judged,
    Monitored,
    NotWatched,
    Reference,
    ScoredThen,
    Seen,
    Watched,
    counts_of,
    drifts,
    drop_of,
    judge_months,
    limits_of,
    odd_population,
    score_drift,
    verdict_of,
)
from leadlift.names import CHAMPION
from leadlift.progress import SILENT, Progress
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import Tracker
from leadlift.workflows.champion import Loaded, catalogue_of, champion
from leadlift.workflows.last_day import last_day
from leadlift.workflows.matured import has_outcomes, outcomes_of, windows_that_overlap
from leadlift.workflows.monitor_log import log_watched, write_portfolio
from leadlift.workflows.outsider import train_run
from leadlift.workflows.references import kept_reference, rebuilt_reference
from leadlift.workflows.scored_days import ScoredDay, scored_days
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.snapshots import snapshot_on
from leadlift.workflows.source_states import SourceStates, sources_of

MOST_DAYS = 13
NO_OUTCOMES = (
    "an effect is never seen customer by customer, and a flat table has no later: no outcomes are joined"
)


def monitor(
    ws: Workspace, name: str | None = None, as_of: date | None = None, progress: Progress = SILENT
) -> Monitored:
    """Watch one pipeline's champion, or all; write the pages, log the runs.

    as_of: the day stood on, by default the day the data ends: scorings, rows and outcomes after it do not count. Raises
    UserError where the pipeline that is named has no champion; of several, such a pipeline is told of.
    """
    names = [ws.pipeline(name).pipeline] if name is not None else sorted(ws.pipelines)
    tracker = tracker_of(ws)
    watched: list[Watched] = []
    others: list[NotWatched] = []
    with opened(ws) as home:
        day = as_of or last_day(home)
        states = SourceStates(ws, home, day)
        for one in names:
            progress.step(one)
            try:
                watched.append(_watch(ws, ws.pipeline(one), tracker, home, states, day, progress))
            except UserError as error:
                if name is not None:
                    raise
                others.append(NotWatched(one, str(error), tracker.version(one, CHAMPION) is not None))
    for found in watched:
        log_watched(tracker, found, day, limits_of(ws.pipeline(found.pipeline).monitor))
    page = write_portfolio(ws, day, watched, others) if name is None else None
    return Monitored(ws.file.name, day, tuple(watched), tuple(others), page)


def _watch(
    ws: Workspace,
    spec: Pipeline,
    tracker: Tracker,
    home: Home,
    states: SourceStates,
    day: date,
    progress: Progress,
) -> Watched:
    loaded = champion(ws, tracker, spec.pipeline)
    limits = limits_of(spec.monitor)
    reference = kept_reference(loaded.model)
    notes = [] if reference is not None else ["the version keeps no reference"]
    if reference is None:
        reference = rebuilt_reference(loaded.model, ws, spec, train_run(tracker, loaded.version))
        notes += ["it was made again from the training table"] if reference is not None else []
    days = [one for one in scored_days(ws.root, spec.pipeline, day) if one.version in loaded.alike]
    days = days[-MOST_DAYS:]
    snapshots = [snapshot_on(ws, spec, loaded, home, reference, one, progress) for one in days]
    own = [made for made, one in zip(snapshots, days, strict=True) if one.version == loaded.version.version]
    gains = loaded.model.importance()
    ignored = [one for one in gains if any(fnmatchcase(one, pattern) for pattern in spec.monitor.ignore)]
    then = _at_training(loaded, reference) if spec.predicts_chance else None
    judged = _judged(spec, home, loaded, reference, limits.marks, days, day)
    sources = sources_of(spec, catalogue_of(ws, spec), loaded.model.encoding.features, home)
    progress.step(f"{spec.pipeline}: sources")
    seen = Seen(
        features=drifts(reference, snapshots, gains, ignored) if reference and snapshots else (),
        score=score_drift(reference, snapshots) if reference and snapshots else None,
        feeds=states.feeds(sources, limits.marks),
        broken=states.broken(sources),
        judged=judged,
        population=odd_population(snapshots, limits.marks),
        # what the reference's chances are held against must be of the same calibration
        dropped=drop_of(then, own, limits.marks),
        scored_ago=(day - days[-1].as_of).days if days else None,
        has_reference=reference is not None,
    )
    verdict = verdict_of(seen, limits, spec.pipeline)
    return Watched(
        pipeline=spec.pipeline,
        kind=spec.kind,
        model=loaded.name,
        version=loaded.version.version,
        run_id=loaded.version.run_id,
        verdict=verdict.verdict,
        says=verdict.says,
        raised=verdict.raised,
        reference=_in_words(reference),
        scorings=tuple(ScoredThen(s.as_of, s.customers, s.mean_chance, s.estimate) for s in snapshots),
        features=tuple(seen.features),
        score=seen.score,
        feeds=tuple(seen.feeds),
        judged=judged,
        at_training=then,
        counts=counts_of(seen),
        notes=(*notes, *_notes(spec, days, judged.months)),
        page=ws.root / "reports" / f"monitor-{spec.pipeline}.html",
    )


def _judged(
    spec: Pipeline,
    home: Home,
    loaded: Loaded,
    reference: Reference | None,
    marks: Mapping[str, float],
    days: Sequence[ScoredDay],
    day: date,
) -> Judged:
    """Scorings by the same trees and their outcomes; chances count against the calibration that told them."""
    outcomes = [
        replace(one, superseded=one.version != loaded.version.version)
        for one in outcomes_of(spec, home, days, day)
    ]
    doubt = loaded.model.doubt
    wobble = doubt.wobble if isinstance(doubt, Doubt) else 0.0
    then = reference.judged if reference else {}
    return judge_months(outcomes, then, marks, wobble, windows_that_overlap(spec, days))


def _at_training(loaded: Loaded, reference: Reference | None) -> Estimated | None:
    """What the chances make expect among the reference: its few hundred scores, evenly spaced in rank."""
    if reference is None or len(reference.scores) < 2:
        return None
    found = estimated(loaded.model.calibrator(reference.scores), reference.scores)
    share = found.responders / found.customers
    return replace(found, customers=reference.customers, responders=share * reference.customers)


def _in_words(reference: Reference | None) -> str:
    if reference is None:
        return ""
    return f"{reference.population}: {reference.customers:,} customers"


def _notes(spec: Pipeline, days: Sequence[ScoredDay], months: Sequence[object]) -> list[str]:
    if not has_outcomes(spec):
        return [NO_OUTCOMES]
    if days and not months:
        return ["no scoring's outcomes are known yet: until then only estimates speak of performance"]
    return []
