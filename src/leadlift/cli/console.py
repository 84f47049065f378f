"""What people see: results, tables, progress. Results go to standard output, all else to standard error."""

from __future__ import annotations

import dataclasses
import gc
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

PATIENCE = 2.0


def say(text: str = "") -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """A line about the result: not part of it."""
    sys.stderr.write(f"{text}\n")


def print_json(result: object) -> None:
    """The result as JSON, alone on standard output."""
    say(json.dumps(_plain(result), indent=2, ensure_ascii=False))


def record(result: object) -> dict[str, object]:
    """A result as the object that JSON shows, so that more can be said in the same document."""
    told = _plain(result)
    return told if isinstance(told, dict) else {"result": told}


def table(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows under their names; numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    drawn = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name, value in (rows[0] if rows else {}).items():
        drawn.add_column(name, justify="right" if isinstance(value, int | float) else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(_text(value) for value in row.values()))
    wide = Console(file=sys.stdout, highlight=False, markup=False)
    if not wide.is_terminal:
        wide.width = 160
    wide.print(drawn)


def size(count: int) -> str:
    """Bytes as people say them."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:,.3g} GB" if amount < 1000 else f"{amount:,.0f} GB"


def relative(path: Path) -> str:
    """The path as seen from here, when it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextmanager
def working(title: str) -> Iterator[Bar]:
    """A progress bar with the time left, on a terminal and after two seconds; nothing in a pipe."""
    bar = Bar(title)
    try:
        yield bar
    finally:
        bar.close()


@contextmanager
def without_collecting() -> Iterator[None]:
    """No search for garbage meanwhile: for what takes a second or two and little memory."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()  # all that is there would be looked through at once, when the command has been answered
            gc.enable()


class Bar:
    """The step that runs, and how far it has come."""

    def __init__(self, title: str) -> None:
        self._title, self._began, self._shown = title, time.monotonic(), sys.stderr.isatty()
        self._progress: Any = None
        self._task: Any = None

    def step(self, text: str) -> None:
        """A new step begins."""
        self._draw(text, None)

    def done(self, share: float) -> None:
        """How much of the step is done, 0 to 1."""
        self._draw(None, share)

    def note(self, text: str) -> None:
        """The step goes on, and there is something new to say of it."""
        self._draw(None, None, text)

    def close(self) -> None:
        """Clear the line."""
        if self._progress is not None:
            self._progress.stop()

    def _draw(self, text: str | None, share: float | None, note: str | None = None) -> None:
        if not self._shown or time.monotonic() - self._began < PATIENCE:
            return
        if self._progress is None:
            self._start()
        if text is not None:
            self._progress.reset(self._task, total=None, description=f"{self._title}: {text}")
        if note is not None:
            self._progress.update(self._task, description=f"{self._title}: {note}")
        if share is not None:
            self._progress.update(self._task, total=1.0, completed=share)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._progress.start()
        self._task = self._progress.add_task(self._title, total=None)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    return value
