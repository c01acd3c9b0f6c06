"""Verdicts of reviewers: forms are read cell by cell, nothing is dropped in silence, SPARQL sees what was said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from sts_kg import KnowledgeGraph, ParseError, Table
from sts_kg.guideline import FORM, VERDICTS, Guideline, Verdict, Verdicts, people, read_verdicts
from sts_kg.rdf.names import BASE, STS

TODAY = date(2026, 11, 28)
HEADER = "decision,verdict,reading,reviewer,date,comment"
A = Verdict(STS.D04, "agree", "A. Reviewer", TODAY)
B = Verdict(STS.D08, "unsure", "B. Reviewer", date(2026, 11, 1), comment="two lines;\n“quoted”, | <b>")


@pytest.fixture
def form(tmp_path: Path) -> Callable[..., Path]:
    def written(*rows: str, header: str = HEADER, name: str = "form.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return written


def test_a_form_is_read_as_it_says(kg: KnowledgeGraph, form: Callable[..., Path]) -> None:
    path = form(
        'd8,Unsure,,B.  Reviewer ,1.11.2026,"two lines;\n“quoted”, | <b>"',
        "sts:D04,agree,,A. Reviewer,2026-11-28,",
        "D09,,,A. Reviewer,,",
        ",,,,,",
    )
    assert read_verdicts(path, kg.guideline, today=TODAY) == Verdicts((A, B), 1)


@pytest.mark.parametrize(
    ("header", "row", "encoding"),
    [
        ("decision;verdict;reading;reviewer;date;comment", "D04;agree;;A. Reviewer;28.11.2026;", "utf-8-sig"),
        (HEADER, "D04,agree,,A. Reviewer,2026-11-28,\r", "utf-8-sig"),
        (HEADER + ",,", "D04,agree,,A. Reviewer,2026-11-28,,,,", "utf-8"),
        ("date,Reviewer ,VERDICT,Decision", "2026-11-28,A. Reviewer,agree,D04", "utf-8"),
        ("decision,label,question,our  reading,Other readings,segments,verdict,reviewer,date", 
         'D04,the combination with  radiation needs what radiation needs,"how, so?",ours,theirs,S08,agree,'
         'A. Reviewer,2026-11-28', "utf-8"),
    ],
)  # fmt: skip
def test_spreadsheets_write_it_in_several_ways(
    kg: KnowledgeGraph, form: Callable[..., Path], header: str, row: str, encoding: str
) -> None:
    path = form(row, header=header, encoding=encoding)
    assert read_verdicts(path, kg.guideline, today=TODAY) == Verdicts((A,))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("04,agree,,A,2026-11-28,", "column 1: decision: there is no decision '04'; did you mean D04?"),
        ("x,agree,,A,2026-11-28,", "column 1: decision: there is no decision 'x'; such as D04"),
        (
            "D099,agree,,A,2026-11-28,",
            "column 1: decision: there is no decision 'D099'; did you mean D09, D09c or D09b?",
        ),
        (",agree,,A,2026-11-28,", "column 1: decision: is missing; such as D04"),
        ("D04,yes,,A,2026-11-28,", "column 2: verdict: 'yes' is none; agree, other or unsure is expected"),
        ("D04,,,A,,because", "column 2: verdict: is empty beside a comment; agree, other or unsure is expected"),
        ("D04,,x,A,,", "column 2: verdict: is empty beside a reading; agree, other or unsure is expected"),
        ("D04,agree,,,2026-11-28,", "column 4: reviewer: is missing; a verdict needs the name of who gives it"),
        ("D04,agree,,A,,", "column 5: date: is missing; year, month and day are expected, such as 2026-11-28"),
        (
            "D04,agree,,A,11/10/2026,",
            "column 5: date: '11/10/2026' is not a date: it may be two days; write 2026-10-11 or 2026-11-10",
        ),
        (
            "D04,agree,,A,2026-11,",
            "column 5: date: '2026-11' is not a date; year, month and day are expected, such as 2026-11-28",
        ),
        ("D04,agree,,A,2026-02-29,", "column 5: date: '2026-02-29' is no day of the calendar"),
        ("D04,agree,,A,30.2.2026,", "column 5: date: '30.2.2026' is no day of the calendar"),
        ("D04,agree,,A,2026-11-29,", "column 5: date: 2026-11-29 is in the future; today is 2026-11-28"),
        ("D04,agree,x,A,2026-11-28,", "column 3: reading: 'x' goes with the verdict other only; this one is agree"),
        (
            "D07,other,two,A,2026-11-28,",
            "column 3: reading: 'two' is no reading of D07; none is encoded; put other words into comment",
        ),
        (
            "D04,agree,,A,2026-11-28,fine,so far",
            "column 7: 'so far' stands under no name of a column; put a text with commas into quotes",
        ),
        ("D04,agree,,A\0B,2026-11-28,", "column 4: reviewer: 'A\\x00B' holds a control character"),
        ("D04,agree,,A,2026-11-28,a\x1bb", "column 6: comment: 'a\\x1bb' holds a control character"),
        ('D04,agree,,A,2026-11-28,"open', "is not CSV: unexpected end of data"),
        ('D04,agree,,A,2026-11-28,"a"b', "is not CSV: ',' expected after '\"'"),
    ],
)
def test_a_wrong_cell_is_named(kg: KnowledgeGraph, form: Callable[..., Path], row: str, said: str) -> None:
    path = form('D01,agree,,A,2026-11-28,"two\nlines"', row)
    with pytest.raises(ParseError) as caught:
        read_verdicts(path, kg.guideline, today=TODAY)
    place = ", " if said.startswith("column") else ": "
    assert str(caught.value) == f"{path}, line 4{place}{said}"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "decision,verdict,reviewer",
            ", line 1: the column date is missing; the first line must name decision, verdict, reviewer, date",
        ),
        ("", ", line 1: the column decision is missing; the first line must name decision, verdict, reviewer, date"),
        ("decision,verdict,reviewr,date", ", line 1, column 3: there is no column 'reviewr'; did you mean reviewer?"),
        (
            "decision,verdict,reviewer,date,xyz",
            ", line 1, column 5: there is no column 'xyz'; "
            "there are decision, verdict, reading, reviewer, date, comment",
        ),
        ("decision,verdict,reviewer,date,Verdict", ", line 1, column 5: the column verdict is there twice"),
    ],
)
def test_a_wrong_column_is_named(kg: KnowledgeGraph, form: Callable[..., Path], header: str, said: str) -> None:
    path = form(header=header)
    with pytest.raises(ParseError) as caught:
        read_verdicts(path, kg.guideline, today=TODAY)
    assert str(caught.value) == f"{path}{said}"


def test_one_reviewer_judges_a_decision_once_in_all_forms(kg: KnowledgeGraph, form: Callable[..., Path]) -> None:
    first = form("D04,agree,,A. Reviewer,2026-11-28,")
    second = form("D04,unsure,,B. Reviewer,2026-11-28,", "D04,unsure,,a.  reviewer,2026-11-28,", name="second.csv")
    with pytest.raises(ParseError) as caught:
        read_verdicts([first, second], kg.guideline, today=TODAY)
    assert str(caught.value) == (
        f"{second}, line 3, column 4: reviewer: a. reviewer has judged this decision before: {first}, line 2"
    )


def test_what_is_no_file_is_said(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="cannot be read"):
        read_verdicts(tmp_path / "none.csv", kg.guideline)
    (tmp_path / "latin.csv").write_bytes(f"{HEADER}\nD04,agree,,J\xf6rg,2026-11-28,".encode("latin-1"))
    with pytest.raises(ParseError, match=r"latin\.csv, line 2: is not UTF-8 text \(byte 0xf6\)"):
        read_verdicts(tmp_path / "latin.csv", kg.guideline)


def test_today_is_not_in_the_future(kg: KnowledgeGraph, form: Callable[..., Path]) -> None:
    assert len(read_verdicts(form(f"D04,agree,,A,{date.today()},"), kg.guideline)) == 1
    with pytest.raises(ParseError, match="is in the future"):
        read_verdicts(form(f"D04,agree,,A,{date.today() + timedelta(days=2)},"), kg.guideline)


# --- in the graph


def test_the_module_has_what_was_said_and_gives_it_back(kg: KnowledgeGraph) -> None:
    reviewed = kg.guideline.with_verdicts(Verdicts((A, B)))
    module = reviewed.modules["verdicts"]
    name, first, second = (
        URIRef(f"{reviewed.iri}/verdicts"),
        URIRef(f"{BASE}verdict/D04-1"),
        URIRef(f"{BASE}verdict/D08-1"),
    )
    assert set(module) == {
        (name, RDF.type, OWL.Ontology),
        (name, DCTERMS.title, Literal("Verdicts of reviewers", lang="en")),
        (name, DCTERMS.isPartOf, reviewed.iri),
        (name, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")),
        (first, RDF.type, STS.Verdict),
        (first, RDFS.label, Literal("verdict 1 on D04", lang="en")),
        (first, STS.onDecision, STS.D04),
        (first, STS.verdictWord, Literal("agree")),
        (first, STS.reviewer, Literal("A. Reviewer")),
        (first, DCTERMS.date, Literal("2026-11-28")),
        (second, RDF.type, STS.Verdict),
        (second, RDFS.label, Literal("verdict 1 on D08", lang="en")),
        (second, STS.onDecision, STS.D08),
        (second, STS.verdictWord, Literal("unsure")),
        (second, STS.reviewer, Literal("B. Reviewer")),
        (second, DCTERMS.date, Literal("2026-11-01")),
        (second, RDFS.comment, Literal("two lines;\n“quoted”, | <b>")),
    }
    assert reviewed.verdicts == {STS.D04: (A,), STS.D08: (B,)}
    assert Guideline(quads=reviewed.quads).verdicts == reviewed.verdicts
    assert set(reviewed.quads) - set(kg.guideline.quads) == {"verdicts"}
    others = set(kg.guideline.quads) - {"sts"}
    assert {each: reviewed.quads[each] for each in others} == {each: kg.guideline.quads[each] for each in others}


def test_many_verdicts_on_one_decision_keep_their_order(kg: KnowledgeGraph) -> None:
    many = tuple(Verdict(STS.D04, "agree", f"reviewer {count}", TODAY) for count in range(12))
    assert kg.guideline.with_verdicts(Verdicts(many)).verdicts == {STS.D04: many}


def test_sparql_sees_verdicts_and_so_does_the_closure(kg: KnowledgeGraph) -> None:
    reviewed = kg.with_verdicts(Verdicts((A, B)))
    answer = reviewed.sparql(
        "SELECT ?decision ?word { ?v a prov:Entity ; sts:onDecision ?decision ; sts:verdictWord ?word }"
        " ORDER BY ?decision"
    )
    assert isinstance(answer, Table)
    assert [tuple(map(str, row)) for row in answer] == [(str(STS.D04), "agree"), (str(STS.D08), "unsure")]
    assert kg.guideline.verdicts == {}


def test_the_footer_says_how_many_decisions_were_reviewed_and_by_whom(kg: KnowledgeGraph) -> None:
    plain = kg.guideline
    total = len(plain.decisions)
    assert plain.header(STS.reviewNote) == "No clinician has reviewed this model."
    assert plain.header(STS.disclaimer).count(plain.header(STS.reviewNote)) == 1
    again = Verdict(STS.D04, "other", "C. Reviewer", TODAY)
    for verdicts, said in (
        ((A,), f"1 of the {total} decisions of this model has been reviewed, by A. Reviewer."),
        ((A, again), f"1 of the {total} decisions of this model has been reviewed, by A. Reviewer and C. Reviewer."),
        (
            (A, B, again),
            f"2 of the {total} decisions of this model have been reviewed, "
            "by A. Reviewer, B. Reviewer and C. Reviewer.",
        ),
    ):
        reviewed = plain.with_verdicts(Verdicts(verdicts))
        assert reviewed.footer == plain.footer.replace("No clinician has reviewed this model.", said)
        assert reviewed.header(STS.reviewNote) == said
    back = reviewed.with_verdicts(Verdicts())
    assert f"None of the {total} decisions of this model has been reviewed." in back.footer
    assert back.verdicts == {}
    assert plain.with_verdicts(Verdicts()) is plain


def test_the_words_are_those_of_the_shapes(kg: KnowledgeGraph) -> None:
    text = (kg.guideline.folder / "shapes.ttl").read_text(encoding="utf-8")
    assert VERDICTS == ("agree", "other", "unsure")
    assert 'sh:in ( "agree" "other" "unsure" )' in text
    assert FORM == tuple(HEADER.split(",")[1:])


def test_people_are_named_once() -> None:
    b, a = Verdict(STS.D01, "agree", "b", TODAY), Verdict(STS.D01, "agree", "A", TODAY)
    assert people([b, a, b]) == "A and b"
    assert people([b]) == "b"


def test_a_verdict_in_words() -> None:
    assert str(A) == "agreed by A. Reviewer, 2026-11-28"
    assert str(B) == "unsure: B. Reviewer, 2026-11-01"
    assert str(Verdict(STS.D12, "other", "C", TODAY)) == "another reading is right: C, 2026-11-28"
    assert (
        str(Verdict(STS.D12, "other", "C", TODAY, "D12=both")) == "another reading is right (D12=both): C, 2026-11-28"
    )


def test_the_checks_pass_with_verdicts(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sts_kg.quality.lint.violations", lambda *_, **__: ())  # no query reads another text for them
    said = Verdict(STS.D18, "other", "A. Reviewer", TODAY, comment="This is palliative care, as a second line.")
    found = kg.with_verdicts(Verdicts((A, B, said))).check().violations
    assert [each for each in found if "verdict" in each.subject] == []
