"""Pages about terms: everything has one, its links lead somewhere, it is also RDF, and nobody's text breaks out."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.compare import isomorphic
from serving import Serving, server  # noqa: F401 # the fixture

from sts_kg import load
from sts_kg.display.pictures import engines
from sts_kg.rdf import BASE, STS, parse
from sts_kg.server import ROUTES, Settings
from sts_kg.server.messages import Request, Response
from sts_kg.server.pages import graph as pages_of_graph
from sts_kg.server.pages.terms import FORMS, _is_wide
from sts_kg.server.searching import folded
from sts_kg.server.site import Site
from sts_kg.server.terms import spelled, term_of

pytestmark = pytest.mark.slow

MOST = 200_000  # bytes of a page
_VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """A page: its ids, the links in its `main`, its text, and whatever is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.wrong: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        self.wrong += [f"{tag} is not closed" for tag in self.open]
        self.wrong += [f"the id {each} is there twice" for each in set(self.ids) if self.ids.count(each) > 1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self.wrong.append(f"{tag} has an attribute twice")
        if bad := [name for name in given if name == "style" or name.startswith("on")]:
            self.wrong.append(f"{tag} has {bad[0]}")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.wrong.append("a script that is not ours")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "main" in self.open:
            self.links.append(given["href"])
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{tag} is closed and not open")

    def handle_data(self, data: str) -> None:
        if "main" in self.open:
            self.text += data


class Asked:
    """A site without a server: what it answers to an address of the pages about terms."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def __call__(self, address: str, accept: str = "text/html") -> Response:
        """Return the answer to an address."""
        found = urlsplit(address)
        path = unquote(found.path)
        handler, parameters = route(path)
        request = Request(path=path, query=found.query, accept=accept, parameters=parameters)
        answer: Response = self.site.answer(handler, request)
        return answer

    def page(self, address: str, status: int = 200) -> Page:
        """Return a page that is as pages should be."""
        answer = self(address)
        assert (answer.status, answer.media) == (status, "text/html"), address
        assert len(answer.body) < MOST, address
        found = Page(answer.body.decode())
        assert found.wrong == [], address
        assert "Not medical advice" in answer.body.decode()
        return found


def route(path: str) -> tuple[str, dict[str, str]]:
    """Return who answers at a path, and the parameters in it."""
    for each in ROUTES:
        pattern = re.sub(
            r"\\\{(\w+)(:path)?\\\}", lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", re.escape(each.path)
        )
        if found := re.fullmatch(pattern, path):
            return each.handler, found.groupdict()
    raise AssertionError(f"nobody answers at {path}")


@pytest.fixture(scope="module")
def ask() -> Asked:
    """The shipped graph."""
    return Asked(Site(Settings()))


def address(iri: str) -> str:
    """Return the address of a term of ours."""
    return f"/term/{iri.removeprefix(BASE).replace('/', '%2F')}"


# --- every term


def test_every_term_of_ours_has_a_page_that_is_valid_and_small(ask: Asked) -> None:
    ours = sorted(iri for iri in ask.site.terms.known if iri.startswith(BASE))
    assert len(ours) > 640
    for iri in ours:
        ask.page(address(iri))


def test_no_link_on_any_page_is_broken(ask: Asked) -> None:
    """Each page that is reached from the lists, proofs and terms of others too; other subjects are tested elsewhere."""
    kinds = [f"/terms?kind={quote(kind)}" for kind in ask.site.terms.members]
    waiting = ["/terms", "/classes", "/properties", "/statistics", "/pathway", "/downloads", "/search", *kinds]
    seen = {*waiting}
    proofs = 0
    while waiting:
        here = waiting.pop()
        if here.startswith("/export/"):
            continue  # see below
        if re.search(r"\.(ttl|nt|rdf|jsonld|trig)(\?|$)", here):
            assert ask(here).status == 200, here
            continue
        proofs += here.startswith("/why")
        for link in ask.page(here).links:
            if link.startswith("/") and not link.startswith(("/sparql", "/queries", "/case")) and link not in seen:
                seen.add(link)
                waiting.append(link)
    assert proofs > 500


# --- what a page says


def test_a_page_has_what_is_stated_apart_from_what_follows(ask: Asked) -> None:
    text = ask.page("/term/rec-S23").text
    stated, follows = text.partition("Follows")[::2]
    assert "surgery for symptom control" in stated.partition("Stated")[2]
    assert "entity why?" in follows and "why?" not in stated
    assert "https://w3id.org/sts-kg/rec-S23" in text and "sts:rec-S23" in text


def test_an_option_has_its_condition_its_wording_and_what_says_so(ask: Asked) -> None:
    page = ask.page("/term/option-pazopanib")
    words = " ".join(page.text.split())
    assert (
        "all of these stage 4 soft tissue sarcoma sarcoma type for pazopanib any of these prior chemotherapy"
        in re.sub(r"(?<=[a-z0-9])(?=all of|stage 4|sarcoma type|any of|prior)", " ", words)
    )
    assert "may be offered" in words
    assert {"/term/rec-S14", "/term/finding-prior-chemotherapy"} <= {*page.links}


def test_a_finding_has_its_question_and_the_options_that_need_it(ask: Asked) -> None:
    page = ask.page("/term/finding-lung-metastases")
    assert "Are there metastases of the soft tissue sarcoma in the lungs?" in page.text
    options = page.text.partition("Options whose condition has it")[2].partition("Stated")[0]
    assert options.split("\n")[1:2] == ["SBRT for lung metastases"]


def test_a_segment_has_its_place_and_what_rests_on_it_and_not_its_sentence(ask: Asked) -> None:
    page = ask.page("/term/S19")
    assert "1435 to 1581" in page.text
    assert "0a90d3a66c6102bd4ac81bcb00612cf9393458615f92905511da701cced619df" in page.text
    rests = page.text.partition("What rests on it")[2].partition("Stated")[0]
    assert "SBRT for lung metastases" in rests and "recommendation" in rests


def test_a_decision_has_its_readings_and_the_conditions_that_they_change(ask: Asked) -> None:
    page = ask.page("/term/D04")
    assert "D04=S08-alone" in page.text
    assert "By it the condition would be" in page.text
    assert "/term/option-chemotherapy-radiation" in page.links or "chemotherapy with radiation therapy" in page.text


def test_incoming_links_are_bounded_and_say_how_many_more_there_are(ask: Asked) -> None:
    count = len(list(ask.site.kg.asserted.subjects(RDFS.isDefinedBy, STS.ontology)))
    page = ask.page("/term/ontology")
    assert f"and {count - 25:,} more" in page.text
    assert any(link.startswith("/sparql?query=SELECT") for link in page.links)


def test_a_drug_has_its_matches_with_set_and_evidence(ask: Asked) -> None:
    page = ask.page("/term/pazopanib")
    matches = page.text.partition("Matches")[2]
    assert "skos:exactMatch" in matches and "CHEBI:71219" in matches and "drugs" in matches
    assert "semapv:" in matches
    assert "/term?iri=http%3A%2F%2Fpurl.obolibrary.org%2Fobo%2FCHEBI_71219" in page.links


def test_a_denied_match_does_not_hold(ask: Asked) -> None:
    denied = next((iri, match) for iri, rows in ask.site.terms.matches.items() for match in rows if match.row.negative)
    assert denied[1].holds is False
    link = address(denied[0]) if denied[0].startswith(BASE) else f"/term?iri={denied[0]}"
    assert "no: denied: it is not this" in ask.page(link).text


def test_an_external_term_leads_back_to_ours(ask: Asked) -> None:
    page = ask.page("/term?iri=CHEBI:71219")
    assert "/term/pazopanib" in page.links
    assert ask("/term?iri=sts:pazopanib").headers == (("Location", "/term/pazopanib"),)


def test_a_property_shows_how_it_is_used(ask: Asked) -> None:
    count = len(list(ask.site.kg.asserted.triples((None, STS.recommendsOption, None))))
    assert f"{count} statements" in ask.page("/term/recommendsOption").text


def test_without_a_layout_engine_the_page_says_what_draws_it(ask: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "ENGINES", {})
    page = ask.page("/term/option-pazopanib")
    assert "sts-kg[notebook]" in page.text and "What stands beside pazopanib." in page.text


# --- proofs


def test_a_proof_ends_in_what_is_asserted_and_in_the_segments_behind_it(ask: Asked) -> None:
    page = ask.page("/why?s=sts:option-pazopanib&p=sts:follows&o=sts:option-chemotherapy")
    assert "prp-spo2" in page.text and "asserted in" in page.text
    assert "line 8, characters 292 to 356" in page.text
    assert {"/term/S04", "/term/S14", "/term/S15"} <= {*page.links}
    assert page.ids.count("proof") == 1


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("s=sts:pazopanib&p=rdf:type", 400, "there is no o"),
        ("s=nothing&p=rdf:type&o=sts:Drug", 400, "no prefix"),
        ("s=sts:pazopanib&p=rdf:type&o=%22a%22%20.%20%3Ca:b%3E%20%3Ca:b%3E%20%22c%22", 400, "2 triples"),
        ("s=sts:pazopanib&p=rdf:type&o=sts:Finding", 404, "nothing in the graph states it"),
        ("triple=sts:pazopanib", 400, "line 1"),
    ],
)
def test_what_is_no_triple_of_the_graph_is_refused(ask: Asked, query: str, status: int, said: str) -> None:
    answer = ask(f"/why?{query}", "text/plain")
    assert (answer.status, answer.media) == (status, "text/plain")
    assert said in answer.body.decode()


def test_terms_in_addresses_come_back_as_they_were(ask: Asked) -> None:
    terms = {term for triple in ask.site.kg.inferred for term in triple}
    assert {term_of(spelled(term)) for term in terms} == terms


# --- as data


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/trig", "application/trig"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("*/*", "text/html"),
        ("", "text/html"),
    ],
)
def test_a_term_comes_in_the_form_that_a_client_prefers(ask: Asked, accept: str, media: str) -> None:
    answer = ask("/term/MetPazopanib", accept)
    assert (answer.status, answer.media) == (200, media)
    if media != "text/html":
        found = parse(answer.body.decode(), syntax=dict(FORMS.values())[media])
        assert {p for _, p, _ in found.triples((STS.MetPazopanib, None, None))} >= {RDF.type, RDFS.subClassOf}
        assert (None, OWL.hasValue, STS["option-pazopanib"]) in found  # in a blank node


def test_forms_by_ending_are_the_same_and_may_have_what_follows(ask: Asked) -> None:
    plain, more = (Graph().parse(data=ask(f"/term/rec-S23.ttl{q}").body) for q in ("", "?inferred=1"))
    assert ask("/term/rec-S23", "text/turtle").body == ask("/term/rec-S23.ttl").body
    inferred = {triple for triple in ask.site.kg.inferred if triple[0] == STS["rec-S23"]}
    assert inferred and set(more) - set(plain) == inferred


def test_what_there_is_not_is_said_with_what_is_near(ask: Asked) -> None:
    page = ask.page("/term/option-pazopanibb", 404)
    assert "did you mean pazopanib" in page.text
    plain = ask("/term/option-pazopanibb", "*/*")
    assert (plain.status, plain.media) == (404, "text/plain")
    assert plain.body.startswith(b"there is no term 'option-pazopanibb'; did you mean pazopanib")
    refused = ask("/term/rec-S23", "image/png")
    assert refused.status == 406 and b"text/turtle" in refused.body
    assert ask("/term").status == 400


def test_head_and_etag_over_http(server: Serving) -> None:  # noqa: F811
    got = server.ask("/term/option-pazopanib", accept="text/turtle")
    head = server.ask("/term/option-pazopanib", method="HEAD", accept="text/turtle")
    assert head.body == b"" and head.headers["content-length"] == str(len(got.body))
    assert head.headers["vary"] == "Accept"
    again = server.ask("/term/option-pazopanib", accept="text/turtle", If_None_Match=got.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    slash = server.ask("/term/ontology%2Ffindings", accept="text/turtle")
    assert slash.status == 200 and b"sts:ontology" in slash.body


# --- search


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("pazopanib", "option-pazopanib"),
        ("  PAZÖPANIB ", "option-pazopanib"),
        ("Votrient", "brand-votrient"),
        ("isophosphamide", "ifosfamide"),
        ("sts:D04", "D04"),
        ("D04", "D04"),
        ("chemothe", "option-chemotherapy"),
        ("surgery possible", "intent-make-surgery-possible"),
    ],
)
def test_search_finds_by_label_other_name_curie_and_words(ask: Asked, text: str, first: str) -> None:
    found = [each.iri.removeprefix(BASE) for each in ask.site.search.find(text)]
    assert found[0] == first


def test_search_finds_ours_by_the_codes_of_others(ask: Asked) -> None:
    found = ask.site.search.find("CHEBI:71219")
    assert [each.iri for each in found] == [f"{BASE}pazopanib", "http://purl.obolibrary.org/obo/CHEBI_71219"]
    assert found[0].by == "exactMatch: CHEBI:71219 pazopanib"


def test_search_ranks_whole_before_beginning_before_word_before_inside(ask: Asked) -> None:
    labels = [folded(ask.site.terms.label(each.iri)) for each in ask.site.search.find("surgery") if not each.by]
    ranks = [0 if t == "surgery" else 1 if t.startswith("surgery") else 2 if " surgery" in t else 3 for t in labels]
    assert ranks == sorted(ranks) and {0, 1, 2} <= {*ranks}


def test_search_without_a_word_or_a_match_says_what_to_do(ask: Asked) -> None:
    assert "Type a name, such as pazopanib" in ask.page("/search").text
    nothing = ask.page("/search?q=%3Cb%3Exyz")
    assert "Nothing is called “<b>xyz”. Try fewer letters" in nothing.text


def test_search_offers_near_names(ask: Asked) -> None:
    assert "Nothing is called “pazopinib”. Did you mean pazopanib or " in ask.page("/search?q=pazopinib").text
    assert "Did you mean" not in ask.page("/search?q=pazopanib").text


def test_suggestions_are_json(ask: Asked) -> None:
    found = json.loads(ask("/suggest?q=votri", "application/json").body)
    assert found[0] == {
        "label": "Votrient",
        "kind": "brand",
        "curie": "sts:brand-votrient",
        "by": "",
        "address": "/term/brand-votrient",
    }
    assert json.loads(ask("/suggest?q=").body) == []


# --- the graph as a whole


def test_the_index_counts_the_terms_of_each_kind(ask: Asked) -> None:
    members = ask.site.terms.members
    assert len(members[str(STS.Finding)]) == 22
    assert "22" in ask.page("/terms").text
    page = ask.page("/terms?kind=Finding")
    assert page.text.count("\n") > 22 and "/term/finding-lung-metastases" in page.links
    refused = ask("/terms?kind=Findin", "text/plain")
    assert refused.status == 404 and b"did you mean Finding" in refused.body


def test_the_tree_has_every_class_below_those_directly_above_it(ask: Asked) -> None:
    page = ask.page("/classes")
    graph = ask.site.kg.asserted
    named = {str(each) for each in graph.subjects(RDF.type, OWL.Class) if isinstance(each, URIRef)}
    shown = {BASE + link.removeprefix("/term/") for link in page.links if link.startswith("/term/")}
    assert {each for each in named if each.startswith(BASE)} <= shown
    assert f"{len(named)} classes" in page.text
    below = page.text.partition("case known not to meet the condition of surgery for symptom control")[2]
    under = r"\s*2 below\s*case without stage 4 soft tissue sarcoma inferred\s*case without symptoms"
    assert re.match(under, below)
    assert re.findall(r"\bagent\b[^)]*\)", page.text) == ["agent (prov:Agent)", "agent (sts:Agent)"]


def test_a_wide_picture_says_that_it_can_be_moved(ask: Asked) -> None:
    said = "The picture is wider than the screen: move it sideways."
    assert ask("/term/option-pazopanib").body.decode().count(said) == 2
    assert ask("/pathway").body.decode().count(said) == 1
    assert not _is_wide('<svg class="sts-kg-picture" width="360" height="9">') and _is_wide('<svg width="361">')


def test_the_pathway_is_a_picture_and_a_table(ask: Asked) -> None:
    answer = ask("/pathway").body.decode()
    page = ask.page("/pathway")
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="sts-kg-picture"' in answer and "aria-label=" in answer
    options = [f"/term/{str(option).removeprefix(BASE)}" for option in ask.site.kg.guideline.conditions]
    assert [link for link in options if link not in page.links] == []
    assert "sarcoma type for pazopanib and (prior chemotherapy or growth within one year" in page.text


def test_statistics_are_those_of_the_graph(ask: Asked) -> None:
    text = ask.page("/statistics").text
    graph = ask.site.kg.asserted
    for count in (len(graph), len(set(graph.subjects())), len(list(graph.subjects(RDF.type, OWL.Class)))):
        assert f"{count:,}" in text
    assert ask.site.kg.guideline.source_digest in text


# --- files


def listed(ask: Asked) -> list[str]:
    """Return the addresses of all files."""
    return [link for link in ask.page("/downloads").links if link.startswith("/export/")]


@pytest.mark.parametrize("library", ["resvg_py", "matplotlib"])
def test_a_picture_that_cannot_be_made_is_not_listed(ask: Asked, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "/export/pathway.png" in listed(ask)
    monkeypatch.setattr(pages_of_graph, "find_spec", lambda name: None if name == library else True)
    assert "/export/pathway.svg" in listed(ask) and "/export/pathway.png" not in listed(ask)


def test_every_file_that_is_listed_is_there(ask: Asked) -> None:
    for link in listed(ask):
        answer = ask(link, "*/*")
        assert answer.status == 200 and answer.body, link
        assert answer.headers[0] == ("Content-Disposition", f'attachment; filename="{link[8:]}"')


def test_a_file_is_what_export_writes(ask: Asked, tmp_path: Path) -> None:
    load().export(tmp_path / "x.ttl", inferred=True)
    answer = ask("/export/sts-kg-inferred.ttl")
    assert answer.media == "text/turtle" and answer.body == (tmp_path / "x.ttl").read_bytes()
    assert gzip.decompress(ask("/export/sts-kg-inferred.ttl.gz").body) == answer.body
    load().export(tmp_path / "y.nq", kinds=["asserted"])
    assert ask("/export/graphs-asserted.nq").body == (tmp_path / "y.nq").read_bytes()


def test_archives_are_the_same_each_time_and_open(ask: Asked) -> None:
    first, second = ask("/export/sts-kg-modules.zip").body, ask("/export/sts-kg-modules.zip").body
    assert first == second
    names = zipfile.ZipFile(io.BytesIO(first)).namelist()
    assert "sts-kg/catalog-v001.xml" in names and "sts-kg/findings.ttl" in names


def test_descriptions_and_mapping_sets_are_files(ask: Asked) -> None:
    void = Graph().parse(data=ask("/export/void.ttl").body)
    assert isomorphic(void, ask.site.kg.describe("void"))
    table = ask("/export/mappings-drugs.sssom.tsv")
    assert table.media == "text/tab-separated-values" and b"sts:pazopanib\t" in table.body


@pytest.mark.parametrize(
    "name",
    [
        "sts-kg.zip",
        "sts-kg.txt",
        "sts-kg-modules.ttl",
        "sts-kg-modules.zip.gz",
        "graphs-links.nq",
        "graphs-asserted-asserted.nq",
        "graphs-.nq",
        "mappings-x.sssom.tsv",
        "..%2Fpyproject.toml",
    ],
)
def test_a_file_that_is_not_there_is_refused(ask: Asked, name: str) -> None:
    handler, parameters = "graph.export", {"file": unquote(name)}
    answer = ask.site.answer(handler, Request(parameters=parameters))
    assert answer.status == 404 and b"/downloads lists all" in answer.body


# --- what others say

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'\u202e{{7*7}}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A site with a slice of somebody who means ill, and much of it."""
    text = json.dumps(HOSTILE, ensure_ascii=False)
    chebi, far = "<http://purl.obolibrary.org/obo/CHEBI_71219>", f"<https://example.org/{'a' * 5000}>"
    lines = [
        f"{chebi} <{RDFS.label}> {text}@en .",
        f"{chebi} <{RDF.type}> <{OWL.Class}> .",
        f"{chebi} <http://purl.obolibrary.org/obo/IAO_0000115> {text} .",
        f"{chebi} <{RDFS.subClassOf}> <javascript:alert(3)> .",
        f"{chebi} <{RDFS.subClassOf}> {far} .",
        f"<javascript:alert(3)> <{RDFS.label}> {text} .",
        f"{far} <{RDFS.label}> {json.dumps('long ' * 20_000)} .",
        f"{chebi} <https://example.org/%22%3E%3Cscript%3E> {text}^^<https://example.org/'onclick='alert(4)> .",
        *(f'{chebi} <{RDFS.comment}> "{at} {"x" * 900}" .' for at in range(2000)),
        *(f'{chebi} <https://example.org/p{at}> "{at}" .' for at in range(300)),
    ]
    path = tmp_path_factory.mktemp("hostile") / "hostile.nt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Asked(Site(Settings(links=(str(path),))))


def test_a_hostile_slice_cannot_break_out_of_a_page(hostile: Asked) -> None:
    pages = [
        "/term?iri=CHEBI:71219",
        "/term?iri=javascript:alert(3)",
        "/term/pazopanib",
        "/search?q=alert",
        "/search?q=CHEBI:71219",
        "/term?iri=https://example.org/%2522%253E%253Cscript%253E",
        "/statistics",
        f"/term?iri=https://example.org/{'a' * 5000}",
    ]
    for each in pages:
        page = hostile.page(each)  # which sees to scripts, handlers and size
        body = hostile(each).body.decode()
        assert "<script>alert" not in body and "<img" not in body.partition("<main")[2] and "\u202e" not in body
        assert [link for link in page.links if link.startswith("javascript:")] == []
        assert "49" not in page.text.partition("alert(2)>'")[2][:12]
    assert "alert(1)" in hostile.page(pages[0]).text


def test_what_a_slice_says_is_named_after_it_and_bounded(hostile: Asked) -> None:
    page = hostile.page("/term?iri=CHEBI:71219")
    said = page.text.partition("Said elsewhere")[2]
    assert "hostile" in said and "and 1,960 more" in said


def test_what_follows_with_a_slice_has_a_proof_that_names_it(tmp_path: Path) -> None:
    above = [f"<http://purl.obolibrary.org/obo/CHEBI_{number}>" for number in (71219, 1, 2)]
    lines = [f"{lower} <{RDFS.subClassOf}> {upper} ." for lower, upper in pairwise(above)]
    lines += [f'{each} <{RDFS.label}> "class {at}" .' for at, each in enumerate(above)]
    (tmp_path / "chemicals.nt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    linked = Asked(Site(Settings(links=(str(tmp_path / "chemicals.nt"),))))
    page = linked.page("/term?iri=CHEBI:71219")
    follows, elsewhere = page.text.partition("Follows")[2].split("Said elsewhere")[:2]
    assert "class 2 why?" in follows
    assert "class 1 chemicals" in elsewhere and "class 2" not in elsewhere.partition("As data")[0].partition("leads")[0]
    proof = next(link for link in page.links if link.startswith("/why?") and link.endswith("CHEBI_2"))
    assert "scm-sco" in linked.page(proof).text and "link/chemicals" in linked.page(proof).text


def test_a_store_of_ours_has_the_same_pages(ask: Asked, tmp_path: Path) -> None:
    load().push(tmp_path / "store")
    kept = Asked(Site(Settings(store=tmp_path / "store")))
    for each in ("/term/rec-S23", "/term/D04", "/term/pazopanib", "/statistics"):
        assert kept.page(each).links == ask.page(each).links
    assert "asserted in" in kept.page("/why?s=sts:rec-S23&p=rdf:type&o=prov:Entity").text
