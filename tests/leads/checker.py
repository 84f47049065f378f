"""The contact policy once more, in slow plain Python over plain rows, written from the rules' own words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]


def known(row: Row, as_of: date, day: str, after: int) -> bool:
    """Whether the row had happened before the day, and the bank knew of it by then."""
    return row[day] < as_of and row[day] + timedelta(days=after) <= as_of


def contacts_of(who: str, as_of: date, history: list[Row], own: list[Row]) -> list[Row]:
    """Every contact of a customer that counts: known history, and our own lists where they are not in it already.

    A control counts as the contacted do: it was chosen like them.
    """
    seen = [row for row in history if row["customer"] == who and known(row, as_of, "day", 1)]
    ours = [row for row in own if row["customer"] == who and row["day"] <= as_of]
    fresh = [
        row
        for row in ours
        if not any(
            (one["offer"], one["channel"]) == (row["offer"], row["channel"])
            and row["day"] <= one["day"] <= row["until"]
            for one in seen
        )
    ]
    return seen + [{**row, "refused": False} for row in fresh]


def broken(rule: Row, who: Row, offer: str, channel: str, as_of: date, world: Row) -> bool:
    """Whether contacting this customer about this offer on this channel would break the rule."""
    if rule.get("counts") or (rule.get("offers") and offer not in rule["offers"]):
        return False  # what only softens removes nobody
    past = contacts_of(who["customer"], as_of, world["history"], world["own"])

    def lately(row: Row, days: int) -> bool:
        return bool(row["day"] >= as_of - timedelta(days=days))

    if "most" in rule:
        if rule.get("channel", channel) != channel or rule.get("offer", offer) != offer:
            return False
        counted = [
            row
            for row in past
            if lately(row, rule["within"])
            and rule.get("channel", row["channel"]) == row["channel"]
            and rule.get("offer", row["offer"]) == row["offer"]
        ]
        return len(counted) + 1 > rule["most"]  # this contact would be one more
    if "pause" in rule:
        about = rule.get("offers") or [row["offer"] for row in past]
        return any(row["refused"] and row["offer"] in about and lately(row, rule["pause"]) for row in past)
    if "apart" in rule:
        return offer == rule["offer"] and any(
            row["offer"] == rule["from"] and lately(row, rule["apart"]) for row in past
        )
    if "never" in rule:
        return offer in rule["never"] and any(
            row["offer"] in rule["never"] and row["offer"] != offer for row in past
        )
    if "above" in rule:
        return world["risk"].get(who["customer"], -1.0) > rule["above"]
    if "source" in rule:
        late = [row for row in world["arrears"] if row["customer"] == who["customer"]]
        late = [
            row for row in late if known(row, as_of, "day", 1) and lately(row, rule.get("within", 40_000))
        ]
        return any(row["days_past_due"] > 30 for row in late)
    return who["age"] is not None and who["age"] < 30


def allowed(campaign: Row, who: Row, offer: str, channel: str, as_of: date, world: Row) -> bool:
    """Whether the policy lets this customer be contacted about this offer on this channel."""
    if who["customer"] not in world["chance"][offer]:
        return False
    agreed = who["consent_" + channel]
    if agreed is None or agreed != 1:
        return False
    return not any(broken(rule, who, offer, channel, as_of, world) for rule in campaign["policy"])
