"""The invented guideline, alone and beside the shipped one."""

from __future__ import annotations

import pytest
from humbrels import FOLDER

from sts_kg import KnowledgeGraph, load


@pytest.fixture(scope="module")
def hush() -> KnowledgeGraph:
    return load(FOLDER)


@pytest.fixture(scope="module")
def joint(kg: KnowledgeGraph) -> KnowledgeGraph:
    return kg.with_guideline(FOLDER)
