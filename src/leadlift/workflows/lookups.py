"""The record of look-ups that showed personal or protected columns: who, when, whom, which columns; never a value."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from leadlift.errors import UserError

PLACE = Path("kept") / "lookups.jsonl"


def record_lookup(
    root: Path,
    verb: str,
    columns: Sequence[str],
    *,
    customer: str | None = None,
    as_of: date | None = None,
) -> Path:
    """Append one line to kept/lookups.jsonl, before anything is shown. Returns the file.

    columns: as `source.column`. Raises UserError when the line cannot be written: then nothing may be shown.
    """
    told = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": _user(),
        "verb": verb,
        "customer": customer,
        "as_of": as_of.isoformat() if as_of else None,
        "columns": sorted(columns),
    }
    line = json.dumps(told, ensure_ascii=False) + "\n"
    path = root / PLACE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # read by its owner alone: whom the bank looks up is nobody else's business
        place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(place, fcntl.LOCK_EX)
            os.write(place, line.encode())
            os.fsync(place)
        finally:
            os.close(place)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}), so personal columns are not shown. Mend it, or look without "
            "--with-pii"
        ) from error
    return path


def _user() -> str:
    """The user by the system's own word: LOGNAME and USER can be set to anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        return str(os.getuid())
