"""Freezing a segmentation: its definition made from the customers of a day and written beside the specs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import yaml
from sqlglot import exp

from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.features import Home, feature_query, needed
from leadlift.features.definition import definitions
from leadlift.features.rows import ROW
from leadlift.progress import Progress
from leadlift.segments import Facts, freeze, wanted
from leadlift.specs import Frozen, SegmentDef, Workspace, open_workspace
from leadlift.specs.frozen import FOLDER
from leadlift.training import everyone_spine

HEAD = """\
# The frozen definition of segmentation '{name}', written by `leadlift segment`. Keep it with the specs: it decides who
# is in which group. To freeze anew: leadlift segment {name} --refreeze
"""


@dataclass(frozen=True)
class Refrozen:
    """What freezing anew changed: how many customers are in another group, and what the definition says otherwise."""

    moved: int
    customers: int
    lines: tuple[str, ...]


def frozen_now(ws: Workspace, home: Home, one: SegmentDef, as_of: date, progress: Progress) -> Workspace:
    """Freeze a segmentation as of a day, and read the workspace again."""
    progress.step(f"{one.spec.segment}: freezing")
    old = one.frozen
    made = freeze(one, _facts(ws, home, one, as_of, progress))
    history = [*(old.history if old else ()), f"{as_of}: frozen from {made.customers:,} customers"]
    write_frozen(ws, made.model_copy(update={"history": tuple(history)}))
    return open_workspace(ws.root, freezing=True)


def write_frozen(ws: Workspace, frozen: Frozen) -> None:
    """Write a definition, whole or not at all."""
    told = frozen.model_dump(mode="json", exclude_defaults=True)
    text = HEAD.format(name=frozen.segment) + yaml.safe_dump(
        told, sort_keys=False, allow_unicode=True, width=116
    )
    write_text(ws.root / FOLDER / f"{frozen.segment}.yaml", text)


def changed_features(ws: Workspace, one: SegmentDef) -> list[str]:
    """The features whose definitions are not what they were when the segmentation was frozen."""
    if one.frozen is None:
        return []
    today = definitions(needed(ws.features, one.uses))
    then = one.frozen.features
    return sorted(name for name in {*today, *then} if today.get(name) != then.get(name))


def refuse_changed(ws: Workspace, one: SegmentDef) -> None:
    """Raise UserError when a frozen definition stands on features that mean something else today."""
    if changed := changed_features(ws, one):
        raise UserError(
            f"segmentation '{one.spec.segment}' was frozen when {', '.join(changed)} meant something else; "
            f"freeze it anew: leadlift segment {one.spec.segment} --refreeze"
        )


def difference(old: Frozen, new: Frozen) -> tuple[str, ...]:
    """The lines of the definition that say something else."""
    then, now = (_as_lines(one) for one in (old, new))
    changed = difflib.unified_diff(then, now, lineterm="", n=0)
    return tuple(line for line in changed if line[0] in "+-" and line[:3] not in ("+++", "---"))


def _as_lines(frozen: Frozen) -> list[str]:
    told = frozen.model_dump(mode="json", include={"cuts", "r", "f", "m", "clusters"}, exclude_defaults=True)
    return str(yaml.safe_dump(told, sort_keys=False, allow_unicode=True)).splitlines()


def _facts(ws: Workspace, home: Home, one: SegmentDef, as_of: date, progress: Progress) -> Facts:
    spine = everyone_spine(home, [as_of])
    rows, _ = feature_query(home, ws.features, one.uses, spine, progress)
    names = wanted(one.spec)
    chosen = [exp.cast(one.trees[name].copy(), "DOUBLE").as_(name, quoted=True) for name in names]
    table = home.engine.table(exp.select(*chosen).from_(rows.subquery(ROW)))
    columns = {name: _numbers(table[name].to_numpy()) for name in names}
    labels = {m.name: ws.features[m.name].label for m in one.spec.over if m.name in ws.features}
    prints = definitions(needed(ws.features, one.uses))
    return Facts(as_of, columns, prints, labels, ws.file.language)


def _numbers(column: Sequence[float]) -> np.ndarray:
    return np.asarray(column, dtype=np.float64)
