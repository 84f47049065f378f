"""Who stands where in the contest: every figure with its interval, mean ranks, and leadlift less the best other way."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student

FIGURES = {"auc": 4, "ap": 4, "lift5": 2, "lift10": 2, "loss": 4}  # and the places that are told
HEADS = {
    "auc": "AUC",
    "ap": "average precision",
    "lift5": "lift at 5 %",
    "lift10": "lift at 10 %",
    "loss": "log loss",
    "s": "seconds",
}


def behind(lines: pd.DataFrame) -> pd.DataFrame:
    """Every figure of leadlift less that of the way whose mean is best: mean over the seeds of both, and interval."""
    found = []
    for name, here in lines.groupby("set", sort=False):
        for figure in FIGURES:
            table = here.pivot(index="seed", columns="way", values=figure)
            means = table.drop(columns=["leadlift", "untuned"], errors="ignore").mean()
            best = str(means.idxmin() if figure == "loss" else means.idxmax())
            gap = (table["leadlift"] - table[best]).dropna()
            half = student.ppf(0.975, len(gap) - 1) * gap.sem() if len(gap) > 1 else np.nan
            low, high = gap.mean() - half, gap.mean() + half
            worse = low > 0 if figure == "loss" else high < 0
            told = (*(f"{one:+.4f}" for one in (gap.mean(), low, high)), "behind" if worse else "")
            found.append((name, HEADS[figure], best, len(gap), *told))
    return pd.DataFrame(found, columns=["set", "figure", "best other", "seeds", "less", "low", "high", ""])


def markdown(lines: pd.DataFrame) -> str:
    """Every figure of every way: the mean over seeds, and half the width of its 95 % interval (Student)."""
    found = []
    for (name, way), here in lines.groupby(["set", "way"], sort=False):
        told = {"set": name, "way": way}
        for figure, places in FIGURES.items():
            half = student.ppf(0.975, len(here) - 1) * here[figure].sem() if len(here) > 1 else np.nan
            told[figure] = f"{here[figure].mean():.{places}f} ± {half:.{places}f}"
        found.append({**told, "s": f"{here['s'].mean():.1f}"})
    return lined(pd.DataFrame(found).rename(columns=HEADS))


def ranks(lines: pd.DataFrame) -> pd.DataFrame:
    """Each way's mean rank over data sets and seeds; leadlift stands there once."""
    tools = lines[lines["way"].ne("untuned")]
    by = tools.groupby(["set", "seed"])
    whole = by["way"].transform("count") == tools["way"].nunique()
    told = tools.assign(ap_rank=by["ap"].rank(ascending=False), loss_rank=by["loss"].rank())[whole]
    found = told.groupby("way")[["ap_rank", "loss_rank"]].mean().round(2)
    return found.rename(columns={"ap_rank": "average precision", "loss_rank": "log loss"})


def page(lines: pd.DataFrame, budget: float) -> str:
    """All figures, ranks and differences as a page of Markdown.

    lines: set, seed, way, the figures and `s`, a row each. budget: seconds.
    """
    several = {"leadlift"} < set(lines["way"]) - {"untuned"}
    parts = [
        "# The contest",
        f"Written by contest.py: {budget:.0f} s, means of {lines['seed'].nunique()} seeds, ± half of their 95 % "
        "interval (Student). Seeds of a split in time differ in the fits alone. Method and versions: "
        "[benchmarks](../README.md#quality-what-is-worth-having-and-whether-chances-come-true).",
        markdown(lines),
        "## Mean ranks",
        "Over sets and seeds where all were measured; 1 is best; `untuned` is left out.",
        lined(ranks(lines).reset_index()),
    ]
    if several:
        parts += [
            "## leadlift less the best other way",
            "In pairs over the seeds, with the 95 % interval of the mean; a loss is better when it is less.",
            lined(behind(lines)),
        ]
    return "\n\n".join(parts) + "\n"


def lined(table: pd.DataFrame) -> str:
    """A table as Markdown."""
    rows = [table.columns, ["---"] * len(table.columns), *table.to_numpy()]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)
