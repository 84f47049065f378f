"""From pydantic's errors to faults that say where, which rule, which value and the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from leadlift.errors import Problem
from leadlift.specs._yaml import Document, Path_
from leadlift.specs.base import listed, nearest

_EXPECTED = {
    "string": "text", "int": "a whole number", "float": "a number", "bool": "true or false",
    "date": "a date", "dict": "keys and values", "model": "keys and values", "tuple": "a list",
}  # fmt: skip
_LIMITS = {
    "greater_than_equal": ("at least", "ge"), "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"), "less_than": ("below", "lt"),
}  # fmt: skip
_KIND_OF_THING = {
    "agg": "an aggregation", "type": "a column type", "kind": "a kind", "subject": "a subject",
    "metric": "a metric",
}  # fmt: skip


def problems_of(error: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Each fault once, at its line. Branches of a union that did not apply are told as one fault."""
    found: dict[Path_, list[ErrorDetails]] = {}
    for detail in error.errors():
        below = (str(detail["ctx"]["key"]),) if detail["type"] == "fault_at" else ()
        path = _path((*detail["loc"], *below), document)
        found.setdefault(path, []).append(detail)
    # what is said of a list's third member says more than that the whole is not a word
    deepest = [p for p in found if not any(q != p and q[: len(p)] == p for q in found)]
    return [document.problem(path, _message(found[path], model, path)) for path in deepest]


def _path(location: Path_, document: Document) -> Path_:
    """pydantic's location without what is not in the file: branches of unions and missing members."""
    path: Path_ = ()
    for step in location:
        if (*path, step) in document.lines:
            path = (*path, step)
        elif isinstance(step, str) and not _BRANCH.search(step):
            return (*path, step)
    return path


_BRANCH = re.compile(r"[\[(]|^(str|int|float|bool|tuple|date|literal|constrained-str)$")


def _message(details: list[ErrorDetails], model: type[BaseModel], path: Path_) -> str:
    first = details[0]
    kind, value, context = first["type"], first["input"], first.get("ctx", {})
    last = str(path[-1]) if path else ""
    match kind:
        case "fault_at":
            return str(context["why"])
        case "value_error":
            return str(context["error"])
        case "extra_forbidden":
            return f"unknown key '{last}'.{_guess(last, _keys_at(model, path[:-1]))}"
        case "missing":
            return f"'{last}' is required" if first["loc"][-1] == last else "too few values"
        case "literal_error":
            known = re.findall(r"'([^']*)'", str(context["expected"]))
            guess = _guess(value, known) if known else f" Known: {context['expected']}"
            return f"{shown(value)} is not {_thing(path)}.{guess}"
        case "string_pattern_mismatch":
            return f"{shown(value)} is not a name: use small letters, digits and _, beginning with a letter"
        case "too_short" | "string_too_short" if context["min_length"] == 1:
            return "must not be empty"
        case "too_short":
            return f"must name at least {context['min_length']}"
        case "string_too_short":
            least = f"at least {context['min_length']} letters"
            return f"{shown(value)} is too short: {least}, so that a reader understands it"
        case _ if kind in _LIMITS:
            word, limit = _LIMITS[kind]
            return f"must be {word} {context[limit]}, not {shown(value)}"
    return _mistyped(details)


def _mistyped(details: list[ErrorDetails]) -> str:
    """What was expected instead, of all the branches of a union."""
    value = details[0]["input"]
    known = [_EXPECTED.get(str(detail["type"]).split("_")[0]) for detail in details]
    if None in known:
        message = details[0]["msg"]
        return f"{message[0].lower()}{message[1:]}, not {shown(value)}"
    words = dict.fromkeys(word for word in known if word)
    if list(words) == ["a date"]:
        return f"{shown(value)} is not a date. Write it as 2026-01-31"
    quotes = ": put it in quotes" if "text" in words and not isinstance(value, list | dict | None) else ""
    return f"expected {' or '.join(words)}, not {shown(value)}{quotes}"


def shown(value: object) -> str:
    """A value as it stands in YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(shown(one) for one in value)}]"
    return str(value) if isinstance(value, date) else repr(value)


def _guess(word: object, known: Iterable[str]) -> str:
    return nearest(word, known) or f" Known: {listed(known)}"


def _thing(path: Path_) -> str:
    names = [step for step in path if isinstance(step, str)] or [""]
    return _KIND_OF_THING.get(names[-1], f"a value of `{names[-1]}`")


def _keys_at(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """The keys that may stand at `path`: follows fields, dictionaries, tuples and optional models."""
    models: list[Any] = [model]
    for step in path:
        models = [inner for outer in models for inner in _step(outer, step)]
    fields = [field for m in models if _is_model(m) for field in m.model_fields.items()]
    return [info.alias or name for name, info in fields]


def _step(outer: Any, step: str | int) -> list[Any]:
    if _is_model(outer):
        for name, info in outer.model_fields.items():
            if step in (name, info.alias):
                return _unwrapped(info.annotation)
        return []
    return [inner for argument in get_args(outer)[-2:] for inner in _unwrapped(argument)]


def _unwrapped(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Union, UnionType):
        return [inner for argument in get_args(annotation) for inner in _unwrapped(argument)]
    return [annotation]


def _is_model(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseModel)
