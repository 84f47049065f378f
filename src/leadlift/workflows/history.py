"""leadlift history: every version of a pipeline, who made it champion and why, and what it has scored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leadlift.ledger.places import LEADS
from leadlift.names import MANIFEST
from leadlift.specs import Workspace
from leadlift.tracking import MAKES_MODELS, ModelVersion, Promotion, RunRecord
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.session import tracker_of


@dataclass(frozen=True)
class Reign:
    """One time that a version was made champion; until: when another took its place, None while it is champion."""

    when: datetime
    who: str
    why: str
    replaced: int | None
    until: datetime | None
    replaced_by: int | None
    gates: Mapping[str, str]


@dataclass(frozen=True)
class ScoredDay:
    """A folder of scores that this version made."""

    as_of: str
    customers: int
    folder: str


@dataclass(frozen=True)
class LeadList:
    """A list that read this version's scores, whatever for; a replaced one's folder ends in `.replaced-N`."""

    list_id: str
    campaign: str
    as_of: str
    leads: int
    folder: str


@dataclass(frozen=True)
class VersionHistory:
    """A registered version. aliases: `champion`, `challenger`. learned, judged: as-of dates, empty without any.

    metrics: out-of-time AUC, lift@10 and positives; of other kinds Qini, or Gini and the lift of
    money. rivals: what was found beside each model to beat.
    """

    version: int
    aliases: tuple[str, ...]
    created: datetime
    run_id: str
    learned: str
    judged: str
    metrics: Mapping[str, float]
    rivals: Mapping[str, str]
    reigns: tuple[Reign, ...]
    scored: tuple[ScoredDay, ...]
    lists: tuple[LeadList, ...]


@dataclass(frozen=True)
class History:
    """A pipeline's versions, the newest first."""

    pipeline: str
    versions: tuple[VersionHistory, ...]


def history(ws: Workspace, name: str) -> History:
    """Put together what the registry, the promotions and the manifests on disk say.

    Raises UserError for an unknown pipeline.
    """
    ws.pipeline(name)
    tracker = tracker_of(ws)
    runs = {run.id: run for stage in MAKES_MODELS for run in tracker.runs(name, stage)}
    promotions = tracker.promotions(name)
    days, lists = list(_scored(ws.root, name)), list(_lists(ledger_of(ws).root))
    told = [
        _version(
            one,
            runs.get(one.run_id),
            promotions,
            [day for number, day in days if number == one.version],
            [made for models, made in lists if f"{one.name} v{one.version}" in models],
        )
        for one in tracker.history(name)
    ]
    return History(name, tuple(told))


def _version(
    one: ModelVersion,
    run: RunRecord | None,
    promotions: Sequence[Promotion],
    scored: Sequence[ScoredDay],
    lists: Sequence[LeadList],
) -> VersionHistory:
    params: Mapping[str, str] = run.params if run else {}
    metrics: Mapping[str, float] = run.metrics if run else {}
    tags: Mapping[str, str] = run.tags if run else {}
    mark = "leadlift.rival."
    return VersionHistory(
        version=one.version,
        aliases=one.aliases,
        created=one.created,
        run_id=one.run_id,
        learned=_between(params, "learned"),
        judged=_between(params, "judged"),
        metrics={
            name: metrics[f"oot.{name}"]
            for name in ("auc", "lift_at_10", "positives", "qini", "gini", "value_lift_at_10")
            if f"oot.{name}" in metrics
        },
        rivals={key.removeprefix(mark): told for key, told in sorted(tags.items()) if key.startswith(mark)},
        reigns=tuple(_reigns(one.version, promotions)),
        scored=tuple(scored),
        lists=tuple(lists),
    )


def _between(params: Mapping[str, str], what: str) -> str:
    first, last = params.get(f"{what}_from"), params.get(f"{what}_until")
    return f"{first} to {last}" if first and last else ""


def _reigns(version: int, promotions: Sequence[Promotion]) -> Iterator[Reign]:
    for place, promotion in enumerate(promotions):
        if promotion.version != version:
            continue
        after = promotions[place + 1] if place + 1 < len(promotions) else None
        yield Reign(
            when=promotion.when,
            who=promotion.who,
            why=promotion.why,
            replaced=promotion.replaced,
            until=after.when if after else None,
            replaced_by=after.version if after else None,
            gates=promotion.gates,
        )


def _scored(root: Path, name: str) -> Iterator[tuple[int, ScoredDay]]:
    for folder, told in _manifests(root / "scores" / name):
        if {"version", "as_of", "customers"} <= set(told):
            where = folder.relative_to(root).as_posix()
            yield int(told["version"]), ScoredDay(str(told["as_of"]), int(told["customers"]), where)


def _lists(root: Path) -> Iterator[tuple[Sequence[str], LeadList]]:
    """Every list, with the versions whose scores it read; older manifests name those of its offers alone."""
    for campaign in sorted((root / LEADS).glob("*")):
        for folder, told in _manifests(campaign):
            if {"model", "list_id", "campaign", "as_of", "leads"} <= set(told):
                where = folder.relative_to(root).as_posix()
                made = LeadList(
                    told["list_id"], told["campaign"], str(told["as_of"]), int(told["leads"]), where
                )
                yield told.get("models") or str(told["model"]).split(", "), made


def _manifests(parent: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Finished folders and what their manifests say; what is no manifest of ours is passed over."""
    for path in sorted(parent.glob(f"*/{MANIFEST}")):
        if path.parent.name.startswith("."):
            continue
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(told, dict):
            yield path.parent, told
