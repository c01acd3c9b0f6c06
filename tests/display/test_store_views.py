"""What is shown of endpoints, without secrets, and of what became of graphs in stores."""

from __future__ import annotations

from pathlib import Path

from rdflib import URIRef

from sts_kg import KnowledgeGraph
from sts_kg.display import as_markdown, as_text, markup
from sts_kg.stores import PROFILES, Dumped, Endpoint, Outcomes, Pushed, Verified, dump, push, verify

DIGEST = "0123456789abcdef" * 4


def test_an_endpoint_shows_no_secret(tmp_path: Path) -> None:
    endpoint = Endpoint(
        "https://me:secret@example.org/sparql?key=secret",
        default_graphs=["https://example.org/g", "https://me:secret@example.org/h"],
        named_graphs=[f"urn:g{n}" for n in range(12)],
        cache=tmp_path,
        offline=True,
    )
    assert repr(endpoint) == "<Endpoint: https://example.org/sparql>"
    told = as_text(endpoint, 80)
    assert told == (
        "SPARQL endpoint\n\n"
        "address                  https://example.org/sparql\n"
        "kind                     Any SPARQL 1.1 endpoint: the query is sent as a form by\n"
        "                         POST.\n"
        "a request takes at most  60 s, 100,000,000 bytes\n"
        "attempts                 3\n"
        "answers                  from the cache only\n"
        "default graphs           https://example.org/g, https://example.org/h\n"
        "named graphs             urn:g0, urn:g1, urn:g2, urn:g3, urn:g4, urn:g5, urn:g6,\n"
        "                         urn:g7, urn:g8, urn:g9 and 2 more\n\n"
        "To try\n\n"
        "- endpoint.query('SELECT * { ?s ?p ?o } LIMIT 5')\n"
        "- kg.link(endpoint)"
    )
    for view in (markup(endpoint), as_markdown(endpoint), endpoint.to_html()):
        assert "secret" not in view and str(tmp_path) not in view


def test_a_profile_says_how_an_endpoint_is_asked() -> None:
    assert repr(PROFILES["oxigraph"]) == "<Profile: Oxigraph's own server: the query is the body of a POST.>"
    assert as_text(PROFILES["virtuoso"], None).splitlines()[3:] == [
        "the query is sent  as a form",
        "rows of an answer  at most 10,000",
    ]


def test_what_was_pushed_is_one_table() -> None:
    one = Pushed("https://w3id.org/sts-kg/inferred", 1_461, DIGEST, 0.0519, False)
    other = Pushed("https://me:secret@example.org/x", 1, DIGEST, 0.0, True)
    assert (repr(one), repr(other)) == (
        "<Pushed https://w3id.org/sts-kg/inferred: 1,461 triples, pushed in 0.1 s>",
        "<Pushed https://me:secret@example.org/x: 1 triple, already there>",
    )
    pushed = Outcomes([one, other])
    assert (pushed, repr(pushed)) == ([one, other], "<Outcomes Pushed: 2 graphs>")
    assert as_text(pushed) == (
        "Pushed: 2 graphs\n\n"
        "graph                  triples  digest         seconds  already there\n"
        "---------------------  -------  -------------  -------  -------------\n"
        "sts:inferred           1,461    0123456789ab…  0.052    no\n"
        "https://example.org/x  1        0123456789ab…  0.000    yes\n"
        "2 graphs"
    )
    assert as_text(one) == (
        f"Pushed\n\ngraph          sts:inferred\ntriples        1,461\ndigest         {DIGEST}\n"
        "seconds        0.052\nalready there  no"
    )


def test_what_was_compared_says_its_state_in_words_and_colour() -> None:
    found = Verified("urn:a", "other content", 2, DIGEST, 3, "f" * 64, 1)
    assert repr(found) == "<Verified urn:a: other content, 3 triples there>"
    assert as_text(Outcomes([found])) == (
        "Verified: 1 graph\n\n"
        "graph  state          triples  digest         triples there  digest there   blank nodes\n"
        "-----  -------------  -------  -------------  -------------  -------------  -----------\n"
        "urn:a  other content  2        0123456789ab…  3              ffffffffffff…  1\n"
        "1 graph"
    )
    html = markup(Outcomes([found, Verified("urn:b", "same", 1, "", 1, "", 0)]))
    assert '<td class="bad">other content</td>' in html and '<td class="good">same</td>' in html


def test_push_verify_and_dump_give_lists_that_are_shown(tmp_path: Path) -> None:
    graphs = {URIRef("urn:g"): b"<urn:a> <urn:b> <urn:c> .\n"}
    store, folder = tmp_path / "store", tmp_path / "dump"
    pushed, again, same = push(graphs, store), push(graphs, store), verify(graphs, store)
    dumped = dump(graphs, folder)
    assert [type(each) for each in (pushed, same, dumped)] == [Outcomes] * 3
    assert [each.skipped for each in (*pushed, *again)] == [False, True]
    assert "\nurn:g  same   1 " in as_text(same)
    assert repr(dumped[0]) == "<Dumped urn:g: 1 triple in 01-urn-g.nq.gz>"
    assert "\nurn:g  01-urn-g.nq.gz  1 " in as_text(dumped)
    assert isinstance(dumped[0], Dumped)


def test_a_list_of_nothing_and_a_long_list() -> None:
    assert (as_text(Outcomes[Pushed]()), repr(Outcomes[Pushed]())) == ("No graph", "<Outcomes: 0 graphs>")
    many = Outcomes(Pushed(f"urn:g{n}", 1, DIGEST, 0.0, False) for n in range(150))
    assert as_text(many).endswith("\nthe first 100 of 150 graphs")


def test_the_graph_of_knowledge_gives_them(kg: KnowledgeGraph, tmp_path: Path) -> None:
    assert repr(kg.push(tmp_path / "store", kinds=["inferred"])) == "<Outcomes Pushed: 1 graph>"
