"""What is shown of stores: endpoints without their secrets, and what became of the graphs that were sent there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from sts_kg.display.view import Badge, Block, Code, Facts, Heading, Inline, Listing, Quiet, View, cut, grid
from sts_kg.display.views.terms import link_to
from sts_kg.safe import counted, is_address, without_secrets

if TYPE_CHECKING:
    from sts_kg.stores import Dumped, Endpoint, Outcomes, Profile, Pushed, Verified

__all__ = ["of_endpoint", "of_outcomes", "of_profile", "of_record"]

MOST_GRAPHS = 100
MOST_NAMED = 10
_DIGEST = 12  # characters of a digest in a table
_WORDS = {"skipped": "already there", "sha256": "SHA-256"}
_STATES = {"same": "good", "missing": "bad", "other content": "bad"}


def of_endpoint(endpoint: Endpoint) -> View:
    """Return the address without secrets, the kind of endpoint, the limits of a request, and things to try."""
    profile = endpoint.profile
    answers = ("from the cache only" if endpoint.offline else "kept in a cache") if endpoint.cache else "not kept"
    facts = (
        ("address", without_secrets(endpoint.url)),
        ("kind", cut(profile.about)),
        ("a request takes at most", f"{endpoint.timeout_s:g} s, {endpoint.most_bytes:,} bytes"),
        ("attempts", f"{endpoint.attempts:,}"),
        ("answers", answers),
        ("default graphs", _graphs(endpoint.default_graphs)),
        ("named graphs", _graphs(endpoint.named_graphs)),
    )
    ways = (
        Code("endpoint.query('SELECT * { ?s ?p ?o } LIMIT 5')"),
        Code("kg.link(endpoint)"),
    )
    return View("SPARQL endpoint", (Facts(facts), Heading("To try"), Listing(ways)))


def _graphs(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(map(_name, names[:MOST_NAMED])) + more


def _name(iri: str) -> str:
    """Return the IRI of a graph; an address may hold a password."""
    return cut(without_secrets(iri) if is_address(iri) and "@" in iri else iri, 300)


def of_profile(profile: Profile) -> View:
    """Return how a kind of endpoint is asked."""
    facts = (
        ("about", cut(profile.about)),
        ("the query is sent", "as the body" if profile.direct else "as a form"),
        ("by GET below", f"{profile.get_below:,} bytes" if profile.get_below else ""),
        ("requests", "one at a time" if profile.alone else ""),
        ("rows of an answer", f"at most {profile.most_rows:,}" if profile.most_rows else ""),
    )
    return View("Profile of an endpoint", (Facts(facts),))


def of_record(record: Pushed | Verified | Dumped) -> View:
    """Return what became of one graph, with whole digests."""
    told: list[tuple[str, Inline]] = []
    for each in fields(record):
        value = getattr(record, each.name)
        told.append((_word(each.name), _cell(each.name, value, whole=True)))
    return View(type(record).__name__, (Facts(tuple(told)),))


def of_outcomes(outcomes: Outcomes[Pushed | Verified | Dumped]) -> View:
    """Return what became of graphs, a row each."""
    if not outcomes:
        return View("No graph", ())
    names = [each.name for each in fields(outcomes[0])]
    rows = [[_cell(name, getattr(each, name)) for name in names] for each in outcomes[:MOST_GRAPHS]]
    table: Block = grid([*map(_word, names)], rows, "graph", most=MOST_GRAPHS, total=len(outcomes))
    return View(f"{type(outcomes[0]).__name__}: {counted(len(outcomes), 'graph')}", (table,))


def _word(field: str) -> str:
    return _WORDS.get(field, field.replace("_", " "))


def _cell(name: str, value: object, *, whole: bool = False) -> Inline:
    if name == "graph":
        shown = _name(str(value))
        return link_to(shown) if shown == value else shown
    if name == "state":
        return Badge(cut(str(value), 100), _STATES.get(str(value), "note"))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}"
    text = str(value)
    if name.startswith(("digest", "sha256")) and text:
        return Code(cut(text, 128) if whole else f"{text[:_DIGEST]}…")
    return Quiet(cut(text)) if name == "file" else cut(text)
