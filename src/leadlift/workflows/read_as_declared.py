"""Drafted sources opened as they are declared: what cannot be read so is declared wider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from leadlift.drafting import Draft, Reading, workspace_text
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.errors import UserError
from leadlift.specs import Source

Tables = Mapping[str, Path | None]


def made_readable(engine: DuckDbEngine, folder: Path, tables: Tables, draft: Draft) -> Draft:
    """Open the sources as declared; what cannot be read so is read as number where it was whole, then as text.

    tables: name of the source -> the file as the user called it. Raises UserError where no type does for both
    tables, with what was first in the way.
    """
    first: dict[str, str] = {}
    while unread := _unread(engine, folder, tables, draft):
        first = unread | first
        for name, spelt in draft.spelt.items():
            if spelt in unread:
                draft = _read_wider(draft, name, first[spelt])
    return draft


def _unread(engine: DuckDbEngine, folder: Path, tables: Tables, draft: Draft) -> dict[str, str]:
    """Columns, as spelt, that cannot be read as declared, each with the first file that has it so and why."""
    sources = yaml.safe_load(workspace_text(draft))["sources"]
    found: dict[str, str] = {}
    for name, table in tables.items():
        if name not in sources:
            continue
        path = str((folder / sources[name]["path"]).resolve())
        source = Source.model_validate({**sources[name], "path": path})
        for fault in engine.open_source(f"draft_{name}", source):
            if len(fault.path) < 2 or fault.path[0] != "columns":
                raise UserError(f"{table}: {fault.message}")
            found.setdefault(str(fault.path[1]), f"{table}: {fault.message}")
    return found


def _read_wider(draft: Draft, name: str, why: str) -> Draft:
    """The draft with a column read as number where it was whole, else as text. why: it cannot be read as it was."""
    reading, role = draft.reading.columns[name], draft.roles[name]
    if reading.type == "string" or name == draft.time:
        raise UserError(f"{why}. Write {name!r} alike in both tables" if draft.to_score else why)
    if reading.type == "integer":
        reading = replace(reading, type="number", how=draft.reading.decimal, why=why)
    else:
        reading = Reading("string", why=why)
        if role.use == "feature":
            told = (f"read as text, since {why}", role.suggests)
            role = replace(role, suggests="; ".join(filter(None, told)))
    columns = {**draft.reading.columns, name: reading}
    return replace(draft, roles={**draft.roles, name: role}, reading=replace(draft.reading, columns=columns))
