"""leadlift leads verify: whether a file is a list of ours, unchanged, and still valid."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from leadlift.engines.files import sha256_of
from leadlift.errors import GateError, UserError
from leadlift.ledger.places import LEADS
from leadlift.names import MANIFEST
from leadlift.specs import Workspace
from leadlift.workflows.ledger import ledger_of


@dataclass(frozen=True)
class KnownList:
    """The list that a file is."""

    list_id: str
    campaign: str
    as_of: str
    valid_until: str
    written: str
    name: str
    said: str


def verify_list(ws: Workspace, file: Path, today: date | None = None) -> KnownList:
    """Find the list that this file is, by its content. Raises GateError for a stranger, a changed or an expired file.

    today: the day we stand on. A list that was replaced is told as such: it must no longer be used.
    """
    if not file.is_file():
        raise UserError(f"{file}: there is no such file")
    sha = sha256_of(file)
    lists = list(_manifests(ledger_of(ws).root / LEADS))
    found = [
        (folder, told, name)
        for folder, told in lists
        for name, one in told["files"].items()
        if one["sha256"] == sha
    ]
    if not found:
        raise GateError(_stranger(file, [told for _, told in lists]))
    folder, told, name = found[-1]
    if ".replaced-" in folder.name:
        raise GateError(
            f"{file}: list {told['list_id']} as it was written, but it was replaced by another: do not use it"
        )
    until = date.fromisoformat(str(told["valid_until"]))
    on = today or datetime.now().astimezone().date()
    if on > until:
        raise GateError(
            f"{file}: list {told['list_id']} as it was written, but it expired on {until}: do not use it"
        )
    said = f"{file} is {name} of list {told['list_id']}, unchanged, written {told['written']}, valid until {until}"
    return KnownList(
        str(told["list_id"]),
        str(told["campaign"]),
        str(told["as_of"]),
        str(until),
        str(told["written"]),
        name,
        said,
    )


def _manifests(root: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every list's folder and manifest, those that were replaced first."""
    paths = sorted(
        root.glob(f"*/*/{MANIFEST}"), key=lambda path: (".replaced-" not in path.parent.name, path)
    )
    for path in paths:
        told = json.loads(path.read_text(encoding="utf-8"))
        if "list_id" in told:
            yield path.parent, told


def _stranger(file: Path, lists: list[Mapping[str, Any]]) -> str:
    """Whose list the file may have been before somebody changed it."""
    content = file.read_bytes()
    named = [str(told["list_id"]) for told in lists if str(told["list_id"]).encode() in content]
    if named:
        return (
            f"{file} names list {named[-1]}, but it is not a file that we wrote: it was changed, or saved anew by "
            "another program. Take the list from its folder again"
        )
    return f"{file} is no file of any list in leads/"
