"""Scores of past days joined with what happened: the same populations and outcomes that training reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from sqlglot import exp

from leadlift.features import Home, keep_spine
from leadlift.features import population as people
from leadlift.features.rows import ROW, SPINE, col
from leadlift.monitoring import Outcomes
from leadlift.names import CUSTOMER, PROBABILITY, SCORE, TARGET
from leadlift.specs import Pipeline
from leadlift.training import maturity_of
from leadlift.workflows.scored_days import ScoredDay

SCORED = "scored_day"
# A case of a source belongs to the last scoring before it, unless that is older than this.
SPAN = timedelta(days=45)


def has_outcomes(spec: Pipeline) -> bool:
    """Whether scorings can be judged by outcomes: a flat table has no later, an effect is never seen.

    Amounts are seen, but months are judged by chances; a new training judges the amounts.
    """
    return spec.population.table is None and spec.predicts_chance


def outcomes_of(spec: Pipeline, home: Home, days: Sequence[ScoredDay], day: date) -> list[Outcomes]:
    """Each scoring with the outcomes known on `day`, oldest first.

    Where cases are rows of a source, those between a scoring and the next are its cases, at their own dates; so a model
    of contacts is judged on whom was contacted. Else everyone scored is a case. Nothing that happens on `day` or later
    counts.
    """
    if not has_outcomes(spec) or not days:
        return []
    maturity = maturity_of(spec, home)
    ends = day if maturity is None else min(day, maturity.ends)
    last = ends - timedelta(days=maturity.wait if maturity is not None else 1)
    nexts = [later.as_of for _, later in pairwise(days)]
    spans = [
        (one, min(end - timedelta(days=1), one.as_of + SPAN))
        for one, end in zip(days, [*nexts, date.max], strict=True)
    ]
    return [
        _of_cases(spec, home, one, until, last)
        if spec.population.source
        else _of_everyone(spec, home, one, last)
        for one, until in spans
    ]


def windows_that_overlap(spec: Pipeline, days: Sequence[ScoredDay]) -> float:
    """How many scorings' outcome windows hold the same outcome, at least 1; where cases have their own dates, 1."""
    if spec.population.source or len(days) < 2 or not spec.target.outcome:
        return 1.0
    apart = (days[-1].as_of - days[0].as_of).days / (len(days) - 1)
    return max(1.0, spec.target.outcome / apart)


def _of_everyone(spec: Pipeline, home: Home, one: ScoredDay, last: date) -> Outcomes:
    if one.as_of > last:
        return _immature(one)
    home.engine.define_files(SPINE, one.path)
    return _joined(home, one, _outcomes(spec, home))


def _of_cases(spec: Pipeline, home: Home, one: ScoredDay, until: date, last: date) -> Outcomes:
    if until > last:
        return _immature(one)
    population = spec.population
    name = str(population.source)
    source = home.sources[name]
    query = people.cases(
        name, source, home.customer_key, population.where, spec.target, one.as_of, until, home.sources
    )
    keep_spine(home, query, home.prints(name))
    return _joined(home, one, exp.select("*").from_(SPINE) if spec.target.column else _outcomes(spec, home))


def _outcomes(spec: Pipeline, home: Home) -> exp.Select:
    return people.outcomes(spec.target, home.customer_key, home.sources, spec.population)


def _joined(home: Home, one: ScoredDay, outcomes: exp.Select) -> Outcomes:
    home.engine.define_files(SCORED, one.path)
    alike = exp.EQ(this=col(CUSTOMER, ROW), expression=col(CUSTOMER, SCORED))
    query = (
        exp.select(col(SCORE, SCORED), col(PROBABILITY, SCORED), col(TARGET, ROW))
        .from_(exp.to_table(SCORED))
        .join(outcomes.subquery(ROW), on=alike)
        .where(exp.not_(exp.Is(this=col(TARGET, ROW), expression=exp.null())))
    )
    table = home.engine.table(query)
    score, chance, y = (
        np.asarray(table[name].to_numpy(), dtype=np.float64) for name in (SCORE, PROBABILITY, TARGET)
    )
    order = np.lexsort(
        (y, chance, score)
    )  # rows come in any order; equal data gives equal numbers, to the last bit
    return Outcomes(one.as_of, one.version, score[order], chance[order], y[order], mature=True)


def _immature(one: ScoredDay) -> Outcomes:
    none = np.empty(0)
    return Outcomes(one.as_of, one.version, none, none, none, mature=False)
