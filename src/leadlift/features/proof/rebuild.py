"""One feature of one customer on one day, from nothing but the customer's rows: the second way of computing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from leadlift.features.proof.aggregate import Counted, aggregated, size
from leadlift.features.proof.expressions import reading
from leadlift.features.proof.known import ALL, Clocks, Fact, Known, Seen, known_on
from leadlift.features.proof.readings import Reading, Row
from leadlift.features.proof.values import Value, as_float, in_order
from leadlift.names import AS_OF
from leadlift.specs import FeatureDef, Source


@dataclass(frozen=True)
class Answer:
    """A value and what it rests on. whole: a whole number, exact. size: of what it is computed from. rows: counted."""

    value: Value
    whole: bool
    size: float
    rows: tuple[Fact, ...]


@dataclass
class Rebuilder:
    """Computes features of one source over facts that were read together, one customer and day at a time.

    An expression that names neither the as-of date nor an end that may be hidden is computed once for each row.
    """

    source: Source
    _read: dict[str, tuple[Reading, bool]] = field(default_factory=dict)
    _met: dict[tuple[str, int], Value] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)

    def known(self, facts: Sequence[Fact], customer: str, as_of: date, clocks: Clocks = ALL) -> Known:
        """What could be read of the customer on the day."""
        return known_on(self.source, facts, customer, as_of, clocks)

    def answer(self, feature: FeatureDef, known: Known, as_of: date, clocks: Clocks = ALL) -> Answer:
        """The feature over what could be read."""
        if self.source.kind == "attributes":
            return self._held(feature, known)
        rows = [
            Counted(one, self._value(feature.of, one) if feature.of is not None else None)
            for one in known.seen
            if self.kept_out(feature, one, clocks) is None
        ]
        value = aggregated(feature, rows, as_of)
        return _answer(feature, value, size(rows), [one.seen.fact for one in rows])

    def kept_out(self, feature: FeatureDef, one: Seen, clocks: Clocks = ALL) -> str | None:
        """The first part of the definition that a known row does not meet, or None for one that counts."""
        on = feature.spec.on or "held"
        if self.source.kind == "intervals" and on == "held" and one.closed is not None:
            return "ended by then"
        if self.source.kind == "intervals" and on == "closed" and one.closed is None:
            return "not ended by then"
        age = one.closed if on == "closed" else one.age
        if feature.window is not None and (age is None or age > feature.window + clocks.shift):
            return f"older than {feature.window} days"
        if feature.where is not None and self._value(feature.where, one) is not True:
            return "condition not met"
        return None

    def _held(self, feature: FeatureDef, known: Known) -> Answer:
        """The row that had begun last; of several the first by their columns."""
        if not known.seen:
            return _answer(feature, None, 0.0, [])
        latest = max((one.fact.at for one in known.seen if one.fact.at is not None), default=None)
        began = [one for one in known.seen if one.fact.at == latest]
        columns = sorted(self.source.columns)
        row = min(began, key=lambda one: tuple(in_order(one.row[column]) for column in columns))
        met = feature.where is None or self._value(feature.where, row) is True
        value = self._value(feature.of, row) if met and feature.of is not None else None
        return _answer(feature, value, 0.0, [row.fact])

    def _value(self, tree: exp.Expr, one: Seen) -> Value:
        text = self._texts.get(id(tree))
        if text is None:
            text = self._texts[id(tree)] = tree.sql(dialect="duckdb")
            changing = {AS_OF, self.source.valid_to}
            names = {column.name for column in tree.find_all(exp.Column)}
            self._read[text] = (reading(tree), not names & changing)
        read, fixed = self._read[text]
        if not fixed:
            return read(one.row)
        place = (text, one.fact.place)
        if place not in self._met:
            self._met[place] = read(one.row)
        return self._met[place]


def formula(feature: FeatureDef) -> Callable[[Row], Answer]:
    """A formula as a function of its parts' values, each of which is held against a rebuilt one of its own."""
    compute = reading(feature.expr if feature.expr is not None else exp.null())
    return lambda built: _answer(feature, compute(built), 0.0, [])


def _answer(feature: FeatureDef, value: Value, size: float, rows: Sequence[Fact]) -> Answer:
    whole = isinstance(value, int)
    if value is not None and not feature.is_text:
        value = as_float(value)
    return Answer(value, whole, size, tuple(rows))
