"""What every spec shares: frozen, closed, and values written the way people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

NAME = r"^[a-z][a-z0-9_]*$"


class Spec(BaseModel):
    """A closed, frozen piece of YAML: an unknown key is a fault, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def listed(names: Iterable[str], word: str = "and") -> str:
    """Names as a sentence holds them: `'a', 'b' and 'c'`."""
    quoted = [f"'{name}'" for name in names]
    return f" {word} ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


def fault_at(key: str, why: str) -> PydanticCustomError:
    """For validators of a whole stanza: a fault that stands at one of its keys."""
    return PydanticCustomError("fault_at", "{why}", {"key": key, "why": why})


def nearest(word: object, known: Iterable[str]) -> str:
    """` Did you mean 'sum'?`, or nothing when no known name is near."""
    found = get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f" Did you mean '{found[0]}'?" if found else ""


def _days(value: Any) -> int:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+)d", value)):
        return int(match[1])
    raise ValueError(f"{value!r} is not a number of days. Write it as '30d'")


def _window(value: Any) -> int:
    days = _days(value)
    if not 1 <= days <= 36500:
        raise ValueError(f"{value!r} is not a window: it must hold 1 to 36500 days")
    return days


def _each_once(windows: tuple[int, ...]) -> tuple[int, ...]:
    for place, days in enumerate(windows):
        if days in windows[:place]:
            raise ValueError(f"the window '{days}d' is given twice")
    return windows


def _share(value: Any) -> float:
    share = value
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)%", value)):
        share = float(match[1]) / 100
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise ValueError(f"{value!r} is not a share. Write it as '20%' or 0.2, from 0 to below 1")
    return float(share)


def _memory(value: Any) -> str:
    text = str(value)
    if re.fullmatch(r"([1-9]\d?)%|\d+(\.\d+)? ?[MG]B", text) is None:
        raise ValueError(f"{value!r} is not an amount of memory. Write it as '60%', '8GB' or '900MB'")
    return text.replace(" ", "")


def _text(value: Any) -> Any:
    """Let `positive: 1` and `allowed: [1, 2]` stand for the words '1' and '2'."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_DAYS_SCHEMA = WithJsonSchema({"type": "string", "pattern": r"^\d+d$", "examples": ["30d"]})
_SHARE_SCHEMA = WithJsonSchema({"type": ["string", "number"], "examples": ["20%", 0.2]})

Days = Annotated[int, BeforeValidator(_days), _DAYS_SCHEMA]
Window = Annotated[int, BeforeValidator(_window), _DAYS_SCHEMA]
Windows = Annotated[tuple[Window, ...], AfterValidator(_each_once)]
Memory = Annotated[
    str,
    BeforeValidator(_memory),
    WithJsonSchema({"type": "string", "pattern": r"^([1-9]\d?%|\d+(\.\d+)? ?[MG]B)$", "examples": ["60%"]}),
]
Share = Annotated[float, BeforeValidator(_share), _SHARE_SCHEMA]
Word = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
Name = Annotated[str, Field(pattern=NAME)]
SqlText = Annotated[str, Field(min_length=1, description="A SQL expression over columns or features.")]
