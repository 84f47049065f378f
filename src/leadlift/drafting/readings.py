"""What the values of a text column can be read as, and one way of writing numbers and dates for the whole file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leadlift.specs.columns import ColumnType

NA = ("", "NA", "NULL")
MORE_NA = ("?", "-", ".", "n/a", "N/A", "nan", "NaN", "null", "None", "none", "#N/A", "missing")
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y.%m.%d", "%d.%m.%y", "%d/%m/%y",
        "%m/%d/%y", "%Y%m%d", "%d %b %Y", "%d-%b-%Y")  # fmt: skip
SHORT = "%y%m%d"
TIMES = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f")
DATE_WORDS = re.compile(r"(^|_)(date|day|dt|datum|born|birth|time|month|from|since|until|on|at)(_|$)|date$")
_WHOLE = re.compile(r"[+-]?\d+")
_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_LONGEST = 18  # digits that a 64-bit whole number surely holds
_FIRST_LOOK = 200


@dataclass(frozen=True)
class Reading:
    """One way of reading a column. how: the decimal sign or the date format, where the type has one.

    na: words beyond the usual that mean not available. why: what says so, in words.
    """

    type: ColumnType
    how: str = ""
    na: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class FileReading:
    """What holds for all columns of the file, and how each is then read."""

    columns: Mapping[str, Reading]
    decimal: str = "."
    date_format: str | None = None
    timestamp_format: str | None = None
    na: tuple[str, ...] = field(default=())


def readings_of(values: Sequence[str], name: str) -> list[Reading]:
    """The ways in which every one of these different, trimmed values can be read; text is always the last.

    name: as spelt, since six digits are a date only where the name says so.
    """
    kept = [value for value in values if value not in NA]
    found: list[Reading] = []
    for words in ((), tuple(word for word in MORE_NA if word in kept)):
        known = [value for value in kept if value not in words]
        if known and not found:
            found = _of_known(known, words, name)
    return [*found, Reading("string", why=_nearly(kept))]


def read_file(columns: Mapping[str, Sequence[Reading]]) -> FileReading:
    """Choose one decimal sign, one date and one timestamp format: those that most columns need."""
    decimal = _most(columns, "number") or "."
    day, time = _most(columns, "date"), _most(columns, "timestamp")
    chosen: dict[str, Reading] = {}
    for name, ways in columns.items():
        fitting = [way for way in ways if _fits(way, decimal, day, time)]
        other = ways[0] if fitting[0].type == "string" and ways[0].type != "string" else None
        why = f"{ways[0].type}s written otherwise ({ways[0].how}) than the file's others" if other else ""
        chosen[name] = Reading("string", why=why) if other else fitting[0]
    plain_time = time == "%Y-%m-%d %H:%M:%S" and day in (None, DAYS[0])
    return FileReading(
        chosen,
        decimal,
        None if day == DAYS[0] else day,
        None if plain_time else time,
        tuple(dict.fromkeys(word for way in chosen.values() for word in way.na)),
    )


def _of_known(known: Sequence[str], na: tuple[str, ...], name: str) -> list[Reading]:
    dates = _times_of(known, na, name)
    if dates:
        return dates
    if {value.lower() for value in known} <= {"true", "false"}:
        return [Reading("boolean", na=na)]
    if any(re.match(r"[+-]?0\d", value) for value in known):
        return []  # a leading zero is part of a code
    if all(_WHOLE.fullmatch(value) for value in known):
        return [Reading("integer", na=na)] if max(map(len, known)) <= _LONGEST else []
    ways = []
    if all(_POINT.fullmatch(value) for value in known):
        ways.append(Reading("number", ".", na))
    if all(_COMMA.fullmatch(value) for value in known) and any("," in value for value in known):
        ways.append(Reading("number", ",", na))
    return ways


def _times_of(known: Sequence[str], na: tuple[str, ...], name: str) -> list[Reading]:
    first = known[:_FIRST_LOOK]
    formats = [form for form in DAYS if _all_read(first, form)]
    if SHORT not in formats and DATE_WORDS.search(name) and _all_read(first, SHORT, 6):
        formats.append(SHORT)
    formats = [form for form in formats if form != "%Y%m%d" or _all_read(first, form, 8)]
    ways = [
        Reading("date", form, na, _day_first(form, formats)) for form in formats if _all_read(known, form)
    ]
    if ways or not any(" " in value or "T" in value for value in first):
        return ways
    for day in DAYS:
        for gap in (" ", "T"):
            for time in TIMES:
                if _all_read(first, f"{day}{gap}{time}") and _all_read(known, f"{day}{gap}{time}"):
                    return [Reading("timestamp", f"{day}{gap}{time}", na)]
    return []


def _all_read(values: Sequence[str], form: str, digits: int | None = None) -> bool:
    for value in values:
        if digits is not None and not (len(value) == digits and value.isdigit()):
            return False
        try:
            year = datetime.strptime(value, form).year
        except ValueError:
            return False
        if not 1850 <= year <= 2199:
            return False
    return True


def _day_first(form: str, formats: Sequence[str]) -> str:
    swapped = form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    return "day first is a guess: no day above 12 is seen" if swapped != form and swapped in formats else ""


def _most(columns: Mapping[str, Sequence[Reading]], kind: str) -> str | None:
    """The form that most columns of this type can be read in; of equals, the one tried first."""
    counted = Counter(how for ways in columns.values() for how in {w.how for w in ways if w.type == kind})
    order = [w.how for ways in columns.values() for w in ways if w.type == kind]
    return max(counted, key=lambda how: (counted[how], -order.index(how))) if counted else None


def _fits(way: Reading, decimal: str, day: str | None, time: str | None) -> bool:
    wanted = {"number": decimal, "date": day, "timestamp": time}
    return way.type not in wanted or way.how == wanted[way.type]


def _nearly(values: Sequence[str]) -> str:
    """A word on columns that are numbers but for a few values."""
    odd = sum(_POINT.fullmatch(value) is None for value in values)
    if values and 0 < odd <= 0.2 * len(values):
        return f"numbers but for {odd:,} of {len(values):,} different values, so read as text"
    return ""
