"""Small tables in text files, looked at as `leadlift check` looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leadlift.contracts import Finding, Looked, Seen, broken, judge, last_day, look
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.features import open_sources
from leadlift.specs import Source

KEY = "customer_id"
Texts = Mapping[str, str]


def source(columns: str, kind: str = "flat", rules: Mapping[str, Any] | None = None, **more: Any) -> Source:
    """A source whose columns are written `id:string amount:decimal`; rules: column -> more of its keys."""
    said: dict[str, dict[str, Any]] = {
        name: {"type": of} for name, of in (one.split(":") for one in columns.split())
    }
    for name, rule in (rules or {}).items():
        said[name] |= rule
    return Source.model_validate({"path": more.pop("path", "it.csv"), "kind": kind, "columns": said, **more})


@contextmanager
def opened(
    root: Path, sources: Mapping[str, Source], texts: Texts, timezone: str = "UTC"
) -> Iterator[DuckDbEngine]:
    """An engine with the sources open, every row of them; each text stands in the file `name.csv`."""
    for name, text in texts.items():
        (root / f"{name}.csv").write_text(text, encoding="utf-8")
    every = {name: one.model_copy(update={"on_fail": "keep"}) for name, one in sources.items()}
    engine = DuckDbEngine(root, root / "cache", timezone)
    try:
        _, faults = open_sources(engine, root / "cache", every, KEY)
        assert faults == []
        yield engine
    finally:
        engine.close()


def seen_in(root: Path, sources: Mapping[str, Source], texts: Texts) -> list[Seen]:
    """What one query says of each source."""
    with opened(root, sources, texts) as engine:
        return [look(engine, name, one, sources, KEY) for name, one in sources.items()]


Ask = Callable[..., Looked]


@pytest.fixture
def looked(tmp_path: Path) -> Ask:
    """Look at one source, the text of it.csv: looked(text, "id:string", kind="events", rules={...}, day=...)."""

    def ask(text: str, columns: str, *, day: date | None = None, **more: Any) -> Looked:
        one = source(columns, **more)
        seen = seen_in(tmp_path, {"it": one}, {"it": text})
        return judge(seen[0], day or last_day(seen), asked=day is not None)

    return ask


@pytest.fixture
def failing(looked: Ask) -> Callable[..., list[tuple[str, int, tuple[str, ...]]]]:
    """The rules that one source breaks: name, how many fail, examples."""

    def ask(*words: str, **more: Any) -> list[tuple[str, int, tuple[str, ...]]]:
        return [(one.rule, one.failing, one.examples) for one in broken([looked(*words, **more)])]

    return ask


def named(looked: Looked, rule: str) -> Finding:
    """How one rule fared; there is exactly one of this name."""
    (found,) = [one for one in looked.findings if one.rule == rule]
    return found
