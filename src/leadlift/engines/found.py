"""The files that the rows of a source are in, wherever it is declared to be: on this machine, or brought here."""

from __future__ import annotations

from pathlib import Path

from leadlift.engines._faults import cannot_reach
from leadlift.engines.buckets import copies_of, fetch
from leadlift.engines.files import matching
from leadlift.engines.protocol import Fault
from leadlift.engines.snapshots import snapshot, standing
from leadlift.specs import Source


def files_of(root: Path, cache: Path, source: Source) -> list[Path]:
    """The files of a source as last read, a database's and a bucket's below the cache. Asks nobody."""
    if source.database is not None:
        return standing(cache, source)
    return copies_of(cache, source) if source.in_bucket else matching(root, source.path)


class SourceFiles:
    """The files of sources for one command: what is brought from elsewhere stays the same to its end."""

    def __init__(self, root: Path, cache: Path, timezone: str) -> None:
        self._root, self._cache, self._timezone = root, cache, timezone
        self._brought: dict[str, list[Path]] = {}

    def bring(self, source: Source) -> tuple[list[Path], list[Fault]]:
        """The files of a source as they are now, or what is wrong with them or with the way to them."""
        place = source.declared_place
        if place not in self._brought and (source.database is not None or source.in_bucket):
            paths, faults = self._from_elsewhere(source)
            if faults:
                return [], faults
            self._brought[place] = paths
        if remote := cannot_reach(source):
            return [], [Fault(("path",), remote)]
        paths = self.of(source)
        return paths, [] if paths else [Fault(("path",), f"no file matches '{source.path}' in {self._root}")]

    def of(self, source: Source) -> list[Path]:
        """The files of a source, as they were when it was opened; before that as last read."""
        taken = self._brought.get(source.declared_place)
        return taken if taken is not None else files_of(self._root, self._cache, source)

    def _from_elsewhere(self, source: Source) -> tuple[list[Path], list[Fault]]:
        if source.database is None:
            return fetch(self._cache, source)
        path, faults = snapshot(self._root, self._cache, source, self._timezone)
        return [path] if path is not None else [], faults
