"""A process beside this one that explains scores: what models are made of is imported there meanwhile.

Importing LightGBM and what comes with it takes as long as all else that a customer's page needs.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from leadlift.explain import Phrase
from leadlift.progress import SILENT


@dataclass(frozen=True)
class Why:
    """What a model says of one row today. reasons: sentences, the strongest first. score: raw."""

    reasons: Sequence[str]
    score: float
    probability: float


@dataclass(frozen=True)
class Question:
    """A row of features for a model. phrases: how each feature is spoken of."""

    folder: Path
    phrases: Mapping[str, Phrase]
    row: pa.Table
    language: str


class Aside:
    """Explains in a process of its own, or in this one where there is none."""

    def __init__(self, pool: ProcessPoolExecutor | None) -> None:
        self._pool = pool

    def why(self, questions: Sequence[Question]) -> list[Why]:
        """The answers, in order. Raises what reading a model raises."""
        if self._pool is not None:
            try:
                return self._pool.submit(_answers, questions).result()
            except BrokenExecutor:  # a machine may forbid processes, or end one that it has no memory for
                pass
        return _answers(questions)


@contextmanager
def beside(wanted: bool) -> Iterator[Aside]:
    """Start the process at once, and end it with the block. wanted: whether there will be anything to explain."""
    if not wanted:
        yield Aside(None)
        return
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    try:
        pool.submit(_ready)
        yield Aside(pool)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ready() -> None:
    """Import what answering needs."""
    import leadlift.workflows.reasons  # noqa: F401 - this is what the process is for


def _answers(questions: Sequence[Question]) -> list[Why]:
    return [_answer(question) for question in questions]


def _answer(question: Question) -> Why:
    import json

    from leadlift.explain import ReasonCodes
    from leadlift.models import Model
    from leadlift.workflows.reasons import told_of

    model = Model.load(question.folder)
    names = model.encoding.features
    typical = json.loads(model.meta["typical"])
    codes = ReasonCodes(names, question.phrases, typical, language=question.language)
    reasons = told_of(model, codes, question.row.select(names), SILENT).reasons[0]
    found = model.predict(question.row)
    said = [reason.sentence for reason in reasons]
    return Why(said, float(found.score[0]), float(found.probability[0]))
