"""The page of `leadlift check`: each source with its rules, and its rows by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from leadlift.contracts import Finding, Looked, broken, stopping
from leadlift.reports.day_plot import days_plot
from leadlift.reports.page import html_page, render

WEIGHT = {"error": 0, "warn": 1, "note": 2}


@dataclass(frozen=True)
class Block:
    """One source on the page.

    findings: rules that are broken, and those of days, which have something to tell in any case. held: what every
    row keeps, by column or "rows". picture: rows by day as PNG, or None when it has no clock.
    """

    looked: Looked
    about: str
    findings: Sequence[Finding]
    held: Mapping[str, Sequence[str]]
    failed: int
    picture: bytes | None


def contract_page(
    workspace: str, day: date | None, tables: Sequence[Looked], about: Mapping[str, str]
) -> str:
    """One self-contained page. about: what each source is, in words. It holds no pii, since findings hold none."""
    stops, failed = stopping(tables), broken(tables)
    rules = sum(len(one.findings) for one in tables)
    body = render(
        "contracts.html.j2",
        verdict=_verdict(len(stops), len(failed)),
        stops=bool(stops),
        rules=rules,
        failed=len(failed),
        warned=len(failed) - len(stops),
        stopped=len(stops),
        rows=sum(one.rows for one in tables),
        blocks=[_block(one, about.get(one.source, "")) for one in tables],
    )
    subtitle = f"{len(tables)} sources, judged on {day}" if day else f"{len(tables)} sources"
    return html_page(f"Data of {workspace}", subtitle, Markup(body), kicker="Data contracts")


def _block(looked: Looked, about: str) -> Block:
    order = sorted(looked.findings, key=lambda one: (one.holds, WEIGHT[one.severity]))
    held: dict[str, list[str]] = {}
    for finding in looked.findings:
        if finding.holds and finding.unit == "rows":
            held.setdefault(finding.column or "rows", []).append(finding.rule)
    return Block(
        looked=looked,
        about=about,
        findings=[one for one in order if not one.holds or one.unit != "rows"],
        held=held,
        failed=sum(not one.holds for one in order),
        picture=days_plot(looked.days, looked.marked) if looked.days else None,
    )


def _verdict(stops: int, failed: int) -> str:
    if stops:
        rules = "1 rule stops" if stops == 1 else f"{stops} rules stop"
        return f"{rules} here: the data breaks its contract. Mend it before anything is built on it."
    if failed:
        rules = "1 rule is" if failed == 1 else f"{failed} rules are"
        return f"Nothing stops. {rules} broken that only warn: worth a look."
    return "Every rule holds."
