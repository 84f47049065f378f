"""What a pipeline of kind early_warning looks at beside its chance: risk indicators, and what is unusual."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Self

from pydantic import Field, model_validator

from leadlift.errors import Problem
from leadlift.specs._yaml import Document
from leadlift.specs.base import Days, Name, Share, Spec, fault_at, nearest
from leadlift.specs.definitions import FeatureDef


class Indicator(Spec):
    """One key risk indicator: a feature with a limit, on its value or on how far it moved.

    It is broken when any of its limits is. A limit itself is not yet broken. Unknown breaks nothing.
    """

    indicator: Name = Field(description="Its name in files and pages.")
    feature: Name
    above: float | None = Field(None, description="Broken by a value above this.")
    below: float | None = Field(None, description="Broken by a value below this.")
    rises: float | None = Field(None, gt=0, description="Broken when risen by more than this within `over`.")
    falls: float | None = Field(None, gt=0, description="Broken when fallen by more than this within `over`.")
    over: Days | None = Field(None, ge=1, description="How long ago the value is held against.")
    because: str = Field("", description="Why it is a sign of risk, for those who read the list.")

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        moves = self.rises is not None or self.falls is not None
        if not moves and self.above is None and self.below is None:
            raise ValueError("give a limit: `above`, `below`, or `rises` or `falls` with `over`")
        if moves and self.over is None:
            raise ValueError("`rises` and `falls` need `over`, such as 90d")
        if self.over is not None and not moves:
            raise fault_at("over", "`over` goes with `rises` or `falls`")
        if self.above is not None and self.below is not None and self.below >= self.above:
            raise fault_at("below", f"every value is below {self.below:g} or above {self.above:g}")
        return self


class Forest(Spec):
    """An isolation forest over all features of `unusual` together: months that are odd as a whole."""

    share: Share = Field(
        0.01, gt=0, le=0.2, description="Of the months before, so many were as odd: where the mark is set."
    )
    trees: int = Field(200, ge=10, le=2_000)
    seed: int = 1


class Unusual(Spec):
    """Behaviour held against the customer's own months before the as-of date."""

    features: tuple[str, ...] = Field(min_length=1, description="By name; `*` as in a pipeline's `features`.")
    months: int = Field(12, ge=3, le=60, description="How many months before are the customer's usual.")
    least: int = Field(6, ge=3, description="Who is known for fewer months is not judged.")
    above: float = Field(
        5.0, gt=0, description="Unusual: more than so many robust standard deviations from the median."
    )
    share: Share | None = Field(
        0.005,
        description="And farther than all but so many were in the month before: amounts have long tails.",
    )
    forest: Forest | None = Forest()

    @model_validator(mode="after")
    def _enough_months(self) -> Self:
        if self.least > self.months:
            raise fault_at("least", f"{self.least} months are never known: `months` is {self.months}")
        return self

    def chosen(self, features: Mapping[str, FeatureDef]) -> tuple[str, ...]:
        """The numbers among the features that the patterns name; pii and protected ones never."""
        return tuple(
            name
            for name, one in features.items()
            if one.hidden is None and not one.is_text and any(fnmatchcase(name, p) for p in self.features)
        )


class EarlyWarning(Spec):
    """Who is told of by `leadlift warn`, and why: the model's chance, indicators, unusual behaviour."""

    above: Share | None = Field(
        None, description="A chance above this is a sign; by default one in the band A."
    )
    signs: int = Field(
        1, ge=1, le=3, description="Told of are those with so many of the signs chance, indicator, unusual."
    )
    indicators: tuple[Indicator, ...] = ()
    unusual: Unusual | None = None

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [one.indicator for one in self.indicators]
        twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
        if twice is not None:
            raise fault_at("indicators", f"the indicator '{twice}' is given twice")
        return self


def warning_problems(
    document: Document, spec: EarlyWarning | None, features: Mapping[str, FeatureDef] | None
) -> list[Problem]:
    """Faults of `warning` against the workspace's features."""
    if spec is None or features is None:
        return []
    problems = []
    for index, one in enumerate(spec.indicators):
        path = ("warning", "indicators", index, "feature")
        if one.feature not in features:
            problems.append(
                document.problem(path, f"no feature '{one.feature}'.{nearest(one.feature, features)}")
            )
        elif features[one.feature].hidden is not None:
            hidden = features[one.feature].hidden
            problems.append(
                document.problem(path, f"'{one.feature}' is {hidden}: nobody may be judged by it")
            )
        elif features[one.feature].is_text:
            problems.append(document.problem(path, f"'{one.feature}' is a text; an indicator needs a number"))
    if spec.unusual is None:
        return problems
    for index, pattern in enumerate(spec.unusual.features):
        if not any(fnmatchcase(name, pattern) for name in features):
            why = f"no feature is called '{pattern}'.{nearest(pattern, features)}"
            problems.append(document.problem(("warning", "unusual", "features", index), why))
        elif not spec.unusual.model_copy(update={"features": (pattern,)}).chosen(features):
            why = f"'{pattern}' names no number that may be told: texts, pii and protected features are left out"
            problems.append(document.problem(("warning", "unusual", "features", index), why))
    return problems
