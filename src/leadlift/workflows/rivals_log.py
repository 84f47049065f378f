"""What a training run records of the models to beat."""

from __future__ import annotations

import numpy as np

from leadlift.names import TEST
from leadlift.reports import RivalLine, ScorecardLine
from leadlift.tracking import Run
from leadlift.training import Cases, Rivals, rival_metrics
from leadlift.training.gates import CHAMPION_TAG, FLATTERED_TAG, RIVAL_TAG
from leadlift.training.rivals import CALLED


def log_rivals(run: Run, rivals: Rivals, cases: Cases, champion: int | None) -> None:
    """Their metrics, what was found beside each as a tag, a table of them, and the scorecard as it is printed.

    champion: the version that was champion then. `promote` reads the tags.
    """
    run.metrics(rival_metrics(rivals))
    run.tags({f"{RIVAL_TAG}{rival.name}": rival.verdict for rival in rivals.all})
    if champion is not None:
        run.tags({CHAMPION_TAG: str(champion)})
    if any(rival.flattered for rival in rivals.all):
        run.tags({FLATTERED_TAG: "true"})
    rows = []
    for rival in rivals.all:
        told: dict[str, object] = {"model": rival.name, "verdict": rival.verdict, "what": rival.note}
        for metric in ("lift_at_10", "auc", "average_precision"):
            own = rival.compared.own[metric] if rival.compared else None
            gain = rival.compared.gain[metric] if rival.compared else None
            told |= {
                metric: own and own.value,
                f"{metric}_gain": gain and gain.value,
                f"{metric}_gain_low": gain and gain.low,
                f"{metric}_gain_high": gain and gain.high,
            }
        rows.append(told)
    run.table("tables/rivals.csv", rows)
    run.table("tables/scorecard.csv", rivals.scorecard.table(cases.encoding))


def rival_lines(rivals: Rivals) -> tuple[RivalLine, ...]:
    """The models to beat, for the card."""
    return tuple(
        RivalLine(
            name=CALLED[rival.name].removeprefix("the "),
            verdict=rival.verdict,
            what=rival.note,
            own=rival.compared.own if rival.compared else {},
            gain=rival.compared.gain if rival.compared else {},
        )
        for rival in rivals.all
    )


def scorecard_lines(rivals: Rivals, cases: Cases, labels: dict[str, str]) -> tuple[ScorecardLine, ...]:
    """The scorecard, for the card; bins that nobody is in are left out."""
    told = []
    for row in rivals.scorecard.table(cases.encoding):
        if row["value"] and not row["cases"]:
            continue
        name = str(row["feature"])
        told.append(
            ScorecardLine(
                feature=labels.get(name, name),
                value=str(row["value"]),
                points=int(str(row["points"])),
                cases=int(str(row["cases"])) if row["cases"] else 0,
                rate=float(str(row["response_rate"])) if row["cases"] else None,
            )
        )
    return tuple(told)


def judged_between(cases: Cases) -> dict[str, str]:
    """From when to when the model learned and was judged, as parameters of the run; nothing without dates."""
    if np.isnat(cases.as_of).any():
        return {}
    test = cases.as_of[cases.rows(TEST)]
    before = cases.as_of[np.concatenate([rows for part, rows in cases.parts.rows.items() if part != TEST])]
    return {
        "learned_from": str(before.min()),
        "learned_until": str(before.max()),
        "judged_from": str(test.min()),
        "judged_until": str(test.max()),
    }
