"""Promotions as tags, numbered and never overwritten: the store itself holds the whole story."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from leadlift.tracking.protocol import Promotion

PREFIX = "leadlift.promotion."


def ledger_entry(promotion: Promotion, promotions_so_far: int) -> tuple[str, str]:
    """The tag of the registered model that records this promotion for good: (key, value)."""
    line = {
        "version": promotion.version,
        "replaced": promotion.replaced,
        "who": promotion.who,
        "when": promotion.when.isoformat(),
        "why": promotion.why,
        "gates": dict(promotion.gates),
    }
    return f"{PREFIX}{promotions_so_far + 1:04d}", json.dumps(line, ensure_ascii=False)


def promotions_in(tags: Mapping[str, str]) -> list[Promotion]:
    """Every promotion in the tags of a registered model, oldest first."""
    return [_promotion(tags[key]) for key in sorted(tags) if key.startswith(PREFIX)]


def version_tags(promotion: Promotion) -> dict[str, str]:
    """What the page of a promoted version shows: its latest promotion, gate by gate."""
    gates = {f"gate.{name}": found for name, found in promotion.gates.items()}
    return {
        "promoted_by": promotion.who,
        "promoted_at": promotion.when.isoformat(timespec="seconds"),
        "promoted_because": promotion.why,
        **gates,
    }


def _promotion(value: str) -> Promotion:
    line = json.loads(value)
    return Promotion(
        version=line["version"],
        replaced=line["replaced"],
        who=line["who"],
        when=datetime.fromisoformat(line["when"]),
        why=line["why"],
        gates=line["gates"],
    )
