"""The champion on a new model's test cases: scored with its own features, where today's definitions still give them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.errors import UserError
from leadlift.names import AS_OF, CHAMPION, CUSTOMER, TEST
from leadlift.progress import SILENT
from leadlift.specs import Pipeline, Workspace
from leadlift.specs.pipelines import FeatureChoice
from leadlift.tracking import MAKES_MODELS, ModelVersion, RunRecord, Tracker
from leadlift.training import Cases, Outsider, TrainingTable, training_table
from leadlift.workflows.champion import Loaded, load
from leadlift.workflows.session import opened


def champion_on_test(
    ws: Workspace, tracker: Tracker, spec: Pipeline, table: TrainingTable, cases: Cases, seed: int
) -> tuple[ModelVersion | None, Outsider | None]:
    """The champion's raw scores of the test cases, or why it could not give any; (None, None) without a champion.

    seed: of the split of `cases`.
    """
    version = tracker.version(spec.pipeline, CHAMPION)
    if version is None:
        return None, None
    try:
        loaded = load(ws, tracker, spec, version)
        scores = _scores(ws, spec, loaded, table, cases)
    except UserError as error:
        return version, Outsider(None, str(error).partition(". Restore")[0])
    run = train_run(tracker, version)
    flattered = run is None or may_have_seen(run, spec, table, cases, seed)
    return version, Outsider(scores, f"version {version.version}", flattered=flattered)


def champion_of_kind(
    ws: Workspace, tracker: Tracker, spec: Pipeline, table: TrainingTable, cases: Cases, seed: int
) -> tuple[int | None, npt.NDArray[np.float64] | None]:
    """The champion's version and what it gives the test's cases, to be compared in pairs.

    Nothing for one of another kind, one that cannot score these cases, or one that may have learned from them.
    """
    version = tracker.version(spec.pipeline, CHAMPION)
    run = None if version is None else train_run(tracker, version)
    if version is None or run is None or run.tags.get("leadlift.kind") != spec.kind:
        return None, None
    _, found = champion_on_test(ws, tracker, spec, table, cases, seed)
    if found is None or found.scores is None or found.flattered:
        return None, None
    return version.version, found.scores


def train_run(tracker: Tracker, version: ModelVersion) -> RunRecord | None:
    """The run that made a version, of training or of recalibration; None when it is gone."""
    runs = (run for stage in MAKES_MODELS for run in tracker.runs(version.pipeline, stage))
    return next((run for run in runs if run.id == version.run_id), None)


def _scores(
    ws: Workspace, spec: Pipeline, loaded: Loaded, table: TrainingTable, cases: Cases
) -> npt.NDArray[np.float64]:
    names = loaded.model.encoding.features
    rows = table.table
    if not set(names) <= set(rows.column_names):
        rows = _with_features(ws, spec, names, table)
    return loaded.model.raw(loaded.model.encoding.encode(rows.take(cases.rows(TEST))))


def _with_features(ws: Workspace, spec: Pipeline, names: tuple[str, ...], table: TrainingTable) -> pa.Table:
    """The same cases with other features: who is a case does not depend on what the model looks at."""
    asked = spec.model_copy(update={"features": FeatureChoice(include=names)})
    with opened(ws) as home:
        found = training_table(asked, ws.features, home, SILENT).table
    alike = found.num_rows == table.table.num_rows and all(
        found[column].equals(table.table[column]) for column in (CUSTOMER, AS_OF)
    )
    lacking = sorted(set(names) - set(found.column_names))
    if lacking or not alike:
        raise UserError(
            f"its features cannot be built for these cases: {', '.join(lacking) or 'other cases'}"
        )
    return found


def may_have_seen(run: RunRecord, spec: Pipeline, table: TrainingTable, cases: Cases, seed: int) -> bool:
    """Whether the model of a training run may have learned from cases of this test. seed: of the split of `cases`."""
    if cases.parts.test_from is not None:
        until = run.params.get("learned_until", "")
        return not until or until >= cases.parts.test_from.isoformat()
    if run.tags.get("leadlift.data") != table.key or run.params.get("split.seed") != str(seed):
        return True
    # a larger share moves cases from the training to the test
    shares = {"split.random": spec.split.random, "split.out_of_time": spec.split.out_of_time}
    return any(
        run.params.get(name, "") != ("" if share is None else str(share)) for name, share in shares.items()
    )
