"""leadlift demo: the whole path on the demo bank."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import Bar, relative, say, working
from leadlift.cli.options import HERE

if TYPE_CHECKING:
    from leadlift.specs import Workspace
    from leadlift.workflows.listed import Listed

DAY = date(2026, 6, 30)
PIPELINE, CAMPAIGN, TRIALS = "term_deposit_response", "term_deposit_summer", 12

app = typer.Typer()


@app.command(short_help="Run the whole path on the demo bank.")
def demo(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="A workspace of the demo bank; made when there is none.",
            show_default="this folder",
        ),
    ] = HERE,
    customers: Annotated[int, typer.Option(min=1000, help="How many the bank has.")] = 20_000,
    trials: Annotated[int, typer.Option(min=1, help="How many parameter settings to try.")] = TRIALS,
) -> None:
    """Run the whole path on a simulated bank: tables, features, tuning, training, promotion, scores, leads.

    Example: leadlift demo
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.demo_files import demo_workspace

    began = time.monotonic()
    root = demo_workspace(folder)
    _step("simulate", lambda bar: _simulated(root, customers, bar))
    ws = open_workspace(root)
    listed = _path(ws, trials)
    _closing(ws, listed, time.monotonic() - began)


def _path(ws: Workspace, trials: int) -> Listed:
    from leadlift.workflows import check, explain, features, leads, promote, score, train, tune

    _step("check", lambda bar: _checked(check.check(ws.root, progress=bar)))
    _step("features build", lambda bar: f"{features.build(ws, DAY, bar).features} features of every customer")
    _step("segment", lambda bar: _segmented(ws, bar))
    _step("tune", lambda bar: f"best average precision {tune.tune(ws, PIPELINE, bar, trials).best_value:.3f}")
    _step("train", lambda bar: _trained(train.train(ws, PIPELINE, bar)))
    _step("promote", lambda bar: f"version {promote.promote(ws, PIPELINE, 'demo').version} is the champion")
    _step("explain", lambda bar: relative(explain.explain(ws, PIPELINE, progress=bar).page))
    _step("score", lambda bar: f"{score.score(ws, PIPELINE, DAY, bar).customers:,} customers")
    found: list[Listed] = []

    def listing(bar: Bar) -> str:
        found.append(leads.leads(ws, CAMPAIGN, DAY, replace=True, progress=bar))
        return f"{found[0].leads:,} leads"

    _step("leads", listing)
    return found[0]


def _step(name: str, run: Callable[[Bar], str]) -> None:
    began = time.monotonic()
    with working(name) as bar:
        told = run(bar)
    say(f"{name:<15} {time.monotonic() - began:5.1f} s   {told}")


def _simulated(root: Path, customers: int, bar: Bar) -> str:
    from leadlift.simulate import BankPlan, simulate

    plan = BankPlan(customers=customers)
    mark = root / ".leadlift" / "demo-bank"
    # the same plan gives the same bank to the last bit: what is there already need not be made again
    if (
        mark.is_file()
        and mark.read_text(encoding="utf-8") == str(plan)
        and (root / "data" / "truth").is_dir()
    ):
        return "the bank is there already"
    rows = simulate(plan, root / "data", bar.done)
    mark.parent.mkdir(exist_ok=True)
    mark.write_text(str(plan), encoding="utf-8")
    return f"{customers:,} customers, {rows['transactions']:,} transactions"


def _checked(found: object) -> str:
    from leadlift.errors import GateError
    from leadlift.workflows.check import Checked

    if isinstance(found, Checked) and found.faults:
        raise GateError("\n".join(str(problem) for problem in found.faults))
    return "no faults"


def _segmented(ws: Workspace, bar: Bar) -> str:
    from leadlift.specs import open_workspace
    from leadlift.workflows.segment import segment

    made = segment(open_workspace(ws.root, freezing=True), None, DAY, progress=bar)
    return f"{len(made)} segmentations: {', '.join(one.segment for one in made)}"


def _trained(found: object) -> str:
    from leadlift.workflows.train import Trained

    if not isinstance(found, Trained):
        return ""
    return f"out-of-time AUC {found.metrics['auc'].value:.3f} (baseline {found.baseline['auc'].value:.3f})"


def _closing(ws: Workspace, listed: Listed, seconds: float) -> None:
    say(f"{'all':<15} {seconds:5.1f} s")
    say(f"\nThe ten best leads for {listed.best[0]['offer']} as of {listed.as_of}\n")
    for lead in listed.best:
        say(f"{lead['rank']:>3}  {lead['customer_id']}  {lead['probability']:6.1%}  band {lead['band']}")
        for place in ("reason_1", "reason_2", "reason_3"):
            if lead[place]:
                say(f"       - {lead[place]}")
    say("\nWhere everything is")
    say(f"  lead files      {relative(listed.folder)}: {', '.join(listed.files)}")
    say(f"  scores          {relative(ws.root / 'scores')}")
    say(f"  explanation     {relative(ws.root / 'reports')}")
    say(f"  runs and models {ws.file.tracking_uri}")
    say(f"\nOpen the MLflow UI:  leadlift ui{'' if ws.root == Path.cwd() else f' --workspace {ws.root}'}")
