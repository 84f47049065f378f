"""YAML with the line of every value kept, so that each fault can say where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.reader import ReaderError

from leadlift.errors import Problem

Path_ = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """The words of YAML 1.2: only true and false are booleans; `yes`, `no`, `01` and `12:30` are text."""


class _Fast(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # there where libyaml is
    """The same, read by libyaml: ten times as fast, with poorer words for what is wrong."""


_RESOLVERS = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("bool", "int", "float")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _reader in (_Loader, _Fast):
    _reader.yaml_implicit_resolvers = {first: list(known) for first, known in _RESOLVERS.items()}
_WORDS = {
    "bool": ("^(true|false)$", "tf"),
    "int": ("^[-+]?(0|[1-9][0-9]*)$", "-+0123456789"),
    "float": (r"^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
}
for _kind, (_pattern, _begins) in _WORDS.items():
    for _reader in (_Loader, _Fast):
        _reader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), list(_begins))


def _date(loader: _Loader | _Fast, node: yaml.ScalarNode) -> object:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        raise ConstructorError(None, None, f"{node.value} is not a date", node.start_mark) from None


for _reader in (_Loader, _Fast):
    _reader.add_constructor("tag:yaml.org,2002:timestamp", _date)


@dataclass(frozen=True)
class Document:
    """One YAML file: its data, and the line on which each path begins."""

    file: str
    data: Any
    text: str
    lines: dict[Path_, int] = field(repr=False)

    def line(self, path: Path_) -> int:
        """The line of `path`, or of the nearest thing above it that stands in the file."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1

    def problem(self, path: Path_, message: str) -> Problem:
        """A fault at `path`."""
        return Problem(self.file, self.line(path), dotted(path), message)


def dotted(path: Path_) -> str:
    """The path as people write it: `features.app_spend.windows[1]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read(path: Path, name: str) -> tuple[Document | None, list[Problem]]:
    """Read one file. A fault in its YAML makes the document None; a key given twice is a fault of its own."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return None, [Problem(name, 1, "", f"not UTF-8 text (byte {error.start}); save the file as UTF-8")]
    loader = None
    try:
        loader, node = _composed(text)
        if node is None:
            return None, [Problem(name, 1, "", "the file is empty")]
        lines: dict[Path_, int] = {(): node.start_mark.line + 1}
        problems = [
            Problem(name, mark.line + 1, dotted(path_), f"the key {path_[-1]!r} is given twice")
            for path_, mark in _walk(node, (), lines)
        ]
        data = loader.construct_document(node)
    except yaml.YAMLError as error:
        return None, [_unreadable(error, name, text)]
    except RecursionError:
        return None, [Problem(name, 1, "", "not valid YAML: an alias stands inside what it names")]
    finally:
        if loader is not None:
            loader.dispose()
    if not isinstance(data, dict):
        return None, [Problem(name, 1, "", "expected keys and values, such as `name: demo-bank`")]
    return Document(name, data, text, lines), problems


def _composed(text: str) -> tuple[_Loader | _Fast, yaml.Node | None]:
    """The reader and what it read. What libyaml refuses is read once more, to be told in better words."""
    fast = _Fast(text)
    try:
        return fast, fast.get_single_node()
    except yaml.YAMLError:
        fast.dispose()
    slow = _Loader(text)
    return slow, slow.get_single_node()


def _unreadable(error: yaml.YAMLError, name: str, text: str) -> Problem:
    line, why = 1, str(error)
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, why = mark.line + 1 if mark else 1, error.problem or error.context or why
        if why == "found unhashable key":
            why = "a key must be a word; a `{{ template }}` is not filled in here"
    elif isinstance(error, ReaderError):
        line = text[: error.position].count("\n") + 1
        why = f"the character {chr(error.character)!r} is not allowed"
    # a file that breaks off is told of the line after its last
    return Problem(name, min(line, max(1, len(text.splitlines()))), "", f"not valid YAML: {why}")


def _walk(node: yaml.Node, path: Path_, lines: dict[Path_, int]) -> Iterator[tuple[Path_, Any]]:
    """Fill `lines`; yield each key that stands twice."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                key.tag = "tag:yaml.org,2002:str"  # a key is a word, whatever it looks like
            here = (*path, str(key.value))
            if here in seen:
                yield here, key.start_mark
            seen.add(here)
            lines[here] = key.start_mark.line + 1
            yield from _walk(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*path, index)] = value.start_mark.line + 1
            yield from _walk(value, (*path, index), lines)
