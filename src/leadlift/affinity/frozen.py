"""Rules frozen to a file of features: the likely next product as of any day, by the rules of one day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from leadlift.affinity.next_product import NextRule
from leadlift.affinity.suggesting import Suggestion
from leadlift.evaluation import Estimate

FROZEN_BY = "# Written by `leadlift affinity --freeze`"
"""How the file begins: one that begins otherwise was written by somebody else."""
DECIMALS = 5
UNIT = "%"


def frozen_yaml(
    suggestions: Mapping[str, Suggestion], source: str, product: str, as_of: date, horizon: int, windows: int
) -> str:
    """A file of feature_defs: who holds what, each product's chance by the rules, and the likeliest with its lift.

    Plain stanzas over the source, so that they are built, proved and explained like any other feature. Each description
    holds the evidence. source, product: where holdings stand.
    """
    names = dict(zip(_mentioned(suggestions), _slugs(_mentioned(suggestions)), strict=True))
    learned = f"Learned as of {as_of} from {windows} windows of {horizon} days"
    features: dict[str, Any] = {}
    for one, slug in names.items():
        features[f"holds_{slug}"] = _held(one, product)
    for one, found in suggestions.items():
        features[f"next_{names[one]}"] = _chance(one, names, found, horizon, learned)
    features |= _likeliest(suggestions, names, horizon, learned)
    file = {
        "subject": "needs",
        "source": source,
        "description": f"The likely next product, by rules over what is held. {learned}.",
        "features": features,
    }
    head = (
        f"{FROZEN_BY} --as-of {as_of}: edit nothing, freeze again. A model learned on days before\n"
        "# that one would know a little of its own future: freeze as of the first training day or earlier.\n"
    )
    return head + yaml.safe_dump(file, sort_keys=False, allow_unicode=True, width=110)


def _mentioned(suggestions: Mapping[str, Suggestion]) -> list[str]:
    """Every product that a rule speaks of, in the order of the alphabet."""
    found = set(suggestions)
    for one in suggestions.values():
        found |= {left for rule in one.rules for left in rule.left}
    return sorted(found)


def _slugs(names: Sequence[str]) -> list[str]:
    """Names as features are called: small letters, digits and underscores, no two alike."""
    told: list[str] = []
    for place, name in enumerate(names):
        slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or f"product_{place + 1}"
        told.append(f"{slug}_{place + 1}" if slug in told else slug)
    return told


def _held(name: str, product: str) -> dict[str, Any]:
    return {
        "agg": "holds",
        "where": f"{product} = {_text(name)}",
        "label": f"{_said(name)} held",
        "unit": "products",
        "reason_up": f"{_said(name)} held: {{value}}, more than usual",
        "reason_down": f"{_said(name)} held: {{value}}, fewer than usual",
    }


def _chance(
    name: str, names: Mapping[str, str], found: Suggestion, horizon: int, learned: str
) -> dict[str, Any]:
    cases = "".join(
        f" when {' and '.join(f'holds_{names[left]} = 1' for left in rule.left)} then {_percent(rule.chance)}"
        for rule in found.rules
    )
    base = _percent(found.base.chance)
    expr = f"case when holds_{names[name]} = 1 then 0{cases} else {base} end"
    who = f"{found.base.opened:,} of {found.base.cases:,} without it opened it: {_between(found.base.chance)}"
    return {
        "expr": expr,
        "label": f"chance of {_said(name)} next, by what is held",
        "unit": UNIT,
        "description": " ".join([f"{learned}. {who}.", *(_evidence(rule) for rule in found.rules)]),
        "reason_up": f"what is held makes {_said(name)} likelier than usual: {{value}}% within {horizon} days",
        "reason_down": f"what is held makes {_said(name)} less likely than usual: {{value}}% within {horizon} days",
    }


def _likeliest(
    suggestions: Mapping[str, Suggestion], names: Mapping[str, str], horizon: int, learned: str
) -> dict[str, Any]:
    chances = [f"next_{names[one]}" for one in suggestions]
    if not chances:
        return {}
    most = chances[0] if len(chances) == 1 else f"greatest({', '.join(chances)})"
    told = "".join(f" when next_{names[one]} = next_product_chance then {_text(one)}" for one in suggestions)
    lifts = "".join(
        f" when {_text(one)} then next_{names[one]} / {_percent(found.base.chance)}"
        for one, found in suggestions.items()
    )
    return {
        "next_product_chance": {
            "expr": most,
            "label": "chance of the likeliest next product, by what is held",
            "unit": UNIT,
            "description": f"{learned}.",
            "reason_up": f"likelier than usual to take a next product: {{value}}% within {horizon} days",
            "reason_down": f"less likely than usual to take a next product: {{value}}% within {horizon} days",
        },
        "next_product": {
            "expr": f"case when next_product_chance = 0 then 'none'{told} end",
            "label": "likeliest next product, by what is held",
            "unit": "product",
            "description": f"{learned}. Of equal chances the first counts.",
            "reason_up": "the likeliest next product is {value}",
        },
        "next_product_lift": {
            "expr": f"round(case next_product{lifts} end, 3)",
            "label": "lift of the likeliest next product over everyone without it",
            "unit": "times",
            "description": f"{learned}.",
            "reason_up": "what is held speaks for the next product more than usual: {value} {unit} as likely",
            "reason_down": "what is held speaks for the next product less than usual: {value} {unit} as likely",
        },
    }


def _evidence(rule: NextRule) -> str:
    held = " and ".join(_said(one) for one in rule.left)
    lift = f"lift {rule.lift.value:.2f} ({rule.lift.low:.2f} to {rule.lift.high:.2f})"
    return f"With {held}: {rule.opened:,} of {rule.cases:,}, {_between(rule.chance)}, {lift}."


def _between(share: Estimate) -> str:
    return f"{share.value:.2%} ({share.low:.2%} to {share.high:.2%})"


def _percent(share: Estimate) -> str:
    return f"{100 * share.value:.{DECIMALS}g}"


def _said(name: str) -> str:
    return name.replace("_", " ")


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
