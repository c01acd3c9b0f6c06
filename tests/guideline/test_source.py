"""The source page by its segments: what is shipped of it, and what of a page at hand must agree."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from sts_kg import KnowledgeGraph, ParseError, UnknownNameError
from sts_kg.errors import SourceError
from sts_kg.guideline.source import Segment, find_segment, page_texts, segment, segments
from sts_kg.rdf.names import STS

DIGEST = "de788d888cfc9df3a5855501fc0849ffdd2e6eafe86cc9e271d8b84015ccee5a"
IDS = [
    *("H0", "S01", "S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S11", "H1", "S12", "S13", "S14"),
    *("S15", "H2", "S16", "S17", "S18", "S19", "S20", "S21", "S22", "S23", "S24", "S25", "H3", "S26", "S27", "S28"),
    *("S29", "S30", "H4", "S31", "S32", "S33", "H5"),
]


@pytest.fixture
def shipped(kg: KnowledgeGraph) -> tuple[Segment, ...]:
    return segments(kg.asserted)


# --- without the page


def test_the_segments_in_reading_order(shipped: tuple[Segment, ...]) -> None:
    assert [one.id for one in shipped] == IDS
    assert [one.ordinal for one in shipped] == list(range(1, 40))
    assert [one.kind for one in shipped] == ["heading" if name[0] == "H" else "sentence" for name in IDS]
    assert (shipped[0].start, shipped[-1].end) == (0, 2992)
    assert all(one.start < one.end for one in shipped)
    assert all(one.end <= other.start for one, other in pairwise(shipped))
    assert [one.line for one in shipped] == sorted(one.line for one in shipped)


def test_one_segment(kg: KnowledgeGraph) -> None:
    assert segment(kg.asserted, STS.S14) == Segment(
        id="S14",
        ordinal=16,
        kind="sentence",
        section="targeted therapy",
        start=996,
        end=1089,
        line=16,
        gist="pazopanib (brand Votrient) is a possible offer following chemotherapy, for sarcoma types that are not"
        " named",
        sha256="7951369cf9b519fd0beab1e29f737d8bbc2f5f9b4733517930350509ee412404",
    )


def test_as_dict_has_a_text_only_with_the_page(kg: KnowledgeGraph) -> None:
    without = segment(kg.asserted, STS.H0).as_dict()
    assert without == {
        "id": "H0",
        "ordinal": 1,
        "kind": "heading",
        "section": "introduction",
        "start": 0,
        "end": 42,
        "line": 1,
        "gist": "page title: treatment options for soft tissue sarcoma (STS) at stage 4",
        "sha256": "ae34d48641902a012990c9a012d8886915fd44a6b69bd3ca28878312c89e3d82",
    }
    assert segment(kg.asserted, STS.H0, {"H0": "a text"}).as_dict() == without | {"text": "a text"}
    assert segment(kg.asserted, STS.H0, {"S01": "a text"}).as_dict() == without


@pytest.mark.parametrize("name", ["S19", "s19", "sts:S19", "sts:s19"])
def test_a_segment_by_its_id(kg: KnowledgeGraph, name: str) -> None:
    assert find_segment(kg.asserted, name) == URIRef(STS.S19)


@pytest.mark.parametrize(("name", "near"), [("S34", ("S33", "S32", "S31")), ("S03a", ("S03",)), ("H9", ()), ("S", ())])
def test_an_unknown_segment_has_near_ones(kg: KnowledgeGraph, name: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        find_segment(kg.asserted, name)
    assert (caught.value.kind, caught.value.name, caught.value.near) == ("segment", name, near)


# --- with the page


def test_the_text_of_every_segment_is_on_the_page(kg: KnowledgeGraph, page: Path) -> None:
    text = page.read_bytes().decode()
    assert len(text) == 2992
    texts = page_texts(kg.asserted, page)
    assert list(texts) == IDS
    for one in segments(kg.asserted, texts):
        assert one.text == text[one.start : one.end] == texts[one.id]
        assert hashlib.sha256(one.text.encode()).hexdigest() == one.sha256
        assert one.text == one.text.strip() != ""
        assert text.count("\n", 0, one.start) + 1 == one.line
        assert one.kind == "heading" or one.text[-1] in ".:!", one.id


def test_nothing_but_white_space_is_between_the_segments(shipped: tuple[Segment, ...], page: Path) -> None:
    text, end = page.read_bytes().decode(), 0
    for one in shipped:
        assert text[end : one.start].strip() == ""
        end = one.end
    assert text[end:].strip() == ""


def test_gists_are_other_words(kg: KnowledgeGraph, page: Path) -> None:
    for one in segments(kg.asserted, page_texts(kg.asserted, page)):
        gist, text = (re.findall(r"\w+", words.casefold()) for words in (one.gist, one.text or ""))
        assert gist != text
        runs = {tuple(text[i : i + 9]) for i in range(len(text) - 8)}
        assert not any(tuple(gist[i : i + 9]) in runs for i in range(len(gist) - 8)), one.id


def test_the_page_by_its_digest(page: Path) -> None:
    assert hashlib.sha256(page.read_bytes()).hexdigest() == DIGEST


@pytest.mark.parametrize("change", ["letter", "crlf", "end", "mark"])
def test_a_changed_page_is_refused_with_both_digests(
    kg: KnowledgeGraph, page: Path, tmp_path: Path, change: str
) -> None:
    data = page.read_bytes()
    changed = {
        "letter": data.replace(b"Pazopanib", b"pazopanib"),
        "crlf": data.replace(b"\n", b"\r\n"),
        "end": data + b"\n",
        "mark": b"\xef\xbb\xbf" + data,
    }[change]
    other = tmp_path / "page.txt"
    other.write_bytes(changed)
    with pytest.raises(SourceError) as caught:
        page_texts(kg.asserted, other)
    found = hashlib.sha256(changed).hexdigest()
    assert (caught.value.path, caught.value.expected, caught.value.found) == (other, DIGEST, found)
    assert str(caught.value) == (
        f"{other} is not the page that was modelled: its SHA-256 is {found}, expected {DIGEST}; give the unchanged"
        " file, or leave --source and STS_KG_SOURCE out"
    )


def test_an_empty_page_is_refused(kg: KnowledgeGraph, tmp_path: Path) -> None:
    empty = tmp_path / "page.txt"
    empty.touch()
    with pytest.raises(SourceError) as caught:
        page_texts(kg.asserted, empty)
    assert caught.value.found == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_page_that_is_not_there_or_a_folder(kg: KnowledgeGraph, tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "nowhere.txt", "cannot be read: No such file or directory"),
        (tmp_path, "is a folder, a file was expected"),
        ("a\0b", "cannot be read: embedded null byte"),
    ):
        with pytest.raises(ParseError) as caught:
            page_texts(kg.asserted, path)
        assert (caught.value.reason, caught.value.path) == (reason, path)


def test_a_segment_with_another_digest_is_named(kg: KnowledgeGraph, page: Path) -> None:
    """The page is right, the ontology is not."""
    changed = kg.asserted + Graph()
    changed.set((STS.S14, STS.sha256, kg.asserted.value(STS.S15, STS.sha256)))  # type: ignore[arg-type] # it has one
    with pytest.raises(SourceError) as caught:
        page_texts(changed, page)
    assert caught.value.path == f"{page}, S14"
    assert caught.value.expected == str(kg.asserted.value(STS.S15, STS.sha256))
    assert caught.value.found == str(kg.asserted.value(STS.S14, STS.sha256))


def test_the_facade_takes_the_page(kg: KnowledgeGraph, page: Path) -> None:
    [one] = kg.sources("S14", page=page)
    assert one.text == page.read_bytes().decode()[996:1089]
    assert [each.text is not None for each in kg.sources(page=page)] == [True] * 39
