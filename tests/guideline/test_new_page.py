"""What becomes of the segments of a made-up page in edits of it, and of the real page where it is at hand."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from made import KNEE, KNEE_IDS, knee_segments

from sts_kg import KnowledgeGraph, ParseError
from sts_kg.guideline.new_page import PageChanges, SegmentChange, page_changes, page_text, pieces, spans

S01 = "These are the ways to care for a sore knee at home."
S02 = "Your team will help you choose."
S12 = "You may be given tablets for a sore knee."
S14 = "A strong tablet (Kneezol) may be offered after rest for some sorts of pain."
S15 = "It is used when rest has been tried or the knee doesn’t bend within a week."
S16 = "Ice may be used when walking isn’t possible."
S17 = "Heat is most often used at night."
ALL = set(KNEE_IDS)


def edited(*edits: tuple[str, str]) -> PageChanges:
    """Return what becomes of the segments in the made-up page with some texts in place of others."""
    new = KNEE
    for old_text, new_text in edits:
        assert new.count(old_text) == 1
        new = new.replace(old_text, new_text)
    return page_changes(knee_segments(), new, old=KNEE)


def kinds(changes: PageChanges) -> dict[str, set[str]]:
    """Return the ids of what became of segments, by kind, without empty ones; and the texts that came."""
    found: dict[str, set[str]] = {}
    for one in changes.segments:
        found.setdefault(one.kind, set()).add(one.segment.id)
    return found | ({"came": {one.piece.text for one in changes.came}} if changes.came else {})


def of(changes: PageChanges, name: str) -> SegmentChange:
    return next(one for one in changes.segments if one.segment.id == name)


def differing(change: SegmentChange) -> list[tuple[str, str]]:
    return [(old, new) for old, new in change.difference if old != new]


# --- pieces


def test_the_made_up_page_is_cut_into_headings_and_sentences() -> None:
    assert [(one.text, one.start, one.end, one.line) for one in pieces(KNEE)] == [
        ("Care of a sore knee", 0, 19, 1),
        (S01, 21, 72, 3),
        (S02, 73, 104, 3),
        ("Tablets", 106, 113, 5),
        (S12, 115, 156, 7),
        (S14, 157, 232, 7),
        (S15, 233, 308, 7),
        ("Ice and heat", 310, 322, 9),
        (S16, 324, 368, 11),
        (S17, 369, 402, 11),
    ]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("A drug (Brand). It helps.", ["A drug (Brand).", "It helps."]),
        ("A drug (Brand) may help. (It may not.) Ask!", ["A drug (Brand) may help.", "(It may not.)", "Ask!"]),
        ("They say “rest.” Then “walk.”", ["They say “rest.”", "Then “walk.”"]),
        ("Is it so? Yes.", ["Is it so?", "Yes."]),
        ("Some (e.g. Kneezol, i.e. Tablets) vs. Heat and Dr. Ann.", 1),
        ("In the U.S. People walk", 1),
        ("It weighs 1.5 kg. Two do not.", ["It weighs 1.5 kg.", "Two do not."]),
        ("It takes up to stage 4. After 3.5. Then", ["It takes up to stage 4.", "After 3.5.", "Then"]),
        ("It ends. and goes on", 1),
        ("One:\n  - Two \n\t\n\n Three", ["One:", "- Two", "Three"]),
        ("Été. Écoute.", ["Été.", "Écoute."]),
        ("", []),
    ],
)
def test_where_a_text_is_cut(text: str, cut: list[str] | int) -> None:
    found = pieces(text)
    assert [one.text for one in found] == ([text] if cut == 1 else cut)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(text.count("\n", 0, one.start) + 1 == one.line for one in found)


def test_the_modelled_page_is_cut_into_its_segments(kg: KnowledgeGraph, page: Path) -> None:
    expected = [(one.text, one.start, one.end, one.line) for one in kg.sources(page=page)]
    assert [(one.text, one.start, one.end, one.line) for one in pieces(page_text(page))] == expected
    assert len(expected) == 39


# --- one edit


def test_nothing_changed() -> None:
    changes = edited()
    assert kinds(changes) == {"kept": ALL}
    assert not changes.differs
    assert changes.counts == {"kept": 10, "shifted": 0, "moved": 0, "changed": 0, "went": 0, "came": 0}


def test_one_word_changed() -> None:
    changes = edited(("be offered", "be given"))
    assert kinds(changes) == {
        "kept": {"H0", "S01", "S02", "H1", "S12"},
        "changed": {"S14"},
        "shifted": {"S15", "H2", "S16", "S17"},
    }
    one = of(changes, "S14")
    assert one.difference == (
        ("A strong tablet (Kneezol) may be", "A strong tablet (Kneezol) may be"),
        ("offered", "given"),
        ("after rest for some sorts of pain.", "after rest for some sorts of pain."),
    )
    assert (one.only, one.moved, one.merged) == ("", False, ())
    [piece] = of(changes, "S16").pieces
    assert piece.as_dict() == {
        "start": 322,
        "end": 366,
        "line": 11,
        "sha256": hashlib.sha256(S16.encode()).hexdigest(),
        "text": S16,
    }
    assert of(changes, "S14").as_dict() == {
        "segment": "S14",
        "change": "changed",
        "moved": False,
        "only": None,
        "merged": [],
        "old": {"start": 157, "end": 232, "line": 7, "sha256": hashlib.sha256(S14.encode()).hexdigest(), "text": S14},
        "new": [one.pieces[0].as_dict()],
        "difference": [{"old": "offered", "new": "given"}],
    }
    assert (one.pieces[0].start, one.pieces[0].end, one.pieces[0].line) == (157, 230, 7)


def test_a_sentence_went() -> None:
    changes = edited((f"{S14} ", ""))
    assert kinds(changes) == {
        "kept": {"H0", "S01", "S02", "H1", "S12"},
        "went": {"S14"},
        "shifted": {"S15", "H2", "S16", "S17"},
    }
    assert of(changes, "S14").as_dict()["new"] == of(changes, "S14").as_dict()["difference"] == []


def test_a_sentence_came() -> None:
    changes = edited((S02, f"{S02} Walking may do good."))
    assert kinds(changes) == {
        "kept": {"H0", "S01", "S02"},
        "shifted": ALL - {"H0", "S01", "S02"},
        "came": {"Walking may do good."},
    }
    assert [one.as_dict() for one in changes.came] == [
        {
            "start": 105,
            "end": 125,
            "line": 3,
            "sha256": hashlib.sha256(b"Walking may do good.").hexdigest(),
            "text": "Walking may do good.",
            "after": "S02",
            "repeats": None,
        }
    ]


def test_text_came_before_all_others() -> None:
    changes = edited(("Care of a sore knee", "Home\n\nCare of a sore knee"))
    assert kinds(changes) == {"shifted": ALL, "came": {"Home"}}
    assert [(one.piece.line, one.after) for one in changes.came] == [(1, None)]
    assert {one.pieces[0].line - one.segment.line for one in changes.segments} == {2}


def test_a_sentence_came_twice() -> None:
    changes = edited((S17, f"{S17} {S12}"))
    assert kinds(changes) == {"kept": ALL, "came": {S12}}
    assert [(one.after, one.repeats, one.piece.start) for one in changes.came] == [("S17", "S12", 403)]


def test_a_sentence_of_two_alike_went() -> None:
    """The page that was modelled says the same twice: the one that is left is the one in its order."""
    twice = KNEE.replace(S02, S17)
    segments = [
        type(one)(**{**one.__dict__, "text": piece.text, "start": piece.start, "end": piece.end})
        for one, piece in zip(knee_segments(), pieces(twice), strict=True)
    ]
    changes = page_changes(segments, twice.replace(f" {S17}\n\nTablets", "\n\nTablets"), old=twice)
    assert kinds(changes) == {"kept": {"H0", "S01"}, "went": {"S02"}, "shifted": ALL - {"H0", "S01", "S02"}}
    assert kinds(page_changes(segments, twice, old=twice)) == {"kept": ALL}


def test_two_neighbours_were_swapped() -> None:
    changes = edited((f"{S14} {S15}", f"{S15} {S14}"))
    assert kinds(changes) == {"kept": ALL - {"S14", "S15"}, "moved": {"S15"}, "shifted": {"S14"}}
    assert [(of(changes, name).pieces[0].start, of(changes, name).moved) for name in ("S14", "S15")] == [
        (233, False),
        (157, True),
    ]


def test_two_of_different_lines_were_swapped() -> None:
    changes = edited((S02, "*"), (S17, S02), ("*", S17))
    assert kinds(changes) == {
        "kept": {"H0", "S01"},
        "moved": {"S02", "S17"},
        "shifted": ALL - {"H0", "S01", "S02", "S17"},
    }


def test_a_paragraph_moved() -> None:
    changes = edited((f"Ice and heat\n\n{S16} {S17}\n", ""), ("Tablets", f"Ice and heat\n\n{S16} {S17}\n\nTablets"))
    assert kinds(changes) == {
        "kept": {"H0", "S01", "S02"},
        "moved": {"H2", "S16", "S17"},
        "shifted": {"H1", "S12", "S14", "S15"},
    }


def test_a_sentence_moved_to_the_next_line_in_order() -> None:
    changes = edited((f"{S02}\n\n", "\n\n"), ("Tablets", f"{S02}\n\nTablets"))
    assert kinds(changes)["moved"] == {"S02"}
    changes = edited((f" {S17}", ""), (S15, f"{S15} {S17}"))
    assert kinds(changes)["moved"] == {"S17"}


def test_a_heading_moved_over_a_line() -> None:
    """What stood under one heading stands under another."""
    changes = edited((f"Ice and heat\n\n{S16} {S17}", f"{S16} {S17}\n\nIce and heat"))
    assert kinds(changes)["moved"] == {"H2", "S16", "S17"}


def test_a_heading_came_or_went_and_moved_nothing() -> None:
    changes = edited((f"\n{S16}", f"\nIce\n\n{S16}"))
    assert kinds(changes) == {"kept": ALL - {"S16", "S17"}, "shifted": {"S16", "S17"}, "came": {"Ice"}}
    changes = edited(("Ice and heat\n\n", ""))
    assert kinds(changes) == {"kept": ALL - {"H2", "S16", "S17"}, "shifted": {"S16", "S17"}, "went": {"H2"}}


def test_a_sentence_was_split() -> None:
    changes = edited((" or the knee doesn’t bend", ". It is used when the knee doesn’t bend"))
    assert kinds(changes) == {
        "kept": {"H0", "S01", "S02", "H1", "S12", "S14"},
        "changed": {"S15"},
        "shifted": {"H2", "S16", "S17"},
    }
    one = of(changes, "S15")
    assert [(piece.start, piece.end) for piece in one.pieces] == [(233, 269), (270, 322)]
    assert differing(one) == [("tried or", "tried. It is used when")]


def test_two_sentences_were_merged() -> None:
    changes = edited(("possible. Heat is", "possible, and heat is"))
    assert kinds(changes) == {"kept": ALL - {"S16", "S17"}, "changed": {"S16", "S17"}}
    first, second = of(changes, "S16"), of(changes, "S17")
    assert (first.merged, second.merged) == (("S17",), ("S16",))
    assert first.pieces == second.pieces
    assert differing(first) == differing(second) == [("possible. Heat", "possible, and heat")]


def test_two_sentences_were_merged_by_a_comma_only() -> None:
    changes = edited(("possible. Heat is", "possible, heat is"))
    assert [(of(changes, name).kind, of(changes, name).only) for name in ("S16", "S17")] == [
        ("changed", "punctuation"),
        ("changed", "punctuation"),
    ]


def test_one_changed_beside_one_that_went() -> None:
    changes = edited((f"{S14} It is used", "It may be used"))
    assert kinds(changes)["went"] == {"S14"}
    assert differing(of(changes, "S15")) == [("is", "may be")]


def test_a_sentence_changed_and_moved() -> None:
    changes = edited((f" {S17}", ""), (S01, f"Heat is very often used at night. {S01}"))
    one = of(changes, "S17")
    assert (one.kind, one.moved, differing(one)) == ("changed", True, [("most", "very")])
    assert "moved" not in kinds(changes)


@pytest.mark.parametrize("name", ["Warmth", "Ice and warmth", "Cold"])
def test_a_heading_was_renamed(name: str) -> None:
    changes = edited(("Ice and heat", name))
    assert kinds(changes).get("changed") == {"H2"}
    assert "moved" not in kinds(changes) and not changes.came


def test_a_sentence_in_the_place_of_a_heading_is_no_heading() -> None:
    changes = edited(("Ice and heat", "Now something else follows."))
    assert (kinds(changes)["went"], kinds(changes)["came"]) == ({"H2"}, {"Now something else follows."})


def test_another_page() -> None:
    changes = page_changes(knee_segments(), "Bread\n\nFlour, water, salt.\n", old=KNEE)
    assert kinds(changes) == {"changed": {"H0"}, "went": ALL - {"H0"}, "came": {"Flour, water, salt."}}


# --- no word changed


@pytest.mark.parametrize(
    ("old", "new", "only"),
    [
        ("doesn’t bend", "doesn't bend", "typography"),
        ("It is used when", "it is used when", "typography"),
        ("week.", "week", "punctuation"),
        ("tried or", "tried, or", "punctuation"),
        ("tried or", "tried  or", "white space"),
        ("tried or", "tried\u00a0or", "white space"),
        ("tried or", "tried\nor", "white space"),
        ("tried or", "tried and", ""),
    ],
)
def test_what_changed_if_no_word_did(old: str, new: str, only: str) -> None:
    if old == "It is used when":  # so that it is a piece of its own
        changes = edited((f" {S15}", f"\n{S15.replace(old, new)}"))
    else:
        changes = edited((old, new))
    assert (of(changes, "S15").kind, of(changes, "S15").only) == ("changed", only)
    assert [one.segment.id for one in changes.segments if one.kind == "changed"] == ["S15"]
    assert changes.came == ()


def test_blank_lines_and_spaces_at_the_ends_only_shift() -> None:
    changes = edited((f"{S02}\n", f"  {S02} \n\n\n"))
    assert kinds(changes) == {"kept": {"H0", "S01"}, "shifted": ALL - {"H0", "S01"}}
    changes = page_changes(knee_segments(), f"{KNEE}\n", old=KNEE)
    assert (kinds(changes), changes.differs) == ({"kept": ALL}, True)


def test_a_page_whose_lines_were_broken_lacks_nothing() -> None:
    words, lines = KNEE.split(" "), [""]
    for word in words:
        lines[-1] += word + " "
        if len(lines[-1]) > 30:
            lines.append("")
    changes = page_changes(knee_segments(), "\n".join(lines), old=KNEE)
    assert changes.came == ()
    assert {one.only for one in changes.segments if one.kind == "changed"} == {"white space"}
    assert changes.counts["went"] == 0


# --- the file


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_mark_and_line_ends_change_nothing(tmp_path: Path, mark: bytes, end: bytes) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(mark + KNEE.encode().replace(b"\n", end))
    changes = page_changes(knee_segments(), page_text(page), old=KNEE)
    assert (kinds(changes), changes.differs) == ({"kept": ALL}, False)
    assert changes.document == {
        "sha256": hashlib.sha256(KNEE.encode()).hexdigest(),
        "characterCount": 403,
        "byteCount": 407,
    }


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "has no text", None),
        (b"word " * 50_000, "has 250,000 characters; a page has at most 50,000", None),
        (b"\xef\xbb\xbf \r\n\t\n", "has no text", None),
        (b"A page\nof caf\xe9s\n", "is not UTF-8 text (byte 0xe9)", 2),
        ("A page".encode("utf-16"), "is not UTF-8 text (byte 0xff) but UTF-16; save it as UTF-8", 1),
    ],
)
def test_a_page_that_is_no_text(tmp_path: Path, data: bytes, reason: str, line: int | None) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(data)
    with pytest.raises(ParseError) as caught:
        page_text(page)
    assert (caught.value.reason, caught.value.line, caught.value.path) == (reason, line, page)


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        page_text(tmp_path / "none.txt")
    assert caught.value.reason == "cannot be read: No such file or directory"


def test_neighbours_are_a_range() -> None:
    changes = edited((f"{S14} ", ""))
    assert spans(changes.segments) == "H0–S17"
    assert spans([one for one in changes.segments if one.kind != "went"]) == "H0–S12, S15–S17"
    assert spans([of(changes, "H0"), of(changes, "H2")]) == "H0, H2"
    assert spans([]) == ""
