"""Case files of every syntax: what they mean, and for what cannot be used the whole error."""
# ruff: noqa: E501 - a wrong text and its whole message stand on one line

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from sts_kg.cases.case import Case, Declined, Given, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.facts import facts_of
from sts_kg.cases.files import parse, read
from sts_kg.errors import CaseError, ParseError, StsKgError
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.rdf.graphs import read as read_graph
from sts_kg.rdf.graphs import serialize, write
from sts_kg.rdf.names import CASE, STS

EXAMPLES = ontology_folder() / "examples"
ARCHETYPES = "abcdefghijklm"
RDF_ENDINGS = ("ttl", "nt", "rdf", "jsonld", "trig", "nq", "ttl.gz")
STAGE4, UNRESECTABLE = STS["finding-stage4-sts"], STS["finding-unresectable"]


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(read_graph(*sorted(ontology_folder().glob("*.ttl"))))


def read_text(folder: Path, name: str, text: str | bytes) -> tuple[Case, ...]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, vocabulary())


def only(text: str) -> Case:
    (case,) = parse(text, vocabulary())
    return case


def findings(case: Case) -> dict[str, bool]:
    return {given.finding.removeprefix(STS["finding-"]): given.holds for given in case.given}


def normal(case: Case) -> Case:
    """Return a case without places, in an order that no syntax loses."""
    courses = [
        replace(
            c,
            place="",
            therapies=tuple(sorted(c.therapies)),
            growth=tuple(sorted(c.growth)),
            purposes=tuple(sorted(c.purposes)),
            sites=tuple(sorted(c.sites)),
        )
        for c in case.courses
    ]
    return replace(
        case,
        place="",
        given=tuple(sorted((replace(given, place="") for given in case.given), key=str)),
        courses=tuple(sorted(courses, key=str)),
        growth=tuple(sorted(case.growth)),
        no_growth=tuple(sorted((replace(period, place="") for period in case.no_growth), key=str)),
        declines=tuple(sorted((replace(one, place="") for one in case.declines), key=str)),
    )


def as_given(case: Case) -> Graph:
    """Return the facts of a case without what is concluded, which a file may not give."""
    graph = Graph()
    facts = facts_of([case], vocabulary())
    concluded = {*facts.subjects(RDF.type, STS.DerivedFact), *facts.subjects(RDF.type, STS.OptionMark)}
    findings = {(facts.value(one, STS.ofCase), facts.value(one, STS.onFinding)) for one in concluded}
    for s, p, o in facts:
        if s not in concluded and p != STS.hasTriedOption and o != STS.GivenCourse and (s, o) not in findings:
            graph.add((s, p, o))
    return graph


def error(text: str, name: str = "a.yaml") -> str:
    """Return the message for a text that cannot be used; `a.yaml` stands for the path."""
    with pytest.raises(StsKgError) as raised:
        parse(text, vocabulary())
    return str(raised.value).replace("<text>", name)


def file_error(folder: Path, name: str, text: str | bytes) -> str:
    with pytest.raises(StsKgError) as raised:
        read_text(folder, name, text)
    assert isinstance(raised.value, CaseError | ParseError)
    assert raised.value.path == folder / name
    return str(raised.value).replace(f"{folder}/", "")


# --- one case, every syntax


@pytest.mark.parametrize("letter", ARCHETYPES)
def test_every_syntax_gives_equal_cases(letter: str, tmp_path: Path) -> None:
    (case,) = read(EXAMPLES / f"{letter}.yaml", vocabulary())
    document = as_json(case)
    assert normal(read_text(tmp_path, "a.json", json.dumps(document))[0]) == normal(case)
    assert normal(read_text(tmp_path, "a.yml", json.dumps(document))[0]) == normal(case)
    for ending in RDF_ENDINGS:
        path = tmp_path / f"a.{ending}"
        write(as_given(case), path)
        assert [normal(one) for one in read(path, vocabulary())] == [normal(case)], ending


def as_json(case: Case) -> dict[str, object]:
    courses = [
        {
            "therapies": [therapy.removeprefix(STS) for therapy in course.therapies],
            "start": str(course.start),
            "end": str(course.end),
            "outcome": course.outcome and course.outcome.removeprefix(STS["outcome-"]),
        }
        for course in case.courses
    ]
    return {
        "case": case.id,
        "label": case.label,
        "as_of": case.as_of and str(case.as_of),
        "findings": findings(case),
        "courses": courses,
        "history_complete": case.history_complete,
        "declines": [],
    }


def test_the_cohort_gives_the_findings_of_the_archetypes() -> None:
    cohort = read(EXAMPLES / "cohort.csv", vocabulary())
    assert "".join(case.id for case in cohort) == ARCHETYPES
    for case in cohort:
        (alone,) = read(EXAMPLES / f"{case.id}.yaml", vocabulary())
        courses = {"doxorubicin-did-not-work": True} if alone.courses else {}
        assert findings(case) == findings(alone) | courses
        assert normal(case) == normal(Case(id=case.id, given=case.given))


FULL = """\
case: full
label: "Größe, « 腫瘍 » 😀"
as_of: 2026-01-15
findings:
  stage4-sts: yes
  finding-unresectable: no
  resectable: unknown
courses:
  - therapies: [surgery, sbrt]
    start: 2023
    end: 2023-05
    growth: [2025, 2024-12-01]
  - {therapies: [doxorubicin], end: 2025-05-17, outcome: outcome-stopped-for-side-effects, no_growth_until: 2025-12}
  - therapies: [external-radiation-therapy]
    start: 2025-12
    ongoing: yes
    for: this-cancer
    purpose: [make-surgery-possible, intent-symptom-relief]
    site: outside-lungs
  - {therapies: [chemotherapy], for: indication-another-cancer, ongoing: no, end: 2001, growth: 2002, first_growth: yes}
history_complete: yes
growth: [2024-06, 2024-07-01]
no_growth:
  - {from: 2023-06, until: 2023-12-31}
  - from: 2022
    until: 2022
declines: [surgery, modality-chemotherapy]
tumour_count: 3
largest_diameter_mm: 12.50
"""


FULL_JSON = {
    "case": "full",
    "label": "Größe, « 腫瘍 » 😀",
    "as_of": "2026-01-15",
    "findings": {"stage4-sts": True, "unresectable": "no"},
    "courses": [
        {"therapies": ["surgery", "sbrt"], "start": 2023, "end": "2023-05", "growth": [2025, "2024-12-01"]},
        {
            "therapies": ["doxorubicin"],
            "end": "2025-05-17",
            "outcome": "stopped-for-side-effects",
            "no_growth_until": "2025-12",
        },
        {
            "therapies": ["external-radiation-therapy"],
            "start": "2025-12",
            "ongoing": True,
            "for": "this-cancer",
            "purpose": ["make-surgery-possible", "symptom-relief"],
            "site": ["outside-lungs"],
        },
        {
            "therapies": ["chemotherapy"],
            "for": "another-cancer",
            "ongoing": False,
            "end": "2001",
            "growth": "2002",
            "first_growth": "yes",
        },
    ],
    "history_complete": True,
    "growth": ["2024-06", "2024-07-01"],
    "no_growth": [{"from": "2023-06", "until": "2023-12-31"}, {"from": 2022, "until": "2022"}],
    "declines": ["surgery", "chemotherapy"],
    "tumour_count": 3,
    "largest_diameter_mm": "12.50",
}


def test_a_full_case_has_all_that_is_written() -> None:
    case = only(FULL)
    first, second, third, fourth = case.courses
    assert (case.id, case.iri, case.label) == ("full", CASE.full, "Größe, « 腫瘍 » 😀")
    assert case.as_of == PartialDate.parse("2026-01-15")
    assert case.given == (Given(STAGE4, True, "<text>, line 5"), Given(UNRESECTABLE, False, "<text>, line 6"))
    assert first.therapies == (STS.surgery, STS.sbrt)
    assert (first.start, first.end) == (PartialDate.parse("2023"), PartialDate.parse("2023-05"))
    assert first.growth == (PartialDate.parse("2025"), PartialDate.parse("2024-12-01"))
    assert (first.outcome, first.no_growth_until, first.place) == (None, None, "<text>, line 9")
    assert second.outcome == STS["outcome-stopped-for-side-effects"]
    assert second.no_growth_until == PartialDate.parse("2025-12")
    assert (third.ongoing, third.indication) == (True, STS["indication-this-cancer"])
    assert third.purposes == (STS["intent-make-surgery-possible"], STS["intent-symptom-relief"])
    assert (third.sites, third.first_growth) == ((STS["site-outside-lungs"],), False)
    assert (fourth.ongoing, fourth.indication) == (False, STS["indication-another-cancer"])
    assert (fourth.purposes, fourth.sites, fourth.first_growth) == ((), (), True)
    assert (second.ongoing, second.indication, second.purposes, second.sites) == (None, None, (), ())
    assert case.history_complete is True
    assert [(str(grew), grew.place) for grew in case.growth] == [
        ("2024-06", "<text>, line 22"),
        ("2024-07-01", "<text>, line 22"),
    ]
    assert case.no_growth == (
        NoGrowth(PartialDate.parse("2023-06"), PartialDate.parse("2023-12-31"), "<text>, line 24"),
        NoGrowth(PartialDate.parse("2022"), PartialDate.parse("2022"), "<text>, line 25"),
    )
    assert case.declines == (
        Declined(STS["modality-surgery"], "<text>, line 27"),
        Declined(STS["modality-chemotherapy"], "<text>, line 27"),
    )
    assert repr(case.numbers) == repr({STS.tumourCount: 3, STS.largestDiameterMm: Decimal("12.50")})
    assert case.place == "<text>, line 1"


@pytest.mark.parametrize("ending", RDF_ENDINGS)
def test_a_full_case_is_the_same_in_rdf(ending: str, tmp_path: Path) -> None:
    case = only(FULL)
    write(as_given(case), tmp_path / f"a.{ending}")
    assert [normal(one) for one in read(tmp_path / f"a.{ending}", vocabulary())] == [normal(case)]


# --- YAML


@pytest.mark.parametrize("word", ["yes", "Yes", "YES", "true", "True", "on", "ON", '"yes"', "'true'", '" Yes "'])
def test_yaml_words_for_yes(word: str) -> None:
    assert findings(only(f"case: a\nfindings: {{stage4-sts: {word}}}")) == {"stage4-sts": True}
    assert only(f"case: a\nhistory_complete: {word}").history_complete is True


@pytest.mark.parametrize("word", ["no", "No", "NO", "false", "FALSE", "off", "Off", '"no"', "'false'"])
def test_yaml_words_for_no(word: str) -> None:
    assert findings(only(f"case: a\nfindings: {{stage4-sts: {word}}}")) == {"stage4-sts": False}
    assert only(f"case: a\nhistory_complete: {word}").history_complete is False


@pytest.mark.parametrize("word", ["unknown", "Unknown", "null", "Null", "~", "", '""', "'unknown'"])
def test_yaml_words_for_unknown(word: str) -> None:
    assert findings(only(f"case: a\nfindings:\n  stage4-sts: {word}\n")) == {}
    assert only(f"case: a\nhistory_complete: {word}\n").history_complete is None


def test_bare_years_and_days_are_dates_quoted_or_not() -> None:
    for start, end, growth in (("2024", "2024-05", "2024-05-17"), ('"2024"', "'2024-05'", '"2024-05-17"')):
        (course,) = only(
            f"case: a\ncourses: [{{therapies: [sbrt], start: {start}, end: {end}, growth: {growth}}}]"
        ).courses
        assert (str(course.start), str(course.end), str(course.growth[0])) == ("2024", "2024-05", "2024-05-17")


@pytest.mark.parametrize("id_", ["2025", "yes", "007", "2025-05-17", "1.0", "Fall ä/1"])
def test_an_id_is_the_text_that_is_written(id_: str) -> None:
    assert only(f"case: {id_}").id == id_


@pytest.mark.parametrize("nothing", ["", "null", "~", "{}"])
def test_findings_may_be_nothing(nothing: str) -> None:
    assert only(f"case: a\nfindings: {nothing}\n").given == ()


@pytest.mark.parametrize("nothing", ["", "null", "[]"])
def test_lists_may_be_nothing(nothing: str) -> None:
    case = only(f"case: a\ncourses: {nothing}\ndeclines: {nothing}\n")
    assert (case.courses, case.declines) == ((), ())
    (course,) = only(f"case: a\ncourses: [{{therapies: [sbrt], growth: {nothing}}}]").courses
    assert course.growth == ()


@pytest.mark.parametrize("key", ["label", "as_of", "tumour_count", "largest_diameter_mm"])
def test_a_value_may_be_nothing(key: str) -> None:
    assert normal(only(f"case: a\n{key}:\n")) == normal(Case(id="a"))


def test_what_is_listed_twice_counts_once() -> None:
    case = only("case: a\ndeclines: [surgery, modality-surgery]\ncourses: [{therapies: [sbrt, sbrt]}]")
    assert [declined.modality for declined in case.declines] == [STS["modality-surgery"]]
    assert case.courses[0].therapies == (STS.sbrt,)


def test_several_documents_empty_ones_aside() -> None:
    text = "---\n# none\n---\ncase: a\n---\ncase: b\n---\n- case: c\n- case: d\n---\n"
    assert [(case.id, case.place) for case in parse(text, vocabulary())] == [
        ("a", "<text>, line 4"),
        ("b", "<text>, line 6"),
        ("c", "<text>, line 8"),
        ("d", "<text>, line 9"),
    ]


def test_anchors_are_followed() -> None:
    text = "case: a\ncourses:\n - {therapies: &t [sbrt], end: &e 2024}\n - {therapies: *t, end: *e}\n"
    assert [str(course.end) for course in only(text).courses] == ["2024", "2024"]


@pytest.mark.parametrize("ending", ["yaml", "yml", "json", "csv", "YAML", "CSV"])
def test_a_byte_order_mark_and_crlf_do_not_matter(ending: str, tmp_path: Path) -> None:
    texts = {"csv": "case,stage4-sts\na,yes\n", "json": '{"case": "a",\n"findings": {"stage4-sts": true}}\n'}
    text = texts.get(ending.casefold(), "case: a\nfindings:\n  stage4-sts: yes\n")
    (case,) = read_text(tmp_path, f"a.{ending}", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert (case.id, findings(case)) == ("a", {"stage4-sts": True})


def test_a_text_may_begin_with_a_byte_order_mark() -> None:
    assert only("\ufeffcase: a").id == "a"
    assert only('\ufeff{"case": "a"}').id == "a"


# --- JSON


def test_json_with_tabs_escapes_and_surrogate_pairs() -> None:
    text = '{\t"case":"a\\/b",\n\t"label"\n:\t"\\ud83d\\ude00 \\u00e4 \\"x\\" 😀",\n\t"findings":{"stage4-sts":true}}'
    case = only(text)
    assert (case.id, case.label, findings(case)) == ("a/b", '😀 ä "x" 😀', {"stage4-sts": True})
    assert case.given[0].place == "<text>, line 4"


def test_json_may_hold_characters_that_end_lines_in_yaml() -> None:
    assert only('{"case": "a", "label": "x\u2028y\u0085z"}').label == "x y z"


def test_json_values_are_those_of_yaml() -> None:
    text = '{"case": 7, "findings": {"stage4-sts": true, "unresectable": "no", "resectable": null}, "tumour_count": 3}'
    case = only(text)
    assert (case.id, findings(case)) == ("7", {"stage4-sts": True, "unresectable": False})
    assert case.numbers == {STS.tumourCount: 3}
    assert only('{"case": "null", "label": null}').id == "null"


def test_json_may_be_an_array_of_cases(tmp_path: Path) -> None:
    cases = read_text(tmp_path, "a.json", '[{"case": "a"},\n {"case": "b"}]')
    assert [(case.id, case.place) for case in cases] == [
        ("a", f"{tmp_path}/a.json, line 1"),
        ("b", f"{tmp_path}/a.json, line 2"),
    ]


def test_a_yaml_text_may_begin_with_a_bracket() -> None:
    assert only("{case: a, findings: {stage4-sts: yes}}").id == "a"
    assert only('{"case": "a", "findings": {stage4-sts: yes}}').id == "a"


def test_a_long_json_cohort_is_read(tmp_path: Path) -> None:
    text = json.dumps([{"case": f"c{n}", "findings": {"stage4-sts": True}} for n in range(10_000)])
    assert len(read_text(tmp_path, "a.json", text)) == 10_000


# --- CSV


def test_csv_words_are_yes_no_and_nothing(tmp_path: Path) -> None:
    text = "case , stage4-sts,finding-unresectable\n a ,YES, no \n\n,,\n b, ,No\nc,\u00a0yes,\n"
    cases = read_text(tmp_path, "a.csv", text)
    assert [(case.id, findings(case)) for case in cases] == [
        ("a", {"stage4-sts": True, "unresectable": False}),
        ("b", {"unresectable": False}),
        ("c", {"stage4-sts": True}),
    ]
    assert cases[0].given[1].place == f"{tmp_path}/a.csv, line 2, column finding-unresectable"


def test_csv_columns_come_in_any_order_and_cells_may_be_quoted(tmp_path: Path) -> None:
    (case,) = read_text(tmp_path, "a.csv", '\n"stage4-sts","case"\n"yes","a, ""b"""\n')
    assert (case.id, findings(case)) == ('a, "b"', {"stage4-sts": True})


def test_csv_lines_may_end_in_any_way(tmp_path: Path) -> None:
    for end in ("\r", "\r\n", "\n"):
        cases = read_text(tmp_path, "a.csv", f"case,stage4-sts{end}a,yes{end}b,no{end}")
        assert [case.place.rpartition(" ")[2] for case in cases] == ["2", "3"]


def test_ten_thousand_rows_are_read(tmp_path: Path) -> None:
    short = [word for word in vocabulary().findings if not word.startswith("finding-")]
    rows = [f"c{n}," + ",".join("yes" if n % 3 else "no" for _ in short) for n in range(10_000)]
    cases = read_text(tmp_path, "a.csv", "\n".join(["case," + ",".join(short), *rows]))
    assert (len(cases), len(cases[-1].given)) == (10_000, 22)


# --- bad YAML and JSON: the case


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("findings: {stage4-sts: yes}", "a.yaml, line 1: the key 'case' is missing: every case needs an id"),
        ("case:", "a.yaml, line 1: '' is not an id of a case: one to 200 printable characters are expected"),
        ("case: null", "a.yaml, line 1: '' is not an id of a case: one to 200 printable characters are expected"),
        ('case: " "', "a.yaml, line 1: ' ' is not an id of a case: one to 200 printable characters are expected"),
        ('case: "a\\nb"', "a.yaml, line 1: 'a\\nb' is not an id of a case: one to 200 printable characters are expected"),
        ("case: [a]", "a.yaml, line 1: case is a list; one value is expected"),
        ("case: {a: b}", "a.yaml, line 1: case is a mapping; one value is expected"),
        ("case: a\nfinding: {}", "a.yaml, line 2: a case has no key 'finding'; did you mean findings?"),
        (
            "case: a\nage: 60",
            "a.yaml, line 2: a case has no key 'age'; known are case, label, as_of, findings, courses, "
            "history_complete, growth, no_growth, declines, expected, tumour_count, largest_diameter_mm",
        ),
        ("case: a\nlabel: x\ncase: b", "a.yaml, line 3: the key 'case' is given twice; the first is on line 1"),
        ("case: a\n? [x]\n: b", "a.yaml, line 2: a key of a case is a list; a word is expected"),
        ("stage4-sts", "a.yaml, line 1: a case is one value; keys with values are expected, as in `case: …`"),
        ("- [a]", "a.yaml, line 1: a case is a list; keys with values are expected, as in `case: …`"),
        ("case: a\n---\n# b\ncase: a", "a.yaml, line 4: the case 'a' is there twice; the first is at a.yaml, line 1"),
        ("", "a.yaml: holds no case"),
        ("# nothing\n---\n", "a.yaml: holds no case"),
        ("[]", "a.yaml: holds no case"),
        ("case: a\nlabel: [x]", "a.yaml, line 2: label is a list; one value is expected"),
        ('case: a\nlabel: "\\e[2J"', "a.yaml, line 2: label: '\\x1b[2J' holds a control character"),
        ('case: a\nlabel: "\\ud83d"', "a.yaml, line 2: label holds half of a surrogate pair, which is not text"),
        ('{"case": "a", "label": "\\ud83d"}', "a.yaml, line 1: label holds half of a surrogate pair, which is not text"),
        ("case: a\nas_of: 2025-02-30", "a.yaml, line 2: as_of: '2025-02-30' is not a date: 2025-02 has 28 days"),
        ("case: a\nhistory_complete: maybe", "a.yaml, line 2: 'maybe' is not a value of history_complete: yes, no or unknown is expected"),
        ("case: a\ntumour_count: few", "a.yaml, line 2: tumour_count: 'few' is not a whole number, such as 3"),
        ("case: a\nlargest_diameter_mm: 2 cm", "a.yaml, line 2: largest_diameter_mm: '2 cm' is not a number of mm, such as 12.5"),
        ("case: a\ndeclines: surgery", "a.yaml, line 2: declines is one value; a list is expected: [surgery]"),
        ("case: a\ndeclines: {surgery: yes}", "a.yaml, line 2: declines is a mapping; a list is expected"),
        ("case: a\ndeclines: [chirurgie]", "a.yaml, line 2: there is no modality 'chirurgie'; known are cancer-treatment, chemotherapy, clinical-trial, comfort-care, radiation-therapy, surgery, targeted-therapy"),
        ("case: a\ndeclines: [surgry]", "a.yaml, line 2: there is no modality 'surgry'; did you mean surgery?"),
        ("case: a\ndeclines: [[surgery]]", "a.yaml, line 2: declines is a list; one value is expected"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_case(text: str, message: str) -> None:
    assert error(text) == message


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("  unresectible: yes", "line 3: there is no finding 'unresectible'; did you mean unresectable or resectable?"),
        ("  Unresectable: yes", "line 3: there is no finding 'Unresectable'; did you mean unresectable or resectable?"),
        ("  unresectable: maybe", "line 3: 'maybe' is not a value of unresectable: yes, no or unknown is expected"),
        ("  unresectable: y", "line 3: 'y' is not a value of unresectable: yes, no or unknown is expected; did you mean yes?"),
        ("  unresectable: 1", "line 3: '1' is not a value of unresectable: yes, no or unknown is expected"),
        ("  unresectable: [yes]", "line 3: unresectable is a list; one value is expected"),
        ("  unresectable: yes\n  unresectable: yes", "line 4: the finding 'unresectable' is given twice; the first is on line 3"),
        ("  unresectable:\n  finding-unresectable: no", "line 4: the finding 'finding-unresectable' is given twice; the first is on line 3"),
        ("  [unresectable]", "line 3: findings is a list; keys with values are expected, as in `unresectable: yes`"),
        ("  unresectable", "line 3: findings is one value; keys with values are expected, as in `unresectable: yes`"),
        ("  ? {a: b}\n  : yes", "line 3: a key of findings is a mapping; a word is expected"),
        ("  <<: {unresectable: yes}", None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_findings(lines: str, message: str | None) -> None:
    found = error(f"case: a\nfindings:\n{lines}\n")
    if message is None:
        assert found.startswith("a.yaml, line 3: there is no finding '<<'; known are cannot-have-cancer-treatment, ")
        assert found.count(",") == 22
    else:
        assert found == f"a.yaml, {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{end: 2024}", "line 3: a course needs at least one therapy, as in therapies: [doxorubicin]"),
        ("{therapies: []}", "line 3: a course needs at least one therapy, as in therapies: [doxorubicin]"),
        ("{therapies: doxorubicin}", "line 3: therapies is one value; a list is expected: [doxorubicin]"),
        ("{therapies: [doxorubicine]}", "line 3: there is no therapy 'doxorubicine'; did you mean doxorubicin?"),
        ("{therapies: [sbrt], therapy: x}", "line 3: a course has no key 'therapy'; did you mean therapies?"),
        ("{therapies: [sbrt], end: 2024, end: 2025}", "line 3: the key 'end' is given twice; the first is on line 3"),
        ("{therapies: [sbrt], outcome: did-not-wrok}", "line 3: there is no outcome 'did-not-wrok'; did you mean did-not-work?"),
        ("{therapies: [sbrt], outcome: [did-not-work]}", "line 3: outcome is a list; one value is expected"),
        ("{therapies: [sbrt], end: [2024]}", "line 3: end is a list; one value is expected"),
        ("{therapies: [sbrt], end: 2024-5}", "line 3: end: '2024-5' is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
        ("{therapies: [sbrt], growth: {on: 2024}}", "line 3: growth is a mapping; one value is expected"),
        ("{therapies: [sbrt], growth: [2024, [2025]]}", "line 3: growth is a list; one value is expected"),
        ("{therapies: [sbrt], growth: [2024, soon]}", "line 3: growth: 'soon' is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
        ("doxorubicin", "line 3: a course is one value; keys with values are expected, as in `therapies: …`"),
        ("{therapies: [sbrt],\n     start: 2024-05,\n     end: 2024-04}", "line 5: end 2024-04 is before start 2024-05"),
        ("{therapies: [sbrt],\n     end: 2027}", "line 4: end 2027 is after the date of the case, as_of 2026-01"),
        ("{therapies: [sbrt],\n     start: 2026-02}", "line 4: start 2026-02 is after the date of the case, as_of 2026-01"),
        ("{therapies: [sbrt],\n     growth: [2025, 2026-02-01]}", "line 4: growth 2026-02-01 is after the date of the case, as_of 2026-01"),
        ("{therapies: [sbrt],\n     no_growth_until: 2026-02}", "line 4: no_growth_until 2026-02 is after the date of the case, as_of 2026-01"),
        ("{therapies: [sbrt], end: 2024-05,\n     no_growth_until: 2024-04}", "line 4: no_growth_until 2024-04 is before end 2024-05"),
        ("{therapies: [sbrt], start: 2024-05,\n     no_growth_until: 2024-04}", "line 4: no_growth_until 2024-04 is before start 2024-05"),
        ("{therapies: [sbrt], end: 2024,\n     ongoing: yes}", "line 4: ongoing is yes, but the course has the end 2024; leave one of the two out"),
        ("{therapies: [sbrt], outcome: did-not-work,\n     ongoing: yes}", "line 4: ongoing is yes, but the course has the outcome did-not-work; leave one of the two out"),
        ("{therapies: [sbrt],\n     ongoing: maybe}", "line 4: 'maybe' is not a value of ongoing: yes, no or unknown is expected"),
        ("{therapies: [sbrt],\n     ongoing: [yes]}", "line 4: ongoing is a list; one value is expected"),
        ("{therapies: [sbrt], end: 2024,\n     first_growth: yes}", "line 4: first_growth is yes, but the course has no growth; give its date"),
        ("{therapies: [sbrt],\n     first_growth: 2024}", "line 4: '2024' is not a value of first_growth: yes, no or unknown is expected"),
        ("{therapies: [sbrt],\n     for: lymphoma}", "line 4: there is no indication 'lymphoma'; known are another-cancer, this-cancer"),
        ("{therapies: [sbrt],\n     for: other-cancer}", "line 4: there is no indication 'other-cancer'; did you mean another-cancer or this-cancer?"),
        ("{therapies: [sbrt],\n     for: [this-cancer]}", "line 4: for is a list; one value is expected"),
        ("{therapies: [sbrt],\n     purpose: symptoms-relief}", "line 4: there is no purpose 'symptoms-relief'; did you mean symptom-relief?"),
        ("{therapies: [sbrt],\n     purpose: [symptom-relief,\n     relief-of-pain-xyz]}", None),
        ("{therapies: [sbrt],\n     purpose: {symptom-relief: yes}}", "line 4: purpose is a mapping; one value is expected"),
        ("{therapies: [sbrt],\n     purpose: [[symptom-relief]]}", "line 4: purpose is a list; one value is expected"),
        ("{therapies: [sbrt],\n     site: lung}", "line 4: there is no site 'lung'; did you mean lungs?"),
        ("{therapies: [sbrt],\n     site: [lungs, liver]}", "line 4: there is no site 'liver'; known are lungs, outside-lungs"),
        ("{therapies: [sbrt],\n     site: {lungs: yes}}", "line 4: site is a mapping; one value is expected"),
        ("{therapies: [sbrt],\n     no_growth: []}", "line 4: a course has no key 'no_growth'; did you mean growth or no_growth_until or first_growth?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_course(text: str, message: str | None) -> None:
    found = error(f"case: a\ncourses:\n  - {text}\nas_of: 2026-01\n")
    if message is None:
        assert found.startswith("a.yaml, line 5: there is no purpose 'relief-of-pain-xyz'; ")
    else:
        assert found == f"a.yaml, {message}"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("growth: soon", "line 2: growth: 'soon' is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
        ("growth: [2024,\n  soon]", "line 3: growth: 'soon' is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
        ("growth: {on: 2024}", "line 2: growth is a mapping; one value is expected"),
        ("growth: [[2024]]", "line 2: growth is a list; one value is expected"),
        ("as_of: 2025\ngrowth: 2026", "line 3: growth 2026 is after the date of the case, as_of 2025"),
        ("growth: [2024, 2026]\nas_of: 2025", "line 2: growth 2026 is after the date of the case, as_of 2025"),
        ("growth: 2024\ngrowth: 2025", "line 3: the key 'growth' is given twice; the first is on line 2"),
        (
            "no_growth: 2024",
            "line 2: a period of no_growth is one value; keys with values are expected, as in `from: …`",
        ),
        ("no_growth: [2024]", "line 2: a period of no_growth is one value; keys with values are expected, as in `from: …`"),
        ("no_growth: [{from: 2024}]", "line 2: a period of no_growth needs two dates: {from: 2025-01, until: 2025-06}"),
        ("no_growth:\n - {from: 2024, until: 2025}\n - {until: 2024}", "line 4: a period of no_growth needs two dates: {from: 2025-01, until: 2025-06}"),
        ("no_growth: [{from: , until: 2024}]", "line 2: a period of no_growth needs two dates: {from: 2025-01, until: 2025-06}"),
        ("no_growth: [{from: 2024, to: 2025}]", "line 2: a period of no_growth has no key 'to'; known are from, until"),
        ("no_growth: [{from: 2024, until: 2025, from: 2025}]", "line 2: the key 'from' is given twice; the first is on line 2"),
        ("no_growth: [{from: 2024-13, until: 2025}]", "line 2: from: '2024-13' is not a date: months are 01 to 12"),
        ("no_growth: [{from: [2024], until: 2025}]", "line 2: from is a list; one value is expected"),
        ("no_growth: [{from: 2024-05, until: 2024-04}]", "line 2: no_growth: until 2024-04 is before from 2024-05"),
        ("no_growth:\n  from: 2024-05\n  until: 2024-04", "line 4: no_growth: until 2024-04 is before from 2024-05"),
        ("no_growth: {from: 2024}", "line 2: a period of no_growth needs two dates: {from: 2025-01, until: 2025-06}"),
        ("as_of: 2025\nno_growth: [{from: 2026, until: 2027}]", "line 3: from 2026 is after the date of the case, as_of 2025"),
        ("as_of: 2025\nno_growth: [{from: 2024, until: 2026}]", "line 3: until 2026 is after the date of the case, as_of 2025"),
        ("first_growth: yes", "line 2: a case has no key 'first_growth'; did you mean no_growth or growth?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_growth(lines: str, message: str) -> None:
    assert error(f"case: a\n{lines}\n") == f"a.yaml, {message}"


def test_an_error_of_a_period_is_told_on_its_line() -> None:
    text = "case: a\nas_of: 2025\nno_growth:\n  - {from: 2023, until: 2024}\n  - from: 2024\n    until: 2026\n"
    assert error(text) == "a.yaml, line 6: until 2026 is after the date of the case, as_of 2025"
    text = "case: a\nas_of: 2025\ngrowth:\n  - 2024\n  - 2026\n"
    assert error(text) == "a.yaml, line 5: growth 2026 is after the date of the case, as_of 2025"


@pytest.mark.parametrize("word", ["yes", "no", "unknown", ""])
def test_yes_or_no_of_a_course(word: str) -> None:
    text = "case: a\ncourses: [{therapies: [sbrt], growth: 2024, %s: %s}]"
    assert only(text % ("ongoing", word)).courses[0].ongoing is {"yes": True, "no": False}.get(word)
    assert only(text % ("first_growth", word)).courses[0].first_growth is (word == "yes")


@pytest.mark.parametrize("value", ["lungs", "[lungs]", "site-lungs", "[site-lungs, lungs]"])
def test_one_word_is_a_list_of_one(value: str) -> None:
    (one,) = only(f"case: a\ncourses: [{{therapies: [sbrt], site: {value}}}]").courses
    assert one.sites == (STS["site-lungs"],)


@pytest.mark.parametrize("nothing", ["", "null", "[]"])
def test_what_is_new_may_be_nothing(nothing: str) -> None:
    case = only(f"case: a\ngrowth: {nothing}\nno_growth: {nothing}\n")
    assert normal(case) == normal(Case(id="a"))
    (one,) = only(f"case: a\ncourses: [{{therapies: [sbrt], purpose: {nothing}, site: {nothing}}}]").courses
    assert (one.purposes, one.sites) == ((), ())


def test_json_has_the_same_keys_as_yaml() -> None:
    text = json.dumps(FULL_JSON)
    assert normal(only(text)) == normal(only(FULL))


def test_a_wrong_value_in_json_has_the_same_reason() -> None:
    for key, value, reason in (
        ("for", "lymphoma", "there is no indication 'lymphoma'; known are another-cancer, this-cancer"),
        ("ongoing", 1, "'1' is not a value of ongoing: yes, no or unknown is expected"),
        ("first_growth", True, "first_growth is yes, but the course has no growth; give its date"),
        ("purpose", ["x"], "there is no purpose 'x'; known are "),
        ("site", "liver", "there is no site 'liver'; known are lungs, outside-lungs"),
    ):
        text = json.dumps({"case": "a", "courses": [{"therapies": ["sbrt"], key: value}]}, indent=1)
        line = next(at for at, one in enumerate(text.splitlines(), 1) if f'"{key}"' in one) + isinstance(value, list)
        assert error(text).startswith(f"a.yaml, line {line}: {reason}"), key


def test_courses_that_are_no_list() -> None:
    text = "case: a\ncourses:\n  therapies: [sbrt]\n"
    assert error(text) == "a.yaml, line 3: courses is a mapping; a list is expected"


def test_an_error_keeps_its_data(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as raised:
        read_text(tmp_path, "a.yaml", "case: a\nfindings:\n  unresectible: yes\n")
    wrong = raised.value
    assert (wrong.path, wrong.line, wrong.key, wrong.value) == (tmp_path / "a.yaml", 3, "finding", "unresectible")
    assert wrong.near == ("unresectable", "resectable")


def test_a_long_value_is_shown_by_its_beginning() -> None:
    long = "x" * 100_000
    for text in (
        f"case: {long}",
        f"case: a\n? {long}\n: b",
        f"case: a\nfindings: {{? {long} : yes}}",
        f"case: a\ndeclines: {long}",
    ):
        assert len(error(text)) < 1000


# --- bad YAML and JSON: the syntax


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "case: a\nfindings:\n\tstage4-sts: yes",
            "a.yaml, line 3, column 1: is not YAML: found character '\\t' that cannot start any token; "
            "indent with spaces, not with tabs",
        ),
        (
            "case: a\ncourses: [\n  {therapies: [sbrt]}\n",
            "a.yaml, line 4, column 1: is not YAML: expected ',' or ']', but got '<stream end>' "
            "(while parsing a flow sequence that begins on line 2)",
        ),
        ("case: a: b", "a.yaml, line 1, column 8: is not YAML: mapping values are not allowed here"),
        ("case: *x", "a.yaml, line 1, column 7: is not YAML: found undefined alias 'x'"),
        ("case: a\nlabel: \x00", "a.yaml, line 2: is not YAML: the character 0x0000 is not allowed"),
        ('case: "\\UFFFFFFFF"', "a.yaml: is not YAML: a number of an escape or of %YAML is out of range"),
        ('case: "\\U00110000"', "a.yaml: is not YAML: a number of an escape or of %YAML is out of range"),
        ("[" * 100_000, "a.yaml: is not YAML that can be read: it is nested too deeply"),
        ("- " * 20_000, "a.yaml: is not YAML that can be read: it is nested too deeply"),
        ("{a: " * 20_000, "a.yaml: is not YAML that can be read: it is nested too deeply"),
    ],
)
def test_what_is_not_yaml(text: str, message: str) -> None:
    assert error(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"case": "a"', "a.json, line 1, column 13: is not JSON: Expecting ',' delimiter"),
        ('{"case": "a",\n "label": "x\n', "a.json, line 2, column 13: is not JSON: Invalid control character at"),
        ("{case: a}", "a.json, line 1, column 2: is not JSON: Expecting property name enclosed in double quotes"),
        ("", "a.json, line 1, column 1: is not JSON: Expecting value"),
        ('"a"', "a.json, line 1: is not a case: a JSON object, or an array of objects, is expected"),
        ("[" * 100_000, "a.json: is not JSON that can be read: it is nested too deeply"),
        ("[]", "a.json: holds no case"),
        ("[null]", "a.json, line 1: a case is nothing; keys with values are expected, as in `case: …`"),
        ('{\n"case": "a",\n"case": "b"}', "a.json, line 3: the key 'case' is given twice; the first is on line 2"),
        ('[{"case": "a"},\n{"case": "a"}]', "a.json, line 2: the case 'a' is there twice; the first is at a.json, line 1"),
        ('{"case": "a", "findings": {"stage4-sts": 1}}', "a.json, line 1: '1' is not a value of stage4-sts: yes, no or unknown is expected"),
        ('{"case": ' + "9" * 5000 + "}", "a.json, line 1: '" + "9" * 60 + "…' is not an id of a case: one to 200 printable characters are expected"),
        ('{"case": "a", "label": "\\u0000"}', "a.json, line 1: label: '\\x00' holds a control character"),
    ],
)  # fmt: skip
def test_what_is_not_json(text: str, message: str, tmp_path: Path) -> None:
    assert file_error(tmp_path, "a.json", text) == message


def test_a_yaml_bomb_is_refused_without_going_off() -> None:
    levels = ["a: &a [x, x]"] + [f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(24)]
    assert error("\n".join(levels)).startswith("a.yaml, line 1: a case has no key 'a'")
    bomb = "case: a\n" + "declines: " + "[&a [x], &b [*a, *a], &c [*b, *b], *c]"
    assert error(bomb) == "a.yaml, line 2: declines is a list; one value is expected"
    assert error("&a [*a]") == "a.yaml, line 1: a case is a list; keys with values are expected, as in `case: …`"
    assert error("&a {case: *a}") == "a.yaml, line 1: case is a mapping; one value is expected"


# --- files


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for ending in ("yaml", "json", "csv", "ttl"):
        with pytest.raises(ParseError, match="cannot be read: No such file or directory"):
            read(tmp_path / f"none.{ending}", vocabulary())
        (tmp_path / f"folder.{ending}").mkdir()
        with pytest.raises(ParseError, match="is a folder, a file was expected"):
            read(tmp_path / f"folder.{ending}", vocabulary())
    with pytest.raises(ParseError, match="is a folder, a file was expected"):
        read(tmp_path, vocabulary())


@pytest.mark.parametrize("name", ["a.txt", "a", "a.yaml.gz", "a.csv.gz", ".yaml"])
def test_an_ending_that_is_not_known(name: str, tmp_path: Path) -> None:
    text = b"case: a"
    assert file_error(tmp_path, name, gzip.compress(text) if name.endswith(".gz") else text) == (
        f"{name}: has no ending of an RDF or OWL file, and its first bytes do not tell its syntax; known endings are "
        ".ttl, .nt, .nq, .trig, .rdf, .owl, .xml, .jsonld, .json, .n3, .ofn, .owx, .omn, .obo, "
        "each also with .gz or .zst; cases that are not RDF end in .yaml, .yml, .json or .csv"
    )


@pytest.mark.parametrize("ending", ["yaml", "json"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"case: a\nlabel: Gr\xf6\xdfe\n", ", line 2: is not UTF-8 text (byte 0xf6)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ", line 1: is not UTF-8 text (byte 0x89)"),
        ("case: a".encode("utf-16"), ", line 1: is not UTF-8 text (byte 0xff) but UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_that_is_not_utf8(ending: str, data: bytes, reason: str, tmp_path: Path) -> None:
    assert file_error(tmp_path, f"a.{ending}", data) == f"a.{ending}{reason}"


@pytest.mark.parametrize("ending", ["yaml", "csv", "ttl", "nt", "nq", "trig"])
def test_an_empty_file_holds_no_case(ending: str, tmp_path: Path) -> None:
    assert file_error(tmp_path, f"a.{ending}", b"") == f"a.{ending}: holds no case"


# --- bad CSV


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stage4-sts,unresectable\nyes,no\n", "a.csv, line 1: the column 'case' is missing"),
        ("case,stage4\na,yes\n", "a.csv, line 1: there is no finding 'stage4'; did you mean stage4-sts?"),
        ("case,stage4-sts,stage4-sts\n", "a.csv, line 1: the column 'stage4-sts' is there twice"),
        ("case,stage4-sts,finding-stage4-sts\n", "a.csv, line 1: the column 'finding-stage4-sts' is there twice, as 'stage4-sts'"),
        ("case,stage4-sts,case\n", "a.csv, line 1: the column 'case' is there twice"),
        ("case,stage4-sts\n", "a.csv: holds no case"),
        ("case,stage4-sts\na,yes,no\n", "a.csv, line 2, column 3: 'no' stands under no name of a column; put a text with commas into quotes"),
        ("case,stage4-sts\n\na\n", "a.csv, line 3: the row has 1 cell, the header has 2"),
        ("case,stage4-sts\na,maybe\n", "a.csv, line 2: 'maybe' is not a value of stage4-sts: yes, no or unknown is expected"),
        ("case,stage4-sts\na,1\n", "a.csv, line 2: '1' is not a value of stage4-sts: yes, no or unknown is expected"),
        ("case,stage4-sts\n,yes\n", "a.csv, line 2: '' is not an id of a case: one to 200 printable characters are expected"),
        ("case,stage4-sts\na,yes\nb,no\na,no\n", "a.csv, line 4: the case 'a' is there twice; the first is at a.csv, line 2"),
        ('case,stage4-sts\n"a\nb",yes\n', "a.csv, line 2: 'a\\nb' is not an id of a case: one to 200 printable characters are expected"),
        ('case,stage4-sts\na,"\nyes\n"\nb,maybe\n', "a.csv, line 5: 'maybe' is not a value of stage4-sts: yes, no or unknown is expected"),
        ('case,stage4-sts\na,yes\nb,"no\n', "a.csv, line 3: is not CSV: unexpected end of data"),
        ('case,stage4-sts\na,"no"x\n', "a.csv, line 2: is not CSV: ',' expected after '\"'"),
        ("case,stage4-sts\na," + "x" * 200_000 + "\n", "a.csv, line 2: is not CSV: field larger than field limit (131072)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_csv_file(text: str, message: str, tmp_path: Path) -> None:
    assert file_error(tmp_path, "a.csv", text) == message


# --- RDF

PREFIXES = """\
@prefix sts: <https://w3id.org/sts-kg/> .
@prefix case: <https://w3id.org/sts-kg/case/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <https://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


COURSE = "case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ;"


def rdf(folder: Path, text: str) -> tuple[Case, ...]:
    return read_text(folder, "a.ttl", PREFIXES + text)


def test_rdf_needs_no_type_and_lets_be_what_is_not_ours(tmp_path: Path) -> None:
    (case,) = rdf(
        tmp_path, 'ex:1 sts:hasFinding sts:finding-stage4-sts ; ex:name "x" ; a ex:Person . ex:1 rdfs:seeAlso ex:2 .'
    )
    assert (case.id, case.iri, findings(case)) == (
        "https://example.org/1",
        URIRef("https://example.org/1"),
        {"stage4-sts": True},
    )


def test_rdf_dates_and_numbers_may_have_datatypes(tmp_path: Path) -> None:
    (case,) = rdf(
        tmp_path,
        'case:a sts:asOf "2026-01-15"^^xsd:date ; sts:historyComplete "1"^^xsd:boolean ; sts:tumourCount 3 ; '
        'sts:largestDiameterMm 12.5 ; sts:hadCourse ex:c . ex:c sts:includesTherapy sts:sbrt ; sts:courseEnd "2024-05"^^xsd:gYearMonth .',
    )
    assert (str(case.as_of), case.history_complete) == ("2026-01-15", True)
    assert case.numbers == {STS.tumourCount: 3, STS.largestDiameterMm: Decimal("12.5")}
    assert str(case.courses[0].end) == "2024-05"


def test_rdf_may_say_that_a_case_has_and_lacks_a_finding(tmp_path: Path) -> None:
    (case,) = rdf(tmp_path, "case:a sts:hasFinding sts:finding-stage4-sts ; sts:lacksFinding sts:finding-stage4-sts .")
    assert [(given.finding, given.holds) for given in case.given] == [(STAGE4, True), (STAGE4, False)]


def test_rdf_labels_are_english_before_others(tmp_path: Path) -> None:
    for labels in ('"b"@de , "a"@fr , "z"@en', '"z"@en , "a"'):
        assert rdf(tmp_path, f"case:a a sts:PatientCase ; rdfs:label {labels} .")[0].label == "z"
    assert rdf(tmp_path, 'case:a a sts:PatientCase ; rdfs:label "b"@de , "c"@fr .')[0].label == "b"


def test_a_long_name_is_shown_by_its_beginning(tmp_path: Path) -> None:
    long = "x" * 5000
    for text in (f'case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:{long} "2" ] .', f"case:a a sts:{long} ."):
        assert f"sts:{'x' * 56}… " in file_error(tmp_path, "a.ttl", PREFIXES + text)
        assert len(file_error(tmp_path, "a.ttl", PREFIXES + text)) < 600


def test_a_blank_node_is_no_finding(tmp_path: Path) -> None:
    found = file_error(tmp_path, "a.ttl", PREFIXES + "case:a sts:hasFinding [] .")
    assert "case:a: sts:hasFinding has a blank node for a value; an IRI of a finding is expected" in found


def test_rdf_courses_and_growth_come_in_the_order_of_their_dates(tmp_path: Path) -> None:
    years = range(2019, 2001, -1)
    courses = [f'sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:courseStart "{year}" ]' for year in years]
    growth = " , ".join(f'"{year}"' for year in years)
    grown = f'sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:courseStart "2001" ; sts:progressionDate {growth} ]'
    (case,) = rdf(tmp_path, f"case:a {' ; '.join([*courses, grown])} .")
    assert [str(course.start) for course in case.courses] == [str(year) for year in range(2001, 2020)]
    assert [str(grew) for grew in case.courses[0].growth] == [str(year) for year in reversed(years)]


def test_rdf_cases_come_in_the_order_of_their_iris(tmp_path: Path) -> None:
    cases = rdf(tmp_path, "case:b a sts:PatientCase . case:a a sts:PatientCase . case:Fall%201 a sts:PatientCase .")
    assert [case.id for case in cases] == ["Fall 1", "a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case:a sts:hasOption sts:option-pazopanib .", "case:a: sts:hasOption is derived and may not be given; give findings instead"),
        ("case:a sts:hasUnmetOption sts:option-pazopanib .", "case:a: sts:hasUnmetOption is derived and may not be given; give findings instead"),
        ("case:a sts:hasTriedOption sts:option-pazopanib .", "case:a: sts:hasTriedOption is derived and may not be given; give findings instead"),
        ("case:a sts:hasDeclinedOption sts:option-pazopanib .", "case:a: sts:hasDeclinedOption is derived and may not be given; give findings instead"),
        ("case:a a sts:MetPazopanib .", "case:a: the type sts:MetPazopanib may not be given; types follow from findings and courses"),
        ("case:a a sts:PatientCase , sts:WithUnresectable .", "case:a: the type sts:WithUnresectable may not be given; types follow from findings and courses"),
        ("case:a sts:hadCourse [ a sts:ChemotherapyCourse ; sts:includesTherapy sts:sbrt ] .", "a course of case:a: the type sts:ChemotherapyCourse may not be given; types follow from findings and courses"),
        ("[] a sts:DerivedFact .", "a blank node: the type sts:DerivedFact may not be given; types follow from findings and courses"),
        ("case:a sts:hasFindings sts:finding-stage4-sts .", "case:a: sts:hasFindings cannot be said of a case; did you mean sts:hasFinding or sts:lacksFinding or sts:asOf?"),
        ("case:a a sts:PatientCase ; sts:courseEnd \"2024\" .", "case:a: sts:courseEnd cannot be said of a case; did you mean sts:hadCourse?"),
        ("case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:hasFinding sts:finding-stage4-sts ] .", "a course of case:a: sts:hasFinding cannot be said of a course; did you mean sts:ongoing?"),
        ("case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:courseEndDate \"2024\" ] .", "a course of case:a: sts:courseEndDate cannot be said of a course; did you mean sts:courseEnd or sts:courseSite or sts:courseIndication?"),
        ("case:a a sts:PatientCase . [] sts:includesTherapy sts:sbrt .", "a blank node: a course of no case; link it to one by sts:hadCourse"),
        ("case:a a sts:PatientCase . ex:c a sts:TreatmentCourse .", "https://example.org/c: a course of no case; link it to one by sts:hadCourse"),
        ("[] sts:hasFinding sts:finding-stage4-sts .", "a case is a blank node; a case needs an IRI, such as case:f"),
        ("case:a sts:hasFinding sts:finding-unresectible .", "case:a: there is no finding 'sts:finding-unresectible'; did you mean sts:finding-unresectable or sts:finding-resectable or sts:finding-lung-metastases?"),
        ("case:a sts:hasFinding sts:unresectable .", "case:a: there is no finding 'sts:unresectable'; did you mean sts:finding-unresectable or sts:finding-resectable?"),
        ("case:a sts:declinesModality sts:surgery .", "case:a: there is no modality 'sts:surgery'; did you mean sts:modality-surgery?"),
        ("case:a sts:hadCourse [ sts:includesTherapy sts:option-pazopanib ] .", "a course of case:a: there is no therapy 'sts:option-pazopanib'; did you mean sts:pazopanib?"),
        ("case:a sts:hadCourse [ sts:courseEnd \"2024\" ] .", "a course of case:a: a course needs at least one therapy (sts:includesTherapy)"),
        ("case:a sts:hadCourse \"sbrt\" .", "case:a: sts:hadCourse has the value 'sbrt'; a blank node or an IRI is expected"),
        ("case:a sts:asOf \"2024\" , \"2025\" .", "case:a: sts:asOf has 2 values, one is expected: 2024, 2025"),
        ("case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:courseEnd \"2024\" , \"2025\" ] .", "a course of case:a: sts:courseEnd has 2 values, one is expected: 2024, 2025"),
        ("case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:courseEnd \"2024-5\" ] .", "a course of case:a: sts:courseEnd: '2024-5' is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
        ("case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:courseStart \"2025\" ; sts:courseEnd \"2024\" ] .", "a course of case:a: end 2024 is before start 2025"),
        ("case:a sts:hadCourse [ sts:includesTherapy sts:sbrt ; sts:courseOutcome sts:outcome-did-not-work , sts:outcome-stopped-for-side-effects ] .", "a course of case:a: sts:courseOutcome has 2 values, one is expected: https://w3id.org/sts-kg/outcome-did-not-work, https://w3id.org/sts-kg/outcome-stopped-for-side-effects"),
        ("case:a sts:hasFinding \"unresectable\" .", "case:a: sts:hasFinding has the text 'unresectable' for a value; an IRI of a finding is expected; did you mean sts:finding-unresectable or sts:finding-resectable?"),
        ("case:a sts:historyComplete 7 .", "case:a: '7' is not a value of sts:historyComplete: true or false is expected"),
        ("case:a sts:tumourCount 3.5 .", "case:a: sts:tumourCount: '3.5' is not a whole number, such as 3"),
        ("case:a a sts:PatientCase . case:%61 a sts:PatientCase .", "case:a: the case 'a' is there twice; the first is at a.ttl"),
        ("<https://w3id.org/sts-kg/case/> a sts:PatientCase .", "https://w3id.org/sts-kg/case/: '' is not an id of a case: one to 200 printable characters are expected"),
        ("case:a%0Ab a sts:PatientCase .", "https://w3id.org/sts-kg/case/a%0Ab: 'a\\nb' is not an id of a case: one to 200 printable characters are expected"),
        ("case:a a sts:PatientCase ; rdfs:label \"a\\u001B\" .", "case:a: label: 'a\\x1b' holds a control character"),
        (f"{COURSE} sts:ongoing \"maybe\" ] .", "a course of case:a: 'maybe' is not a value of sts:ongoing: true or false is expected"),
        (f"{COURSE} sts:ongoing true ; sts:courseEnd \"2024\" ] .", "a course of case:a: ongoing is yes, but the course has the end 2024; leave one of the two out"),
        (f"{COURSE} sts:ongoing true , false ] .", "a course of case:a: sts:ongoing has 2 values, one is expected: false, true"),
        (f"{COURSE} sts:firstGrowth true ] .", "a course of case:a: first_growth is yes, but the course has no growth; give its date"),
        (f"{COURSE} sts:firstGrowth 2024 ] .", "a course of case:a: '2024' is not a value of sts:firstGrowth: true or false is expected"),
        (f"{COURSE} sts:courseIndication sts:indication-lymphoma ] .", "a course of case:a: there is no indication 'sts:indication-lymphoma'; did you mean sts:indication-this-cancer or sts:indication-another-cancer?"),
        (f"{COURSE} sts:courseIndication \"another-cancer\" ] .", "a course of case:a: sts:courseIndication has the text 'another-cancer' for a value; an IRI of an indication is expected; did you mean sts:indication-another-cancer?"),
        (f"{COURSE} sts:courseIndication sts:indication-this-cancer , sts:indication-another-cancer ] .", "a course of case:a: sts:courseIndication has 2 values, one is expected: https://w3id.org/sts-kg/indication-another-cancer, https://w3id.org/sts-kg/indication-this-cancer"),
        (f"{COURSE} sts:coursePurpose sts:intent-symptoms-relief ] .", "a course of case:a: there is no purpose 'sts:intent-symptoms-relief'; did you mean sts:intent-symptom-relief?"),
        (f"{COURSE} sts:courseSite sts:site-lung ] .", "a course of case:a: there is no site 'sts:site-lung'; did you mean sts:site-lungs or sts:site-outside-lungs?"),
        (f"{COURSE} sts:hadNoGrowth [ sts:noGrowthFrom \"2024\" ] ] .", "a course of case:a: sts:hadNoGrowth cannot be said of a course; did you mean sts:noGrowthUntil or sts:firstGrowth?"),
        ("case:a a sts:PatientCase ; sts:progressionDate \"soon\" .", "case:a: sts:progressionDate: 'soon' is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
        ("case:a sts:asOf \"2025\" ; sts:progressionDate \"2024\" , \"2026\" .", "case:a: growth 2026 is after the date of the case, as_of 2025"),
        ("case:a sts:hadNoGrowth [ sts:noGrowthFrom \"2024\" ] .", "a period without growth: two dates are needed, sts:noGrowthFrom and sts:noGrowthUntil"),
        ("case:a sts:hadNoGrowth [ sts:noGrowthUntil \"2024\" ; a sts:NoGrowthPeriod ] .", "a period without growth: two dates are needed, sts:noGrowthFrom and sts:noGrowthUntil"),
        ("case:a sts:hadNoGrowth [ sts:noGrowthFrom \"2024\" , \"2023\" ; sts:noGrowthUntil \"2025\" ] .", "a period without growth: sts:noGrowthFrom has 2 values, one is expected: 2023, 2024"),
        ("case:a sts:hadNoGrowth [ sts:noGrowthFrom \"May\" ; sts:noGrowthUntil \"2025\" ] .", "a period without growth: sts:noGrowthFrom: 'May' is not a date: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
        ("case:a sts:hadNoGrowth [ sts:noGrowthFrom \"2025\" ; sts:noGrowthUntil \"2024\" ] .", "case:a: no_growth: until 2024 is before from 2025"),
        ("case:a sts:asOf \"2025\" ; sts:hadNoGrowth [ sts:noGrowthFrom \"2024\" ; sts:noGrowthUntil \"2026\" ] .", "case:a: until 2026 is after the date of the case, as_of 2025"),
        ("case:a sts:hadNoGrowth [ sts:noGrowthFrom \"2024\" ; sts:courseEnd \"2025\" ] .", "a period without growth: sts:courseEnd cannot be said of a period without growth; known are sts:noGrowthFrom, sts:noGrowthUntil"),
        ("case:a sts:hadNoGrowth \"2024\" .", "case:a: sts:hadNoGrowth has the value '2024'; a blank node or an IRI is expected"),
        ("case:a a sts:PatientCase . [] a sts:NoGrowthPeriod .", "a blank node: a period of no case; link it to one by sts:hadNoGrowth"),
        ("case:a a sts:PatientCase . ex:p sts:noGrowthFrom \"2024\" .", "https://example.org/p: a period of no case; link it to one by sts:hadNoGrowth"),
        (f"{COURSE} a sts:GivenCourse ] .", "a course of case:a: the type sts:GivenCourse may not be given; types follow from findings and courses"),
        ("[] a sts:OptionMark .", "a blank node: the type sts:OptionMark may not be given; types follow from findings and courses"),
        ("ex:a a ex:Person .", "holds no case"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_rdf(text: str, message: str, tmp_path: Path) -> None:
    assert file_error(tmp_path, "a.ttl", PREFIXES + text) == f"a.ttl: {message}"


@pytest.mark.parametrize(
    "value", ['"unresectable"', '"sts:finding-unresectable"', "case:unresectable", "[]", "ex:finding-unresectable"]
)
def test_an_rdf_value_is_a_term_of_ours_and_nothing_that_reads_like_one(value: str, tmp_path: Path) -> None:
    found = file_error(tmp_path, "a.ttl", PREFIXES + f"case:a sts:hasFinding {value} .")
    assert re.match(r"a\.ttl: case:a: (there is no finding '|sts:hasFinding has (the text '|a blank node ))", found)
    assert "did you mean sts:finding-unresectable" in found or value == "[]"


def test_rdf_that_is_not_of_its_syntax_has_line_and_column(tmp_path: Path) -> None:
    assert file_error(tmp_path, "a.ttl", PREFIXES + "case:a sts:hasFinding ,").startswith("a.ttl, line 6, column ")


# --- no input raises anything else


def seeds() -> Iterator[tuple[str, str]]:
    yield "yaml", FULL
    yield "yaml", (EXAMPLES / "f.yaml").read_text()
    yield "json", json.dumps([as_json(case) for case in read(EXAMPLES / "f.yaml", vocabulary())], indent=1)
    yield "csv", (EXAMPLES / "cohort.csv").read_text()[:600]
    case = only(FULL)
    for syntax in ("ttl", "nt", "rdf", "jsonld", "trig"):
        yield syntax, serialize(as_given(case), syntax).decode()


SEEDS = tuple(seeds())
PIECES = ["", "\x00", "\t", "\n", '"', "'", "[", "]", "{", "}", ":", ",", "-", "&a ", "*a", "!!", "\ufeff", "\ud7ff", "9" * 5000, "null", "é", "\\U00110000", "---\n", "<<", "%", "#", "<", ">", ";"]  # fmt: skip
quietly = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def only_our_errors(folder: Path, ending: str, text: str) -> None:
    try:
        cases = read_text(folder, f"x.{ending}", text.encode("utf-8", "surrogatepass"))
    except StsKgError as wrong:
        assert str(wrong).startswith(f"{folder}/x.{ending}")
        assert len(str(wrong)) < 3000
    else:
        assert cases
        facts_of(cases, vocabulary())


@quietly
@given(st.sampled_from(["yaml", "json", "csv", "ttl", "nt", "rdf", "jsonld", "trig"]), st.text(max_size=60))
@example("yaml", "\u2028")
@example("yaml", '"\\UFFFFFFFF"')
@example("yaml", "%YAML 1." + "9" * 5000 + "\n---\n")
@example("csv", "case,\x00\n")
@example("json", '{"case":"\\ud800"}')
@example("jsonld", "[" * 5000)
def test_no_text_raises_anything_but_our_errors(tmp_path: Path, ending: str, text: str) -> None:
    only_our_errors(tmp_path, ending, text)


@settings(quietly, max_examples=600)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=4),
)
def test_no_damage_to_a_good_file_raises_anything_but_our_errors(
    tmp_path: Path, seed: tuple[str, str], damage: list[tuple[float, int, str]]
) -> None:
    ending, text = seed
    for where, removed, piece in damage:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + removed :]
    only_our_errors(tmp_path, ending, text)


def test_one_period_without_growth_needs_no_list() -> None:
    period = "{from: 2024-01, until: 2024-06-30}"
    assert parse(f"case: a\nno_growth: {period}", vocabulary())[0].no_growth == (
        NoGrowth(PartialDate.parse("2024-01"), PartialDate.parse("2024-06-30"), "<text>, line 2"),
    )


# --- JSON-LD drops nothing in silence

_CONTEXT = {"sts": str(STS), "case": str(CASE)}


def _person(name: str, *findings: str, **others: object) -> dict[str, object]:
    found = [{"@id": f"sts:finding-{finding}"} for finding in findings]
    return {"@id": name, "@type": "sts:PatientCase", "sts:hasFinding": found, **others}


@pytest.mark.parametrize(
    ("persons", "said"),
    [
        ([_person("case:a", "stage4-sts"), _person("case:b 2", "unresectable")], "case/b 2' would be lost"),
        ([_person("case:a", "stage4-sts", "unresectable ")], "finding-unresectable ' would be lost"),
        (
            [_person("case:a", "stage4-sts", lacksFinding={"@id": "sts:finding-unresectable"})],
            "key 'lacksFinding' is no",
        ),
        ([_person("case:a", "stage4-sts"), "case:b"], '"case:b" is said of nothing and would be lost'),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonld", "a.json", "a"])
def test_no_person_and_no_fact_is_lost(persons: list[object], said: str, name: str, tmp_path: Path) -> None:
    text = json.dumps({"@context": _CONTEXT, "@graph": persons})
    assert said in file_error(tmp_path, name, text)
    sound = json.dumps({"@context": _CONTEXT, "@graph": [_person("case:a", "stage4-sts"), _person("case:b")]})
    assert [case.id for case in read_text(tmp_path, name, sound)] == ["a", "b"]


@pytest.mark.parametrize(
    ("triple", "meant"),
    [
        ("<http://w3id.org/sts-kg/lacksFinding> sts:finding-unresectable", "sts:lacksFinding"),
        ("<https://w3id.org/sts-kg#hadCourse> [ ]", "sts:hadCourse"),
        ("<stss:asOf> '2026'", "sts:asOf"),
        ("a <http://w3id.org/sts-kg/PatientCase>", "sts:PatientCase"),
    ],
)
def test_a_term_in_a_namespace_like_ours_is_no_foreign_one(triple: str, meant: str, tmp_path: Path) -> None:
    prefixes = f"@prefix sts: <{STS}> . @prefix case: <{CASE}> .\n"
    text = f"{prefixes}case:a a sts:PatientCase ; sts:hasFinding sts:finding-stage4-sts ; {triple} ."
    said = f"would be left alone, as a term of another vocabulary; write {meant}"
    assert said in file_error(tmp_path, "a.ttl", text)
    foreign = text.replace(triple, "<http://example.org/lacksFinding> <http://example.org/x> ; a <urn:PatientCase>")
    assert [case.id for case in read_text(tmp_path, "a.ttl", foreign)] == ["a"]


def test_a_prefix_that_json_ld_does_not_declare_is_an_error(tmp_path: Path) -> None:
    text = json.dumps({"@context": {"case": str(CASE)}, **_person("case:a", "stage4-sts")})
    assert "the prefix sts: is not declared" in file_error(tmp_path, "a.jsonld", text)


# --- CSV of spreadsheets


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a POSIX system")
def test_a_cohort_comes_through_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(pipe.write_bytes, b"case,stage4-sts\na,yes\n")
        assert [case.id for case in read(pipe, vocabulary())] == ["a"]
        written.result()


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfCase,Stage4-STS,unresectable\r\na,TRUE,False\r\n",
        b"sep=;\r\ncase;stage4-sts;unresectable;;\r\na;yes;no;;\r\n;;;;\r\n",
        b"SEP=|\ncase|stage4-sts|unresectable\na|on|off\n",
        "case\tstage4-sts\tunresectable\na\tYes\u00a0\tno\n".encode("utf-16"),
        b'"case","stage4-sts","unresectable"\n"a","true","false"\n\n',
    ],
)
def test_a_cohort_as_spreadsheets_write_it(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    (case,) = read(path, vocabulary())
    assert case.id == "a"
    assert [(each.finding, each.holds) for each in case.given] == [
        (STS["finding-stage4-sts"], True),
        (STS["finding-unresectable"], False),
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"PK\x03\x04...", "is a workbook (.xlsx or .ods) and no CSV file"),
        (
            "a.csv",
            b"case,stage4-sts\nJ\xf6rg,yes\n",
            "line 2: is not UTF-8 text (byte 0xf6), perhaps Windows-1252; save it as",
        ),
        ("a.csv", b"c\0a\0s\0e\0", "perhaps UTF-16 without a byte order mark; save it as"),
        ("a.csv", b"case,stage4-sts\na,WAHR\n", "yes, no or unknown is expected; did you mean yes?"),
        ("a.csv", b"cases,stage4-sts\na,yes\n", "the column 'case' is missing; name 'cases' so"),
        (
            "a.csv",
            b"case " + b"case " * 99 + b",stage4-sts\n",
            "the column 'case' is missing; name '" + "case " * 12 + "…' so",
        ),
        ("a.csv", b"sep=;\ncase;stage4-sts\n\na;maybe\n", "line 4: 'maybe' is not a value"),
        ("a.xlsx", b"PK\x03\x04...", "is a workbook of a spreadsheet; save the sheet as"),
    ],
)
def test_what_a_spreadsheet_must_save_otherwise(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(StsKgError) as raised:
        read(tmp_path / name, vocabulary())
    assert message in str(raised.value)
