"""Pictures of cohorts: whole SVG with every label and number as text, the same twice, and no hidden count told."""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Callable, Mapping
from xml.etree import ElementTree

import pytest
from rdflib import Literal, URIRef

from sts_kg.cohort.plots import combinations, funnel, questions, statuses
from sts_kg.cohort.release import HIDDEN
from sts_kg.rdf import STS
from sts_kg.tables import Table

SVG = "{http://www.w3.org/2000/svg}"
FOOTER = "Not medical advice; plan 0123456789ab."
LABELS: Mapping[URIRef, str] = {STS["option-a"]: "alpha", STS["option-b"]: "beta & <gamma>", STS["option-c"]: "delta"}
LEGEND = "* hidden: fewer than 11 patients"


def table(variables: str, *rows: tuple[object, ...]) -> Table:
    cells = [[each if each is None or isinstance(each, URIRef) else Literal(each) for each in row] for row in rows]
    return Table(tuple(variables.split()), tuple(map(tuple, cells)), LABELS, (LEGEND,), HIDDEN)


COUNTS = table(
    "option met not_met undetermined contradictory patients",
    (STS["option-a"], 1200, 30, 70, 40, 1340),
    (STS["option-b"], None, 400, None, 40, 1340),
)
UNKNOWN = table("option met not_met undetermined contradictory patients", (STS["option-a"], 1200, 30, 70, None, None))
STEPS = table("part yes no unknown", ("all patients", 500, 0, 0), ("first", 300, 150, 50), ("second", None, 200, None))
ASKED = table(
    "findings question waiting options settled",
    ("f", "Is this the question that stands first, with a text that is long enough to be wrapped?", 90, 100, 30),
    ("g", "Is this second?", 80, 85, None),
    ("h", "Is this third?", None, None, None),
)
PATTERNS = table("options patients", ("option-a option-b", 250), ("", 40), (None, 33))

PICTURES: Mapping[str, Callable[[], str]] = {
    "statuses": lambda: statuses(COUNTS, footer=FOOTER),
    "unknown": lambda: statuses(UNKNOWN, footer=FOOTER),
    "funnel": lambda: funnel(STEPS, "alpha", footer=FOOTER),
    "questions": lambda: questions(ASKED, footer=FOOTER),
    "combinations": lambda: combinations(PATTERNS, footer=FOOTER),
}


def texts(svg: str) -> list[str]:
    """Return the texts of a picture; that of several lines comes as several."""
    return ["".join(each.itertext()).strip() for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


NUMBERS = {
    "statuses": ["1,200", "70", "30", "40", "*", "*", "400", "40"],
    "unknown": ["1,200", "70", "30", "*"],
    "funnel": ["500", "0", "0", "300", "50", "150", "*", "*", "200"],
    "questions": ["30", "60", "90", "*", "*", "80", "*", "*", "*"],
    "combinations": ["250", "40", "33"],
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_number_is_there_as_text_and_no_other(name: str) -> None:
    assert [each for each in texts(PICTURES[name]()) if re.fullmatch(r"[\d,]+|\*", each)] == NUMBERS[name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("statuses", ["alpha", "beta & <gamma>", "met", "not met", "undetermined", "contradictory"]),
        ("statuses", ["Options by status, 1,340 patients"]),
        ("unknown", ["Options by status, * patients"]),
        ("funnel", ["alpha: patients left after each part of the condition", "all patients", "first", "second"]),
        ("funnel", ["yes", "not known", "no"]),
        ("questions", ["Is this the question that stands first, with a", "text that is long enough to be wrapped?"]),
        ("questions", ["Is this second?", "settled", "by it alone", "more is", "missing", "patients", "waiting"]),
        ("combinations", ["alpha", "beta & <gamma>", "other sets"]),
        *((name, [FOOTER, LEGEND]) for name in PICTURES),
    ],
)
def test_the_words_are_there_as_text(name: str, expected: list[str]) -> None:
    assert [each for each in expected if each not in texts(PICTURES[name]())] == []


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_table_gives_the_same_bytes(name: str) -> None:
    assert PICTURES[name]() == PICTURES[name]()
    assert not re.search(r"dc:date|20\d\d-", PICTURES[name]())


@pytest.mark.parametrize("name", PICTURES)
def test_a_strict_policy_finds_no_style_and_a_page_no_id_twice(name: str) -> None:
    svg, other = PICTURES[name](), statuses(table(" ".join(COUNTS.variables), COUNTS.rows[0]), footer=FOOTER)
    assert not re.search(r"style|<script|<!|<\?", svg)
    ids, others = (re.findall(r' id="([^"]+)"', each) for each in (svg, other))
    assert len(ids) == len({*ids}) and {*ids}.isdisjoint(others)
    assert {*re.findall(r'(?:url\(|href=")#([^)"]+)', svg)} == {*ids}


def test_a_notebook_shows_a_picture_that_is_still_its_text() -> None:
    drawn = statuses(COUNTS, footer=FOOTER)
    assert str(drawn) in drawn._repr_html_() and drawn.startswith("<svg ")
    assert repr(drawn) == f"<Plot: Options by status, 1,340 patients; {len(drawn):,} characters of SVG>"
    assert "beta & <gamma>: * met, * undetermined, 400 not met, 40 contradictory. " in drawn.alt
    copied = pickle.loads(pickle.dumps(drawn))
    assert (copied, copied.alt) == (drawn, drawn.alt)


@pytest.mark.parametrize("name", PICTURES)
def test_all_of_it_lies_within_the_page(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name]())
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    for each in root.iter(f"{SVG}text"):
        place = re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", each.attrib.get("transform", ""))
        x, y = place.groups() if place else (each.attrib.get("x", "0"), each.attrib.get("y", "0"))
        assert left <= float(x) <= width and top <= float(y) <= height, "".join(each.itertext())


def lengths(svg: str) -> list[float]:
    """Return the lengths of the pieces of the bars, in points: rectangles as high as a bar."""
    found = []
    for path in re.findall(r'<path d="M ([^"z]+)z\s*" clip-path="[^"]*" (?:fill|stroke)=', svg):
        corners = [tuple(map(float, each.split())) for each in re.split(r"[ML]", path) if each.strip()]
        width, height = (max(axis) - min(axis) for axis in zip(*corners, strict=True))
        if len(corners) == 4 and abs(height - 72 * 0.165) < 0.5:
            found.append(width)
    return found


def test_pieces_are_as_long_as_their_counts() -> None:
    first = lengths(statuses(COUNTS, footer=FOOTER))
    scale = sum(first[:4]) / 1340
    assert [round(each / scale) for each in first] == [1200, 70, 30, 40, 900, 400, 40]


def test_a_hidden_piece_tells_no_more_than_what_can_be_computed() -> None:
    """Of a total that is shown it is the rest; otherwise its length depends on no hidden count."""
    without = [row for row in COUNTS.rows if row[1] is None]
    svg = statuses(table(" ".join(COUNTS.variables), *without), footer=FOOTER)
    rest, not_met, contradictory = lengths(svg)
    assert round(rest / (rest + not_met + contradictory) * 1340) == 900
    *known, stub = lengths(statuses(UNKNOWN, footer=FOOTER))
    assert stub == pytest.approx(sum(known) * 0.04, rel=0.01)


def test_what_is_not_drawn_is_counted() -> None:
    rows = [("option-a" if number % 2 else "option-b", 100 - number) for number in range(26)]
    svg = combinations(table("options patients", *rows), footer=FOOTER)
    assert "Not drawn: 2 sets with 151 patients." in texts(svg)
    assert "77" in texts(svg) and "76" not in texts(svg)


@pytest.mark.parametrize("drawn", [statuses, questions, combinations])
def test_an_empty_table_is_a_picture(drawn: Callable[..., str]) -> None:
    tables: dict[Callable[..., str], Table] = {statuses: COUNTS, questions: ASKED, combinations: PATTERNS}
    variables = tables[drawn].variables
    assert FOOTER in texts(drawn(table(" ".join(variables)), footer=FOOTER))


def test_all_hidden_is_a_picture() -> None:
    assert {"other sets", "*"} <= {*texts(combinations(table("options patients", (None, None)), footer=FOOTER))}


def test_a_missing_matplotlib_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"^a picture needs matplotlib: pip install 'sts-kg\[notebook\]'$"):
        statuses(COUNTS, footer=FOOTER)
