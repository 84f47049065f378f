"""The contact history that leadlift.yaml names: which source, and which of its columns say what."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from leadlift.errors import Problem
from leadlift.specs._yaml import Document
from leadlift.specs.base import Name, Spec, SqlText, nearest
from leadlift.specs.crosscheck import condition_problems, unknown_source
from leadlift.specs.definitions import column_types
from leadlift.specs.sources import Source


class ContactHistory(Spec):
    """Which source says whom the bank contacted, for caps and pauses; campaigns' own lists count beside it."""

    source: Name
    channel: Name | None = Field(
        None, description="Its column with the channel, in the campaigns' own words."
    )
    offer: Name | None = Field(None, description="Its column with the offer, in the campaigns' own words.")
    refused: SqlText | None = Field(None, description="Over its columns: which contacts were refused.")


def history_problems(
    document: Document, spec: ContactHistory | None, sources: Mapping[str, Source]
) -> list[Problem]:
    """Faults of `contacts` against the sources."""
    if spec is None:
        return []
    source = sources.get(spec.source)
    if source is None:
        return unknown_source(document, ("contacts", "source"), spec.source, sources)
    if source.kind != "events":
        return [
            document.problem(("contacts", "source"), f"'{spec.source}' is of kind {source.kind}, not events")
        ]
    columns = column_types(source, sources)
    problems = [
        document.problem(("contacts", key), f"no column '{name}' in '{spec.source}'.{nearest(name, columns)}")
        for key, name in (("channel", spec.channel), ("offer", spec.offer))
        if name is not None and name not in columns
    ]
    if spec.refused is not None:
        owner = f"source '{spec.source}'"
        problems += condition_problems(document, ("contacts", "refused"), spec.refused, columns, owner)
    return problems
