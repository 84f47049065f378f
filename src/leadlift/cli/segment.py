"""leadlift segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir

if TYPE_CHECKING:
    from leadlift.segments.describe import Mark
    from leadlift.segments.profiled import Profiled
    from leadlift.workflows.segment import Segmented

GROUP = "segment"
Segment = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="The name in pipelines/segments/*.yaml.", show_default="all of them"),
]


class _BuildFirst(TyperGroup):
    """`leadlift segment` and `leadlift segment NAME` build: a first word that is no command is a segmentation."""

    def parse_args(self, context: Any, arguments: list[str]) -> Any:
        """Read `NAME ...` and options alone as `build ...`."""
        helped = arguments and arguments[0] in ("-h", "--help")
        if not helped and (not arguments or arguments[0] not in self.commands):
            arguments = ["build", *arguments]
        return super().parse_args(context, arguments)

    def resolve_command(self, context: Any, arguments: list[str]) -> Any:
        """Read `NAME ...` as `build NAME ...`."""
        if not arguments or arguments[0] not in self.commands:
            arguments = ["build", *arguments]
        return super().resolve_command(context, arguments)


app = typer.Typer(
    cls=_BuildFirst,
    help="Put customers into groups, and tell who is in them.\n\nExample: leadlift segment --as-of 2026-06-30",
    short_help="Put customers into groups, and tell who is in them.",
)


@app.command(short_help="Build segmentations; `segment` and `segment NAME` do the same.")
def build(
    name: Segment = None,
    as_of: LastDay = None,
    refreeze: Annotated[
        bool, typer.Option("--refreeze", help="Freeze cut points or clusters anew, and tell what changes.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Put every customer into the groups of a segmentation, or of all, into segments/NAME/as_of=DAY.

    Cut points and clusters are frozen by the first build, in pipelines/segments/frozen, and stay.

    Example: leadlift segment build life_cycle --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.segment import segment as run

    with working("segment") as bar:
        found = run(
            open_workspace(workspace, freezing=True),
            name,
            as_of.date() if as_of is not None else None,
            refreeze=refreeze,
            progress=bar,
        )
    if json:
        print_json(found)
        return
    for one in found:
        _show(one)


@app.command(short_help="Describe the groups: page and workbook.")
def profile(
    name: Segment = None,
    as_of: LastDay = None,
    months: Annotated[int, typer.Option(help="How many months back movement is looked at.")] = 6,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Build segmentations and describe each group: size, value, what sets it apart, how it moved and answered.

    Writes reports/segment-NAME.html and .xlsx.

    Example: leadlift segment profile who --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.segment_profile import profile as run

    with working("segment profile") as bar:
        day = as_of.date() if as_of is not None else None
        found = run(open_workspace(workspace, freezing=True), name, day, months, bar)
    if json:
        print_json(found)
        return
    for one in found:
        _tell(one)


def _tell(one: Profiled) -> None:
    rows = [
        {
            "group": group.label,
            "customers": group.customers,
            "share": f"{group.share:.1%}",
            "mean value": f"{group.worth.mean:,.0f}" if group.worth else "",
            "apart by": "; ".join(
                _mark(mark) for mark in sorted((*group.over, *group.under), key=_loudest)[:2]
            ),
            "said yes more to": ", ".join(group.proven),
        }
        for group in one.groups
    ]
    table(f"{one.segment} ({one.kind}), {one.customers:,} customers as of {one.as_of}", rows)
    if one.covered is not None:
        say(f"conditions take {one.covered.taken:,} of {one.customers:,} customers")
    say(f"page: {relative(one.page)}\nworkbook: {relative(one.book)}")


def _loudest(mark: Mark) -> float:
    return -abs(mark.strength)


def _mark(mark: Mark) -> str:
    word = "more" if mark.strength > 0 else "less"
    return f"{word} {mark.label}" + (f": {mark.category}" if mark.category is not None else "")


def _show(one: Segmented) -> None:
    rows = [
        {
            "group": group,
            "called": one.labels.get(group, ""),
            "customers": count,
            "share": f"{count / max(1, one.customers):.1%}",
        }
        for group, count in one.groups.items()
    ]
    table(f"{one.segment} ({one.kind}), {one.customers:,} customers as of {one.as_of}", rows)
    if one.froze:
        say(f"frozen as of {one.frozen}: pipelines/segments/frozen/{one.segment}.yaml")
    elif one.frozen is not None:
        say(f"as frozen on {one.frozen}")
    if one.refrozen is not None:
        say(
            f"{one.refrozen.moved:,} of {one.refrozen.customers:,} customers are in another group than before"
        )
        for line in one.refrozen.lines[:40]:
            say(f"  {line}")
    if one.drift is not None:
        word = "shares have moved" if one.drift.psi > max(0.1, one.drift.chance) else "shares as they were"
        say(
            f"{word} since {one.drift.since}: PSI {one.drift.psi:.3f} (chance alone stays below {one.drift.chance:.3f})"
        )
    say(f"written: {relative(one.folder)}")
