"""A new case by the questions of a guideline: which are asked, what an answer does, and the file that is written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from places import ROOT
from rdflib import URIRef

from sts_kg import KnowledgeGraph, load
from sts_kg.authoring import NewCase, new_case
from sts_kg.cases import Question, parse
from sts_kg.cases.fact_rules import derived
from sts_kg.errors import ArgumentError, CaseError
from sts_kg.guideline import short
from sts_kg.rdf.names import STS

AGAINST = [
    *("cannot-have-cancer-treatment", "does-not-want-cancer-treatment", "treatments-no-longer-work"),
    *("treatments-unlikely-to-improve-condition", "side-effects-hard-to-cope-with"),
    "other-reason-for-no-cancer-treatment",
]


class Person:
    """Answers by a mapping of short names, and notes what was asked."""

    def __init__(self, **known: str) -> None:
        self.known = {name.replace("_", "-"): word for name, word in known.items()}
        self.asked: list[str] = []

    def __call__(self, question: Question) -> str:
        name = short(question.finding) if question.finding else "any of"
        self.asked.append(name)
        return self.known.get(name.replace(" ", "-"), "unknown")


def given(made: NewCase) -> dict[str, bool]:
    return {short(one.finding): one.holds for one in made.case.given}


def test_a_no_ends_what_rests_on_it(kg: KnowledgeGraph) -> None:
    person = Person(soft_tissue_sarcoma="yes", stage4_sts="no")
    made = kg.new_case(person)
    assert person.asked == ["soft-tissue-sarcoma", "stage4-sts", "person-in-canada"]
    assert given(made) == {"soft-tissue-sarcoma": True, "stage4-sts": False}
    assert [*map(short, made.unknown)] == ["person-in-canada"] and made.left == ()
    assert made.summary == "3 questions answered, 1 finding not known"


def test_the_order_is_that_of_ask_and_unknown_is_asked_once(kg: KnowledgeGraph) -> None:
    person = Person()
    made = kg.new_case(person)
    first = [short(one.finding) for one in kg.questions({"case": "x"})["x"] if one.finding]
    assert [name for name in person.asked if name != "any of"] == first
    assert len(person.asked) == len({*person.asked}) == 16
    assert given(made) == {} and made.left == ()


def test_alternatives_are_asked_for_one_by_one_after_a_yes(kg: KnowledgeGraph) -> None:
    person = Person(
        stage4_sts="yes", any_of="yes", treatments_no_longer_work="yes", does_not_want_cancer_treatment="no"
    )
    made = kg.new_case(person)
    place = person.asked.index("any of")
    assert person.asked[place + 1 : place + 7] == AGAINST
    assert given(made) == {
        "stage4-sts": True,
        "treatments-no-longer-work": True,
        "does-not-want-cancer-treatment": False,
    }


def test_a_no_to_alternatives_is_a_no_to_all(kg: KnowledgeGraph) -> None:
    made = kg.new_case(Person(any_of="no"))
    assert given(made) == dict.fromkeys(AGAINST, False)


def test_an_answer_unknown_to_alternatives_passes_all(kg: KnowledgeGraph) -> None:
    person = Person()
    made = kg.new_case(person)
    assert person.asked.count("any of") == 1 and not {*AGAINST} & {*person.asked}
    assert {*AGAINST} <= {*map(short, made.unknown)}


def test_quit_among_alternatives_keeps_what_was_answered(kg: KnowledgeGraph) -> None:
    words = iter(["u"] * 14 + ["yes", "no", "quit"])
    made = kg.new_case(words)
    assert given(made) == {"cannot-have-cancer-treatment": False}
    assert made.n_answered == 16 and len(made.left) > 0


@pytest.mark.parametrize("ended", [[], ["quit"], ["q", "yes"]])
def test_the_end_of_the_answers_ends_it(kg: KnowledgeGraph, ended: list[str]) -> None:
    made = kg.new_case([True, "Y ", None, *ended])
    assert given(made) == {"soft-tissue-sarcoma": True, "stage4-sts": True}
    assert (made.n_answered, len(made.left)) == (3, 13)
    assert made.summary == "3 questions answered, 1 finding not known, 13 questions left open"
    assert "# The answers ended before the questions: 13 questions left open." in made.text.splitlines()
    assert repr(made) == f"<NewCase new-case: {made.summary}>"


def test_the_file_says_the_case_and_expects_what_the_closure_answers(kg: KnowledgeGraph, tmp_path: Path) -> None:
    made = kg.new_case(["yes", "no"], id="nestling", label=" a  nestling ")
    assert made.text.splitlines() == [
        "# A case by the questions of: treatments of stage 4 soft tissue sarcoma 0.1.0. The person is invented.",
        "# What `expected` has is what the conditions come to today. Read each status beside the source, and correct",
        "# what is wrong; then sts-kg test holds the guideline to it.",
        "# The answers ended before the questions: 1 question left open.",
        "case: nestling",
        "label: a nestling",
        "findings:",
        "  soft-tissue-sarcoma: yes",
        "  stage4-sts: no",
        "expected:",
        *(f"  {name}: {status}" for name, status in made.case.expected.as_dict().items()),
    ]
    statuses = {answer.option: answer.status for answer in kg.options(made.case)}
    assert dict(made.case.expected) == statuses and len(statuses) == 18
    (again,) = parse(made.text, kg.guideline.vocabulary)
    assert again.as_dict() == made.case.as_dict()
    path = tmp_path / "a.yaml"
    path.write_text(made.text, encoding="utf-8")
    assert kg.test(path).agrees


def test_it_may_expect_nothing(kg: KnowledgeGraph) -> None:
    made = kg.new_case(["yes"], expected=False)
    assert not made.case.expected
    assert made.text.splitlines()[-1].startswith("expected: {}  # OPTION: met, not-met or undetermined")
    assert "today" not in made.text
    (again,) = parse(made.text, kg.guideline.vocabulary)
    assert again.as_dict() == made.case.as_dict()


def test_findings_that_are_not_known_stand_above_in_lines_that_can_be_read(kg: KnowledgeGraph) -> None:
    text = kg.new_case(Person()).text
    assert "# Asked for and not known: soft-tissue-sarcoma, stage4-sts, resectable, " in text
    assert max(map(len, text.splitlines())) <= 120


# --- a finding that a number decides


@pytest.fixture(scope="module")
def hush() -> KnowledgeGraph:
    return load(ROOT / "ontology" / "guidelines" / "grey-hush")


def warmth(said: object) -> list[object]:
    """Return answers up to the question whether the body is cool, and one to that."""
    return ["yes", "no", "yes", "no", said]


@pytest.mark.parametrize(
    ("said", "recorded", "holds"),
    [
        *(("31.5", "31.5", True), (" 31.51 ", "31.51", False)),
        *((31, "31", True), (Decimal("30.0"), "30.0", True), (31.2, "31.2", True)),
    ],
)
def test_the_number_itself_is_an_answer(hush: KnowledgeGraph, said: object, recorded: str, holds: bool) -> None:
    made = hush.new_case(warmth(said))  # type: ignore[arg-type]
    assert made.case.numbers == {URIRef(f"{hush.guideline.base}bodyWarmth"): Decimal(recorded)}
    assert "cool-body" not in given(made) and "cool-body" not in [*map(short, made.unknown)]
    assert made.n_answered == 5
    lines = made.text.splitlines()
    assert lines.index(f"body_warmth: {recorded}") == lines.index("expected:") - 1
    (again,) = parse(made.text, hush.guideline.vocabulary)
    assert again.as_dict() == made.case.as_dict()
    assert {short(one.finding): one.holds for one in derived(made.case, hush.guideline.vocabulary)} == {
        "cool-body": holds
    }


def test_a_yes_is_an_answer_all_the_same(hush: KnowledgeGraph) -> None:
    made = hush.new_case(warmth("yes"))  # type: ignore[arg-type]
    assert given(made)["cool-body"] is True and made.case.numbers == {}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("-1", "'-1' is not a number of degrees, such as 12.5; at least 0 is expected"),
        (-1, "'-1' is not a number of degrees, such as 12.5; at least 0 is expected"),
        ("31,2", "'31,2' is not a number of degrees, such as 12.5"),
    ],
)
def test_a_number_that_no_case_records_is_an_error(hush: KnowledgeGraph, said: object, reason: str) -> None:
    with pytest.raises(CaseError) as raised:
        hush.new_case(warmth(said))  # type: ignore[arg-type]
    assert str(raised.value) == f"an answer: body_warmth: {reason}"


@pytest.mark.parametrize("said", ["warm", ""])
def test_what_is_no_number_either_is_an_error(hush: KnowledgeGraph, said: object) -> None:
    wanted = "yes, no, unknown or quit, or the body warmth in degrees was expected"
    with pytest.raises(ArgumentError, match=wanted):
        hush.new_case(warmth(said))  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["maybe", "", 1, 0.5])
def test_what_is_no_answer_is_an_error(kg: KnowledgeGraph, wrong: object) -> None:
    with pytest.raises(ArgumentError, match="yes, no, unknown or quit was expected"):
        kg.new_case([wrong])  # type: ignore[list-item] # which is the test


@pytest.mark.parametrize("label", ["a\x07b", "x" * 1001])
def test_what_is_no_label_is_an_error(kg: KnowledgeGraph, label: str) -> None:
    """A case file would not be read with it."""
    with pytest.raises(ArgumentError, match="up to 1,000 characters were expected, none of which controls a terminal"):
        kg.new_case([], label=label)


def test_what_is_no_id_is_an_error(kg: KnowledgeGraph) -> None:
    with pytest.raises(ArgumentError, match="one to 200 printable characters were expected"):
        kg.new_case([], id="a\nb")


def test_answers_that_contradict_each_other_end_it(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """No question leads to it by the shipped guideline, so one that is answered already is asked again."""
    asked = kg.questions({"case": "x"})["x"][2]
    both = [replace(asked, finding=STS[f"finding-{name}"]) for name in ("resectable", "unresectable")]
    monkeypatch.setattr(new_case, "questions", lambda answers, guideline: both)
    made = kg.new_case(["yes", "yes", "yes"])
    assert made.contradiction.startswith("case new-case contradicts itself: unresectable holds (given: an answer)")
    assert made.case.expected.as_dict() == {"others": "contradictory"}
    assert made.summary == "2 questions answered, the answers contradict each other"
    assert f"# {made.contradiction}" in made.text
