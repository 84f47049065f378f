"""The second way shares nothing with what it proves."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import leadlift.features.proof

ROOM = Path(leadlift.features.proof.__file__).parent
MAY = (
    "leadlift.features.proof",
    "leadlift.specs",
    "leadlift.engines",
    "leadlift.contracts",
    "leadlift.names",
)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return found | {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }


def test_it_imports_of_ours_only_what_definitions_are_written_and_rows_are_read_with():
    ours = {
        (path.name, name)
        for path in ROOM.glob("*.py")
        for name in imported(path)
        if name.startswith("leadlift")
    }
    assert {(file, name) for file, name in ours if not name.startswith(MAY)} == set()


def test_the_rule_of_the_linter_names_every_other_module_of_the_room_of_features():
    root = Path(__file__).parents[2]
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    rule = next(one for one in contracts if one.get("source_modules") == ["leadlift.features.proof"])
    others = {
        path.stem for path in ROOM.parent.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    harmless = {"__init__", "proof", "definition", "lineage", "usage"}  # words about features, and no values
    assert {name.rpartition(".")[2] for name in rule["forbidden_modules"]} == others - harmless
