"""What rests on each segment that a new version of a made-up page changes, as a to-do list."""

from __future__ import annotations

import shutil
from itertools import takewhile
from pathlib import Path

import pytest
from made import KNEE, knee_folder

from sts_kg import KnowledgeGraph, ParseError, load
from sts_kg.cases.revision import SourceDiff
from sts_kg.errors import SourceError
from sts_kg.rdf.names import STS, local

CASES = "abcdefghijklm"


@pytest.fixture(scope="module")
def knee(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """The shipped knowledge graph with a made-up page as its source."""
    return load(knee_folder(tmp_path_factory.mktemp("knee") / "ontology"))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.txt"
    path.write_text(KNEE, encoding="utf-8")
    return path


def difference(knee: KnowledgeGraph, old: Path, *edits: tuple[str, str]) -> SourceDiff:
    new = KNEE
    for before, after in edits:
        assert new.count(before) == 1
        new = new.replace(before, after)
    path = old.with_name("new.txt")
    path.write_text(new, encoding="utf-8")
    return knee.source_diff(old, path)


def block(found: SourceDiff, first: str) -> list[str]:
    """Return the lines of the to-do list from the one with a beginning to the next empty one."""
    lines = [*found.lines()]
    start = next(place for place, line in enumerate(lines) if line.startswith(first))
    return [*takewhile(bool, lines[start:])]


def test_all_that_rests_on_a_segment(knee: KnowledgeGraph, old: Path) -> None:
    found = difference(knee, old, ("be offered", "be given"))
    assert set(found.resting) == {"S14"}
    rests = found.resting["S14"]
    assert [*map(local, rests.statements)] == ["order-S14", "rec-S14"]
    assert rests.parts == {STS["part-S14-sarcoma-type-for-pazopanib"]: (STS["option-pazopanib"],)}
    assert [*map(local, rests.findings)] == ["finding-prior-chemotherapy", "finding-sarcoma-type-for-pazopanib"]
    assert [*map(local, rests.decisions)] == ["D08", "D23", "D32", "D33"]
    assert [*map(local, rests.others)] == [
        *("brand-votrient", "option-pazopanib", "pazopanib", "rule-given-course", "strength-may-be-offered"),
    ]
    assert rests.lost == {STS["rec-S14"]: ("may be offered",)}


def test_the_example_answers_that_rest_on_a_segment(knee: KnowledgeGraph, old: Path) -> None:
    """Of each option with a statement or a condition part that quotes it, in their order, as `options` answers them."""
    found = difference(knee, old, ("be offered", "be given")).resting["S14"].answers
    assert [*map(local, found)] == ["option-chemotherapy", "option-pazopanib"]  # the first by order-S14
    assert {option: "".join(cases) for option, cases in found.items()} == dict.fromkeys(found, CASES)
    expected = {
        (answer.option, answer.case): answer.status
        for answer in knee.options(sorted((knee.guideline.folder / "examples").glob("?.yaml")))
        if answer.option in found
    }
    assert {(option, case): status for option, cases in found.items() for case, status in cases.items()} == expected
    assert {case for case, status in found[STS["option-pazopanib"]].items() if status == "met"} == {"g", "h"}


def test_a_part_alone_makes_answers_rest_on_its_segment(knee: KnowledgeGraph, old: Path) -> None:
    """H0 and S01 say for whom the page is: no recommendation quotes them, but parts of many conditions do."""
    rests = difference(knee, old, ("at home", "somewhere")).resting["S01"]
    assert [*map(local, rests.statements)] == ["definition-S01"]
    asserted = knee.asserted
    of_parts = {
        option
        for part in asserted.subjects(STS.hasBasis)
        if (part, STS.onFinding, STS["finding-stage4-sts"]) in asserted and part in rests.parts
        for recommendation in asserted.subjects(STS.hasConditionPart, part)
        for option in asserted.objects(recommendation, STS.recommendsOption)
    }
    assert set(rests.answers) == of_parts
    assert STS["option-doxorubicin-alone"] in of_parts and STS["option-comfort-care"] in of_parts


def test_the_list_of_a_changed_segment(knee: KnowledgeGraph, old: Path) -> None:
    assert block(difference(knee, old, ("be offered", "be given")), "S14") == [
        "S14 changed: line 7",
        "  A strong tablet (Kneezol) may be [-offered-] {+given+} after rest for some",
        "  sorts of pain.",
        "  [ ] rec-S14: without its cue “may be offered”",
        "  [ ] order-S14: pazopanib after chemotherapy",
        "  [ ] rec-S14: pazopanib after chemotherapy",
        "  [ ] part-S14-sarcoma-type-for-pazopanib, for option-pazopanib",
        "  [ ] finding-prior-chemotherapy: prior chemotherapy",
        "  [ ] finding-sarcoma-type-for-pazopanib: sarcoma type for pazopanib",
        "  [ ] D08: the or of pazopanib is inclusive",
        "  [ ] D23: the drug classes are in the text",
        "  [ ] D32: a course that began may be going on",
        "  [ ] D33: treatment of another cancer does not count",
        "  [ ] brand-votrient: Votrient",
        "  [ ] option-pazopanib: pazopanib",
        "  [ ] pazopanib: pazopanib",
        "  [ ] rule-given-course: given course",
        "  [ ] strength-may-be-offered: may be offered",
        "  [ ] answers option-chemotherapy: met a b c d e f g h i k m; not met j;",
        "      undetermined l",
        "  [ ] answers option-pazopanib: met g h; not met j m; undetermined a b c d e f i",
        "      k l",
    ]


def test_the_list_is_in_the_order_of_the_page_and_sums_up_the_rest(knee: KnowledgeGraph, old: Path) -> None:
    found = difference(
        knee,
        old,
        ("Your team will help you choose.", "Rest may help."),
        ("Ice and heat\n", "Warmth\n"),
        (" Heat is most often used at night.", ""),
        ("be offered after rest", "be given after rest"),
    )
    lines = [*found.lines()]
    assert lines[0] == "2 kept, 4 shifted, 2 changed, 2 went, 1 came"
    assert [line for line in lines if line.startswith(("S", "H", "came"))] == [
        "S02 went: line 3",
        "came: line 3, characters 73–87",
        "S14 changed: line 7",
        "H2 changed: line 9",
        "S17 went: line 11",
    ]
    assert block(found, "came") == [
        "came: line 3, characters 73–87",
        "  Rest may help.",
        "  [ ] a segment in source.ttl, and what it says",
    ]
    assert block(found, "kept")[:5] == [
        "kept: H0–S01",
        "shifted by -17 characters, +0 lines: H1–S12",
        "shifted by -19 characters, +0 lines: S15",
        "shifted by -25 characters, +0 lines: S16",
        "in source.ttl: start, end, line and sha256 of each segment (--format json)",
    ]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (
            ("doesn’t bend", "doesn't bend"),
            [
                "S15 changed in typography only: line 7",
                "  … or the knee [-doesn’t-] {+doesn't+} bend within a week.",
            ],
        ),
        (
            ("is used when", "is  used when"),
            ["S15 changed in white space only: line 7", "  It is used when rest has been tried …"],
        ),
    ],
)
def test_a_change_of_no_word_asks_for_no_look(
    knee: KnowledgeGraph, old: Path, edit: tuple[str, str], lines: list[str]
) -> None:
    found = difference(knee, old, edit)
    assert block(found, "S15") == lines
    assert [*map(local, found.resting["S15"].statements)] == ["rec-S14"]  # as data it is there


def test_a_shift_by_one_is_no_plural(knee: KnowledgeGraph, old: Path) -> None:
    found = difference(knee, old, ("is used when", "is\n used when"))
    assert block(found, "kept")[1] == "shifted by +1 character, +1 line: H2–S17"


def test_a_change_of_form_that_loses_a_cue_says_so(knee: KnowledgeGraph, old: Path) -> None:
    assert block(difference(knee, old, ("may be offered after", "MAY be offered after")), "S14")[2:] == [
        "  [ ] rec-S14: without its cue “may be offered”",
    ]


def test_what_became_of_segments_is_in_words(knee: KnowledgeGraph, old: Path) -> None:
    found = difference(knee, old, ("possible. Heat is", "possible, and heat is"))
    assert [block(found, name)[0] for name in ("S16", "S17")] == [
        "S16 changed, one with S17: line 11",
        "S17 changed, one with S16: line 11",
    ]
    found = difference(knee, old, (" or the knee doesn’t bend", ". It is used when the knee doesn’t bend"))
    assert block(found, "S15")[0] == "S15 changed, now 2 pieces: line 7"
    found = difference(
        knee, old, (" Heat is most often used at night.", ""), ("Tab", "Heat is very often used at night.\n\nTab")
    )
    assert block(found, "S17")[0] == "S17 changed and moved: line 11, now 5"
    found = difference(knee, old, ("used at night.", "used at night. You may be given tablets for a sore knee."))
    assert block(found, "came")[0] == "came: line 11, characters 403–444, the text of S12 again"


def test_as_plain_values(knee: KnowledgeGraph, old: Path) -> None:
    found = difference(knee, old, ("be offered", "be given"))
    plain = found.as_dict()
    assert list(plain) == ["differs", "counts", "document", "segments", "came"]
    assert plain["counts"] == {"kept": 5, "shifted": 4, "moved": 0, "changed": 1, "went": 0, "came": 0}
    segments = plain["segments"]
    assert isinstance(segments, list)
    assert [one["segment"] for one in segments] == [one.segment.id for one in found.changes.segments]
    assert [one["segment"] for one in segments if "statements" in one] == ["S14"]
    one = segments[5]
    assert one | found.changes.segments[5].as_dict() == one
    assert one["parts"] == [{"part": "part-S14-sarcoma-type-for-pazopanib", "options": ["option-pazopanib"]}]
    assert one["lost_cues"] == [{"term": "rec-S14", "cues": ["may be offered"]}]
    assert [(each["option"], each["cases"]["g"]) for each in one["answers"]] == [
        ("option-chemotherapy", "met"),
        ("option-pazopanib", "met"),
    ]


def test_the_same_page(knee: KnowledgeGraph, old: Path) -> None:
    found = knee.source_diff(old, old)
    assert (found.resting, found.changes.differs) == ({}, False)
    assert [*found.lines()][:2] == ["10 kept", ""]
    assert " ".join([*found.lines()][2:]) == knee.footer


def test_a_guideline_without_examples(tmp_path: Path, old: Path) -> None:
    folder = knee_folder(tmp_path / "ontology")
    shutil.rmtree(folder / "examples")
    found = difference(load(folder), old, ("be offered", "be given"))
    assert found.resting["S14"].answers == {STS["option-chemotherapy"]: {}, STS["option-pazopanib"]: {}}
    assert block(found, "S14")[-1] == "  [ ] answers option-pazopanib: no example"


def test_the_old_page_must_be_the_one_that_was_modelled(knee: KnowledgeGraph, old: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(KNEE + "\n", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        knee.source_diff(other, old)
    assert caught.value.path == other
    (tmp_path / "empty.txt").touch()
    with pytest.raises(ParseError, match=r"has no text$"):
        knee.source_diff(old, tmp_path / "empty.txt")


def test_the_real_page(kg: KnowledgeGraph, page: Path, tmp_path: Path) -> None:
    """Two edits of one word each, and a sentence that went."""
    text = page.read_text(encoding="utf-8")
    texts = {one.id: one.text or "" for one in kg.sources(page=page)}
    new = tmp_path / "new.txt"
    new.write_text(text.replace("Pazopanib", "Kneezol").replace(texts["S20"], ""), encoding="utf-8")
    found = kg.source_diff(page, new)
    assert {one.segment.id: one.kind for one in found.changes.segments if one.kind not in ("kept", "shifted")} == {
        "S14": "changed",
        "S20": "went",
    }
    assert [*map(local, found.resting["S20"].answers)] == ["option-sbrt-outside-lungs"]
    assert found.changes.came == ()
