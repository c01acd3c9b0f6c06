"""Reviewed answers, and the review sheet: a page, Markdown and a form that is read back; texts are shown, never run."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sts_kg import KnowledgeGraph, ParseError, load
from sts_kg.cases.judged import Effect, Judged
from sts_kg.cases.review_sheet import Sheet
from sts_kg.errors import ReadingError, SourceError
from sts_kg.guideline import FORM, Verdict, Verdicts, read_verdicts
from sts_kg.rdf.names import STS, local

TODAY = date(2026, 11, 28)
F = {"case": "f", "findings": {"stage4-sts": True, "prior-chemotherapy": True}}
HOSTILE = "<script>alert(1)</script> | `x` [a](javascript:b)\n# no heading \x00 &amp; \"q\" 'r' =1+1"


def agreed(*decisions: str, reviewer: str = "A. Reviewer") -> tuple[Verdict, ...]:
    return tuple(Verdict(STS[decision], "agree", reviewer, TODAY) for decision in decisions)


# --- reviewed answers


@pytest.fixture(scope="module")
def reviewed(kg: KnowledgeGraph) -> KnowledgeGraph:
    other = Verdict(STS.D10, "other", "B. Reviewer", TODAY, "D10=without-S16", "S17 says nothing of it")
    return kg.with_verdicts(Verdicts((*agreed("D01", "D02", "D03", "D07", "D37", "D10"), other)))


def test_an_answer_rests_on_decisions_of_its_recommendation_parts_and_findings(kg: KnowledgeGraph) -> None:
    found = {local(a.option): [local(each) for each in a.decisions] for a in kg.options(F)}
    assert found["option-chemotherapy"] == ["D01", "D02", "D03", "D07", "D37"]
    assert found["option-pazopanib"] == ["D01", "D08", "D09", "D09b", "D09c", "D23", "D31", "D32", "D33"]


def test_reviewed_disputed_and_neither(reviewed: KnowledgeGraph) -> None:
    answers = {answer.label: answer for answer in reviewed.options(F)}
    assert {label: answer.review for label, answer in answers.items() if answer.review} == {
        "chemotherapy": "reviewed",
        "chemotherapy with radiation therapy": "disputed",
        "external radiation therapy": "disputed",
    }
    assert answers["chemotherapy"].of_note == "kinds: 2 met, 2 undetermined; hangs on D02, D03; reviewed by A. Reviewer"
    assert answers["external radiation therapy"].of_note.endswith("disputed: D10")
    assert "review" not in answers["pazopanib"].of_note
    assert answers["chemotherapy"].as_dict()["review"] == {
        "state": "reviewed",
        "verdicts": [
            {"decision": decision, "verdict": "agree", "reviewer": "A. Reviewer", "date": "2026-11-28"}
            for decision in ("D01", "D02", "D03", "D07", "D37")
        ],
    }
    assert answers["pazopanib"].as_dict()["review"] == {
        "state": "",
        "verdicts": [{"decision": "D01", "verdict": "agree", "reviewer": "A. Reviewer", "date": "2026-11-28"}],
    }


def test_verdicts_change_nothing_else(kg: KnowledgeGraph, reviewed: KnowledgeGraph) -> None:
    plain, judged = kg.with_examples(), reviewed.with_examples()
    without = [answer.as_dict() | {"review": None} for answer in judged.session.answers()]
    assert without == plain.session.answers().as_dicts()
    assert {str(row["review"]) for row in without} == {"None"}


def test_answers_are_found_and_sorted_by_their_review(reviewed: KnowledgeGraph) -> None:
    answers = reviewed.options(F)
    assert [a.label for a in answers.where(review="reviewed")] == ["chemotherapy"]
    assert [a.label for a in answers.where(review="disputed")] == [
        "chemotherapy with radiation therapy",
        "external radiation therapy",
    ]
    assert len(answers.where(review=None)) == 15
    assert [a.review for a in answers.sorted_by("review")][:4] == ["disputed", "disputed", "reviewed", ""]
    rows = list(csv.DictReader(io.StringIO(answers.to_csv())))
    assert [row["review"] for row in rows if row["review"]] == ["reviewed", "disputed", "disputed"]
    assert sum(row[answers.table().variables.index("review")] is not None for row in answers.table()) == 3


def test_an_explanation_says_who_judged_a_decision(kg: KnowledgeGraph, reviewed: KnowledgeGraph) -> None:
    told = str(reviewed.explain(F, "external-radiation"))
    assert "Interpretation: D01: stage 4 is one scope finding (agreed by A. Reviewer, 2026-11-28).\n" in told
    both = "agreed by A. Reviewer, 2026-11-28; another reading is right (D10=without-S16): B. Reviewer, 2026-11-28"
    assert f"D10: S18 is about external radiation ({both})." in told
    assert told.count("D29: whether surgery can be done is one question.\n") == 1
    reasons = reviewed.explain(F, "external-radiation").as_dict()["explanation"]
    assert isinstance(reasons, dict)
    said = {each["decision"]: each.get("verdicts") for each in reasons["interpretation"]}
    assert said["D29"] is None
    assert [each["comment"] for each in said["D10"]] == ["", "S17 says nothing of it"]
    assert "Reviewer" not in str(kg.explain(F, "external-radiation"))


def test_by_another_reading_no_answer_is_reviewed(reviewed: KnowledgeGraph) -> None:
    under = reviewed.under("D02=condition")
    assert {answer.as_dict()["review"] for answer in under.options(F)} == {None}
    assert under.guideline.verdicts == reviewed.guideline.verdicts
    after = reviewed.guideline.under("D02=condition").with_verdicts(Verdicts(reviewed.guideline.verdicts[STS.D10]))
    assert after.verdicts == {STS.D10: reviewed.guideline.verdicts[STS.D10]}
    assert "6 of the" in under.footer


# --- the sheet


@pytest.fixture(scope="module")
def sheet(kg: KnowledgeGraph) -> Sheet:
    return kg.review()


def entry(sheet: Sheet, name: str) -> Judged:
    return next(one for one in sheet.judged if one.id == name)


def test_every_decision_is_there_in_the_order_of_the_page(kg: KnowledgeGraph, sheet: Sheet) -> None:
    assert [one.id for one in sheet.judged] == [local(each) for each in kg.guideline.decisions]
    assert [one.id for one in sheet.judged][:2] == ["D01", "D30"]
    firsts = [min(each.ordinal for each in one.segments) for one in sheet.judged]
    assert firsts == sorted(firsts)
    assert all(one.question.endswith("?") and one.chosen and one.not_chosen for one in sheet.judged)
    added = [*("D06", "D09b", "D12", "D18c", "D23", "D28", "D29", "D30", "D31", "D32", "D33", "D37", "D38")]
    assert list(sheet.cases) == [*"abcdefghijklm", *added]


def test_a_decision_has_its_readings_and_what_changes(sheet: Sheet) -> None:
    one = entry(sheet, "D04")
    assert [each.id for each in one.segments] == ["S08", "S16", "S18"]
    assert one.question == "Does chemotherapy with radiation need that surgery cannot be done?"
    assert one.chosen == "Yes, implied: the radiation part is offered then (S16)."
    assert [(other.name, other.label) for other in one.others] == [("D04=S08-alone", "S08 alone")]
    option = "chemotherapy with radiation therapy"
    assert one.others[0].effects == (
        Effect(
            option,
            "undetermined",
            "met",
            (*"afghim", *"D06 D09b D18c D23 D28 D30 D31 D32 D33 D38".split()),
        ),
        Effect(option, "not met", "met", tuple("ce")),
    )
    assert one.n_changes == 18


def test_what_changes_is_what_answers_by_the_reading_say(kg: KnowledgeGraph, sheet: Sheet) -> None:
    """For all cases of the sheet, so that all other answers do stay as they are."""
    given = [*kg.session.examples.cases, *kg.session.examples_of_readings.cases]
    now = kg.options(given)
    assert {answer.case for answer in now} == {*sheet.cases}
    for name in ("D04=S08-alone", "D12=neither", "D34=two-facts", "D35=any-component"):
        pairs = zip(now, kg.under(name).options(given), strict=True)
        changed = {
            (a.label, a.case) for a, b in pairs if (a.status, a.tried, a.declined) != (b.status, b.tried, b.declined)
        }
        (other,) = (other for one in sheet.judged for other in one.others if other.name == name)
        assert {(effect.option, case) for effect in other.effects for case in effect.cases} == changed
        assert changed


def test_marks_are_shown_where_they_change(sheet: Sheet) -> None:
    assert {(each.now, each.then) for each in entry(sheet, "D35").others[0].effects} == {
        ("met, not tried", "met, tried"),
        ("undetermined, not tried", "undetermined, tried"),
    }
    changed = {each.option: (each.now, each.then) for each in entry(sheet, "D23").others[0].effects}
    assert changed["chemotherapy"] == ("met in general, tried", "met in general, not tried")


def test_a_case_that_cannot_be_so_is_said_once(sheet: Sheet) -> None:
    assert entry(sheet, "D09").others[0].effects == (
        Effect("all options", "any", "contradictory: the case cannot be so", ("h",)),
        Effect("pazopanib", "met", "undetermined", ("D31",)),
    )


def test_firm_answers_are_counted(kg: KnowledgeGraph, sheet: Sheet) -> None:
    assert (sheet.firm["l"], sheet.firm["h"], sheet.n_options) == (18, 0, 18)
    added = kg.session.examples_of_readings.answers()
    firm = [answer.is_firm for answer in (*kg.with_examples().session.answers(), *added)]
    assert sum(sheet.firm.values()) == sum(firm) == 218


def test_without_verdicts_the_sheet_says_so(sheet: Sheet, kg: KnowledgeGraph) -> None:
    assert dict(sheet.introduction)["Reviewed so far"] == "No clinician has reviewed this model."
    assert sheet.footer == kg.footer
    for text in (sheet.to_html(), sheet.to_markdown()):
        assert "No clinician has reviewed this model." in text
        assert "Verdict" not in text and 'class="verdict' not in text
    assert sheet.to_html().count('<div class="form">') == len(sheet)
    assert sheet.to_markdown().count("- [ ] agree") == len(sheet)


def test_with_the_page_sentences_are_quoted(kg: KnowledgeGraph, page: Path, sheet: Sheet) -> None:
    quoting = kg.review(page=page)
    (text,) = (each.text for each in entry(quoting, "D02").segments)
    assert text is not None and text in quoting.to_markdown().replace("\\", "")
    assert "(in its own words)" in quoting.to_markdown()
    assert "here in ours: the page is not at hand" in sheet.to_markdown()
    gist = entry(sheet, "D02").segments[0].gist
    assert gist in sheet.to_html() and text not in sheet.to_html()
    assert gist not in quoting.to_html()


def test_another_page_is_refused(kg: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("another page", encoding="utf-8")
    with pytest.raises(SourceError):
        kg.review(page=tmp_path / "page.txt")


def test_a_graph_by_another_reading_has_no_sheet(kg: KnowledgeGraph) -> None:
    with pytest.raises(ReadingError) as caught:
        kg.under("D04=S08-alone").review()
    assert str(caught.value) == (
        "the reading 'D04=S08-alone' cannot be used: a review sheet holds all readings against those that were chosen"
    )


# --- what reviewers wrote


@pytest.fixture(scope="module")
def hostile(kg: KnowledgeGraph) -> Sheet:
    said = Verdict(STS.D04, "other", "<b>B</b> | _C_", TODAY, "D04=S08-alone", HOSTILE)
    return kg.with_verdicts(Verdicts((*agreed("D01"), said))).review()


class Page(HTMLParser):
    """The elements of a page, opened and closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "href":
                self.addresses.add(str(value))
            if name == "id":
                self.ids.append(str(value))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_well_formed_and_loads_and_runs_nothing(hostile: Sheet) -> None:
    page = Page()
    text = hostile.to_html()
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "form", "input", "base", "object"})
    assert page.attributes == {
        "lang",
        "charset",
        "name",
        "content",
        "data-name",
        "aria-label",
        "href",
        "title",
        "id",
        "class",
        "scope",
    }
    assert page.ids == [one.id for one in hostile.judged]
    assert page.addresses == {f"#{name}" for name in page.ids}
    assert re.search(r"url\(|@import|https?://", text) is None
    assert HOSTILE.replace("\x00", "\ufffd") in page.text
    assert "<b>B</b> | _C_" in page.text


def test_the_page_prints_a_decision_in_one_piece_and_knows_dark_screens(hostile: Sheet) -> None:
    text = hostile.to_html()
    assert re.search(r"article \{[^}]*break-inside: avoid", text)
    assert "@media (prefers-color-scheme: dark)" in text and "@media print" in text


def test_markdown_shows_what_was_written(hostile: Sheet) -> None:
    (line,) = (line for line in hostile.to_markdown().splitlines() if "alert(1)" in line)
    assert line == (
        "**Verdict.** another reading is right (D04=S08-alone): \\<b\\>B\\</b\\> \\| \\_C\\_, 2026-11-28. "
        "\\<script\\>alert(1)\\</script\\> \\| \\`x\\` \\[a\\](javascript:b)<br>"
        "# no heading \ufffd \\&amp; \"q\" 'r' =1+1"
    )


def test_the_sheet_shows_verdicts_in_place_of_the_form(hostile: Sheet) -> None:
    note = f"2 of the {len(hostile)} decisions of this model have been reviewed, by <b>B</b> | _C_ and A. Reviewer."
    assert dict(hostile.introduction)["Reviewed so far"] == note
    text = hostile.to_html()
    assert text.count('<div class="form">') == len(hostile) - 2
    assert '<p class="verdict agree"><strong>agreed by A. Reviewer, 2026-11-28</strong></p>' in text
    assert re.search(r'<li class="other"><a href="#D04"', text)


# --- the form


def test_an_empty_form_is_read_and_has_no_verdict(kg: KnowledgeGraph, sheet: Sheet, tmp_path: Path) -> None:
    sheet.write(tmp_path / "form.csv")
    assert (
        (tmp_path / "form.csv")
        .read_bytes()
        .startswith(b'\xef\xbb\xbf"decision","segments","label","question","our reading",')
    )
    assert read_verdicts(tmp_path / "form.csv", kg.guideline) == Verdicts((), len(sheet))
    rows = list(csv.DictReader(io.StringIO(sheet.to_csv())))
    assert [row["decision"] for row in rows] == [one.id for one in sheet.judged]
    (row,) = (row for row in rows if row["decision"] == "D04")
    assert row["other readings"].startswith("D04=S08-alone: S08 alone. ")
    assert row["segments"].startswith("S08: ")
    assert [row[name] for name in FORM] == [""] * 5


def test_from_the_form_to_the_answers_and_back(kg: KnowledgeGraph, sheet: Sheet, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(sheet.to_csv())))
    for row in rows:
        if row["decision"] in ("D01", "D02", "D03", "D07", "D37"):
            row |= {"verdict": "agree", "reviewer": "A. Reviewer", "date": "28.11.2026"}
        if row["decision"] == "D12":
            row |= {"verdict": "other", "reading": "neither", "reviewer": "A. Reviewer", "date": "2026-11-28"}
            row |= {"comment": 'one; two\n"three"'}
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "form.csv").write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    read = read_verdicts(tmp_path / "form.csv", kg.guideline, today=TODAY)
    neither = Verdict(STS.D12, "other", "A. Reviewer", TODAY, "D12=neither", 'one; two\n"three"')
    assert read == Verdicts((*agreed("D01", "D02", "D03", "D07"), neither, *agreed("D37")), len(sheet) - 6)
    reviewed = kg.with_verdicts(read)
    found = {answer.label: answer.review for answer in reviewed.options(F) if answer.review}
    assert found == {"chemotherapy": "reviewed", "SBRT for metastases outside the lungs": "disputed"}
    reviewed.review().write(tmp_path / "again.csv")
    assert read_verdicts(tmp_path / "again.csv", kg.guideline, today=TODAY) == read
    assert kg.with_verdicts(tmp_path / "again.csv").guideline.verdicts == reviewed.guideline.verdicts


def test_several_reviewers_have_a_row_each(kg: KnowledgeGraph, tmp_path: Path) -> None:
    said = Verdicts((*agreed("D04"), *agreed("D04", reviewer="B. Reviewer")))
    sheet = kg.with_verdicts(said).review()
    sheet.write(tmp_path / "form.csv")
    assert read_verdicts(tmp_path / "form.csv", kg.guideline, today=TODAY) == replace(said, n_empty=len(sheet) - 1)


def test_a_reading_is_named_whole_or_without_its_decision_and_is_of_it(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "form.csv"

    def row(text: str) -> Verdicts:
        path.write_text(f"decision,verdict,reading,reviewer,date\n{text},A. Reviewer,2026-11-28", encoding="utf-8")
        return read_verdicts(path, kg.guideline, today=TODAY)

    assert row("D12,other,D12=both").verdicts[0].reading == "D12=both"
    assert row("D12,other,both").verdicts[0].reading == "D12=both"
    assert row("D12,other,").verdicts[0].reading == ""
    with pytest.raises(ParseError) as caught:
        row("D12,other,D04=S08-alone")
    assert str(caught.value) == (
        f"{path}, line 2, column 3: reading: 'D04=S08-alone' is no reading of D12; "
        "there is D12=both or D12=neither; put other words into comment"
    )


def test_a_sheet_is_written_whole_or_not_at_all(sheet: Sheet, tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        sheet.write(tmp_path / "review.docx")
    assert (
        str(caught.value) == f"{tmp_path / 'review.docx'}: has an ending that no sheet has; .html, .md, .csv are known"
    )
    with pytest.raises(OSError):
        sheet.write(tmp_path / "no" / "review.html")
    assert list(tmp_path.iterdir()) == []
    sheet.write(tmp_path / "REVIEW.HTML")
    assert (tmp_path / "REVIEW.HTML").read_text(encoding="utf-8") == sheet.to_html()
    assert [path.name for path in tmp_path.iterdir()] == ["REVIEW.HTML"]


def test_a_pushed_graph_keeps_its_verdicts(kg: KnowledgeGraph, tmp_path: Path) -> None:
    kg.with_verdicts(Verdicts(agreed("D01", "D02", "D03", "D07", "D37"))).push(tmp_path / "store")
    stored = load(store=tmp_path / "store")
    assert [a.label for a in stored.options(F).where(review="reviewed")] == ["chemotherapy"]
    assert "5 of the" in stored.footer
