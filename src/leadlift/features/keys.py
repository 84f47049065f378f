"""Keys of features: texts that change when the definition, the data it can rest on or the dates do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadlift.engines import Partition
from leadlift.engines.files import digest
from leadlift.features.pieces import within
from leadlift.features.spines import Block
from leadlift.specs import FeatureDef, Source

VERSION = "3"


def meaning(feature: FeatureDef) -> str:
    """All of a definition that its numbers depend on; labels, units and sentences are not among it."""
    trees = [tree.sql(dialect="duckdb") if tree is not None else "" for tree in (feature.of, feature.where)]
    spec = feature.spec
    told = [spec.agg, spec.on, spec.months, feature.window, feature.type, *trees]
    return "|".join(str(part) for part in told)


def keys_of(
    features: Sequence[FeatureDef], source: Source, prints: str, partitions: Sequence[Partition], block: Block
) -> Mapping[str, str]:
    """Feature -> key, for one block. prints: of the source's declaration and the lookups joined to it.

    The name counts too: a file keeps a feature under the name that it had when it was built.
    """
    by_window: dict[int | None, str] = {}
    for feature in features:
        if feature.window not in by_window:
            pieces = within(source, partitions, block, [feature])
            by_window[feature.window] = digest("\n".join(piece.fingerprint for piece in pieces))
    return {
        feature.name: digest(
            "\n".join([VERSION, block.key, prints, by_window[feature.window], feature.name, meaning(feature)])
        )
        for feature in features
    }
