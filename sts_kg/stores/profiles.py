"""The kinds of SPARQL endpoints: how each one is asked, and what helps when it fails."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True)
class Profile:
    """The habits of a kind of endpoint: what is sent to it otherwise, and what is said when it fails.

    Parameters
    ----------
    about : str
        What to know of it, in a sentence.
    direct : bool
        Whether the query is the body, as application/sparql-query, rather than a field of a form.
    get_below : int
        A query with fewer bytes goes by GET, so that caches on the way can answer; 0: never.
    alone : bool
        Whether one request at a time is sent to its host.
    comments : bool
        Whether comments are sent.
    most_rows : int or None
        The most rows of one answer, for the size of pages.
    nested : bool
        Whether a page is cut from a sub-query.
    hints : tuple of pairs
        A pattern in the server's words, and what to do then.
    """

    about: str
    direct: bool = False
    get_below: int = 0
    alone: bool = False
    comments: bool = True
    most_rows: int | None = None
    nested: bool = False
    hints: tuple[tuple[str, str], ...] = ()


_SORTED = "Virtuoso sorts at most 10,000 rows for one OFFSET: ask with pages(), or for a narrower part"
_OWN_TIME = "the service itself allows 60 s a query: ask for a narrower part"

#: The kinds of endpoints that are known, by name.
PROFILES: dict[str, Profile] = {
    "generic": Profile("Any SPARQL 1.1 endpoint: the query is posted as a form."),
    "wikidata": Profile(
        "The Wikidata Query Service: one request at a time, 60 s a query, a contact in the user agent; short queries "
        "go by GET and are cached there.",
        get_below=2_000,
        alone=True,
        hints=((r"TimeoutException|[Tt]imed? ?out|no answer in time", _OWN_TIME),),
    ),
    "uniprot": Profile(
        "The UniProt SPARQL service: the query is posted as a form; long ones end after 45 minutes there, so give "
        "`timeout_s`."
    ),
    "ubergraph": Profile(
        "Ubergraph: Blazegraph behind a proxy that answers 502 when it is busy; one request at a time.",
        alone=True,
    ),
    "virtuoso": Profile(
        "Virtuoso: at most 10,000 rows an answer, no OFFSET beyond 10,000 sorted rows, so that pages are cut from a "
        "sub-query; comments are left out, since some versions trip over a `#`.",
        comments=False,
        most_rows=10_000,
        nested=True,
        hints=((r"SR353|Sorted TOP clause", _SORTED), (r"S1TAT|anytime|estimated execution time", "ask for less")),
    ),
    "oxigraph": Profile("Oxigraph's own server: the query is posted as it is.", direct=True),
}
