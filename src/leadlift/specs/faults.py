"""From pydantic's errors to faults that say where, which rule, which value and the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from leadlift.errors import Problem
from leadlift.specs._yaml import Document
from leadlift.specs.base import listed, nearest


def problems_of(error: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Each fault once, at its line. Branches of a union that did not apply are told as one fault."""
    found: dict[tuple[str | int, ...], str] = {}
    for detail in error.errors():
        path = tuple(step for step in detail["loc"] if not _is_branch(step))
        found.setdefault(_trimmed(path, document), _message(detail, model, path))
    return [document.problem(path, message) for path, message in found.items()]


def _is_branch(step: str | int) -> bool:
    """pydantic names the branch of a union, the key of a mapping and a validator's function in the location."""
    return isinstance(step, str) and bool(re.search(r"[\[(]|^(str|int|float|bool|tuple|date|literal|constrained-str)$", step))


def _trimmed(path: tuple[str | int, ...], document: Document) -> tuple[str | int, ...]:
    while path and path not in document.lines and len(path) > 1 and path[:-1] not in document.lines:
        path = path[:-1]
    return path


def _message(detail: ErrorDetails, model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    last = path[-1] if path else ""
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        return f"unknown key '{last}'.{nearest(last, known)}" + ("" if nearest(last, known) else f" Known: {listed(known)}")
    if kind == "missing":
        return f"'{last}' is required"
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        guess = nearest(value, known)
        return f"{value!r} is not {_article(str(last))}.{guess}" + ("" if guess else f" Known: {listed(known) or context.get('expected')}")
    if kind == "string_pattern_mismatch":
        return f"{value!r} is not a name: use small letters, digits and _, beginning with a letter"
    if kind == "value_error":
        return str(context["error"])
    return f"{detail['msg'][0].lower()}{detail['msg'][1:]}, not {value!r}"


def _article(word: str) -> str:
    word = {"agg": "aggregation", "type": "column type", "kind": "kind"}.get(word, word)
    return f"an {word}" if word[:1] in "aeiou" else f"a {word}"


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
