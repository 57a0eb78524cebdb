"""No fault is without a test that shows what the program does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.matrix import MATRIX

ROOT = Path(__file__).parents[2]
FAULTS = {f"F{number:02}" for number in (*range(1, 34), *range(40, 62))}


def test_every_fault_has_a_row() -> None:
    assert set(MATRIX) == FAULTS
    assert all(MATRIX.values())


@pytest.mark.parametrize("node", sorted({node for nodes in MATRIX.values() for node in nodes}))
def test_the_test_of_a_row_is_there(node: str) -> None:
    path, _, name = node.partition("::")
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {each.name for each in tree.body if isinstance(each, functions)}
