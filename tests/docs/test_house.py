"""What a room shows in its `__init__.pyi` is there when it is asked for."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

import leadlift

SOURCE = Path(leadlift.__file__).parent
FRONTS = sorted(SOURCE.rglob("__init__.pyi"))


@pytest.mark.parametrize("stub", FRONTS, ids=lambda stub: stub.parent.name)
def test_every_name_of_a_room_is_in_the_file_that_it_is_said_to_be_from(stub):
    room = import_module(".".join(stub.parent.relative_to(SOURCE.parent).parts))
    told = {
        alias.name: node.module
        for node in ast.parse(stub.read_text("utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(told) == sorted(room.__all__)
    for name, file in told.items():
        assert getattr(room, name) is getattr(import_module(f"{room.__name__}.{file}"), name)
