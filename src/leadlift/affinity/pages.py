"""Affinity as people read it: what goes together, what comes next, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from leadlift.affinity.next_product import Base, NextRule, Step
from leadlift.affinity.suggesting import Suggestion
from leadlift.affinity.together import Together
from leadlift.evaluation import Estimate
from leadlift.reports.page import html_page, render
from leadlift.specs.affinity import Affinity

SHOWN = 40


@dataclass(frozen=True)
class Found:
    """All rules of a day. suggestions: product -> the rules that count for it."""

    together: Sequence[Together]
    bases: Sequence[Base]
    rules: Sequence[NextRule]
    steps: Sequence[Step]
    suggestions: Mapping[str, Suggestion]


def affinity_html(
    workspace: str, as_of: date, spec: Affinity, found: Found, suggested: Sequence[Mapping[str, Any]]
) -> str:
    """One self-contained page. suggested: product, customers, mean_chance."""
    body = render(
        "affinity.html.j2",
        "leadlift.affinity",
        horizon=spec.horizon,
        windows=spec.windows,
        together=[one for one in found.together if one.surely][:SHOWN],
        looked_at=len(found.together),
        bases=sorted(found.bases, key=lambda one: -one.chance.value),
        rules=list(found.rules)[:SHOWN],
        counted={(rule.left, rule.right) for one in found.suggestions.values() for rule in one.rules},
        steps=list(found.steps)[:SHOWN],
        suggested=suggested,
        between=between,
        ratio=ratio,
    )
    return html_page("Products", f"{workspace}, as of {as_of}", Markup(body), kicker="Affinity")


def between(share: Estimate) -> Markup:
    """A share with its interval below it."""
    return Markup("{:.2%}<small>{:.2%} to {:.2%}</small>").format(share.value, share.low, share.high)


def ratio(lift: Estimate) -> Markup:
    """A lift with its interval below it."""
    return Markup("{:.2f}<small>{:.2f} to {:.2f}</small>").format(lift.value, lift.low, lift.high)
