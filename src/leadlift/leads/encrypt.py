"""Lead files that only named people can open: age (age-encryption.org/v1), by the pyrage library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leadlift.errors import UserError


def encrypted(paths: Sequence[Path], recipients: Sequence[str]) -> list[Path]:
    """Replace each file by FILE.age, which any of the recipients can open and nobody else.

    recipients: age public keys (age1...). Raises UserError for a recipient that is none, or without pyrage; then the
    files are as they were.
    """
    try:
        import pyrage
    except ImportError:
        raise UserError(
            "export.encrypt_to needs the package pyrage: pip install 'leadlift[encrypt]'"
        ) from None
    keys = []
    for text in recipients:
        try:
            keys.append(pyrage.x25519.Recipient.from_str(text))
        except pyrage.RecipientError as error:
            raise UserError(
                f"export.encrypt_to: {text!r} is no age recipient ({error}); they begin with age1"
            ) from None
    made = []
    for path in paths:
        sealed = path.with_name(f"{path.name}.age")
        sealed.write_bytes(pyrage.encrypt(path.read_bytes(), keys))
        made.append(sealed)
    for path in paths:
        path.unlink()
    return made
