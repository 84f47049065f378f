"""A program: grow models of a workspace, one after another, where its engine is. `growing.py ROOT OUT STANZAS`

STANZAS: JSON, name -> what the pipeline's `model` says. Each model is saved below OUT; what is told is JSON, one
line for each, with the one message where it ended in one.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from leadlift.engines.spark import barrier
from leadlift.errors import UserError
from leadlift.progress import SILENT
from leadlift.specs import ModelChoice, open_workspace
from leadlift.training import fit_calibrated, prepare, split_cases, training_table
from leadlift.workflows.away import kept_open
from leadlift.workflows.session import opened


def main(root: Path, out: Path, stanzas: dict[str, dict[str, object]]) -> None:
    """Tell what came of each."""
    barrier.BEGIN_WITHIN = 60.0
    ws = open_workspace(root)
    spec = next(iter(ws.pipelines.values()))
    for name, stanza in stanzas.items():
        one = spec.model_copy(update={"model": ModelChoice.model_validate(stanza)})
        begun = time.monotonic()
        with ExitStack() as stack:
            home = stack.enter_context(opened(ws))
            table = training_table(one, ws.features, home, SILENT)
            parts = split_cases(table.table, one.split, table.maturity, table.days_of_all)
            cases = prepare(table.table, table.features, parts)
            still_open, away = kept_open(stack, home, table, parts, one.split)
        told: dict[str, object] = {"name": name, "cases": table.table.num_rows}
        with still_open:
            at = time.monotonic()
            try:
                model = fit_calibrated(cases, {}, one.model, "x", away)
            except UserError as error:
                told["error"] = str(error)
            else:
                model.save(out / name)
                told |= {"train": len(parts.rows["train"]), "parts": model.meta["parts"]}
        told |= {"seconds": [round(at - begun, 1), round(time.monotonic() - at, 1)]}
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
