"""Features on disk: each block's in groups of files, every feature under the key of all that made it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from leadlift.engines.files import digest, new_folder, sweep
from leadlift.features.spines import Block

FACTS, FILE = "features.json", "00000.parquet"


@dataclass(frozen=True)
class Stored:
    """Where a feature of a block lies: the files that hold the block's rows one after the other."""

    files: tuple[Path, ...]


def stored(folder: Path, block: Block) -> dict[str, Stored]:
    """The keys of all features that are built for the block, and where each lies."""
    found: dict[str, Stored] = {}
    for facts in sorted((folder / block.key).glob(f"*/{FACTS}")):
        if facts.parent.name.startswith("."):
            continue
        group = Stored(tuple(sorted(facts.parent.glob("*.parquet"))))
        told = json.loads(facts.read_text(encoding="utf-8"))
        found |= dict.fromkeys(told["features"].values(), group)
    return found


@contextmanager
def new_group(folder: Path, block: Block, source: str, keys: Mapping[str, str]) -> Iterator[Path]:
    """A folder for the files of some features; they are there for all when the block ends well.

    keys: feature -> key.
    """
    place = folder / block.key
    sweep(place)
    with new_folder(place / f"{source}-{digest(','.join(sorted(keys.values())))}") as group:
        yield group
        told = {"source": source, "features": dict(keys), "rows": block.rows}
        (group / FACTS).write_text(json.dumps(told), encoding="utf-8")


def deal_out(whole: Path, files: Sequence[Path], rows: Sequence[int]) -> None:
    """Cut a small file's rows into files of so many rows each; the first of them may take its place."""
    table = pq.read_table(whole)
    start = 0
    for file, count in zip(files, rows, strict=True):
        pq.write_table(table.slice(start, count), file, compression="snappy", write_statistics=False)
        start += count


def groups_of(keys: Mapping[str, str], there: Mapping[str, Stored]) -> dict[tuple[Path, ...], list[str]]:
    """The features that lie in the same files, together. keys: feature -> key."""
    groups: dict[tuple[Path, ...], list[str]] = {}
    for name, key in keys.items():
        groups.setdefault(there[key].files, []).append(name)
    return groups
