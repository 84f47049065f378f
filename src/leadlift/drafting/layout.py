"""How a delimited text file is written: its encoding, delimiter, quote and the names in its first line."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leadlift.errors import UserError

DELIMITERS = {",": ",", ";": ";", "\t": "tab", "|": "|"}
LOOKED_AT = 500
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Layout:
    """delimiter: as CsvFormat spells it. names: of the columns, as they stand in the first line. why: evidence."""

    encoding: str
    delimiter: str
    quote: str
    names: tuple[str, ...]
    why: str


def layout_of(path: Path) -> Layout:
    """Recognise how a file is written. Raises UserError when it has no rows, no names or a single column."""
    if path.stat().st_size == 0:
        raise UserError(f"{path} is empty")
    encoding, why = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line, _ in zip(file, range(LOOKED_AT), strict=False)]
    if any("\x00" in line for line in lines):
        raise UserError(f"{path} is not delimited text; give a CSV or Parquet file")
    quote = _quote(lines)
    delimiter = _delimiter(lines, quote)
    if delimiter is None:
        raise UserError(
            f"{path}: no delimiter of {', '.join(repr(one) for one in DELIMITERS)} divides its lines into columns"
        )
    rows = list(csv.reader(lines, delimiter=delimiter, quotechar=quote))
    names = tuple(name.strip().removeprefix("\ufeff") for name in rows[0])
    if len(rows) < 2:
        raise UserError(f"{path} has a line of names and no rows")
    if all(re.fullmatch(r"[+-]?[\d.,]+", name) for name in names if name):
        raise UserError(
            f"{path}: the first line holds numbers, not names; put a line with the columns' names first"
        )
    told = f"{why}; every line looked at has {len(names)} fields"
    return Layout(encoding, DELIMITERS[delimiter], quote, names, told)


def encoding_of(path: Path) -> tuple[str, str]:
    """An encoding that the whole file is text in, and what says so.

    A byte order mark decides; then UTF-8, which other text hardly ever is by chance. Of the rest, bytes above 127
    mostly stand in pairs in Chinese text and alone in western text.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "a UTF-16 byte order mark"
    if _decodes(path, "utf-8"):
        marked = head.startswith(codecs.BOM_UTF8)
        return ("utf-8-sig", "a UTF-8 byte order mark") if marked else ("utf-8", "valid UTF-8")
    alone, paired = _high_bytes(path)
    if paired > 2 * alone and _decodes(path, "gb18030"):
        return "gb18030", "not UTF-8; bytes above 127 stand in pairs (a guess: look at a name)"
    western = "cp1252" if _decodes(path, "cp1252") else "latin-1"
    return western, "not UTF-8; bytes above 127 stand alone (a guess: look at a name)"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _high_bytes(path: Path) -> tuple[int, int]:
    """How many bytes above 127 stand alone, and how many beside others, in the first megabytes."""
    with path.open("rb") as file:
        runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", file.read(4 * _CHUNK))]
    return sum(n for n in runs if n == 1), sum(n for n in runs if n > 1)


def _quote(lines: Sequence[str]) -> str:
    fields = re.split(r"[,;\t|]", lines[0].strip())
    single = sum(len(one) > 1 and one[0] == one[-1] == "'" for one in fields)
    return "'" if single > len(fields) / 2 else '"'


def _delimiter(lines: Sequence[str], quote: str) -> str | None:
    """The delimiter by which most lines have as many fields as the first, then by which they have most fields."""
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter, quotechar=quote) if row]
        if counts and counts[0] > 1:
            share = Counter(counts)[counts[0]] / len(counts)
            best = max(best or (0.0, 0, ""), (round(share, 2), counts[0], delimiter))
    return best[2] if best else None
