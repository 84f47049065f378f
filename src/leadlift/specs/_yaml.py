"""YAML with the line of every value kept, so that each fault can say where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from leadlift.errors import Problem

Path_ = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: only true and false. `yes`, `no`, `on` and `off` stay the words they are."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


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
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, [Problem(name, 1, "", "the file is empty")]
        lines: dict[Path_, int] = {(): node.start_mark.line + 1}
        problems = [
            Problem(name, mark.line + 1, dotted(path_), f"the key {path_[-1]!r} is given twice")
            for path_, mark in _walk(node, (), lines)
        ]
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return None, [Problem(name, line, "", f"not valid YAML: {error.problem or error.context}")]
    except (yaml.YAMLError, ValueError) as error:
        return None, [Problem(name, 1, "", f"not valid YAML: {error}")]
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        return None, [Problem(name, 1, "", "expected keys and values, such as `name: demo-bank`")]
    return Document(name, data, text, lines), problems


def _walk(node: yaml.Node, path: Path_, lines: dict[Path_, int]) -> Iterator[tuple[Path_, Any]]:
    """Fill `lines`; yield each key that stands twice."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
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
