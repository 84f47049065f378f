"""When monitoring speaks up: read from limits.yaml, the one place, with what a pipeline says instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import cast, get_args

import yaml

from leadlift.specs.alerts import Alert, AlertName, parse_alert
from leadlift.specs.monitor import Monitor

NOTHING, LOOK, RECALIBRATE, RETRAIN = "nothing", "look", "recalibrate", "retrain"
VERDICTS = (NOTHING, LOOK, RECALIBRATE, RETRAIN)


@dataclass(frozen=True)
class Rule:
    """One alert. verdict: what it asks for. when: over counts. why: where it comes from."""

    name: AlertName
    verdict: str
    when: Alert
    why: str


@dataclass(frozen=True)
class MonitorLimits:
    """marks: how large an effect must be to be counted. rules: the alerts, in the order they are told in."""

    marks: Mapping[str, float]
    rules: tuple[Rule, ...]


@cache
def usual_limits() -> MonitorLimits:
    """Those of the file. Raises ValueError for an alert or a verdict that nobody knows."""
    text = files("leadlift.monitoring").joinpath("limits.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    if set(told["alerts"]) != set(get_args(AlertName)):
        raise ValueError(f"limits.yaml: alerts must be {get_args(AlertName)}")
    rules = [_rule(cast(AlertName, name), **given) for name, given in told["alerts"].items()]
    return MonitorLimits({name: float(one["value"]) for name, one in told["marks"].items()}, tuple(rules))


def limits_of(own: Monitor) -> MonitorLimits:
    """The usual limits with a pipeline's own in their place."""
    usual = usual_limits()
    marks = {**usual.marks, **own.marks.model_dump(exclude_none=True)}
    rules = [
        replace(rule, when=parse_alert(own.alerts[rule.name]), why="as the pipeline says")
        if rule.name in own.alerts
        else rule
        for rule in usual.rules
    ]
    return MonitorLimits(marks, tuple(rules))


def _rule(name: AlertName, verdict: str, when: str, why: str) -> Rule:
    if verdict not in VERDICTS:
        raise ValueError(f"limits.yaml: {verdict!r} is no verdict")
    return Rule(name, verdict, parse_alert(when), why)
