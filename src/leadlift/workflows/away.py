"""The engine held open while trees grow where its rows are; closed before, where they grow here."""

from __future__ import annotations

from contextlib import ExitStack

from leadlift.features import Home
from leadlift.specs import Split
from leadlift.training import Away, Parts, TrainingTable, learned_rule
from leadlift.workflows.session import apart


def kept_open(
    opened: ExitStack, home: Home, table: TrainingTable, parts: Parts, split: Split
) -> tuple[ExitStack, Away | None]:
    """What is to be closed once trees are grown, and where the training cases are, when not in the table.

    opened: holds the engine; it is left empty where the engine is still needed.
    """
    if table.whole is None:
        return ExitStack(), None
    folder = opened.enter_context(apart(home))
    away = Away(home.engine, table.whole, learned_rule(parts, split, table.maturity), folder)
    return opened.pop_all(), away
