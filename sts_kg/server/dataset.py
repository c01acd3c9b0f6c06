"""What SPARQL is asked of: a default graph and named graphs, in memory, in a folder or elsewhere; and their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sts_kg.queries import Store, written_answer

if TYPE_CHECKING:
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.server.settings import Settings

__all__ = ["Dataset", "dataset_of"]


class Dataset:
    """A store in memory; `digest` is that of all its triples, None if they may change while we serve."""

    def __init__(self, store: Store, digest: str | None, most: int) -> None:
        self._store, self.digest, self._most = store, digest, most

    def answer(
        self,
        text: str,
        media: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
    ) -> bytes:
        """Return the answer to a query in a media type; errors are those of `written_answer`."""
        return written_answer(
            self._store,
            text,
            media,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            base=base,
            most=self._most,
        )


def dataset_of(kg: KnowledgeGraph, settings: Settings) -> Dataset:
    """Return what a service asks."""
    store = kg.session.store("closed")
    digest = hashlib.sha256(b"\n".join(sorted(str(quad).encode() for quad in store)))
    return Dataset(store, digest.hexdigest()[:16], settings.most_answer)
