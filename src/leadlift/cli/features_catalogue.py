"""leadlift features list | show | profile | catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from leadlift.cli.console import print_json, relative, say, table, tell, working
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir

FeatureName = Annotated[str, typer.Argument(metavar="NAME", help="The feature's name.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands among those of `leadlift features`."""
    app.command("list", short_help="List every feature.")(list_)
    app.command(short_help="Show one feature.")(show)
    app.command(short_help="Look at the features' values over time.")(profile)
    app.command(short_help="Write every feature on one page.")(catalogue)


def list_(
    subject: Annotated[str | None, typer.Option(help="Only this subject's.")] = None,
    source: Annotated[str | None, typer.Option(help="Only those made of this source.")] = None,
    search: Annotated[str | None, typer.Option(help="Only those whose texts hold these words.")] = None,
    unused: Annotated[
        bool, typer.Option("--unused", help="Only those that no pipeline or campaign needs.")
    ] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Only those that another one repeats, with its name.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """List every feature with its label, unit, definition and users.

    Unused: no pipeline chooses it, no campaign names it, no formula that is used is made of it. Duplicates: the same
    by definition, or, where `leadlift features profile` has been run, by value.

    Example: leadlift features list --subject risk --search "past due"
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.catalogue import Wanted, listing

    rows = listing(open_workspace(workspace), Wanted(subject, source, search, unused, duplicates))
    if json:
        print_json(rows)
        return
    table("", [_line(row, duplicates) for row in rows])
    say(f"{len(rows)} features")


def _line(row: Mapping[str, Any], duplicates: bool) -> dict[str, object]:
    told = {name: row[name] for name in ("feature", "type", "label", "unit", "subject", "source")}
    told |= {"window": f"{row['window']}d" if row["window"] else "", "used by": len(row["used by"])}
    if duplicates:
        return told | {"the same as": "; ".join(f"{name}: {how}" for name, how in row["duplicates"].items())}
    return told | {"": row["kept out"] or ("unused" if row["unused"] else "")}


def show(name: FeatureName, workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Show one feature: its definition, sentences, lineage, clocks, who uses it, and its last profile.

    Example: leadlift features show days_since_txn_180d
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.catalogue import show as run

    facts = run(open_workspace(workspace), name)
    if json:
        print_json(facts)
        return
    for fact, value in facts.items():
        if fact == "profile" and facts["kept out"]:
            say("profile: none; its values are not looked at")
        elif fact in _TOLD:
            _TOLD[fact](value)
        elif value not in ("", [], None, False):
            say(f"{fact}: {', '.join(value) if isinstance(value, list) else value}")


def _clocks(rules: list[str]) -> None:
    for rule in rules:
        say(f"clock: {rule}")


def _origin(origin: Mapping[str, Any], depth: int = 0) -> None:
    if depth == 0:
        say("made of:")
    said = f" = {origin['text']}" if origin["kind"] != "column" else f" ({origin['text']})"
    say(f"{'  ' * (depth + 1)}{origin['name']}{said}")
    for part in origin["parts"]:
        _origin(part, depth + 1)


def _uses(uses: list[Mapping[str, Any]]) -> None:
    for use in uses:
        if use["role"] != "model":  # that a pipeline chooses it is said already
            say(f"  {use['kind']} {use['who']}: {use['role']}")


def _twins(twins: list[Mapping[str, Any]]) -> None:
    for twin in twins:
        say(f"duplicate of {twin['name']}: {twin['how']}")


def _kept(profile: Mapping[str, Any] | None) -> None:
    if profile is None:
        say("profile: none yet. Run `leadlift features profile`")
        return
    state = f"; out of date: {profile['stale']}" if profile["stale"] else ""
    say(f"profile of {profile['made_on']}{state}")
    if profile["flaw"]:
        say(f"  {profile['flaw']}: the commonest value has a share of {profile['commonest']:.1%}")
    table("", [_month(month) for month in profile["months"]])
    if profile["strengths"]:
        table("", [_strength(one) for one in profile["strengths"]])


def _month(month: Mapping[str, Any]) -> dict[str, object]:
    told = {"as of": month["as_of"], "customers": month["customers"], "missing": f"{month['missing']:.1%}"}
    told["psi"] = f"{month['psi']:.3f}"
    if month["quantiles"]:
        low, middle, high = (month["quantiles"][place] for place in (1, 3, 5))
        told |= {"5 %": float(low), "median": float(middle), "95 %": float(high), "mean": month["mean"]}
    return told


def _strength(one: Mapping[str, Any]) -> dict[str, object]:
    ends = "" if one["low"] is None else f"{one['low']:.3f} to {one['high']:.3f}"
    return {
        "target of": one["pipeline"],
        "responders": one["responders"],
        "auc": "" if one["auc"] is None else f"{one['auc']:.3f}",
        "95 %": ends,
        "direction": one["direction"],
        "information": f"{one['information']:.3f}",
        "by luck": f"{one['by_luck']:.3f}",
    }


_TOLD: dict[str, Callable[[Any], None]] = {
    "clocks": _clocks, "made of": _origin, "uses": _uses, "duplicates": _twins, "profile": _kept,
}  # fmt: skip


def profile(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Features; all by default.")
    ] = None,
    months: Annotated[int, typer.Option(min=1, max=60, help="How many as-of dates, a month apart.")] = 6,
    sample: Annotated[int, typer.Option(min=100, help="About so many customers at each date.")] = 20_000,
    as_of: LastDay = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Look at the features' values over time: distribution, drift, missing values, strength against each target.

    The same customers, chosen by a hash, are looked at each month. What is found is kept for `show`, `list
    --duplicates` and `catalogue`. Values of pii and protected features are not read.

    Example: leadlift features profile --months 12
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.profile import profile as run

    with working("profile") as bar:
        found = run(
            open_workspace(workspace), names or (), months, sample, as_of.date() if as_of else None, bar
        )
    if json:
        print_json(found)
        return
    table("", [_summary(name, one) for name, one in found.features.items()])
    for name, why in found.hidden.items():
        say(f"{name}: {why}, not looked at")
    for note in found.notes:
        tell(note)
    say(
        f"{len(found.features)} features of {found.customers:,} customers, {len(found.days)} as-of dates from "
        f"{found.days[0]} to {found.days[-1]}: {relative(found.path)}"
    )


def _summary(name: str, one: Any) -> dict[str, object]:
    best = one.strongest
    state = [*filter(None, [one.flaw, "drifting" if one.drifting else ""])]
    return {
        "feature": name,
        "missing": f"{one.missing:.1%}",
        "distinct": one.distinct,
        "psi": f"{one.psi:.3f}",
        "strongest for": best.pipeline if best else "",
        "information": f"{best.information:.3f}" if best else "",
        "auc": f"{best.auc:.3f}" if best and best.auc is not None else "",
        "": ", ".join(state + [f"as {twin}" for twin, _ in one.twins[:1]]),
    }


def catalogue(workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Write every feature on one page: search, definitions, lineage, users, and pictures of the last profile.

    Example: leadlift features catalogue
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.catalogue_page import write_catalogue

    written = write_catalogue(open_workspace(workspace))
    if json:
        print_json(written)
        return
    if written.profiled < written.features:
        tell(
            f"{written.features - written.profiled} features have no pictures. Run `leadlift features profile`"
        )
    if written.stale:
        tell(f"the pictures of {written.stale} features are out of date. Run `leadlift features profile`")
    say(
        f"{written.features} features: {written.unused} unused, {written.duplicates} with a duplicate, "
        f"{written.drifting} drifting: {relative(written.path)}"
    )
