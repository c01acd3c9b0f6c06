"""Whatever a user gets from a `KnowledgeGraph` about cases and the guideline is shown, and its markup loads nothing."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import date
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import pytest

from sts_kg import KnowledgeGraph, knowledge
from sts_kg.authoring import Item, LeftOut, ToDo
from sts_kg.display import as_markdown, as_text, markup
from sts_kg.display.shows import RENDERERS
from sts_kg.guideline import Alternative, Conjunction, Leaf, Verdict, Verdicts
from sts_kg.quality import Report, Violation
from sts_kg.rdf import STS
from sts_kg.shown import Shown

ROOMS = ("authoring", "cases", "guideline", "plan", "quality", "queries")
#: Bytes of the markup of any of these objects, for the shipped ontology.
MOST = 100_000
#: What speaks of a case, and so ends with the disclaimer.
ABOUT_CASES = {
    *("Answer", "Answers", "Change", "Changes", "Explanation", "GoldenReport", "NewCase", "Question", "Questions"),
    *("ReadingAnswer", "Tested"),
}
GOLDEN = Path(__file__).parents[1] / "authoring" / "golden"
_LOADS = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "source", "input"}


def returned() -> dict[str, type]:
    """Return the classes in the doors of these rooms that the signatures of `KnowledgeGraph` return, by name."""
    files = Path(str(knowledge.__file__)).parent.glob("*.py")
    sources = {
        alias.asname or alias.name: (node.module, alias.name)
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    found = {}
    for name, member in inspect.getmembers(KnowledgeGraph):
        said = getattr(member, "fget", None) or getattr(member, "func", None) or member
        if name.startswith("_") or not hasattr(said, "__annotations__"):
            continue
        for word in re.findall(r"\w+", str(said.__annotations__.get("return", ""))):
            module, original = sources.get(word, ("", ""))
            if module.removeprefix("sts_kg.") in ROOMS:
                one = getattr(import_module(module), original)
                if isinstance(one, type):
                    found[word] = one
    return found


@pytest.fixture(scope="module")
def things(kg: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Shown]:
    """One real object of each class, by the name of the class."""
    folder: Path = tmp_path_factory.mktemp("shown")
    answers, questions = kg.options("example:f"), kg.questions("example:b")
    changes = kg.what_if("example:b", {"resectable": True})
    segments, verdict = kg.sources(), Verdict(STS.D04, "other", "A", date(2026, 11, 29))
    violation = Violation("label", "sts:x", "has no label", "give it one")
    golden = kg.test(GOLDEN)
    item = Item("page", "write the gist", "source.ttl", 7, "todo")
    condition = kg.guideline.conditions[STS["option-pazopanib"]]
    assert isinstance(condition, Conjunction)
    page = folder / "page.txt"
    page.write_text("Another page.\n", encoding="utf-8")
    found: list[Shown] = [
        *(kg, kg.session, kg.guideline, kg.plan, kg.with_examples().cases[5], kg.canned["drugs/options-with-drug"]),
        kg.entities,
        *(answers, answers[0], kg.explain("example:f", "pazopanib"), changes, changes[0], questions),
        *(questions["b"][0], segments, segments[3], kg.review(), kg.export(folder / "x.ttl"), violation),
        *(Report((violation,), (("sentences", 33, 33),), ("a note",), 131), verdict, Verdicts((verdict,), 1)),
        *(condition, next(part for part in condition.parts if isinstance(part, Leaf))),
        next(part for part in condition.parts if isinstance(part, Alternative)),
        *(
            ToDo("mine", (item,), ("a note",)),
            golden,
            golden.differences[0],
            kg.new_case(["yes", "unknown"]),
            LeftOut("sql", "a", "it has no column"),
        ),
        next(mark for answer in answers for mark in answer.marks),
        next(other for answer in answers for other in answer.readings or ()),
    ]
    return {type(thing).__name__: thing for thing in found}


def test_whatever_a_graph_returns_of_these_rooms_is_shown() -> None:
    found = returned()
    assert found.keys() >= {"Answers", "Case", "Explanation", "Guideline", "Plan", "Report", "SourceDiff"}
    assert [name for name, one in found.items() if not issubclass(one, Shown)] == []
    assert [name for name in found if name not in RENDERERS] == []


def test_a_real_object_of_each_is_looked_at(things: Mapping[str, Shown]) -> None:
    """But for what needs the page of the source, which is tested where that is at hand."""
    assert returned().keys() - {"SourceDiff"} <= things.keys()


@pytest.mark.parametrize("named", RENDERERS.values())
def test_every_renderer_is_there(named: str) -> None:
    module, _, function = named.rpartition(".")
    assert function in import_module(f"sts_kg.display.views.{module}").__all__


class Markup(HTMLParser):
    """The tags of a markup, their attributes, and its text outside code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Note that each tag is closed, the last first."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text that is no code."""
        if "pre" not in self.open:
            self.words.append(data)


def faults(text: str) -> Iterator[str]:
    """Yield what markup has that a strict Content-Security-Policy forbids, or that would load something."""
    found = Markup(text)
    yield from (f"the tag {tag}" for tag in sorted(found.tags & _LOADS))
    for name, value in found.attributes:
        if name in ("style", "src", "srcset") or name.startswith("on"):
            yield f"the attribute {name}"
        if "http" in value and name != "href":
            yield f"an address in {name}"
    if any("http" in words for words in found.words):
        yield "an address in the text"
    if found.open:
        yield f"{found.open[-1]} is left open"
    if len(text.encode()) > MOST:
        yield f"{len(text.encode())} bytes"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<p style="x">', "the attribute style"),
        ("<script>1</script>", "the tag script"),
        ('<p onclick="x">', "the attribute onclick"),
        ('<p title="http://x">', "an address in title"),
        ("<p>http://x</p>", "an address in the text"),
        ("<p>", "p is left open"),
        (f"<p>{'x' * MOST}</p>", f"{MOST + 7} bytes"),
    ],
)
def test_what_is_wrong_with_markup_is_found(text: str, fault: str) -> None:
    assert fault in [*faults(text)]


def test_markup_has_classes_only_loads_nothing_and_is_bounded(things: Mapping[str, Shown]) -> None:
    assert {name: found for name, thing in things.items() if (found := [*faults(markup(thing))])} == {}


def test_what_is_shown_says_the_same_in_markdown_and_text(things: Mapping[str, Shown], kg: KnowledgeGraph) -> None:
    for name, thing in things.items():
        assert re.fullmatch(r"<[^\n]{1,200}>", repr(thing)), name
        assert as_markdown(thing).startswith("**") and as_text(thing, 80), name
        assert (as_text(thing, None).endswith(kg.footer)) or name not in ABOUT_CASES, name


def test_ipython_shows_the_text_of_each(things: Mapping[str, Shown]) -> None:
    """IPython takes the `__repr__` of a class before what it inherits."""
    pretty = pytest.importorskip("IPython.lib.pretty").pretty
    for name, thing in things.items():
        assert pretty(thing).startswith(as_text(thing, 60).partition("\n")[0][:40]), name
        assert "\n\n" in pretty(thing), name


def test_nothing_about_a_case_is_forgotten(things: Mapping[str, Shown]) -> None:
    assert ABOUT_CASES <= things.keys()
