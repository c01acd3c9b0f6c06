"""Profiles of SPARQL endpoints: how to send a query to each kind, and what to do when it fails."""

from __future__ import annotations

from dataclasses import dataclass

from sts_kg.safe import brief
from sts_kg.shown import Shown

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True, repr=False)
class Profile(Shown):
    """How one kind of endpoint differs from others.

    Parameters
    ----------
    about : str
        What to know about it, in a sentence.
    direct : bool
        Whether the query is the body (application/sparql-query) and not a field of a form.
    get_below : int
        Queries with fewer bytes are sent by GET, so that HTTP caches can answer them; 0: none.
    alone : bool
        Whether only one request at a time is sent to its host.
    comments : bool
        Whether comments are sent.
    most_rows : int or None
        The most rows of one answer, for the size of pages.
    nested : bool
        Whether pages are taken from a sub-query.
    hints : tuple of pairs
        A pattern for the server's message, and what to do then.
    """

    about: str
    direct: bool = False
    get_below: int = 0
    alone: bool = False
    comments: bool = True
    most_rows: int | None = None
    nested: bool = False
    hints: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"<Profile: {brief(self.about)}>"


_SORTED = "Virtuoso sorts at most 10,000 rows for one OFFSET: use pages(), or ask for less"
_OWN_TIME = "the service itself allows 60 s for a query: ask for less"

#: The known profiles, by name.
PROFILES: dict[str, Profile] = {
    "generic": Profile("Any SPARQL 1.1 endpoint: the query is sent as a form by POST."),
    "wikidata": Profile(
        "The Wikidata Query Service: one request at a time, 60 s for a query, a contact in the user agent; short "
        "queries are sent by GET and cached there.",
        get_below=2_000,
        alone=True,
        hints=((r"TimeoutException|[Tt]imed? ?out|no answer in time", _OWN_TIME),),
    ),
    "uniprot": Profile(
        "The UniProt SPARQL service: the query is sent as a form by POST; it ends queries after 45 minutes, so set "
        "`timeout_s`."
    ),
    "ubergraph": Profile(
        "Ubergraph: Blazegraph behind a proxy that answers 502 when it is busy; one request at a time.",
        alone=True,
    ),
    "virtuoso": Profile(
        "Virtuoso: at most 10,000 rows in an answer and no OFFSET beyond 10,000 sorted rows, so pages are taken from a "
        "sub-query; comments are removed, because some versions fail at a `#`.",
        comments=False,
        most_rows=10_000,
        nested=True,
        hints=((r"SR353|Sorted TOP clause", _SORTED), (r"S1TAT|anytime|estimated execution time", "ask for less")),
    ),
    "oxigraph": Profile("Oxigraph's own server: the query is the body of a POST.", direct=True),
}
