"""Canned queries over HTTP: the form, the answer in each form, and what is said of what cannot be answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.compare import isomorphic
from serving import Serving, server, serving  # noqa: F401 # the fixture

from sts_kg import load
from sts_kg.errors import ParameterError, StsKgError
from sts_kg.queries import CannedQuery
from sts_kg.server import Settings
from sts_kg.server.examples import answerable, example_text
from sts_kg.server.messages import Request, Response
from sts_kg.server.pages.queries import _Answered, _data
from sts_kg.server.site import Site
from sts_kg.tables import Table

OWN = Path(__file__).parent / "own"
HTML, JSON = "text/html", "application/json"
DRUG = "drugs/options-with-drug"


@pytest.fixture(scope="module")
def site() -> Site:
    """The shipped graph as a worker has it, with queries of one's own."""
    return Site(Settings(queries=OWN))


def get(site: Site, name: str, accept: str = HTML, **values: str) -> Response:
    """Return the answer to a request for a query, `topic/name` with or without suffix."""
    return asked(site, name, urlencode(values, quote_via=quote), accept)


def asked(site: Site, name: str, query: str, accept: str = HTML) -> Response:
    topic, _, rest = name.partition("/")
    request = Request(
        path=f"/queries/{name}",
        query=query,
        accept=accept,
        parameters={"topic": topic, "name": rest},
        base="http://127.0.0.1:8000",
    )
    return site.answer("queries.query", request)


def index(site: Site, accept: str = HTML, topic: str | None = None, **values: str) -> Response:
    parameters = {} if topic is None else {"topic": topic}
    request = Request(query=urlencode(values), accept=accept, parameters=parameters, base="http://h")
    return site.answer("queries.index", request)


def text(response: Response) -> str:
    return response.body.decode()


def options(page: str, name: str) -> list[tuple[str, str]]:
    """Return the values and labels of a drop-down."""
    inside = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    assert inside, f"the page has no drop-down {name}"
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', inside[0])


def selected(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]*)" selected', page)


def test_the_values_of_a_drop_down_come_from_the_graph(site: Site) -> None:
    page = text(get(site, DRUG))
    assert options(page, "drug") == [(name, name) for name in ("doxorubicin", "ifosfamide", "pazopanib")]
    assert options(page, "modality")[:3] == [
        ("", "any"),
        ("modality-cancer-treatment", "cancer treatment"),
        ("modality-chemotherapy", "chemotherapy"),
    ]
    assert selected(page) == ["doxorubicin"]


@pytest.mark.parametrize("name", ["Votrient", "pazopanib", "sts:pazopanib", "https://w3id.org/sts-kg/pazopanib"])
def test_any_name_of_a_thing_chooses_it(site: Site, name: str) -> None:
    assert selected(text(get(site, DRUG, drug=name))) == ["pazopanib"]


def test_cases_are_the_fictional_ones_and_the_answer_says_so(site: Site) -> None:
    page = text(get(site, "conditions/options-of-case", case="f"))
    assert "fictional example cases" in page
    assert options(page, "case")[0] == ("a", "a: nothing known but the stage")
    note = dict(get(site, "conditions/options-of-case.csv", case="f").headers)["x-sts-kg-note"]
    assert note == "about the fictional example cases, which are nobody's"


@pytest.mark.parametrize(
    ("suffix", "media", "method"),
    [
        ("csv", "text/csv", "to_csv"),
        ("tsv", "text/tab-separated-values", "to_tsv"),
        ("json", "application/json", "to_json"),
        ("srj", "application/sparql-results+json", "to_srj"),
    ],
)
def test_a_suffix_and_a_header_choose_the_same_form(site: Site, suffix: str, media: str, method: str) -> None:
    wanted = getattr(load().query(DRUG, drug="ifosfamide"), method)().rstrip("\n")
    by_suffix = get(site, f"{DRUG}.{suffix}", "", drug="ifosfamide")
    assert (by_suffix.status, by_suffix.media, text(by_suffix).rstrip("\n")) == (200, media, wanted)
    assert get(site, DRUG, media, drug="ifosfamide") == by_suffix


def test_who_takes_anything_gets_sparql_results(site: Site) -> None:
    assert get(site, DRUG, "*/*").media == "application/sparql-results+json"


def test_rq_is_the_text_with_its_values(site: Site) -> None:
    name = "pathway/order-of-options"
    assert site.canned[name].graph == "closed"
    answer = get(site, f"{name}.rq", "")
    assert (answer.media, text(answer)) == ("application/sparql-query", load().bound(name))


def test_rq_and_examples_of_what_is_asserted_answer_as_the_page_does(site: Site) -> None:
    n_rows = {}
    for name, each in answerable(site).items():
        if (
            each.graph != "asserted"
            or each.form != "select"
            or any(p.required and not p.default for p in each.parameters)
        ):
            continue
        table = site.kg.query(name)
        assert isinstance(table, Table)
        n_rows[name] = len(table)
        for found in (example_text(site, each), text(get(site, f"{name}.rq", ""))):
            assert "FROM <https://w3id.org/sts-kg/ontology/sts>\n" in found
            assert sorted(site.dataset.rows(found).rows, key=str) == sorted(table.rows, key=str), name
    assert len(n_rows) >= 50
    assert (n_rows["pathway/first-treatment"], n_rows["conditions/classes-of-options"]) == (1, 18)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "conditions/cases",
            "# Load into the default graph the ontology and cases, with what follows.\n#   sts-kg export",
        ),
        ("federated/roles", "# Ask https://"),
    ],
)
def test_a_query_that_the_endpoint_cannot_answer_says_what_it_needs(site: Site, name: str, said: str) -> None:
    assert f"\n{said}" in text(get(site, f"{name}.rq", ""))


@pytest.mark.parametrize(
    ("name", "is_there"), [(DRUG, True), ("conditions/cases", False), ("links/denied-matches", False)]
)
def test_a_page_leads_to_the_editor_where_it_has_the_query(site: Site, name: str, is_there: bool) -> None:
    assert ("open the query in the editor" in text(get(site, name))) is is_there


def test_a_graph_is_shown_as_a_picture_and_given_as_turtle(site: Site) -> None:
    page = text(get(site, "pathway/pathway-graph"))
    assert "Graph of 12 triples" in page
    found = Graph().parse(data=text(get(site, "pathway/pathway-graph.ttl", "")), format="turtle")
    wanted = load().query("pathway/pathway-graph")
    assert isinstance(wanted, Graph)
    assert isomorphic(found, wanted)
    assert get(site, "pathway/pathway-graph", "*/*").media == "text/turtle"
    assert get(site, "pathway/pathway-graph.csv", "").status == 404


def test_yes_or_no_in_words_and_as_json(site: Site) -> None:
    assert "<strong>Yes</strong>" in text(get(site, "mine/has-drug"))
    no = text(get(site, "mine/has-drug", thing="sts:option-pazopanib"))
    assert "<strong>No</strong>: the graph does not say so" in no
    assert text(get(site, "mine/has-drug.json", "")) == "true\n"
    assert json.loads(get(site, "mine/has-drug.srj", "").body) == {"head": {}, "boolean": True}


def test_inputs_fit_their_types(site: Site) -> None:
    page = text(get(site, "mine/typed"))
    assert re.findall(r'<input id="(\w+)" name="\w+" type="(\w+)"', page) == [
        ("day", "date"),
        ("count", "number"),
        ("text", "text"),
    ]
    assert "Answer" not in page  # nothing is asked before the form is filled
    answer = get(site, "mine/typed.json", "", day="2026-01-15", count="3", text="")
    assert json.loads(answer.body) == [{"day": "2026-01-15", "count": 3, "text": ""}]


def test_each_wrong_value_is_told_beside_its_field(site: Site) -> None:
    answer = get(site, "mine/typed", day="2026-02-30", count="many", text="x", other="1")
    page = text(answer)
    assert answer.status == 400
    for name in ("day", "count"):
        assert f'aria-describedby="{name}-error {name}-hint" aria-invalid="true"' in page
        assert f'id="{name}-error"' in page
    assert '<input id="day" name="day" type="text" value="2026-02-30"' in page  # as it was typed
    assert "<strong>other</strong>: No such parameter, it has day, count, text." in page


def test_a_name_that_is_near_is_a_link(site: Site) -> None:
    answer = get(site, DRUG, drug="doxorubicine")
    assert answer.status == 400
    assert 'Did you mean <a href="?drug=doxorubicin">doxorubicin</a>?' in text(answer)
    assert selected(text(answer)) == ["doxorubicine"]


def test_programs_are_told_what_is_wrong_by_400(site: Site) -> None:
    plain = get(site, f"{DRUG}.csv", "text/csv", drug="nix")
    assert (plain.status, plain.media) == (400, "text/plain")
    assert text(plain) == (
        f"query {DRUG}, parameter drug = 'nix': there is no sts:Drug of this name; there are doxorubicin, "
        "ifosfamide, pazopanib\n"
    )
    problem = get(site, f"{DRUG}.json", JSON, drug="nix")
    assert problem.media == "application/problem+json"
    assert json.loads(problem.body)["parameter"] == "drug"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("drug=pazopanib&drug=ifosfamide", "drug"),
        ("order=up", "order"),
        ("sort=nix", "sort"),
        ("on_note=x", "on_note"),
        ("timeout_s=1", "timeout_s"),
        ("drug=", "drug"),
    ],
)
def test_what_is_no_value_is_refused(site: Site, query: str, parameter: str) -> None:
    answer = asked(site, f"{DRUG}.json", query, JSON)
    assert (answer.status, json.loads(answer.body)["parameter"]) == (400, parameter)


def test_an_unknown_query_has_near_names(site: Site) -> None:
    answer = get(site, "drugs/option-with-drug")
    assert answer.status == 404
    assert f'<a href="/queries/{DRUG}">Options with a drug</a>' in text(answer)
    assert "did you mean drugs/options-with-drug or" in text(get(site, "drugs/option-with-drug.csv", ""))


def test_a_suffix_that_there_is_not_is_told_with_those_that_there_are(site: Site) -> None:
    answer = get(site, f"{DRUG}.ttl", "")
    assert answer.status == 404
    assert text(answer) == "there is no .ttl of this query; there are .csv, .tsv, .json, .srj, .rq\n"
    assert get(site, f"{DRUG}.", "").status == 404


def test_what_is_not_linked_is_409_with_what_to_do(site: Site) -> None:
    for answer in (get(site, "links/kinds-of-disease"), get(site, "links/kinds-of-disease.csv", "")):
        assert answer.status == 409
        assert "sts-kg serve --link FILE" in text(answer)


def test_a_federated_query_is_shown_and_not_run(site: Site) -> None:
    page = get(site, "federated/roles")
    assert page.status == 200
    assert "Not run here" in text(page) and "The SPARQL to take there" in text(page)
    assert "<table" not in text(page)
    assert "obo:RO_0000087" in text(get(site, "federated/roles.rq", ""))
    answer = get(site, "federated/roles.csv", "")
    assert (answer.status, "this service asks no other host" in text(answer)) == (409, True)


def test_an_empty_answer_says_why(site: Site) -> None:
    query = site.canned["provenance/what-the-source-does-not-say"]
    assert query.empty_because
    assert f"There are no rows, by design: {query.empty_because}" in text(get(site, query.id))


def test_a_long_table_is_cut_and_the_page_says_where_the_whole_is(site: Site) -> None:
    page = text(get(site, "mine/long"))
    assert len(page) < 200_000
    shown = re.search(r"This page shows the first (\d+) of 1,521 rows; the files below have all of them", page)
    assert shown and page.count("<tr>") == int(shown[1]) + 1
    assert text(get(site, "mine/long.csv", "")).count("\n") == 1522


def test_heads_sort_one_way_and_then_the_other(site: Site) -> None:
    page = text(get(site, DRUG, drug="doxorubicin", sort="label"))
    assert '<th scope="col" aria-sort="ascending"><a href="?drug=doxorubicin&amp;sort=label&amp;order=desc"' in page
    assert '<a href="?drug=doxorubicin&amp;sort=segment&amp;order=asc"' in page
    rows = text(get(site, f"{DRUG}.csv", "", sort="label", order="desc")).split("\r\n")
    assert [row.split(",")[1] for row in rows[1:3]] == ["doxorubicin with ifosfamide", "doxorubicin alone"]


def test_the_list_searches_and_is_json(site: Site) -> None:
    assert "2 of 127 queries have “Ubergraph”" in text(index(site, q="Ubergraph"))
    listed = json.loads(index(site, JSON).body)
    assert [each["id"] for each in listed] == list(site.canned)
    assert {each["topic"] for each in json.loads(index(site, JSON, topic="drugs").body)} == {"drugs"}
    assert index(site, topic="drug").status == 404
    assert "did you mean" in text(index(site, "", topic="drug"))
    own = next(each for each in listed if each["id"] == "mine/long")
    assert own["href"] == "http://h/queries/mine/long" and "own" not in own


def test_no_path_of_this_machine_is_told(site: Site) -> None:
    for name in ("mine/typed", "mine/typed.csv"):
        assert str(OWN) not in text(get(site, name, HTML, day="x"))
    assert str(OWN) not in text(index(site, JSON))


def test_every_query_has_a_page_below_200_kb(site: Site) -> None:
    answers = {name: get(site, name) for name in site.canned if name != "mine/endless"}
    linked = {name for name, query in site.canned.items() if "links" in query.needs or set(query.needs) - {"mappings"}}
    assert {name for name, answer in answers.items() if answer.status == 409} == linked
    assert {answer.status for name, answer in answers.items() if name not in linked} == {200}
    assert max(len(answer.body) for answer in answers.values()) < 200_000


def test_a_note_cannot_end_its_header(site: Site) -> None:
    found = _data(_Answered(True, ("a\r\nset-cookie: x\nü",)), JSON)
    assert dict(found.headers) == {"x-sts-kg-note": "a?set-cookie: x?"}


# --- the answer is that of `KnowledgeGraph.query`, whatever is asked

NAMES = sorted(load().canned)


@st.composite
def requests(draw: st.DrawFn, kg_queries: dict[str, CannedQuery]) -> tuple[CannedQuery, dict[str, str]]:
    query = kg_queries[draw(st.sampled_from(NAMES))]
    names = [*(each.name for each in query.parameters), draw(st.text(max_size=3))]
    known = ["doxorubicin", "Votrient", "f", "option-pazopanib", "S14", "CHEBI:28748", "3", "true", "2026-01-15"]
    value = st.one_of(st.sampled_from(known), st.text(max_size=6))
    given = draw(st.dictionaries(st.sampled_from(names), value, max_size=3))
    return query, given


def test_an_empty_value_is_no_default_and_a_default_is_told(site: Site) -> None:
    empty = get(site, f"{DRUG}.csv", "*/*", drug="")
    assert (empty.status, text(empty)) == (
        400,
        f"query {DRUG}, parameter drug = '': it is empty; give a value, or leave it out\n",
    )
    left_out = get(site, f"{DRUG}.csv")
    assert left_out.status == 200
    assert dict(left_out.headers)["x-sts-kg-note"] == "drug is doxorubicin, since it was left out"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_answer_is_that_of_the_facade(site: Site, data: st.DataObject) -> None:
    query, values = data.draw(requests(site.canned))
    answer = get(site, f"{query.id}.srj" if query.form == "select" else f"{query.id}.nt", "", **values)
    assert answer.status in (200, 400, 409), text(answer)
    page = get(site, query.id, HTML, **values)
    if query.endpoint and answer.status == 409:  # it is shown, with what is wrong of its values
        assert page.status == get(site, f"{query.id}.rq", "", **values).status
    else:
        assert page.status == answer.status
    kinds = {each.name: each for each in query.parameters}
    if any(not value and name in kinds and kinds[name].required for name, value in values.items()):
        if all(kinds[name].type != "literal" for name, value in values.items() if not value and name in kinds):
            assert answer.status == 400  # an empty variable of a script is no choice of the default
            return
    meant = {name: value for name, value in values.items() if value or name not in kinds or kinds[name].required}
    meant = {name: value for name, value in meant.items() if name not in ("sort", "order")}
    kg = site.examples if query.graph == "cases" else site.kg
    try:
        if wrong := query.wrong(meant, entities=kg.entities):
            raise wrong[0]
        arguments: dict[str, Any] = dict(meant)
        wanted = kg.query(query.id, **arguments)
    except StsKgError as error:
        assert answer.status == (400 if isinstance(error, ParameterError) else 409)
        return
    assert answer.status == 200
    if query.form == "select":
        assert isinstance(wanted, Table)
        assert text(answer).rstrip("\n") == wanted.to_srj()
    else:
        assert isinstance(wanted, Graph)
        assert isomorphic(Graph().parse(data=text(answer), format="nt"), wanted)


# --- a running service


def test_a_canned_address_is_a_frame(server: Serving) -> None:  # noqa: F811
    frame = pandas.read_csv(f"{server.address}/queries/{DRUG}.csv?drug=ifosfamide")
    assert list(frame["label"]) == ["doxorubicin with ifosfamide"]


def test_a_page_is_kept_and_has_an_etag(server: Serving) -> None:  # noqa: F811
    first = server.ask(f"/queries/{DRUG}", accept=HTML)
    assert first.headers["x-sts-kg-disclaimer"].startswith("Not medical advice")
    again = server.ask(f"/queries/{DRUG}", accept=HTML, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    wrong = server.ask(f"/queries/{DRUG}?drug=nix", accept=HTML)
    assert (wrong.status, wrong.headers["cache-control"]) == (400, "no-store")


@pytest.fixture(scope="module")
def short() -> Iterator[Serving]:
    with serving("--timeout", "1", "--queries", str(OWN)) as running:
        yield running


def test_a_query_without_end_is_503_with_the_form_as_it_was_filled(short: Serving) -> None:
    answer = short.ask("/queries/mine/endless?drug=ifosfamide", accept=HTML)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert selected(answer.text) == ["ifosfamide"]
    assert "The query was stopped after 1 second" in answer.text
    plain = short.ask("/queries/mine/endless.csv", accept="text/csv")
    assert (plain.status, plain.headers["content-type"]) == (503, "text/plain; charset=utf-8")
