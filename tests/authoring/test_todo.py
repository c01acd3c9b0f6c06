"""What an author still has to do: the list of a fresh folder, each kind of item, and none when all is done."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

import sts_kg
from sts_kg import KnowledgeGraph, ParseError
from sts_kg.authoring import Item, ToDo, changes
from sts_kg.authoring import todo as todo_of
from sts_kg.authoring.to_do import STAGES
from sts_kg.cli import app
from sts_kg.display import as_text, markup
from sts_kg.guideline import queries_folder
from sts_kg.rdf import passing_namespaces

PAGE = "Moor fever\n\nMoor fever comes in spring. Reed tea may be offered for high fever.\n\nMore on fevers\n"
#: What an author writes in the place of what a fresh folder has, in all its files.
WRITTEN = {
    "example-finding": "high-fever",
    "ExampleFinding": "HighFever",
    "example-option": "reed-tea",
    "ExampleOption": "ReedTea",
    "example-therapy": "reed-tea",
    "example-modality": "tea",
    "example-strength": "may-be-offered",
    "TODO: what line 1 of the page says, in your own words": "the title",
    "TODO: what sentence 1 of line 3 of the page says, in your own words": "when the fever comes",
    "TODO: what sentence 2 of line 3 of the page says, in your own words": "reed tea is a possible offer",
    "TODO: what line 5 of the page says, in your own words": "a heading without text",
    "TODO: the title of the page": "Moor fever",
    "TODO: The text of one page of … on …, as a sentence.": "The text of a page.",
    "TODO: name of the finding, in lower case": "high fever",
    "TODO: the question, so that a yes means that the finding holds": "Is the fever high?",
    "TODO: what it means that a case has the finding, as a sentence.": "The fever is high.",
    "TODO: name of the therapy, in lower case": "reed tea",
    "TODO: what the therapy is, as a sentence.": "A tea of reeds.",
    "TODO: name of the kind of treatment, in lower case": "tea",
    "TODO: what treatments of this kind have in common, as a sentence.": "Treatment by tea.",
    "TODO: name of the option, in lower case": "reed tea",
    "TODO: what is done, as a sentence.": "A cup of reed tea.",
    "TODO: the words of offer, such as: may be offered": "may be offered",
    "TODO: The source says that the option may be offered.": "The source says that the option may be offered.",
    "TODO: name of what is recommended, in lower case": "reed tea for high fever",
    "TODO: Says that the option may be offered, and when.": "Says that reed tea is a possible offer.",
    "TODO: name of the finding, for the option": "high fever, for reed tea",
    "TODO: Part of the condition for the option: the finding, as the source says.": "Part of the condition.",
    "TODO: the answer in a few words, in lower case": "high is what the team calls high",
    "TODO: Settles the question: what does the source mean?": "Settles the question: what is high?",
    "TODO: The answer, and why.": "What the team calls high, since no number is given.",
    "TODO: The other reading, and what would follow from it.": "A number of our own.",
    "TODO: Why the other reading is not encoded as triples.": "It would be invented.",
    "TODO: the title, such as: Treatments for moor fever": "Treatments for moor fever",
    "TODO: what the page is about, for whom, and what this model leaves out": "What a page says of moor fever.",
    "TODO: who, the title, the version, the year": "Somebody: Moor fever, 0.1.0, 2026",
    "TODO: the name of those who make this": "somebody",
    "TODO: what is known of this person, in a few words": "the fever is high",
}


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A fresh folder."""
    page = tmp_path / "page.txt"
    page.write_text(PAGE, encoding="utf-8")
    return sts_kg.new_guideline(
        "moor-fever",
        page,
        into=tmp_path / "made",
        prefix="moor",
        base="https://guidelines.example/moor-fever/",
        license="https://creativecommons.org/licenses/by/4.0/",
    )


@pytest.fixture
def done(fresh: Path) -> Path:
    """The same folder when its author has written all that is asked for."""
    for path in (*fresh.glob("*.ttl"), *fresh.glob("*.txt"), *fresh.glob("cases/*")):
        text = path.read_text(encoding="utf-8")
        for before, after in WRITTEN.items():
            text = text.replace(before, after)
        text = re.sub(r"\bS01\b", "S02", text) if path.stem not in ("source", "guideline") else text
        text = text.replace('strengthCue "TODO"', 'strengthCue "may be offered"').replace('"TODO"', '"for high fever"')
        path.write_text(text, encoding="utf-8")
    source = fresh / "source.ttl"
    text = source.read_text(encoding="utf-8").replace('    sts:cue "for high fever" ;\n', "")
    first, second = '"when the fever comes"@en ;\n', '"reed tea is a possible offer"@en ;\n'
    text = text.replace(first, f'{first}    sts:noClaimReason "says nothing of a treatment"@en ;\n')
    text = text.replace(second, f'{second}    sts:cue "may be offered" , "for high fever" ;\n')
    source.write_text(text, encoding="utf-8")
    return fresh


def todo(folder: Path, page: Path | None = None) -> ToDo:
    return todo_of(folder, canned_folder=queries_folder(), page=page)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(found: ToDo) -> list[tuple[str, str, str]]:
    return [(item.stage, item.place, item.what) for item in found]


# --- a fresh folder, and one that is done


def test_a_fresh_folder_asks_for_its_texts_and_for_nothing_that_checks_find_but_claims(fresh: Path) -> None:
    found = todo(fresh)
    assert Counter(item.stage for item in found) == {
        "page": 7,
        "findings": 4,
        "treatments": 12,
        "recommendations": 8,
        "decisions": 5,
        "golden cases": 1,
        "header": 4,
    }
    assert [item.what for item in found if item.check != "todo"] == [
        "moor:S02 is quoted by no statement and gives no reason; add the statement, or say with sts:noClaimReason why"
        " there is none"
    ]
    assert list(dict.fromkeys(item.stage for item in found)) == [
        stage for stage in STAGES if stage in found_stages(found)
    ]


def found_stages(found: ToDo) -> set[str]:
    return {item.stage for item in found}


def test_items_have_file_line_and_what_to_write(fresh: Path) -> None:
    found = todo(fresh)
    assert [item for item in found if item.stage == "findings"] == [
        Item(
            "findings",
            "moor:finding-example-finding has the name of the stub: rename it, here and where it is used",
            "findings.ttl",
            18,
            "todo",
        ),
        Item(
            "findings",
            "moor:finding-example-finding, label: name of the finding, in lower case",
            "findings.ttl",
            18,
            "todo",
        ),
        Item(
            "findings",
            "moor:finding-example-finding, question: the question, so that a yes means that the finding holds",
            "findings.ttl",
            19,
            "todo",
        ),
        Item(
            "findings",
            "moor:finding-example-finding, definition: what it means that a case has the finding, as a sentence.",
            "findings.ttl",
            20,
            "todo",
        ),
    ]
    for item in found:
        assert item.file is not None and item.line is not None
        line = (fresh / item.file).read_text(encoding="utf-8").split("\n")[item.line - 1]
        assert "TODO" in line or "example" in line or line.startswith("moor:S02 ")
    words = "at most eight words of the segment, as they stand; the same in source.ttl and where they are quoted"
    assert ("recommendations", "recommendations.ttl:30", f"moor:part-S01-example-finding, cue: {words}") in told(found)


def test_when_all_is_written_nothing_is_left(done: Path, tmp_path: Path) -> None:
    found = todo(done, page=tmp_path / "page.txt")
    assert told(found) == []
    assert found.notes == ()
    assert (found.summary, repr(found)) == ("nothing is left to do", "<ToDo: moor-fever, nothing is left to do>")
    assert list(found.lines()) == ["moor-fever: nothing is left to do"]


def test_the_first_answer_is_there_before_anything_is_edited(fresh: Path) -> None:
    with passing_namespaces():  # as other tests have other guidelines of this prefix
        kg = sts_kg.load(fresh)
        (answer,) = kg.options({"case": "first", "findings": {"example-finding": True}})
        assert (answer.status, answer.missing) == ("met", ())
        assert told(kg.todo()) == told(todo(fresh))


def test_the_examples_of_a_fresh_folder_are_as_the_checks_ask(fresh: Path) -> None:
    for path in fresh.glob("*.ttl"):
        lines, within = [], False
        for line in path.read_text(encoding="utf-8").split("\n"):
            within = bool(re.match(r"# (moor|sts):", line)) or (within and line.startswith("#     "))
            lines.append(line[2:] if within else line)
        path.write_text("\n".join(lines), encoding="utf-8")
    with (fresh / "conditions.txt").open("a", encoding="utf-8") as file:
        file.write("second-option: example-finding\nthird-option: second-finding or third-finding\n")
        file.write("second-finding if given example-therapy with outcome did-not-work\n")
    assert [(item.check, item.what.split(";")[0]) for item in todo(fresh) if item.check != "todo"] == [
        ("unused-term", "moor:strength-not-worded is the value of no property"),
        ("segment-uncovered", "moor:S02 is quoted by no statement and gives no reason"),
        ("golden-cases", "no golden case expects second-option to be met"),
        ("golden-cases", "no golden case expects third-option to be met"),
    ]


# --- each kind of item


#: File, text, the text in its place, and what is then to do: stage, place, and how the words begin.
WRONG = [
    (
        ("conditions.txt", "reed-tea: high-fever", ""),
        ("conditions", "conditions.txt", "moor:option-reed-tea has no condition; write one, such as reed-tea: some-"),
    ),
    (
        ("findings.ttl", 'sts:question "Is the fever high?"@en ;', ""),
        ("findings", "findings.ttl:18", "moor:finding-high-fever has no question; add sts:question"),
    ),
    (
        ("recommendations.ttl", "sts:hasConditionPart moor:part-S02-high-fever ; ", ""),
        ("recommendations", "recommendations.ttl:21", "moor:rec-S02 has no condition part"),
    ),
    (
        ("recommendations.ttl", 'sts:strengthCue "may be offered"', 'sts:strengthCue "may be given"'),
        ("recommendations", "recommendations.ttl:21", "moor:rec-S02 has the cue “may be given”, which none of its"),
    ),
    (
        ("treatments.ttl", "sts:hasModality moor:modality-tea ; ", ""),
        ("treatments", "treatments.ttl:30", "moor:option-reed-tea has no modality"),
    ),
    (
        ("treatments.ttl", "sts:hasComponent moor:reed-tea ;", "sts:hasComponent moor:red-tea ;"),
        ("treatments", "treatments.ttl:33", "moor:red-tea is a value of hasComponent, but is not defined"),
    ),
    (
        ("recommendations.ttl", "sts:hasBasis sts:basis-stated", "sts:hasBasis sts:basis-said"),
        ("recommendations", "recommendations.ttl:29", "sts:basis-said is a value of hasBasis, but is not defined"),
    ),
    (
        ("decisions.ttl", 'sts:noReadingReason "It would be invented."@en ;', ""),
        ("decisions", "decisions.ttl:16", "moor:D01 has neither a reading nor a reason why there is none"),
    ),
    (
        ("guideline.ttl", 'bibo:status "draft: modelled from one page" ;', ""),
        ("header", "guideline.ttl:13", "moor:ontology has no status"),
    ),
    (
        ("source.ttl", 'sts:noClaimReason "says nothing of a treatment"@en ;', ""),
        ("recommendations", "source.ttl:41", "moor:S01 is quoted by no statement and gives no reason"),
    ),
    (
        ("cases/first.yaml", "high-fever: yes", "hihg-fever: yes"),
        ("golden cases", "cases/first.yaml:6", "there is no finding 'hihg-fever'; did you mean high-fever?"),
    ),
    (
        ("schemes.ttl", "may be offered", "TODO"),
        ("treatments", "schemes.ttl:19", "moor:strength-may-be-offered, label: write it"),
    ),
    (
        ("findings.ttl", "# --- Examples", "# TODO: the other findings\n# --- Examples"),
        ("findings", "findings.ttl:23", "the other findings"),
    ),
]


@pytest.mark.parametrize(("changed", "expected"), WRONG)
def test_what_is_wrong_is_an_item_in_its_stage(
    done: Path, changed: tuple[str, str, str], expected: tuple[str, str, str]
) -> None:
    file, old, new = changed
    change(done / file, old, new)
    stage, place, what = expected
    found = [(item.stage, item.place) for item in todo(done) if item.what.startswith(what)]
    assert found == [(stage, place)], told(todo(done))


def test_a_golden_case_that_the_guideline_does_not_meet_is_an_item(done: Path) -> None:
    change(done / "cases" / "first.yaml", "reed-tea: met", "reed-tea: not-met")
    what = "first, reed-tea: expected not met, found met; correct the guideline, or the case"
    none = "no golden case expects reed-tea to be met; write one"
    assert told(todo(done)) == [("golden cases", "cases/first.yaml:4", what), ("golden cases", "", none)]
    change(done / "cases" / "first.yaml", "expected: {reed-tea: not-met}", "")
    assert [(item.stage, item.place) for item in todo(done)] == [("golden cases", "cases/first.yaml:4")]


def test_a_contradiction_is_told_once_and_no_case_is_run(done: Path) -> None:
    change(done / "treatments.ttl", "moor:reed-tea a sts:Procedure", "moor:reed-tea a sts:Procedure , sts:Finding")
    found = todo(done)
    assert "inconsistent" in {item.check for item in found}
    assert {item.stage for item in found}.isdisjoint({"reading", "golden cases"})


def test_without_a_golden_case_one_is_asked_for(done: Path) -> None:
    shutil.rmtree(done / "cases")
    what = "there is no golden case; write one to cases/, with what is expected (`expected: {some-option: met}`)"
    assert told(todo(done)) == [("golden cases", "", what)]


def test_a_page_is_compared_if_it_is_given_or_was_kept(done: Path, tmp_path: Path) -> None:
    assert todo(done).notes == (
        "the page is not at hand: digests, cues and quotations were not compared with it (--source, STS_KG_SOURCE)",
    )
    change(done / "source.ttl", '"for high fever"', '"for a high fever"')
    change(done / "recommendations.ttl", '"for high fever"', '"for a high fever"')
    expected = [
        ("page", "source.ttl:48", "moor:S02 the cue “for a high fever” does not stand in it; the words as they stand")
    ]
    assert told(todo(done)) == []
    assert told(todo(done, page=tmp_path / "page.txt")) == expected
    shutil.copy(tmp_path / "page.txt", done)
    assert told(todo(done)) == expected


def test_a_page_that_is_passed_on_may_be_quoted(done: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    change(
        done / "decisions.ttl", "What the team", "Moor fever comes in spring. Reed tea may be offered: what the team"
    )
    assert [item.check for item in todo(done, page=page)] == ["quotes-source"]
    shutil.copy(page, done)
    assert told(todo(done)) == []


def test_the_terms_of_the_shared_vocabulary_are_not_the_authors_concern(done: Path) -> None:
    change(done / "forbidden-words.tsv", "# What", r"\bbasis\b" + "\ta word of the shared vocabulary\n# What")
    assert told(todo(done)) == []
    change(done / "findings.ttl", "The fever is high.", "The basis is high.")
    assert [(item.place, item.check) for item in todo(done)] == [("findings.ttl:18", "dishonest")]


def test_the_base_can_be_changed_while_the_folder_is_watched(done: Path) -> None:
    assert told(todo(done)) == []
    for path in done.glob("*.ttl"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("guidelines.example/moor-fever/", "moor.example/"), encoding="utf-8")
    assert told(todo(done)) == []


# --- what cannot be read


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "what"),
    [
        ("findings.ttl", "sts:ordinal 1 ;", "sts:ordinal 1 , ;", "findings.ttl:18", ""),
        ("guideline.ttl", "moor:project a", "nope:project a", "guideline.ttl:", ""),
        ("conditions.txt", ": high-fever", ": low-fever", "conditions.txt:10", "there is no finding 'low-fever'"),
        ("forbidden-words.tsv", "\\b\\d", "(\\b\\d", "forbidden-words.tsv:3", "is not a regular expression"),
        ("cases/first.yaml", "findings: {", "findings: [", "cases/first.yaml:", ""),
    ],
)
def test_what_cannot_be_read_comes_first_with_file_and_line(
    done: Path, file: str, old: str, new: str, place: str, what: str
) -> None:
    change(done / file, old, new)
    found = todo(done)
    assert found.items[0].stage == ("golden cases" if file.startswith("cases/") else "reading")
    assert found.items[0].place.startswith(place)
    assert found.items[0].what.startswith(what)


def test_a_missing_module_is_told_and_the_texts_of_the_others_still_are(fresh: Path) -> None:
    (fresh / "treatments.ttl").unlink()
    found = todo(fresh)
    assert (found.items[0].stage, found.items[0].place) == ("reading", "treatments.ttl")
    assert {"page", "findings", "decisions"} <= found_stages(found)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="there is no such folder; it holds the files of one guideline"):
        todo(tmp_path / "nowhere")


# --- how it is shown


def test_the_shipped_guideline_has_no_golden_case_and_nothing_else_to_do(kg: KnowledgeGraph) -> None:
    assert [(item.stage, item.file) for item in kg.todo()] == [("golden cases", None)]


def test_the_list_is_cut_by_stage_as_data_it_is_whole(fresh: Path) -> None:
    found = todo(fresh)
    lines = list(found.lines(most=2))
    assert lines[:6] == [
        "moor-fever: 41 things to do",
        "",
        "Page: a gist of each segment (7)",
        "  source.ttl:19  moor:source-document, definition: The text of one page of … on …, as a sentence.",
        "  source.ttl:20  moor:source-document, title: the title of the page",
        "  … and 5 more (--all)",
    ]
    assert len(found.table().rows) == len(found.as_dict()["items"]) == len(found) == 41  # type: ignore[arg-type]
    assert found.table().variables == ("stage", "file", "line", "what", "check")
    assert found.as_dict()["items"][0] == {  # type: ignore[index]
        "stage": "page",
        "file": "source.ttl",
        "line": 19,
        "what": "moor:source-document, definition: The text of one page of … on …, as a sentence.",
        "check": "todo",
    }


def test_the_command_lists_all_if_it_is_asked_to(fresh: Path) -> None:
    told = {}
    for flags in ((), ("--all",)):
        done = CliRunner().invoke(app, ("check", "--guideline", str(fresh), *flags))
        assert done.exit_code == 1
        told[flags] = [line for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(told[("--all",)]) == 41
    assert "  … and 2 more (--all)" in told[()] and not any("more (--all)" in line for line in told[("--all",)])
    alone = CliRunner().invoke(app, ("check", "--all"))
    assert (alone.exit_code, "--all goes with --guideline DIR" in alone.stderr) == (2, True)


def test_the_view_has_all_stages(fresh: Path, done: Path) -> None:
    many = ToDo("many", tuple(Item("page", f"<b>{i}</b>", "source.ttl", i) for i in range(1, 30)), ("a note",))
    text = as_text(many)
    assert "29 things to do" in text and "Page: a gist of each segment (29)" in text
    assert "<b>20</b>" in text and "<b>21</b>" not in text and "a note" in text
    assert "<b>" not in markup(many)
    assert "nothing is left to do" in as_text(ToDo("none", ()))


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ("check", *arguments))
    return done.exit_code, done.stdout, done.stderr


def test_the_command_prints_what_the_function_returns(fresh: Path) -> None:
    found = todo(fresh)
    assert run("--guideline", str(fresh)) == (1, "\n".join(found.lines()) + "\n", "")
    code, out, _ = run("--guideline", str(fresh), "--format", "json")
    assert (code, json.loads(out)) == (1, found.as_dict())
    assert run("--guideline", str(fresh), "--format", "csv")[1] == found.table().to_csv().replace("\r\n", "\n")


def test_the_command_ends_with_0_when_nothing_is_left(done: Path) -> None:
    code, out, _ = run("--guideline", str(done))
    assert (code, out.split("\n")[0]) == (0, "moor-fever: nothing is left to do")


def test_to_watch_needs_a_folder(tmp_path: Path) -> None:
    assert run("--watch")[0] == 2
    assert run("--guideline", str(tmp_path / "nowhere"))[0] == 3


# --- watching


def test_each_save_is_one_change(tmp_path: Path) -> None:
    seen = changes(tmp_path)
    next(seen)
    (tmp_path / "below").mkdir()
    (tmp_path / ".hidden").write_text("x", encoding="utf-8")
    (tmp_path / "text~").write_text("x", encoding="utf-8")
    for name in ("a.ttl", "below/b.ttl"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    next(seen)
    (tmp_path / "below" / "b.ttl").unlink()
    next(seen)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_watching_prints_the_list_at_each_save_and_ends_quietly(done: Path) -> None:
    command = [sys.executable, "-m", "sts_kg", "check", "--guideline", str(done), "--watch", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        lists = (json.loads(line) for line in process.stdout)
        try:
            assert next(lists)["done"] is True
            change(done / "findings.ttl", "sts:ordinal 1 ;", "sts:ordinal 1 , ;")
            first = next(found["items"][0] for found in lists if not found["done"])
            assert (first["stage"], first["file"], first["line"]) == ("reading", "findings.ttl", 18)
            change(done / "findings.ttl", "sts:ordinal 1 , ;", "sts:ordinal 1 ;")
            assert any(found["done"] for found in lists)
            process.send_signal(signal.SIGINT)
            assert (process.wait(30), process.stderr.read()) == (0, "")
        finally:
            process.kill()
