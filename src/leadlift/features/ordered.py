"""The features of a spine as one table in the spine's order, from wherever they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from leadlift.engines import Engine
from leadlift.engines.files import digest
from leadlift.features.spines import Spine
from leadlift.features.store import groups_of, stored
from leadlift.features.wide import Columns, Wide
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import FeatureDef

WIDE = "wide"


@dataclass(frozen=True)
class Extra:
    """A further column: for each block the file that holds it, in the block's order."""

    name: str
    kind: pa.DataType
    files: tuple[Path, ...]
    key: str


def wide_table(
    engine: Engine,
    folder: Path,
    spine: Spine,
    features: Sequence[FeatureDef],
    keys: Sequence[Mapping[str, str]],
    extra: Sequence[Extra] = (),
) -> tuple[str, str]:
    """Make customer_id, as_of, the features and the extra columns readable; the table's name, and its key.

    keys: for each block the key of every feature. Numbers are DOUBLE, texts VARCHAR, however they were kept.
    """
    fields = [(CUSTOMER, pa.string()), (AS_OF, pa.date32())]
    fields += [(f.name, pa.string() if f.is_text else pa.float64()) for f in features]
    fields += [(one.name, one.kind) for one in extra]
    blocks = []
    told = [*(one.key for one in extra)]
    for place, block in enumerate(spine.blocks):
        mine = {f.name: keys[place][f.name] for f in features}
        groups = groups_of(mine, stored(folder, block))
        told += sorted(mine.values())
        parts = [Columns((block.path,), (CUSTOMER, AS_OF))]
        parts += [Columns(files, tuple(names)) for files, names in groups.items()]
        parts += [Columns((one.files[place],), (one.name,)) for one in extra]
        blocks.append(parts)
    key = digest("\n".join(told))
    name = f"{WIDE}_{digest(key + ','.join(name for name, _ in fields))}"
    engine.define_stream(name, Wide(pa.schema(fields), blocks))
    return name, key
