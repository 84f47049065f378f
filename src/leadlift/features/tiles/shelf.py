"""Tiles kept on disk: found by the content of their piece of the source and by what they hold, or arranged anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from leadlift.engines import Engine, Partition
from leadlift.engines.files import digest, new_folder, sweep
from leadlift.features.rows import opened, raw_name
from leadlift.features.tiles.arrange import Arranger
from leadlift.features.tiles.customers import Customers
from leadlift.features.tiles.measures import Measures, Tiled, columns_of
from leadlift.features.tiles.query import Reading
from leadlift.features.tiles.runs import Run, read_run
from leadlift.specs import FeatureDef

VERSION = "2"
FACTS = "tile.json"
# of one run: rows while they are gathered, joined and sorted
BYTES_PER_ROW = 24
SHARE_FOR_ROWS = 0.25
FEWEST_ROWS = 100_000
Rows = Callable[[int], None]


class Shelf:
    """The tiles of all sources below one folder.

    A tile's folder is named after the piece's fingerprint, the source's declaration and the words of its columns:
    nothing is ever invalidated, another content is another folder.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self.customers = Customers(folder)

    def words_of(self, tiled: Tiled, partition: Partition) -> list[frozenset[str]]:
        """What the tiles of a piece hold, each tile's words apart."""
        return [frozenset(words) for _, words in self._tiles(tiled, partition)]

    def runs(
        self, tiled: Tiled, partition: Partition, features: Sequence[FeatureDef], rows: Rows
    ) -> list[Run]:
        """The runs of a piece that hold what the features need, arranged now if need be. Raises NotTileable."""
        measures = Measures.of(features, tiled.types)
        wanted = set(measures.words)
        fitting = [
            (len(words), path) for path, words in self._tiles(tiled, partition) if wanted <= set(words)
        ]
        if fitting:
            return _read(min(fitting)[1])
        place = self._place(tiled, partition) / digest("\n".join(measures.words))
        reading = Reading(tiled.customer, keyed=bool(tiled.source.keys))
        table = f"{tiled.name}__piece"
        self._engine.open_partition(raw_name(table), tiled.source, partition)
        self._engine.define(table, opened(table, tiled.source, tiled.sources))
        return self._arranged(place, table, tiled, measures, columns_of(features), reading, rows)

    def corrections(self, tiled: Tiled, key: str, features: Sequence[FeatureDef], rows: Rows) -> list[Run]:
        """The runs of all rows whose key is in the table `corrected_keys`, with the day until which each counts.

        key: a fingerprint of that table and of the source's data.
        """
        measures = Measures.of(features, tiled.types)
        place = (
            self._folder
            / tiled.name
            / digest("\n".join([VERSION, "corrections", key, tiled.prints, self.customers.chain]))
        )
        place = place / digest("\n".join(measures.words))
        if (place / FACTS).exists():
            return _read(place)
        reading = Reading(tiled.customer, superseded=True)
        return self._arranged(place, tiled.name, tiled, measures, columns_of(features), reading, rows)

    def _arranged(
        self,
        place: Path,
        table: str,
        tiled: Tiled,
        measures: Measures,
        columns: set[str],
        reading: Reading,
        rows: Rows,
    ) -> list[Run]:
        width = BYTES_PER_ROW + 8 * len(measures.words)
        most = max(FEWEST_ROWS, int(self._engine.memory * SHARE_FOR_ROWS) // (3 * width))
        arranger = Arranger(self._engine, self.customers, tiled.source, measures, columns, reading, most)
        sweep(place.parent)
        with new_folder(place) as folder:
            arranger.arrange(table, folder, rows)
            (folder / FACTS).write_text(json.dumps({"words": measures.words}), encoding="utf-8")
        return _read(place)

    def _place(self, tiled: Tiled, partition: Partition) -> Path:
        told = [VERSION, partition.fingerprint, tiled.prints, self.customers.chain]
        return self._folder / tiled.name / digest("\n".join(told))

    def _tiles(self, tiled: Tiled, partition: Partition) -> Iterator[tuple[Path, list[str]]]:
        for path in sorted(self._place(tiled, partition).glob(f"*/{FACTS}")):
            if not path.parent.name.startswith("."):
                yield path.parent, json.loads(path.read_text(encoding="utf-8"))["words"]


def _read(place: Path) -> list[Run]:
    return [read_run(path.parent) for path in sorted(place.glob("*/run.json"))]
