"""What a rule that stands against an offer found, in words: the condition, and the customer's own values in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import sqlglot
from sqlglot import exp

from leadlift.customers.facts import Hurdle
from leadlift.customers.words import WORDS
from leadlift.explain.phrases import with_unit
from leadlift.features.rows import ROW, case, number
from leadlift.specs import Campaign, Rule, ValueModel, Workspace, conditions_of, sql
from leadlift.workflows.customer_home import Alone
from leadlift.workflows.customer_scores import exp_names
from leadlift.workflows.lead_facts import Facts, condition_types

MASK = "***"


@dataclass(frozen=True)
class Hurdles:
    """Words for the rules of a campaign.

    values: feature -> the customer's value. holds: each part of a condition -> whether it is true of the customer.
    """

    ws: Workspace
    campaign: Campaign
    values: Mapping[str, Any]
    holds: Mapping[str, bool]

    @classmethod
    def of(cls, ws: Workspace, campaign: Campaign, one: Alone, facts: Facts) -> Self:
        """Ask every part of every condition in one query."""
        spec = ws.pipeline(next(iter(campaign.offers.values())).pipeline)
        types = condition_types(ws, spec)
        parts = list(dict.fromkeys(part for _, text in conditions_of(campaign) for part in parts_of(text)))
        names = sorted({name for part in parts for name in exp_names(part) if name in types})
        asked = [
            case(sql.parse(part, types, "the workspace"), number(1)).as_(f"__p{place}")
            for place, part in enumerate(parts)
        ]
        columns = [exp.column(exp.to_identifier(name, quoted=True)) for name in names]
        if not asked:
            return cls(ws, campaign, {}, {})
        rows = one.home.engine.table(exp.select(*columns, *asked).from_(facts.features.subquery(ROW)))
        row = rows.to_pylist()[0] if rows.num_rows else {}
        holds = {part: row.get(f"__p{place}") == 1 for place, part in enumerate(parts)}
        return cls(ws, campaign, {name: row.get(name) for name in names}, holds)

    def told(self, rule: str, offer: str, channel: str) -> Hurdle:
        """What stands against an offer on a channel by this rule."""
        campaign = self.campaign
        if rule == "consent":
            return Hurdle(rule, self._missing([campaign.channels[channel].consent]))
        if rule == "eligible":
            return Hurdle(rule, self._missing([campaign.eligible, campaign.offers[offer].eligible]))
        if rule.partition(" ")[0] == "held":
            return Hurdle("held", self._met(campaign.offers[offer].held))
        if rule == "min_probability":
            return Hurdle(rule, f"{campaign.min_probability:g}")
        value = campaign.offers[offer].value
        if rule == "not_priced" and isinstance(value, ValueModel):
            return Hurdle(rule, value.pipeline)
        if rule == "min_expected_value":
            return Hurdle(rule, f"{campaign.least_value:g} {campaign.money_unit}".strip())
        found = next((one for one in campaign.exclude if one.rule == rule), None)
        if found is not None:
            return Hurdle(rule, self._met(found.where))
        by_name = next((one for one in campaign.policy if one.rule == rule), None)
        return Hurdle(rule, self._policy(by_name), by_name.because) if by_name else Hurdle(rule, "")

    def _policy(self, rule: Rule) -> str:
        words = WORDS[self.ws.file.language]
        if rule.kind == "where" and rule.source is None:
            return self._met(rule.where)
        if rule.kind == "where":
            days = words["within"].format(days=rule.within) if rule.within else ""
            return f"{rule.source}: {one_line(str(rule.where))}{days}"
        told = {
            name: getattr(rule, name) for name in ("most", "within", "pause", "apart", "above", "pipeline")
        }
        told |= {
            "offer": rule.offer or words["any offer"],
            "channel": rule.channel or words["any channel"],
            "first": rule.from_,
            "never": ", ".join(rule.never or ()),
        }
        return words[f"rule {rule.kind}"].format(**told)

    def _missing(self, texts: Iterable[str | None]) -> str:
        """The parts of conditions that must hold and do not."""
        parts = [part for text in texts if text for part in parts_of(text)]
        failed = [part for part in parts if not self.holds.get(part, False)]
        words = WORDS[self.ws.file.language]
        return "; ".join(words["needs"].format(what=part) + self._values(part) for part in failed)

    def _met(self, text: str | None) -> str:
        """A condition that removes, and is met."""
        return "" if text is None else f"{one_line(text)}{self._values(text)}"

    def _values(self, text: str) -> str:
        words = WORDS[self.ws.file.language]
        told = [self._value(name) for name in sorted(exp_names(text)) if name in self.values]
        return f" ({words['joined'].join(told)})" if told else ""

    def _value(self, name: str) -> str:
        feature = self.ws.features.get(name)
        words = WORDS[self.ws.file.language]
        label, unit = (feature.label, feature.unit) if feature is not None else (name, "")
        value = self.values[name]
        if feature is not None and feature.hidden is not None:
            said = MASK
        else:
            said = words["unknown"] if value is None else with_unit(value, unit)
        return words["is"].format(label=label or name, value=said)


def parts_of(text: str) -> list[str]:
    """The conditions that are joined by `and`, each as it would be written alone."""
    tree = sqlglot.parse_one(text, read="duckdb").unnest()
    parts = tree.flatten() if isinstance(tree, exp.And) else [tree]
    return [one_line(part.sql(dialect="duckdb")) for part in parts]


def one_line(text: str) -> str:
    """The text without line ends."""
    return " ".join(text.split())
