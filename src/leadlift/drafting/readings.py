"""What the values of a text column can be read as, and one way of writing numbers and dates for the whole file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from leadlift.specs.base import listed
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
# a number whose commas, where it has some, part thousands
_PARTED = re.compile(r"[+-]?([1-9]\d{0,2}(,\d{3})+(\.\d*)?|\d+\.?\d*|\.\d+)")
# where all that hold a point are like this, it may part thousands
_DOTTED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
_POINTS = (
    "each of its points stands before three digits: decimals, or thousands? Where they part thousands take them out of "
    "the file"
)
_THOUSANDS = "commas part its thousands, so it is read as text: take them out of the file to make it a number"
_EITHER = (
    "its commas may part thousands or decimals, so it is read as text: take thousands' commas out of the file; "
    'for decimals write decimal: "," under csv and type: number for it in leadlift.yaml'
)
_LONGEST = 18  # digits that a 64-bit whole number surely holds
_FIRST_LOOK = 200


@dataclass(frozen=True)
class Reading:
    """One way of reading a column. how: the decimal sign or the date format, where the type has one.

    na: words beyond the usual that mean not available. why: what says so, in words. asks: what a person should mend or
    decide, in words; empty for nothing. sure: the values allow no other sign; what is not sure needs a column that is.
    """

    type: ColumnType
    how: str = ""
    na: tuple[str, ...] = ()
    why: str = ""
    asks: str = ""
    sure: bool = True


@dataclass(frozen=True)
class FileReading:
    """What holds for all columns of the file, and how each is then read."""

    columns: Mapping[str, Reading]
    decimal: str = "."
    date_format: str | None = None
    timestamp_format: str | None = None
    na: tuple[str, ...] = field(default=())


def readings_of(values: Sequence[str], name: str, classes: Collection[str] = ()) -> list[Reading]:
    """The ways in which every one of these different, trimmed values can be read; text is always the last.

    name: as spelt, since six digits are a date only where the name says so. classes: of the target, as they stand; none
    of them can mean not available, which holds for the whole file.
    """
    kept = [value for value in values if value not in NA]
    words = tuple(word for word in MORE_NA if word in kept)
    taken = {one.strip() for one in classes}
    for na in dict.fromkeys(((), tuple(word for word in words if word not in taken), words)):
        known = [value for value in kept if value not in na]
        if known and (found := _of_known(known, na, name)):
            held = [word for word in na if word in taken]
            return [_held(held)] if held else [*found, Reading("string", why=_nearly(kept))]
    return [Reading("string", why=_nearly(kept))]


def read_file(columns: Mapping[str, Sequence[Reading]], otherwise: FileReading | None = None) -> FileReading:
    """Choose one decimal sign, one date and one timestamp format: those that most columns need.

    otherwise: what another file says where these columns say nothing.
    """
    other = otherwise or FileReading({})
    decimal = _most(columns, "number") or other.decimal
    day = _most(columns, "date") or other.date_format
    time = _most(columns, "timestamp") or other.timestamp_format
    numbers = [way for ways in columns.values() for way in ways if way.type == "number" and way.sure]
    pointed = any(way.how == "." for way in numbers)
    chosen = {
        name: _chosen(ways, {"number": decimal, "date": day, "timestamp": time}, pointed)
        for name, ways in columns.items()
    }
    plain_time = time == "%Y-%m-%d %H:%M:%S" and day in (None, DAYS[0])
    return FileReading(
        chosen,
        decimal,
        None if day == DAYS[0] else day,
        None if plain_time else time,
        tuple(dict.fromkeys(word for way in chosen.values() for word in way.na)),
    )


def _held(words: Sequence[str]) -> Reading:
    """Text, since words that would mean not available are classes of the target."""
    why = (
        f"{listed(words)} would mean missing but the target holds it too, so this column is read as text: "
        "leave its missing values empty in the file"
    )
    return Reading("string", asks=why)


def _chosen(ways: Sequence[Reading], wanted: Mapping[str, str | None], pointed: bool) -> Reading:
    """The first way that the file's signs and formats allow, or text and why. pointed: decimal points are seen."""
    first = ways[0]
    if not first.sure and first.how == ".":
        fitting = next(way for way in ways if way.how == wanted["number"])
        return replace(fitting, asks="") if pointed else fitting
    if not first.sure:
        if wanted["number"] == first.how and not pointed:
            return first
        return Reading("string", asks=_THOUSANDS if pointed and wanted["number"] == "." else _EITHER)
    fitting = next(way for way in ways if way.type not in wanted or way.how in ("", wanted[way.type]))
    if fitting.type == "string" and first.type != "string":
        return Reading("string", why=f"{first.type}s written otherwise ({first.how}) than the file's others")
    return fitting


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
    if all(_POINT.fullmatch(value) for value in known):
        return _with_points(known, na)
    return _with_commas(known, na)


def _with_points(known: Sequence[str], na: tuple[str, ...]) -> list[Reading]:
    """Numbers of which some hold a point: of thousands where each could be one and the file writes decimal commas."""
    pointed = [value for value in known if "." in value]
    if not pointed or not all(_DOTTED.fullmatch(value) for value in pointed):
        return [Reading("number", ".", na)]
    why = "points part its thousands, since the file writes decimal commas"
    return [Reading("number", ".", na, asks=_POINTS, sure=False), Reading("number", ",", na, why, sure=False)]


def _with_commas(known: Sequence[str], na: tuple[str, ...]) -> list[Reading]:
    """Numbers of which some hold a comma: a decimal comma is sure where one value cannot be parted into thousands."""
    if not any("," in value for value in known):
        return []
    parted = all(_PARTED.fullmatch(value) for value in known)
    if all(_COMMA.fullmatch(value) for value in known):
        why = "decimal commas, as in the file's other numbers" if parted else ""
        return [Reading("number", ",", na, why, sure=not parted)]
    return [Reading("string", asks=_THOUSANDS)] if parted else []


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
    forms = [
        dict.fromkeys(way.how for way in ways if way.type == kind and way.how and way.sure)
        for ways in columns.values()
    ]
    counted = Counter(how for some in forms for how in some)
    return max(counted, key=lambda how: counted[how]) if counted else None


def _nearly(values: Sequence[str]) -> str:
    """A word on columns that are numbers but for a few values."""
    odd = sum(_POINT.fullmatch(value) is None for value in values)
    if values and 0 < odd <= 0.2 * len(values):
        return f"numbers but for {odd:,} of {len(values):,} different values, so read as text"
    return ""
