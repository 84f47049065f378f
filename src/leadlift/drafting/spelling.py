"""Names in a file, spelt as specs and expressions need them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from leadlift.names import AS_OF, CUSTOMER, TARGET

# our own columns beside a table's: a column of the same name would hide one
TAKEN = (CUSTOMER, AS_OF, TARGET, "row")


def spelled(name: str, instead: str) -> str:
    """A name in small letters, digits and underscores; `instead` where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    found = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    if not found:
        return instead
    return found if found[0].isalpha() else f"n_{found}"


def spelled_all(names: Sequence[str], key: str | None = None) -> dict[str, str]:
    """Each name of a file -> its own spelling, no two alike. key: the column that may be called customer_id."""
    given: dict[str, str] = {}
    used: set[str] = set()
    for place, name in enumerate(names, start=1):
        wanted = spelled(name, f"column_{place}")
        if wanted in TAKEN and not (name == key and wanted == CUSTOMER):
            wanted = f"{wanted}_given"
        tried, count = wanted, 1
        while tried in used:
            count += 1
            tried = f"{wanted}_{count}"
        used.add(tried)
        given[name] = tried
    return given
