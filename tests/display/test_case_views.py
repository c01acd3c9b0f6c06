"""What is shown of answers, explanations, questions, changes and cases."""

from __future__ import annotations

import html
import re

import pytest

from sts_kg import Case, KnowledgeGraph
from sts_kg.cases import Answers, Changes, Explanation, Questions
from sts_kg.display import as_text, markup, view_of
from sts_kg.display.view import Badge, Branch, Fold, Grid, Source, plain
from sts_kg.rdf import STS

UNRESECTABLE = {"case": "p", "findings": {"stage4-sts": "yes", "unresectable": "yes"}}
IMPOSSIBLE = {"case": "x", "findings": {"unresectable": "yes", "resectable": "yes"}}


def words(markup_of: str) -> str:
    """Return the words of markup, without its tags."""
    return html.unescape(re.sub("<[^>]*>", " ", markup_of))


@pytest.fixture(scope="module")
def answers(kg: KnowledgeGraph) -> Answers:
    return kg.options(UNRESECTABLE)


@pytest.fixture(scope="module")
def explanation(kg: KnowledgeGraph) -> Explanation:
    return kg.explain({"case": "p", "findings": {"stage4-sts": "yes", "prior-chemotherapy": "yes"}}, "pazopanib")


# --- one case


def test_a_board_of_one_case_has_the_options_in_the_order_of_the_page_with_kinds_below_their_group(
    answers: Answers,
) -> None:
    [board] = [block for block in view_of(answers).blocks if isinstance(block, Grid)]
    assert board.header == ("option", "status", "still to know")
    assert board.caption == "18 options"
    assert [plain(row[0]).replace("\xa0", " ") for row in board.rows] == [
        *("chemotherapy", "· doxorubicin alone", "· doxorubicin with ifosfamide", "· other chemotherapy drugs"),
        *("· chemotherapy with radiation therapy", "targeted therapy", "· pazopanib", "radiation therapy"),
        *("· external radiation therapy", "· SBRT for lung metastases", "· SBRT for metastases outside the lungs"),
        *("· radiation therapy to make surgery possible", "surgery", "· surgery for symptom control"),
        *("· wide local excision with lung metastases", "· surgery for other metastases", "comfort care"),
        "asking about clinical trials",
    ]


def test_a_board_of_one_case_asks_in_words_and_notes_what_is_of_note(answers: Answers) -> None:
    [board] = [block for block in view_of(answers).blocks if isinstance(block, Grid)]
    rows = {plain(option).lstrip("·\xa0"): (plain(status), plain(asked)) for option, status, asked in board.rows}
    assert rows["chemotherapy"] == ("met in general (kinds: 3 met, 1 undetermined; hangs on D03)", "")
    assert rows["surgery for symptom control"] == (
        "undetermined (hangs on D14)",
        "Does the cancer cause symptoms that need control? (symptoms-from-cancer)",
    )
    assert rows["surgery for other metastases"] == ("not met (hangs on D15)", "")


def test_a_board_of_one_case_has_the_words_of_the_source_and_ends_with_the_footer(
    answers: Answers, kg: KnowledgeGraph
) -> None:
    shown = markup(answers)
    assert "wording: is offered; how often: usually, amongst people with stage 4 soft tissue sarcoma" in shown
    assert shown.endswith(f'<p><span class="sts-kg-quiet">{html.escape(kg.footer)}</span></p></div>')
    assert '<span class="sts-kg-badge met"><span aria-hidden="true">✓</span> 9 met</span>' in shown


def test_an_option_whose_group_is_filtered_out_stands_alone(answers: Answers) -> None:
    [board] = [block for block in view_of(answers.where(option="pazopanib")).blocks if isinstance(block, Grid)]
    assert [plain(row[0]) for row in board.rows] == ["pazopanib"]


def test_a_case_that_contradicts_itself_has_its_error_and_no_board(kg: KnowledgeGraph) -> None:
    assert as_text(kg.options(IMPOSSIBLE), None) == (
        "Options for case x\n\n"
        "1 case contradicts itself, so nothing follows from what is known\n\n"
        "- case x contradicts itself: unresectable is yes (the mapping given, line 1); resectable is yes (line 1)\n\n"
        + kg.footer
    )


def test_an_error_is_shown_where_every_answer_is_filtered_out(kg: KnowledgeGraph) -> None:
    shown = as_text(kg.options(IMPOSSIBLE).with_status("met"))
    assert shown.startswith("No answers\n\n1 case contradicts itself")


# --- several cases


def cohort(n: int) -> list[dict[str, object]]:
    """Return cases of which each third is alike, and each tenth contradicts itself."""
    said: list[dict[str, str]] = [{"stage4-sts": "yes", "unresectable": "yes"}, {"stage4-sts": "no"}, {}]
    return [
        {"case": f"patient-{i:05}", "findings": IMPOSSIBLE["findings"] if i % 10 == 9 else said[i % 3]}
        for i in range(n)
    ]


def test_a_board_of_several_cases_counts_statuses_and_has_a_fold_for_25(kg: KnowledgeGraph) -> None:
    view = view_of(kg.options(cohort(60)))
    assert plain(view.title) == "18 options for 60 cases"
    [counts] = [block for block in view.blocks if isinstance(block, Grid)]
    assert counts.header == ("number of cases", "met", "not met", "undetermined", "contradictory")
    assert [*map(plain, counts.rows[0])] == ["chemotherapy", "18", "18", "18", "6"]
    folds = [block for block in view.blocks if isinstance(block, Fold)]
    assert [(plain(fold.summary), fold.is_open) for fold in folds] == [
        ("cases 1 to 25 of 54", True),
        ("cases 26 to 50 of 54", False),
        ("cases 51 to 54 of 54", False),
    ]
    [board] = folds[0].blocks
    assert isinstance(board, Grid)
    assert board.upright == frozenset(range(1, 19))
    assert board.rows[0][:6] == (
        "patient-00000",
        *[Badge("met", "met")] * 3,
        Badge("undet.", "undetermined"),
        Badge("met", "met"),
    )
    assert plain(view.blocks[-2].text) == (  # type: ignore[union-attr] # it is a paragraph
        "undet.: undetermined, neither met nor ruled out by what is known. Not met is not contraindicated."
    )


@pytest.mark.parametrize("n", [200, 1_000])
def test_a_board_of_many_cases_is_bounded_and_says_what_is_cut(kg: KnowledgeGraph, n: int) -> None:
    answers = kg.options(cohort(n))
    agreeing, wrong = n - n // 10, n // 10
    shown = answers._repr_html_()
    assert len(shown.encode()) < 100_000
    assert shown.count('<td class="met">') + shown.count('<td class="not-met">') + shown.count(
        '<td class="undetermined">'
    ) == (100 * 18)
    assert f"cases 76 to 100 of {agreeing:,}" in shown
    assert f"{agreeing - 100:,} cases not shown: to_csv() and table() have all." in shown
    assert ("and 80 more: .contradictions has all" in shown) is (wrong == 100)


def test_a_board_with_long_names_is_bounded(kg: KnowledgeGraph) -> None:
    long = [case | {"case": f"{i}{'<&>' * 60}"} for i, case in enumerate(cohort(126))]
    assert len(markup(kg.options(long))) < 100_000


def test_a_board_in_a_terminal_has_numbers_and_signs_that_are_told_below_it(kg: KnowledgeGraph) -> None:
    lines = as_text(kg.options(cohort(3)), 80).splitlines()
    start = lines.index("▾ cases 1 to 3 of 3")
    assert lines[start + 2 : start + 8] == [
        "case           1  2  3  4  5  6  7  8  9  10  11  12  13  14  15  16  17  18",
        "-------------  -  -  -  -  -  -  -  -  -  --  --  --  --  --  --  --  --  --",
        "patient-00000  ✓  ✓  ✓  ?  ✓  ✓  ?  ✓  ✓  ?   ?   ✓   ✓   ?   ✗   ✗   ?   ?",
        "patient-00001  ✗  ✗  ✗  ✗  ✗  ✗  ✗  ✗  ✗  ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ?",
        "patient-00002  ?  ?  ?  ?  ?  ?  ?  ?  ?  ?   ?   ?   ?   ?   ?   ?   ?   ?",
        "✓ met, ? undet., ✗ not met, 1 chemotherapy, 2 doxorubicin alone, 3 doxorubicin",
    ]
    assert max(map(len, lines)) <= 80


# --- one answer


def test_one_answer_has_its_status_its_questions_and_the_footer(answers: Answers, kg: KnowledgeGraph) -> None:
    answer = answers[9]
    assert repr(answer) == "<Answer: SBRT for lung metastases, undetermined, case p>"
    shown = as_text(answer, None)
    assert shown.startswith(
        "SBRT for lung metastases undetermined\n\n"
        "The source’s condition is neither met nor ruled out by what is known (case p).\n\n"
        "Still to know\n\n"
        "- Are there metastases of the soft tissue sarcoma in the lungs? lung-metastases\n"
    )
    assert "known to hold        stage4-sts, unresectable" in shown
    assert shown.endswith(kg.footer)


def test_an_answer_by_another_reading_has_its_status_and_the_footer(answers: Answers, kg: KnowledgeGraph) -> None:
    [other] = answers[0].readings or ()
    assert repr(other) == "<ReadingAnswer: undetermined by D03=condition>"
    assert as_text(other, None) == (
        "chemotherapy undetermined\n\n"
        "by the reading           D03=condition\n"
        "which was not chosen in  D03\n\n" + kg.footer
    )


def test_a_mark_says_why_and_that_it_changes_no_status(kg: KnowledgeGraph) -> None:
    mark = next(mark for answer in kg.options("example:f") for mark in answer.marks)
    assert repr(mark) == "<Mark: tried, did not work, a course of doxorubicin>"
    assert as_text(mark) == (
        "tried, did not work: chemotherapy\n\n"
        "because of  a course of doxorubicin\n"
        "where       example:f, line 7\n\n"
        "A mark says what happened; it changes no status."
    )


# --- an explanation


def test_an_explanation_has_the_condition_as_a_tree_with_what_is_known(explanation: Explanation) -> None:
    [tree] = [block for block in view_of(explanation).blocks if isinstance(block, Branch)]
    assert plain(tree.text) == "undetermined all of these"
    stage, kind, either = tree.below
    assert plain(stage.text) == "yes stage 4 soft tissue sarcoma – given: the mapping given, line 1"
    assert plain(kind.text) == "unknown sarcoma type for pazopanib – to be asked"
    assert plain(either.text) == "met any of these"
    assert [plain(each.text) for each in either.below] == [
        "yes prior chemotherapy – given: the mapping given, line 1",
        "not needed growth within one year after treatment – the “or” is already satisfied",
    ]


def test_an_explanation_asks_and_says_where_the_words_are_from(explanation: Explanation, kg: KnowledgeGraph) -> None:
    assert repr(explanation) == "<Explanation: pazopanib, undetermined, case p>"
    shown = words(markup(explanation))
    for said in (
        "Is this one of the types of soft tissue sarcoma for which pazopanib may be offered?",
        "If yes, the source’s condition is met. If no, it is not met.",
        "where the source says so: 4 segments",
        "how it is read:",
    ):
        assert said in shown
    assert shown.rstrip().endswith(kg.footer)


def test_every_paragraph_of_an_explanation_is_also_in_its_view(kg: KnowledgeGraph) -> None:
    """The view has all that `str()` has, of each part."""
    for case, option in (("example:f", "pazopanib"), ("example:b", "surgery"), ("example:i", "comfort-care")):
        found = kg.explain(case, option)
        shown = " ".join(words(markup(found)).split())
        said = [*(q for _, q in found.to_ask), found.consequence, *(s.gist for s in found.segments)]
        said += [why for _, _, why in found.known] + [says for _, says, _ in found.decisions]
        said += [note[1:] for note in found.notes] + [what for _, _, what in found.readings]
        said += [clause.partition(": ")[2] for clause in found.words] + [found.disclaimer]
        assert [each for each in said if " ".join(each.split()) not in shown] == []


def test_a_condition_is_a_tree_and_one_line(kg: KnowledgeGraph) -> None:
    condition = kg.guideline.conditions[STS["option-pazopanib"]]
    assert repr(condition) == (
        "<stage4-sts and sarcoma-type-for-pazopanib and (prior-chemotherapy or growth-within-one-year-after-treatment)>"
    )
    assert as_text(condition) == (
        "Condition on 4 findings\n\nall of these\n  stage4-sts\n  sarcoma-type-for-pazopanib\n"
        "  any of these\n    prior-chemotherapy\n    growth-within-one-year-after-treatment"
    )


# --- questions


def test_questions_are_a_mapping_as_before(kg: KnowledgeGraph) -> None:
    found = kg.questions(UNRESECTABLE)
    assert isinstance(found, Questions)
    assert isinstance(found, dict)
    assert list(found) == ["p"]
    assert found == {"p": found["p"]}
    assert bool(found) and len(found) == 1
    assert not Questions({})
    assert repr(found) == "<Questions: 11 for 1 case>"


def test_questions_are_ranked_in_a_table(kg: KnowledgeGraph) -> None:
    view = view_of(kg.questions(UNRESECTABLE))
    assert plain(view.title) == "What to ask next of case p"
    [table] = [block for block in view.blocks if isinstance(block, Grid)]
    assert [*map(plain, table.rows[3])] == [
        "4",
        "Has doxorubicin been given for this cancer and failed to work, in the care team’s judgement?\n"
        "doxorubicin-did-not-work",
        "other chemotherapy drugs\nmet by yes: other chemotherapy drugs",
    ]
    assert plain(view.blocks[-1].text) == kg.footer  # type: ignore[union-attr] # it is a paragraph


def test_questions_of_several_cases_fold_and_say_what_is_cut(kg: KnowledgeGraph) -> None:
    found = kg.questions([{"case": f"q{i}", "findings": {}} for i in range(12)])
    folds = [block for block in view_of(found).blocks if isinstance(block, Fold)]
    assert [plain(fold.summary) for fold in folds] == [f"case q{i}: 16 questions" for i in range(10)]
    assert [fold.is_open for fold in folds] == [True, *[False] * 9]
    assert "2 more cases not shown: index this by the id of a case" in markup(found)


def test_one_question_has_its_choices_and_the_options_that_wait(kg: KnowledgeGraph) -> None:
    question = next(one for one in kg.questions(UNRESECTABLE)["p"] if one.choices)
    assert repr(question) == "<Question: 6 choices, for 1 option>"
    shown = as_text(question, None)
    assert shown.startswith("Is there a reason against cancer treatment? Choose all that apply.\n\nchoice ")
    assert "options that wait  comfort care\nmet if yes         comfort care" in shown


# --- what if


def test_changes_are_a_tuple_as_before(kg: KnowledgeGraph) -> None:
    changes = kg.what_if(UNRESECTABLE, {"resectable": True})
    assert isinstance(changes, Changes)
    assert isinstance(changes, tuple)
    assert changes == tuple(changes)
    assert hash(changes[:0]) == hash(())
    assert len(changes) == 8 and bool(changes)
    assert repr(changes) == "<Changes: 8 options of case p>"
    assert repr(changes[1]) == "<Change: radiation therapy, met in general to not met>"


def test_changes_are_before_and_after(kg: KnowledgeGraph) -> None:
    view = view_of(kg.what_if(UNRESECTABLE, {"resectable": True}))
    assert plain(view.title) == "What if, for case p"
    [table] = [block for block in view.blocks if isinstance(block, Grid)]
    assert [*map(plain, table.rows[6])] == [
        "wide local excision with lung metastases",
        "not met",
        "undetermined\n"
        "Has the cancer spread to the lungs only, and there only to a few places? (The source gives no numbers.) "
        "(spread-only-few-places-in-lungs)",
    ]
    assert table.caption == "8 changes"
    assert "resectable  supposed to be yes" in as_text(kg.what_if(UNRESECTABLE, {"resectable": True}))


def test_no_change_is_said(kg: KnowledgeGraph) -> None:
    shown = as_text(kg.what_if(UNRESECTABLE, {"unresectable": True}), None)
    assert shown == f"What if, for case p\n\nunresectable  supposed to be yes\n\nNo option changes.\n\n{kg.footer}"


def test_one_change_ends_with_the_footer(kg: KnowledgeGraph) -> None:
    change = kg.what_if(UNRESECTABLE, {"resectable": True})[0]
    assert as_text(change, None) == (
        "chemotherapy with radiation therapy would change\n\nbefore  met\nafter   not met\n\n" + kg.footer
    )


# --- cases


def test_a_case_is_shown_with_the_place_of_each_fact(kg: KnowledgeGraph) -> None:
    case = kg.with_examples().cases[5]
    assert isinstance(case, Case)
    assert repr(case) == "<Case f: 1 finding, 1 course>"
    shown = as_text(case, 200)
    assert shown.startswith("Case f: doxorubicin was given and did not work\n\nas of              2026-01-15\n")
    assert re.search(r"\nstage4-sts  yes    \S+examples/f.yaml, line 5\n1 finding\n", shown)
    assert re.search(
        r"doxorubicin  from 2025-05, to 2025-11  did-not-work  \S+examples/f.yaml, line 7\n1 course", shown
    )


def test_a_case_with_very_many_facts_is_bounded(kg: KnowledgeGraph) -> None:
    days = [f"{year}-{month:02}" for year in range(1900, 2020) for month in range(1, 13)]
    courses = [{"therapies": ["surgery"], "end": day} for day in days]
    [case] = kg.with_cases({"case": "c", "findings": {}, "courses": courses, "growth": days}).cases
    assert "<caption>the first 100 of 1,440 courses</caption>" in markup(case)
    assert len(markup(case)) < 40_000


def test_markup_of_others_is_escaped(kg: KnowledgeGraph) -> None:
    evil = {"case": "<script>1</script>", "label": '"><img src=x onerror=alert(1)>', "findings": {"stage4-sts": "yes"}}
    for shown in (kg.options(evil), kg.with_cases([evil]).cases[0], kg.questions(evil), kg.explain(evil, "surgery")):
        assert "<script" not in markup(shown)
        assert "<img" not in markup(shown)


def test_code_to_try_is_in_the_card(kg: KnowledgeGraph) -> None:
    assert [type(block) for block in view_of(kg).blocks].count(Source) == 1
