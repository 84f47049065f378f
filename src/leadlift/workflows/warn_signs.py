"""The signs of everyone scored: the chance, broken indicators, behaviour unlike the customer's own past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from leadlift.specs import FeatureDef
from leadlift.specs.warning import EarlyWarning, Indicator, Unusual
from leadlift.warning import (
    Held,
    IndicatorLine,
    Odd,
    UnusualLine,
    deviations,
    held_against,
    odd_months,
    usual_of,
)
from leadlift.workflows.warn_values import Months, Values
from leadlift.workflows.warn_words import broken_said, limits_said, odd_said, unusual_said

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Past:
    """Deviations of everyone, (n, f), beside the medians they are from; before: of the month before.

    marks: (f,), beyond which a deviation is unusual. far: (n, f), whether it is.
    """

    names: tuple[str, ...]
    now: Floats
    median: Floats
    deviation: Floats
    before: Floats | None
    marks: Floats
    odd: Odd | None
    far: Bools


@dataclass(frozen=True, eq=False)
class Signs:
    """What each customer shows. held: indicator -> its limits, now and before. past: None where nothing is asked."""

    held: Mapping[str, tuple[Indicator, Held, Floats, Floats]]
    past: Past | None
    customers: int
    notes: tuple[str, ...] = field(default=())

    @property
    def indicator(self) -> Bools:
        """Who broke any indicator, (n,)."""
        found = np.zeros(self.customers, dtype=np.bool_)
        for _, held, _, _ in self.held.values():
            found |= held.broken
        return found

    @property
    def unusual(self) -> Bools:
        """Whose behaviour is unusual, in one feature or as a whole, (n,)."""
        if self.past is None:
            return np.zeros(self.customers, dtype=np.bool_)
        far = self.past.far.any(axis=1)
        return np.asarray(far | self.past.odd.odd if self.past.odd is not None else far)


def signs_of(
    spec: EarlyWarning, values: Values, months: Months, unusual: Sequence[str], as_of: date, customers: int
) -> Signs:
    """Judge everyone. values: of all days that `days_of` names. unusual: the features held against the past."""
    held = {}
    for one in spec.indicators:
        now = values.of(one.feature, as_of)
        then = None if one.over is None else values.of(one.feature, as_of - timedelta(days=one.over))
        before = np.full(customers, np.nan) if then is None else then
        held[one.indicator] = (one, held_against(one, now, then), now, before)
    past, notes = None, []
    if spec.unusual is not None:
        if months.left_out:
            notes.append(
                f"{months.left_out} of the {spec.unusual.months} months before lie too early in the data to count"
            )
        if len(months.own) < spec.unusual.least:
            notes.append(
                f"nothing is judged unusual: {len(months.own)} months before are known, {spec.unusual.least} are asked"
            )
        else:
            past = _past(spec.unusual, values, months, tuple(unusual), as_of)
    return Signs(held, past, customers, tuple(notes))


def _past(spec: Unusual, values: Values, months: Months, names: tuple[str, ...], as_of: date) -> Past:
    usual = usual_of(values.past(names, months.own), spec.least)
    now = values.past(names, [as_of])[:, 0, :]
    deviation = deviations(now, usual)
    before = None
    if months.reference is not None:
        earlier = usual_of(values.past(names, months.of_reference), spec.least)
        before = deviations(values.past(names, [months.reference])[:, 0, :], earlier)
    odd = odd_months(deviation, before, spec.forest) if spec.forest and before is not None else None
    marks = _marks(spec, before, len(names))
    with np.errstate(invalid="ignore"):
        far = np.abs(deviation) > marks
    return Past(names, now, usual.median, deviation, before, marks, odd, far)


def _marks(spec: Unusual, before: Floats | None, features: int) -> Floats:
    """Beyond which a deviation is unusual, (f,): `above`, or what all but `share` stayed within a month before."""
    marks = np.full(features, spec.above)
    if spec.share is None or before is None:
        return marks
    for place in range(features):
        known = np.abs(before[:, place][~np.isnan(before[:, place])])
        if len(known):
            marks[place] = max(spec.above, float(np.quantile(known, 1 - spec.share)))
    return marks


def indicator_lines(signs: Signs, features: Mapping[str, FeatureDef], language: str) -> list[IndicatorLine]:
    """Each indicator over everyone scored."""
    return [
        IndicatorLine(
            name,
            one.feature,
            limits_said(one, features[one.feature], language),
            one.because,
            int((~np.isnan(now)).sum()),
            int(held.level.sum()),
            int(held.moved.sum()),
            int(held.broken.sum()),
        )
        for name, (one, held, now, _) in signs.held.items()
    ]


def unusual_lines(past: Past | None, features: Mapping[str, FeatureDef]) -> list[UnusualLine]:
    """Each feature over everyone, and how usual it was to be unusual a month before."""
    if past is None:
        return []
    told = []
    for place, name in enumerate(past.names):
        judged = int((~np.isnan(past.deviation[:, place])).sum())
        far = int(past.far[:, place].sum())
        earlier = None if past.before is None else past.before[:, place][~np.isnan(past.before[:, place])]
        share = (
            None
            if earlier is None or not len(earlier)
            else float((np.abs(earlier) > past.marks[place]).mean())
        )
        mark = float(past.marks[place])
        told.append(
            UnusualLine(name, features[name].label, mark, judged, far, far / judged if judged else 0.0, share)
        )
    return told


def odd_facts(odd: Odd | None) -> dict[str, float]:
    """The forest in numbers, for the page and the manifest; empty where it judged nobody."""
    if odd is None:
        return {}
    judged, found = int((~np.isnan(odd.score)).sum()), int(odd.odd.sum())
    before = odd.odd_before / odd.judged_before
    return {
        "mark": odd.mark,
        "judged": judged,
        "odd": found,
        "share": found / max(1, judged),
        "before": before,
    }


def flags_said(signs: Signs, row: int, features: Mapping[str, FeatureDef], language: str) -> list[str]:
    """Every flag of one customer as a sentence: indicators in their order, then what is farthest from the usual."""
    told: list[str] = []
    for one, held, now, before in signs.held.values():
        told += broken_said(
            one,
            features[one.feature],
            float(now[row]),
            float(before[row]),
            level=bool(held.level[row]),
            moved=bool(held.moved[row]),
            language=language,
        )
    past = signs.past
    if past is None:
        return told
    for place in farthest(past, row):
        value, usual, far = (float(x[row, place]) for x in (past.now, past.median, past.deviation))
        told.append(unusual_said(features[past.names[place]], value, usual, far, language))
    if past.odd is not None and past.odd.odd[row]:
        named = [features[name] for name in past.names]
        deviation = np.nan_to_num(past.deviation[row], nan=0.0)
        told.append(odd_said(named, past.odd.part[row], deviation, language))
    return told


def farthest(past: Past, row: int) -> list[int]:
    """The places of the features of a customer that are unusual, the farthest first."""
    places = np.flatnonzero(past.far[row])
    order = np.argsort(-np.abs(past.deviation[row, places]), kind="stable")
    return [int(places[one]) for one in order]
