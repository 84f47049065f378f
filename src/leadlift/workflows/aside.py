"""A process beside this one that explains scores: what models are made of is imported there meanwhile.

Importing LightGBM and what comes with it takes as long as all else that a customer's page needs. Nothing heavy is
imported here, so that the process can be started first of all.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import pyarrow as pa

    from leadlift.explain import Phrase
    from leadlift.models import Model


UNUSED = ("sklearn", "pandas", "dask")


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


class NotFound:
    """A finder to whom what is unused is not installed: libraries then do without it, each in its own way."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Nothing for any other module, so that the next finder is asked. Raises ModuleNotFoundError."""
        if name.partition(".")[0] in UNUSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def settle_arrow() -> None:
    """Let Arrow make up its mind that it does without pandas.

    It looks for pandas once, at its first conversion to NumPy, and importing it would take half as long as all else of
    a page: hidden for that moment it is not found. Where pandas is imported already, it is.
    """
    import sys

    import pyarrow as pa

    hidden = NotFound()
    sys.meta_path.insert(0, hidden)
    try:
        pa.array([0]).to_numpy()
    finally:
        sys.meta_path.remove(hidden)


class Aside:
    """Explains in the process at the other end, once, and from then on in this one."""

    def __init__(self, other: Connection | None = None) -> None:
        self._other = other

    def ask(self, questions: Sequence[Question]) -> Callable[[], list[Why]]:
        """Begin to answer, and return how to get the answers, in order: which raises what reading a model raises."""
        other, self._other = self._other, None
        if other is not None and questions:
            # what is asked is more than fits on the way while nobody reads yet
            Thread(target=_send, args=(other, questions), daemon=True).start()

        def answers() -> list[Why]:
            found: list[Why] | None = None
            if other is not None and questions:
                with suppress(EOFError, OSError):  # a machine may end a process that it has no memory for
                    found = other.recv()
            # what went wrong there goes wrong here, where it can be told
            return found if found is not None else [_answer(question) for question in questions]

        return answers


def _send(other: Connection, questions: Sequence[Question]) -> None:
    with suppress(OSError):  # whoever waits for the answers finds out
        other.send(questions)


@contextmanager
def beside(models: Path) -> Iterator[Aside]:
    """Start the process at once, and end it with the block.

    models: where models are kept. Where none is yet, the first look fetches one from the store, for which all is
    imported here anyway: no process is started.
    """
    if not models.is_dir():
        yield Aside()
        return
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    there.close()
    try:
        yield Aside(here)
    finally:
        process.kill()
        process.join()
        here.close()


def _serve(other: Connection) -> None:
    """Import what answering needs, answer, and be gone: taking the process down costs a page less while it is made."""
    import gc
    import os
    import sys

    gc.disable()
    # LightGBM does without what this process has no use for, and is imported in a quarter of the time
    sys.meta_path.insert(0, NotFound())
    import leadlift.models.scorer
    import leadlift.workflows.telling  # noqa: F401 - this is what the process is for

    try:
        questions = other.recv()
    except EOFError:
        return
    try:
        answers = [_answer(question) for question in questions]
    except Exception:  # whoever asked finds out what it is, by doing it again
        answers = None
    other.send(answers)
    # it holds nothing that would have to be put away, and its own end would take half a second
    os._exit(0)


def _answer(question: Question) -> Why:
    import json

    from leadlift.explain import ReasonCodes
    from leadlift.progress import SILENT
    from leadlift.workflows.telling import told_of

    model = _model(question.folder)
    names = model.encoding.features
    typical = json.loads(model.meta["typical"])
    codes = ReasonCodes(names, question.phrases, typical, language=question.language)
    reasons = told_of(model, codes, question.row.select(names), SILENT).reasons[0]
    found = model.predict(question.row)
    said = [reason.sentence for reason in reasons]
    return Why(said, float(found.score[0]), float(found.probability[0]))


@lru_cache(maxsize=8)
def _model(folder: Path) -> Model:
    """A kept model, read once: what lies in its folder never changes."""
    from leadlift.models import Model

    return Model.load(folder)
