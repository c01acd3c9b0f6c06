"""The folder of a new guideline: what stands in it, what is refused, and that it is there whole or not at all."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, XSD

import sts_kg
from sts_kg.authoring import folders
from sts_kg.cli import app
from sts_kg.errors import ArgumentError, ParseError
from sts_kg.guideline.new_page import LONGEST
from sts_kg.rdf.names import OA, STS

PAGE = """Marsh fever

Marsh fever comes in spring. Reed tea may be offered.

What else can be done

- rest
Dusk root is used when reed tea did not work (e.g. twice). Marsh fever comes in spring.
The team helps with:
"""
FILES = [
    "README.md",
    "cases/first.yaml",
    "conditions.txt",
    "decisions.ttl",
    "findings.ttl",
    "forbidden-words.tsv",
    "guideline.ttl",
    "recommendations.ttl",
    "schemes.ttl",
    "source.ttl",
    "treatments.ttl",
]


def written(tmp_path: Path, page: str | bytes = PAGE, name: str = "marsh-fever", **given: Any) -> Path:
    file = tmp_path / "page.txt"
    file.write_bytes(page if isinstance(page, bytes) else page.encode())
    return sts_kg.new_guideline(name, file, into=tmp_path / "made", **given)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def cut(folder: Path) -> list[tuple[str, int, int, int, str, str]]:
    """Return id, start, end, line, section and digest of each segment, by its ordinal."""
    graph = Graph().parse(folder / "source.ttl")
    found: list[Any] = []
    for kind in (STS.Heading, STS.Sentence):
        for segment in graph.subjects(RDF.type, kind):
            selector = graph.value(segment, OA.hasSelector)
            numbers = [graph.value(s, p) for s, p in ((segment, STS.ordinal), (selector, OA.start), (selector, OA.end))]
            line, section = graph.value(segment, STS.lineNumber), graph.value(segment, STS.inSection)
            name = re.split("[/#]", str(segment))[-1]
            digest = str(graph.value(segment, STS.sha256))
            place = (int(str(line)), re.split("[/#]", str(section))[-1])
            found.append((*(int(str(number)) for number in numbers), name, *place, digest))
    return [(name, start, end, line, section, digest) for _, start, end, name, line, section, digest in sorted(found)]


def test_the_folder_has_all_files_and_the_path_comes_back(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert folder == tmp_path / "made" / "marsh-fever"
    assert files(folder) == FILES
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["marsh-fever"]


def test_all_modules_are_turtle_in_the_namespace_of_the_guideline(tmp_path: Path) -> None:
    folder = written(tmp_path, prefix="fever", base="https://guidelines.example/fever#")
    graph = Graph()
    for name in FILES:
        if name.endswith(".ttl"):
            graph.parse(folder / name)
    ontology = URIRef("https://guidelines.example/fever#ontology")
    assert set(graph.subjects(RDF.type, OWL.Ontology)) == {
        ontology,
        *(
            URIRef(f"{ontology}/{name}")
            for name in ("source", "findings", "treatments", "schemes", "recommendations", "decisions")
        ),
    }
    assert graph.value(ontology, URIRef("http://purl.org/vocab/vann/preferredNamespacePrefix")) == Literal("fever")
    assert {str(module) for module in graph.objects(ontology, OWL.imports)} == {
        "https://w3id.org/sts-kg/ontology/vocabulary",
        "https://w3id.org/sts-kg/ontology/codes",
        *(
            f"{ontology}/{name}"
            for name in (
                *("source", "findings", "treatments", "schemes", "recommendations", "decisions"),
                *("conditions", "not-met"),
            )
        ),
    }
    assert set(graph.objects(None, RDFS.isDefinedBy)) == {ontology}
    text = "".join((folder / name).read_text(encoding="utf-8") for name in FILES)
    assert re.findall(r"\bstub:|example\.org|\{[a-z]+\}", text) == []


def test_the_examples_in_comments_are_turtle_once_they_are_none(tmp_path: Path) -> None:
    folder = written(tmp_path)
    kinds: set[str] = set()
    for path in folder.glob("*.ttl"):
        before, after = Graph().parse(path), Graph().parse(data=uncommented(path), format="turtle")
        assert len(after) > len(before) or path.stem in ("decisions", "guideline", "source")
        kinds |= {str(kind) for kind in after.objects(None, RDF.type)}
    statements = ("Advice", "Definition", "Navigation", "Order", "Position", "Process", "Rationale", "Status")
    assert {str(STS[f"{kind}Statement"]) for kind in statements} <= kinds
    wanted = ("PossibleTransition", "Alternatives", "Drug", "Brand", "UmbrellaOption", "Outcome", "GivenCourseRule")
    assert {str(STS[kind]) for kind in wanted} <= kinds


def uncommented(path: Path) -> str:
    """Return a module in which the examples are no comments."""
    lines, within = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        within = bool(re.match(r"# (mf|sts):", line)) or (within and line.startswith("#     "))
        lines.append(line[2:] if within else line)
    return "\n".join(lines)


def test_each_segment_has_its_place_its_digest_and_its_section(tmp_path: Path) -> None:
    found = cut(written(tmp_path))
    assert [(name, line, section) for name, _, _, line, section, _ in found] == [
        ("H0", 1, "section-introduction"),
        ("S01", 3, "section-introduction"),
        ("S02", 3, "section-introduction"),
        ("H1", 5, "section-h1"),
        ("S03", 7, "section-h1"),
        ("S04", 8, "section-h1"),
        ("S05", 8, "section-h1"),
        ("S06", 9, "section-h1"),
    ]
    texts = [PAGE[start:end] for _, start, end, *_ in found]
    assert texts == [
        "Marsh fever",
        "Marsh fever comes in spring.",
        "Reed tea may be offered.",
        "What else can be done",
        "- rest",
        "Dusk root is used when reed tea did not work (e.g. twice).",
        "Marsh fever comes in spring.",
        "The team helps with:",
    ]
    assert [digest for *_, digest in found] == [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    assert found[1][-1] == found[6][-1]  # the same sentence twice


def test_nothing_of_the_page_is_written_unless_it_is_kept(tmp_path: Path) -> None:
    folder = written(tmp_path)
    text = "".join((folder / name).read_text(encoding="utf-8") for name in FILES).replace("marsh-fever", "")
    assert [each for each in ("Marsh fever", "spring", "Reed", "Dusk", "rest\n", "team helps") if each in text] == []
    kept = written(tmp_path, name="kept", keep_page=True)
    assert files(kept) == sorted([*FILES, "page.txt"])
    assert (kept / "page.txt").read_bytes() == PAGE.encode()


def test_the_document_is_described_by_its_bytes(tmp_path: Path) -> None:
    page = "Ein Fieber im März.\n"
    graph = Graph().parse(written(tmp_path, page, title='Fieber "im" Moor') / "source.ttl")
    (document,) = graph.subjects(RDF.type, STS.SourceDocument)
    assert graph.value(document, STS.sha256) == Literal(hashlib.sha256(page.encode()).hexdigest())
    assert graph.value(document, STS.characterCount) == Literal(20)
    assert graph.value(document, STS.byteCount) == Literal(21)
    assert graph.value(document, DCTERMS.title) == Literal('Fieber "im" Moor', lang="en")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"\xef\xbb\xbfTitle\r\n\r\nOne. Two.\r\n", [("H0", 1, 6, 1), ("S01", 10, 14, 3), ("S02", 15, 19, 3)]),
        (b"Title\rOne. Two.\r", [("H0", 0, 5, 1), ("S01", 6, 10, 2), ("S02", 11, 15, 2)]),
        (b"All in one line without an end", [("H0", 0, 30, 1)]),
        (b"One. Two. Three.", [("S01", 0, 4, 1), ("S02", 5, 9, 1), ("S03", 10, 16, 1)]),
        (b"No title. Here.\n\nA heading\n", [("S01", 0, 9, 1), ("S02", 10, 15, 1), ("H1", 17, 26, 3)]),
        ("\n \t\nWörter, viele:\n• eins\n".encode(), [("S01", 4, 18, 3), ("S02", 19, 25, 4)]),
    ],
    ids=["mark-crlf", "cr", "one-line", "one-paragraph", "no-title", "list"],
)
def test_odd_pages_are_cut_where_their_bytes_say(
    tmp_path: Path, page: bytes, expected: list[tuple[str, int, int, int]]
) -> None:
    found = cut(written(tmp_path, page))
    assert [each[:4] for each in found] == expected
    text = page.decode()
    assert [each[-1] for each in found] == [
        hashlib.sha256(text[start:end].encode()).hexdigest() for _, start, end, _ in expected
    ]


def test_a_page_of_a_hundred_sentences_has_ids_of_three_digits(tmp_path: Path) -> None:
    found = cut(written(tmp_path, "One more. " * 101))
    assert [each[0] for each in found[98:]] == ["S99", "S100", "S101"]


def test_the_stubs_quote_the_first_sentence_or_the_heading_if_there_is_none(tmp_path: Path) -> None:
    folder = written(tmp_path, "A heading only")
    assert "prov:wasQuotedFrom mf:H0 ;" in (folder / "findings.ttl").read_text(encoding="utf-8")
    graph = Graph().parse(folder / "source.ttl")
    (heading,) = graph.subjects(RDF.type, STS.Heading)
    assert graph.value(heading, STS.noClaimReason) is None
    assert graph.value(heading, STS.cue) == Literal("TODO")


def test_what_is_given_stands_in_the_header(tmp_path: Path) -> None:
    given = {"title": "A {date} of stub: things", "license": "https://creativecommons.org/publicdomain/zero/1.0/"}
    folder = written(tmp_path, base="https://guidelines.example/mf/", **given)
    text = (folder / "guideline.ttl").read_text(encoding="utf-8")
    assert "# TODO" not in text
    graph = Graph().parse(data=text, format="turtle")
    ontology = URIRef("https://guidelines.example/mf/ontology")
    assert graph.value(ontology, DCTERMS.title) == Literal("A {date} of stub: things", lang="en")
    assert graph.value(ontology, DCTERMS.created) == Literal(f"{date.today()}T00:00:00", datatype=XSD.dateTime)
    licenses = {
        str(value) for path in folder.glob("*.ttl") for value in Graph().parse(path).objects(None, DCTERMS.license)
    }
    assert licenses == {given["license"]}


def test_what_is_not_given_is_to_be_confirmed(tmp_path: Path) -> None:
    text = (written(tmp_path) / "guideline.ttl").read_text(encoding="utf-8")
    assert re.findall("# TODO: the (base https://example.org/marsh-fever/|license)", text) == [
        "base https://example.org/marsh-fever/",
        "license",
    ]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("marsh-fever", "mf"), ("fever", "fever"), ("swamp-heat", "swamp-heat"), ("owl", "owl-guideline")],
)
def test_the_prefix_is_made_of_the_name(tmp_path: Path, name: str, prefix: str) -> None:
    """The prefixes sh: and owl: are those of SHACL and OWL."""
    folder = written(tmp_path, name=name)
    assert f"@prefix {prefix}: <https://example.org/{name}/> ." in (folder / "findings.ttl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("argument", "value", "reason"),
    [
        ("name", "Marsh Fever", "words of small letters and digits with hyphens between, such as marsh-fever"),
        ("name", "../marsh", "words of small letters and digits with hyphens between, such as marsh-fever"),
        ("name", "", "words of small letters and digits with hyphens between, such as marsh-fever"),
        ("name", "marsh-", "words of small letters and digits with hyphens between, such as marsh-fever"),
        ("prefix", "1f", "letters, digits and hyphens between them, the first a letter, such as mf"),
        ("prefix", "m:f", "letters, digits and hyphens between them, the first a letter, such as mf"),
        ("prefix", "sts", "one that is free; this one stands for <https://w3id.org/sts-kg/>"),
        (
            "base",
            "guidelines.example/",
            "an absolute IRI that ends in / or #, such as https://example.org/marsh-fever/",
        ),
        ("base", "https://e.org/mf", "an absolute IRI that ends in / or #, such as https://example.org/marsh-fever/"),
        ("base", "https://e.org/m f/", "an absolute IRI that ends in / or #, such as https://example.org/marsh-fever/"),
        ("base", "https://", "an absolute IRI that ends in / or #, such as https://example.org/marsh-fever/"),
        (
            "base",
            "https://w3id.org/sts-kg/mf/",
            "an IRI that is not below <https://w3id.org/sts-kg/>, nor above it: that is the shipped ontology",
        ),
        (
            "base",
            "https://w3id.org/",
            "an IRI that is not below <https://w3id.org/sts-kg/>, nor above it: that is the shipped ontology",
        ),
        ("base", "http://www.w3.org/ns/prov#", "an IRI of its own; this one has the prefix prov:"),
        ("license", "CC BY", "an absolute IRI, such as https://creativecommons.org/licenses/by/4.0/"),
    ],
)
def test_names_that_cannot_be_used_are_told(tmp_path: Path, argument: str, value: str, reason: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        written(tmp_path, **{argument: value})
    assert (caught.value.parameter, caught.value.reason) == (argument, f"expected {reason}")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", "has no text"),
        (b"\xef\xbb\xbf \n\t\n", "has no text"),
        (b"Caf\xe9", "is not UTF-8 text (byte 0xe9)"),
        ("Fieber".encode("utf-16"), "is not UTF-8 text (byte 0xff) but UTF-16; save it as UTF-8"),
        (b"word " * (LONGEST // 5 + 1), f"has {LONGEST + 5:,} characters; a page has at most {LONGEST:,}"),
    ],
    ids=["empty", "blank", "latin-1", "utf-16", "huge"],
)
def test_pages_that_cannot_be_used_are_told(tmp_path: Path, page: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        written(tmp_path, page)
    assert (caught.value.reason, caught.value.path) == (reason, tmp_path / "page.txt")
    assert not (tmp_path / "made").exists()


def test_a_page_that_is_missing_or_a_folder_is_told(tmp_path: Path) -> None:
    for page in (tmp_path / "nowhere.txt", tmp_path):
        with pytest.raises(ParseError, match=r"cannot be read: No such file|is a folder, a file was expected"):
            sts_kg.new_guideline("marsh-fever", page, into=tmp_path)


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "made" / "marsh-fever").mkdir(parents=True)
    with pytest.raises(ParseError, match="is there already; choose another name or folder"):
        written(tmp_path)
    assert files(tmp_path / "made") == []
    (tmp_path / "made" / "marsh-fever").rmdir()
    (tmp_path / "made" / "marsh-fever").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ParseError, match="is there already; choose another name or folder"):
        written(tmp_path)


def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_source", broken)
    with pytest.raises(OSError, match="No space left"):
        written(tmp_path)
    assert [*(tmp_path / "made").iterdir()] == []


def test_the_command_writes_what_the_function_writes(tmp_path: Path) -> None:
    made = written(tmp_path, title="Fever")
    into = tmp_path / "cli"
    done = CliRunner().invoke(
        app, ("new-guideline", "marsh-fever", str(tmp_path / "page.txt"), "--into", str(into), "--title", "Fever")
    )
    folder = into / "marsh-fever"
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"{folder} written; what to do next: sts-kg check --guideline {folder} --watch\n"
    assert files(folder) == files(made)
    assert [(folder / name).read_bytes() for name in files(made)] == [
        (made / name).read_bytes() for name in files(made)
    ]
    again = CliRunner().invoke(app, ("new-guideline", "marsh-fever", str(tmp_path / "page.txt"), "--into", str(into)))
    assert (again.exit_code, again.stderr) == (
        3,
        f"sts-kg: {folder}: is there already; choose another name or folder\n",
    )
    wrong = CliRunner().invoke(app, ("new-guideline", "Marsh", str(tmp_path / "page.txt")))
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "sts-kg: new_guideline, argument name = 'Marsh': expected words of small letters and digits with hyphens"
        " between, such as marsh-fever\n",
    )


def test_the_segments_of_the_shipped_page_are_those_that_were_modelled(page: Path, tmp_path: Path) -> None:
    """Its headings and sentences stand at the positions that source.ttl gives them, with the same digests."""
    folder = sts_kg.new_guideline("shipped", page, into=tmp_path)
    modelled = [(one.start, one.end, one.line, one.sha256) for one in sts_kg.load().sources()]
    assert [(start, end, line, digest) for _, start, end, line, _, digest in cut(folder)] == modelled
