"""What is shown of a knowledge graph, its guideline, segments, plan, queries and checks."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sts_kg import KnowledgeGraph, load
from sts_kg.display import as_markdown, as_text, markup, view_of
from sts_kg.display.view import Fold, Grid, Source, plain
from sts_kg.display.views.knowledge import to_try
from sts_kg.guideline import Segments, Verdict, Verdicts
from sts_kg.quality import Report, Violation
from sts_kg.queries import Parameter
from sts_kg.rdf import STS
from sts_kg.shown import Shown

# --- the card


def test_the_card_of_a_graph_counts_what_there_is_without_reasoning() -> None:
    fresh = load()
    assert as_text(fresh, None) == (
        "Treatments of stage 4 soft tissue sarcoma 0.1.0\n\n"
        f"asserted triples  {len(fresh.asserted):,}\n"
        "inferred triples  computed when they are first needed\n"
        "options           18\n"
        "drugs             3\n"
        "findings          22\n"
        "segments          39\n"
        "decisions         47\n"
        f"queries           {len(fresh.canned)}\n"
        "cases             0\n"
        "linked slices     0\n"
        "mapping sets      7\n\n"
        "Things to try\n\n"
        'kg.options("example:b")\n'
        'kg.explain("example:b", "pazopanib")\n'
        'kg.questions("example:b")\n'
        'kg.what_if("example:b", {"growth-within-one-year-after-treatment": True})\n'
        'kg.query("drugs/options-with-drug", drug="doxorubicin")\n'
        "kg.queries()\n"
        "kg.sources()\n\n" + fresh.footer
    )
    assert "closure" not in vars(fresh.guideline)
    assert repr(fresh) == "<KnowledgeGraph: treatments of stage 4 soft tissue sarcoma 0.1.0, 0 cases>"
    inferred = len(fresh.inferred)
    assert fresh.summary["inferred triples"] == inferred


def test_the_card_of_a_graph_with_cases_reads_no_answer(kg: KnowledgeGraph) -> None:
    with_cases = load().with_examples()
    assert with_cases.summary["cases"] == 13
    assert "inferred triples" not in with_cases.summary
    assert {"asserted", "facts", "closed", "by_readings"}.isdisjoint(vars(with_cases.session))
    shown = as_text(with_cases)
    assert "kg.options(kg.cases)\n" in shown
    assert {"asserted", "facts", "closed", "by_readings"}.isdisjoint(vars(with_cases.session))
    assert with_cases.summary["inferred triples"] if len(with_cases.closure) else False


def test_the_card_is_there_at_once(kg: KnowledgeGraph) -> None:
    as_text(kg)
    start = time.process_time()
    markup(kg)
    assert time.process_time() - start < 0.25


def test_every_line_to_try_works(kg: KnowledgeGraph) -> None:
    """Of the shipped graph, and of one with cases of which one contradicts itself."""
    contradictory = {"case": "x", "findings": {"unresectable": "yes", "resectable": "yes"}}
    for graph in (kg, kg.with_examples(), kg.with_cases([contradictory])):
        lines = to_try(graph)
        assert len(lines) == 7
        for line in lines:
            assert isinstance(eval(line, {"kg": graph}), Shown), line


def test_every_line_to_try_works_on_another_ontology(kg: KnowledgeGraph, tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(kg.guideline.folder, folder)
    other = load(folder)
    lines = to_try(other)
    assert lines[0] == 'kg.options({"case": "p", "findings": {"growth-within-one-year-after-treatment": True}})'
    assert [line for line in lines if not isinstance(eval(line, {"kg": other}), Shown)] == []


def test_a_graph_that_is_kept_elsewhere_is_not_read_for_its_card(kg: KnowledgeGraph, tmp_path: Path) -> None:
    kg.push(tmp_path / "store")
    kept = load(store=tmp_path / "store")
    assert list(kept.summary) == ["named graphs", "linked slices", "mapping sets"]
    assert repr(kept).startswith("<KnowledgeGraph: kept elsewhere, ")
    assert "It is kept elsewhere; the ontology is read from there when it is first needed." in as_text(kept, None)
    assert kept._session is None
    assert [line for line in to_try(kept) if not isinstance(eval(line, {"kg": kept}), Shown)] == []


def test_a_session_is_shown_with_its_cases(kg: KnowledgeGraph) -> None:
    session = kg.with_examples().session
    assert repr(session) == "<Session: treatments of stage 4 soft tissue sarcoma 0.1.0, 13 cases, 0 slices>"
    assert "cases             13" in as_text(session)


# --- the guideline


def test_a_guideline_is_shown_with_its_modules(kg: KnowledgeGraph) -> None:
    assert repr(kg.guideline) == "<Guideline: treatments of stage 4 soft tissue sarcoma 0.1.0>"
    assert kg.guideline.under("D03").name == "treatments of stage 4 soft tissue sarcoma 0.1.0, by D03=condition"
    shown = as_text(kg.guideline)
    assert "other readings          40\nreviewed                No clinician has reviewed this model." in shown
    [fold] = [block for block in view_of(kg.guideline).blocks if isinstance(block, Fold)]
    [modules] = fold.blocks
    assert isinstance(modules, Grid)
    assert ("source", f"{len(kg.guideline.quads['source']):,}") in modules.rows


def test_segments_are_a_tuple_as_before_and_a_table(kg: KnowledgeGraph) -> None:
    found = kg.sources()
    assert isinstance(found, Segments)
    assert found == tuple(found) == kg.guideline.segments()
    assert (len(found), found[19].id, bool(found), Segments()) == (39, "S17", True, ())
    assert repr(found) == "<Segments: 39 segments>"
    [table] = view_of(found).blocks
    assert isinstance(table, Grid)
    assert table.header == ("segment", "what it says", "section", "line")
    assert [*map(plain, table.rows[0])] == [
        "H0",
        "page title: treatment options for soft tissue sarcoma (STS) at stage 4",
        "introduction",
        "1",
    ]


def test_a_segment_is_quoted_if_the_page_is_at_hand(kg: KnowledgeGraph) -> None:
    [segment] = kg.sources("S19")
    assert repr(segment) == "<Segment S19: sentence, line 22>"
    assert "what it says  SBRT can be used on lung metastases if tumours are few" in as_text(segment, None)
    quoted = replace(segment, text="Some <text>.")
    assert "text     “Some <text>.”" in as_text(quoted)
    assert "<dd>“Some &lt;text&gt;.”</dd>" in markup(quoted)
    [table] = view_of(Segments([quoted])).blocks
    assert isinstance(table, Grid)
    assert (table.header[1], table.caption) == ("text", "1 segment")


def test_verdicts_are_shown_with_those_that_disagree() -> None:
    agrees = Verdict(STS.D04, "agree", "A", date(2026, 11, 29))
    verdicts = Verdicts((agrees, replace(agrees, verdict="other", reviewer="B", reading="D04=x")), 3)
    assert (repr(agrees), repr(verdicts)) == (
        "<Verdict: D04, agreed by A, 2026-11-29>",
        "<Verdicts: 2 verdicts by A and B>",
    )
    assert as_text(verdicts) == (
        "Verdicts\n\n"
        "decision  verdict  reading  reviewer  day         comment\n"
        "--------  -------  -------  --------  ----------  -------\n"
        "D04       agree             A         2026-11-29\n"
        "D04       other    D04=x    B         2026-11-29\n"
        "2 verdicts; 3 rows not filled in"
    )
    assert '<td class="bad">other</td>' in markup(verdicts)
    assert as_text(agrees) == "D04 agree\n\nreviewer  A\nday       2026-11-29"


def test_a_plan_is_shown_with_its_conditions(kg: KnowledgeGraph) -> None:
    [table] = [block for block in view_of(kg.plan).blocks if isinstance(block, Grid)]
    assert table.rows[3] == ("other chemotherapy drugs", "stage4-sts and doxorubicin-did-not-work")
    assert as_text(kg.plan, None).endswith(kg.plan.disclaimer)


def test_a_review_sheet_is_shown_in_short_and_keeps_its_page(kg: KnowledgeGraph) -> None:
    sheet = kg.review()
    assert repr(sheet) == "<Sheet: 47 decisions>"
    view = view_of(sheet)
    [table] = [block for block in view.blocks if isinstance(block, Grid)]
    assert table.rows[0] == ("D01", "stage 4 is one scope finding", "H0, S01", "51", "")
    [lines] = [block for block in view.blocks if isinstance(block, Source)]
    assert lines.text.splitlines()[0] == 'sheet.write("review.html")  # to read and print'
    assert sheet.to_html().count("<article") == 47  # its own page stays


def test_an_export_is_shown_with_what_was_left_out(kg: KnowledgeGraph, tmp_path: Path) -> None:
    written = kg.export(tmp_path / "x.ttl")
    assert repr(written) == f"<Exported: {len(written):,} triples to {tmp_path / 'x.ttl'}>"
    tables = [block for block in view_of(written).blocks if isinstance(block, Grid)]
    assert tables[0].rows[0] == ("asserted", f"{written.triples['asserted']:,}")
    assert tables[1].rows[0] == (
        "headers and imports of modules",
        f"{written.left_out['headers and imports of modules']:,}",
    )


# --- queries


def test_a_canned_query_is_shown_with_its_parameters_and_how_to_call_it(kg: KnowledgeGraph) -> None:
    query = kg.canned["drugs/options-with-drug"]
    assert repr(query) == "<CannedQuery drugs/options-with-drug: drug [modality]>"
    assert as_text(query, None) == (
        "Query drugs/options-with-drug\n\n"
        "Options with a drug\n\n"
        "Which treatment options include the given drug, and which sentences describe them?\n\n"
        "runs on  the asserted graph\n\n"
        "parameter  type  needed                    what it is\n"
        "---------  ----  ------------------------  ------------------------\n"
        "drug       iri   no, else sts:doxorubicin  Drug; a sts:Drug\n"
        "modality   iri   no                        Modality; a sts:Modality\n"
        "2 parameters\n\n"
        'kg.query("drugs/options-with-drug", drug="sts:doxorubicin")\n\n'
        "▸ the SPARQL"
    )
    assert '<code class="language-sparql">#+ summary:' in markup(query)


@pytest.mark.parametrize("form", [as_text, markup, as_markdown])
def test_every_canned_query_is_shown(kg: KnowledgeGraph, form: Any) -> None:
    assert [name for name, query in kg.canned.items() if name not in form(query)] == []


def test_the_call_of_a_query_works(kg: KnowledgeGraph) -> None:
    """Of the topics that need nothing to be linked and that run fast."""
    for name, query in kg.canned.items():
        if query.topic in ("drugs", "conditions"):
            [line] = [block.text for block in view_of(query).blocks if isinstance(block, Source)]
            assert isinstance(eval(line, {"kg": kg}), Shown | bool), name


def test_the_call_of_a_query_has_the_parameters_that_it_needs(kg: KnowledgeGraph) -> None:
    drug, modality = kg.canned["drugs/options-with-drug"].parameters
    most = Parameter("most", "integer", required=True, default="5", limit=True)
    query = replace(kg.canned["drugs/options-with-drug"], parameters=(replace(drug, default=None), modality, most))
    assert 'kg.query("drugs/options-with-drug", drug=…, most=5)' in as_text(query)
    assert 'kg.query_online("drugs/options-with-drug", ' in as_text(
        replace(query, endpoint="https://example.org/sparql")
    )


# --- checks


def test_a_report_says_what_is_wrong_first_and_what_would_be_right() -> None:
    violations = (Violation("label", "sts:x", "has no <label>", "give it one"),)
    report = Report(violations, (("sentences", 33, 33), ("headings", 5, 6)), ("the page is not at hand",), 131)
    assert repr(report) == "<Report: 1 violation by 131 checks>"
    assert repr(violations[0]) == "<Violation: label, sts:x>"
    assert as_text(report) == (
        "Quality gates: 1 violation by 131 checks\n\n"
        "check  what   what is wrong   what would be right\n"
        "-----  -----  --------------  -------------------\n"
        "label  sts:x  has no <label>  give it one\n"
        "1 violation\n\n"
        "Left out\n\n- the page is not at hand\n\n"
        "Covered\n\n"
        "sentences  33 of 33\n"
        "headings   5 of 6"
    )
    assert as_text(violations[0]) == (
        "violation sts:x\n\n"
        "what is wrong        has no <label>\n"
        "what would be right  give it one\n"
        "check                label"
    )


def test_a_report_without_violations_says_so_and_is_bounded() -> None:
    assert as_text(Report((), (), (), 131)).startswith("Quality gates: nothing is wrong by 131 checks\n\nCovered")
    many = tuple(Violation("c" * 30, f"sts:{i}", "m" * 2_000, "r" * 2_000) for i in range(5_000))
    shown = markup(Report(many, (), ("n" * 2_000,) * 100, 131))
    assert len(shown) < 130_000
    assert "<caption>the first 100 of 5,000 violations</caption>" in shown
    assert "and 80 more" in shown


# --- a new version of the page


def test_a_new_page_is_shown_by_what_became_of_its_segments(kg: KnowledgeGraph, tmp_path: Path) -> None:
    from places import PAGE

    if PAGE is None:
        pytest.skip("the page is not at hand")
    new = tmp_path / "new.txt"
    new.write_text(PAGE.read_text(encoding="utf-8").replace("few small", "couple of small") + "\nIt came.\n", "utf-8")
    diff = kg.source_diff(PAGE, new)
    assert repr(diff).startswith("<SourceDiff: ") and "1 came>" in repr(diff)
    view = view_of(diff)
    [table] = [block for block in view.blocks if isinstance(block, Grid)]
    assert [(plain(row[0]), plain(row[1]), plain(row[4])) for row in table.rows] == [
        ("S19", "changed", "option-sbrt-lung")
    ]
    assert plain(view.blocks[-1].text) == kg.footer  # type: ignore[union-attr] # it is a paragraph
    same = as_text(kg.source_diff(PAGE, PAGE), None)
    assert "same The page is the one that was modelled." in same
