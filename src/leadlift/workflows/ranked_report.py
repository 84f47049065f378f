"""The report of a model of effects or amounts: groups, months, money and versions, beside what its card says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import Estimate
from leadlift.evaluation.depth import GainsBand
from leadlift.evaluation.group_means import GroupMeans, by_group_means
from leadlift.models import Model
from leadlift.names import TEST
from leadlift.reports.report import RankedReport, VersionLine
from leadlift.specs import Campaign, Pipeline
from leadlift.training import Cases, TrainingTable
from leadlift.training.groups import Levels
from leadlift.workflows.money import money_lines, prices_of
from leadlift.workflows.report import looked_at

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ranked:
    """A trained model of effects or amounts, as its report needs it.

    protected: each case's group. found: from places among the test's cases to what was found on average among them.
    band: of what the best hold, by share contacted; base: what `profit` multiplies it with. figures: what versions are
    compared by, in words.
    """

    model: Model
    cases: Cases
    table: TrainingTable
    protected: Mapping[str, Levels]
    found: Callable[[Rows], Estimate]
    band: Callable[[], GainsBand]
    base: float
    figures: tuple[str, ...]


def ranked_report(
    spec: Pipeline, made: Ranked, campaigns: Sequence[Campaign], versions: Sequence[VersionLine]
) -> RankedReport:
    """Everything, measured on the test cases."""
    rows = made.cases.rows(TEST)
    scores = made.model.predict_matrix(made.cases.matrix[rows])

    def groups(levels: Mapping[str, Levels]) -> list[GroupMeans]:
        return [
            line
            for name, of_cases in levels.items()
            for line in by_group_means(
                name, [of_cases[row] for row in rows], scores.probability, scores.score, made.found
            )
        ]

    prices, unpriced = prices_of(spec, campaigns)
    return RankedReport(
        figures=made.figures,
        segments=groups(looked_at(made.model, made.cases, made.table)),
        fairness=groups(made.protected),
        months=sorted(groups(_months(made.cases)), key=lambda line: line.level),
        money=money_lines(prices, made.band, made.base),
        versions=versions,
        unpriced=unpriced,
    )


def _months(cases: Cases) -> dict[str, Levels]:
    """Each case's as-of month; nothing for a table without dates."""
    if np.isnat(cases.as_of).any():
        return {}
    return {"month": [str(month) for month in cases.as_of.astype("datetime64[M]")]}
