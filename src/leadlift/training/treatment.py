"""Who of an experiment was contacted and who was not: the values that say so, and whether there are enough of both."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.errors import UserError
from leadlift.features import Home
from leadlift.features.treatment import ROWS, VALUE, rows_by_value
from leadlift.names import CALIBRATION, TEST, TRAIN, TREATMENT, VALID
from leadlift.specs import Pipeline
from leadlift.specs.base import listed
from leadlift.training.cases import Cases

Floats = npt.NDArray[np.float64]

FEWEST, FEWEST_OF_A_PART = 50, 10
SHOWN = 8


def treatment_notes(spec: Pipeline, home: Home) -> tuple[str, ...]:
    """What a reader must know of stated values that no row has, and of rows in no group.

    Raises UserError where no row has any value of a group.
    """
    treatment, name = spec.treatment, spec.population.table or spec.population.source
    if treatment is None or name is None:
        return ()
    query = rows_by_value(name, home.sources[name], treatment, spec.population.where, home.sources)
    found = home.engine.table(query)
    counts = dict(zip(found[VALUE].to_pylist(), found[ROWS].to_pylist(), strict=True))
    stated = {"control": treatment.controls, "arms": treatment.contacted}
    notes = []
    for rule, values in stated.items():
        unseen = [value for value in values if value not in counts]
        said = f"no row of '{name}' that `population.where` keeps has {listed(unseen)} of `treatment.{rule}`"
        if len(unseen) == len(values):
            raise UserError(f"pipeline {spec.pipeline}: {said}. There are: {_told(counts)}")
        notes += [said] if unseen else []
    other = {value: rows for value, rows in counts.items() if value not in sum(stated.values(), ())}
    if other:
        told = f"rows of '{name}' with {_told(other)} in `{treatment.column}`"
        notes.append(f"in no group of the experiment and left out: {told}")
    return tuple(notes)


def treated_of(table: pa.Table) -> Floats:
    """1 for each case of any arm, 0 for controls, (n,). Raises UserError when a group is too small."""
    groups = table[TREATMENT].to_numpy()
    for name, count in (("control", int((groups == 0).sum())), ("treated", int((groups > 0).sum()))):
        if count < FEWEST:
            raise UserError(
                f"treatment: {count:,} {name} cases are too few to learn an effect from; at least {FEWEST} of each are "
                "needed. Look at `treatment.control`, `treatment.arms` and `population.where`"
            )
    return np.asarray(groups > 0, dtype=np.float64)


def refuse_small_parts(cases: Cases, treated: Floats) -> None:
    """Raise UserError where a part of the split has nobody, or hardly anybody, to compare with."""
    for part in (TRAIN, VALID, CALIBRATION, TEST):
        here = treated[cases.rows(part)]
        for name, count in (("control", int((here == 0).sum())), ("treated", int(here.sum()))):
            if count < FEWEST_OF_A_PART:
                raise UserError(
                    f"treatment: {count:,} {name} cases among the {len(here):,} of the part '{part}' are too few; at "
                    f"least {FEWEST_OF_A_PART} treated and as many controls are needed in each. Look at `split` and "
                    "`population`: was a control held at that time?"
                )


def _told(counts: Mapping[str | None, int]) -> str:
    """Values with their rows, the commonest first."""
    order = sorted(counts, key=lambda value: (-counts[value], str(value)))
    words = [f"{'nothing' if value is None else repr(value)} ({counts[value]:,})" for value in order[:SHOWN]]
    more = [f"{len(order) - SHOWN:,} more"] if len(order) > SHOWN else []
    return ", ".join([*words, *more])
