"""A file looked at once, column by column: counts of different values, never the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from leadlift.drafting import ColumnFacts, FileReading, Reading, facts_of, read_file, readings_of
from leadlift.drafting.facts import Counts
from leadlift.drafting.layout import Layout
from leadlift.drafting.spelling import spelled_all
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.errors import UserError
from leadlift.progress import Progress
from leadlift.specs.base import nearest
from leadlift.workflows.raw_table import VALUE, Raw, open_raw, value_of

USUAL_YES = ("1", "1.0", "yes", "true", "y", "t", "ja", "oui", "si", "sí", "sim", "responder", "是")
MOST_CLASSES = 50
SAMPLE = 200
ROWS, KNOWN, YES = "n_rows", "n_known", "n_yes"


@dataclass(frozen=True, eq=False)
class Looked:
    """What a look at the file found, by the columns' names in it. samples: some values of each."""

    layout: Layout | None
    facts: Mapping[str, ColumnFacts]
    reading: FileReading
    samples: Mapping[str, Sequence[str]]
    aside: Mapping[str, str]
    classes: tuple[str, ...]
    positive: tuple[str, ...]
    known: int
    positives: int
    counts: Mapping[str, Counts]

    @property
    def readings(self) -> Mapping[str, Reading]:
        """How each column is read."""
        return self.reading.columns

    def one_sided_after(self, clock: str) -> str | None:
        """Why a test of the later fifth by this column would not do; None when it would."""
        counts, how = self.counts[clock], self.readings[clock]
        days = _days(counts.values, how)
        order = np.argsort(days, kind="stable")
        later = np.cumsum(counts.known[order]) > 0.8 * counts.known.sum()
        for part, told in ((later, "later"), (~later, "earlier")):
            known, yes = counts.known[order][part].sum(), counts.yes[order][part].sum()
            if yes == 0 or yes == known:
                return f"of the {known:,.0f} {told} rows by {clock} {yes:,.0f} are positive"
        return None


def looked_at_table(
    engine: DuckDbEngine, path: Path, target: str, positive: tuple[str, ...] | None, progress: Progress
) -> Looked:
    """Look at every column. Raises UserError when the file or its target cannot be learned from."""
    raw = open_raw(engine, path, "raw_table")
    if target not in raw.names:
        why = raw.aside.get(target) or f"there is no such column in {path}.{nearest(target, raw.names)}"
        raise UserError(f"--target {target}: {why}")
    classes = _classes(engine, raw, target)
    positive = _positive(target, classes, positive)
    counts: dict[str, Counts] = {}
    ways: dict[str, Sequence[Reading]] = {}
    spelt = spelled_all(list(raw.names))
    for place, name in enumerate(raw.names):
        progress.step(f"column {place + 1} of {len(raw.names)}")
        counts[name] = _counts(engine, raw, name, target, positive)
        present = [value for value in counts[name].values if value is not None]
        ways[name] = [raw.types[name]] if raw.types else readings_of(present, spelt[name], classes)
    # the target is compared as text, as the pipeline's `positive` is
    if raw.types is None:
        ways[target] = [Reading("string")]
    reading = read_file(ways)
    counts = {name: _without(one, reading.na) for name, one in counts.items()}
    facts = {name: facts_of(name, counts[name], reading.columns[name]) for name in counts}
    samples = {
        name: [value for value in one.values[: 4 * SAMPLE] if value is not None][:SAMPLE]
        for name, one in counts.items()
    }
    return Looked(
        raw.layout, facts, reading, samples, raw.aside, tuple(classes), positive,
        sum(classes.values()), sum(n for word, n in classes.items() if word in positive), counts,
    )  # fmt: skip


def _classes(engine: DuckDbEngine, raw: Raw, target: str) -> dict[str, int]:
    """The target's values and how often each stands, the commonest first."""
    value, n = value_of(raw, target, trimmed=False).as_(VALUE), exp.Count(this=exp.Star()).as_(ROWS)
    query = exp.select(value, n).from_(exp.to_table(raw.table)).group_by(exp.Literal.number(1))
    table = engine.table(query)
    pairs = zip(table[VALUE].to_pylist(), table[ROWS].to_pylist(), strict=True)
    known = sorted(
        ((word, count) for word, count in pairs if word is not None), key=lambda one: (-one[1], one[0])
    )
    if len(known) > MOST_CLASSES:
        raise UserError(
            f"--target {target} has {len(known):,} different values; a target has a few, of which --positive means yes"
        )
    if len(known) < 2:
        found = f"only {known[0][0]!r}" if known else "no value at all"
        raise UserError(
            f"--target {target} holds {found} in {raw.path}; a model needs rows with yes and with no"
        )
    return dict(known)


def _positive(target: str, classes: Mapping[str, int], positive: tuple[str, ...] | None) -> tuple[str, ...]:
    shown = ", ".join(f"{word!r} ({count:,})" for word, count in list(classes.items())[:10])
    if positive is None:
        found = [word for word in classes if word.strip().lower() in USUAL_YES]
        if len(found) != 1 or len(classes) != 2:
            raise UserError(f"say with --positive which value of {target} means yes; there are {shown}")
        return (found[0],)
    if wrong := [word for word in positive if word not in classes]:
        raise UserError(f"--positive {wrong[0]}: {target} has no such value; there are {shown}")
    if len(positive) >= len(classes):
        raise UserError(
            f"--positive: every value of {target} means yes then; a model needs rows with no as well"
        )
    return positive


def _counts(engine: DuckDbEngine, raw: Raw, name: str, target: str, positive: Sequence[str]) -> Counts:
    """Different values of a column, with rows, rows of known target, and rows with yes."""
    value = value_of(raw, name, trimmed=name != target)
    outcome = value_of(raw, target, trimmed=False)
    yes = exp.In(this=outcome.copy(), expressions=[exp.Literal.string(word) for word in positive])
    one = exp.Case().when(yes, exp.Literal.number(1))
    query = (
        exp.select(
            value.as_(VALUE),
            exp.Count(this=exp.Star()).as_(ROWS),
            exp.Count(this=outcome.copy()).as_(KNOWN),
            exp.Count(this=one).as_(YES),
        )
        .from_(exp.to_table(raw.table))
        .group_by(exp.Literal.number(1))
        .order_by(exp.Literal.number(1))
    )
    table = engine.table(query)
    numbers = [table[part].to_numpy().astype(np.float64) for part in (ROWS, KNOWN, YES)]
    return Counts(table[VALUE].to_pylist(), *numbers)


def _without(counts: Counts, na: Sequence[str]) -> Counts:
    """The counts with the file's own words for not available counted as missing."""
    gone = {value for value in counts.values if value in na}
    if not gone:
        return counts
    keep = np.array([value is not None and value not in gone for value in counts.values])
    parts = [np.append(part[keep], part[~keep].sum()) for part in (counts.rows, counts.known, counts.yes)]
    return Counts([*(value for value, kept in zip(counts.values, keep, strict=True) if kept), None], *parts)


def _days(values: Sequence[str | None], how: Reading) -> npt.NDArray[np.float64]:
    form = how.how or None
    told = [np.nan if v is None else _moment(v, form) for v in values]
    return np.array(told)


def _moment(value: str, form: str | None) -> float:
    moment = datetime.strptime(value, form) if form else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC).timestamp()
