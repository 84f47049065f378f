"""leadlift check."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, Json, WorkspaceDir
from leadlift.errors import GateError

if TYPE_CHECKING:  # the workflow is imported when it runs, so that help is instant
    from leadlift.contracts import Finding
    from leadlift.workflows.check import Checked

app = typer.Typer()

AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day that freshness and rows from the future are judged by; by default the last day of all data.",
        show_default=False,
    ),
]
Quarantine = Annotated[
    bool, typer.Option("--quarantine", help="Write the rows that break error rules to .leadlift/quarantine/.")
]
Html = Annotated[bool, typer.Option("--html", help="Write the page reports/check.html.")]


@app.command(short_help="Tell every fault of specs and data.")
def check(
    as_of: AsOf = None,
    quarantine: Quarantine = False,
    html: Html = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Read every spec and look at all data; tell every fault at once, with file and line.

    Each table is read once for all rules of its contract. What a rule weighs decides: error stops, warn and note
    are told and pass.

    Exit code 0: nothing stops. 2: specs or files must be mended. 3: data breaks its contract.

    Example: leadlift check --html
    """
    from leadlift.workflows.check import as_record
    from leadlift.workflows.check import check as run

    day = as_of.date() if as_of is not None else None
    with working("check") as bar:
        found = run(workspace, day, quarantine=quarantine, html=html, progress=bar)
    if json:
        print_json(as_record(found))
    else:
        _show(found)
    if found.faults:
        raise GateError("\n".join(str(problem) for problem in found.faults))
    if not json:
        say("no faults")


def _show(found: Checked) -> None:
    """Broken rules as a table, then what was written, what is worth knowing, and the sums."""
    from leadlift.contracts import broken

    failed = broken(found.tables)
    if failed:
        table("rules that are broken", [_row(finding) for finding in failed])
    for aside in found.quarantined:
        personal = f"; it holds pii: {', '.join(aside.pii)}" if aside.pii else ""
        say(f"quarantine: {aside.rows:,} rows of {aside.source} in {relative(aside.path)}{personal}")
    if found.page is not None:
        say(f"page: {relative(found.page)}")
    for note in found.notes:
        say(f"note: {note}")
    rules = [finding for one in found.tables for finding in one.findings]
    rows = sum(one.rows for one in found.tables)
    on = f", on {found.day}" if found.day else ""
    say(f"{len(rules) - len(failed)} of {len(rules)} rules hold, of {rows:,} rows{on}")
    say(
        f"{found.workspace}: {found.sources} sources, {found.features} features, {found.pipelines} pipelines, "
        f"{found.campaigns} campaigns, {found.segmentations} segmentations"
    )


def _row(finding: Finding) -> dict[str, object]:
    """One broken rule as a line of the table."""
    rule = f"{finding.column}: {finding.rule}" if finding.column else finding.rule
    return {
        "source": finding.source,
        "rule": rule,
        "severity": f"{finding.severity} (left out)" if finding.left_out else finding.severity,
        "failing": f"{finding.failing:,} of {finding.of:,} {finding.unit}",
        "such as": ", ".join([*finding.examples, *([finding.row] if finding.row else [])]),
    }
