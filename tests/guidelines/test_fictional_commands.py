"""The commands and the service with the invented guideline, as a reader of the docs would call them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import guidelines_oracle as oracle
import pytest
from click.testing import CliRunner, Result
from humbrels import CASES, FOLDER, animals, counts_by_hand, written_animals
from serving import Serving, serving

from sts_kg.cli import app

HUSH = ("--guideline", "example:grey-hush")
CASE = """\
case: h1
as_of: 2026-05-01
findings: {grey-hush: yes, carrying-young: no}
courses:
  - {therapies: [lumivane], start: 2025-09, end: 2025-11, outcome: brought-no-change}
body_warmth: 31.6
spot_count: 9
declines: [surgery]
"""
#: What only the shipped guideline speaks of.
OTHERS = re.compile(r"sarcoma|cancer|tumour|chemotherapy|metasta|pazopanib|stage.?4", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case.yaml").write_text(CASE, encoding="utf-8")


def invoke(*words: str | Path, code: int = 0) -> Result:
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="sts-kg")
    assert done.exit_code == code, done.output
    return done


def lines(*words: str | Path, code: int = 0) -> list[str]:
    return invoke(*words, code=code).stdout.splitlines()


# --- one case


def test_options() -> None:
    told = lines("options", *HUSH, "case.yaml")
    assert told[0] == "case h1"
    assert [re.split(r"\s{2,}", line.strip())[:2] for line in told[3:13]] == [
        ["warm nest", "met"],
        ["DRAUGHTS", "met in general"],
        ["lumivane alone", "met"],
        ["tarrowleaf", "met"],
        ["quenderin", "undetermined"],
        ["lumivane with ossamoss", "not met"],
        ["song bath", "not met"],
        ["surgery", "undetermined"],
        ["binding the tuft", "undetermined"],
        ["quiet care", "undetermined"],
    ]
    assert told[-1].startswith("Invented: there is no humbrel")


def test_nothing_that_is_said_of_a_case_is_the_shipped_guideline() -> None:
    said = [
        *lines("options", *HUSH, "case.yaml"),
        *lines("ask", *HUSH, "case.yaml"),
        *lines("questionnaire", *HUSH),
        *(line for option in oracle.CONDITIONS for line in lines("explain", *HUSH, "case.yaml", option)),
    ]
    assert [line for line in said if OTHERS.search(line)] == []


def test_explain_an_exclusion() -> None:
    Path("case.yaml").write_text("case: h2\nfindings: {grey-hush: yes}\n", encoding="utf-8")
    told = lines("explain", *HUSH, "case.yaml", "lumivane-alone")
    assert told[2:4] == [
        "To ask: carrying-young. Is the humbrel carrying young?",
        "  If no, the source’s condition is met. If yes, it is not met.",
    ]
    plain = json.loads(invoke("explain", *HUSH, "case.yaml", "lumivane-alone", "--format", "json").stdout)
    assert plain["met_if"] == [{"carrying-young": False}]
    assert plain["not_met_if"] == [{"carrying-young": True}]


def test_explain_a_number() -> None:
    told = lines("explain", *HUSH, "case.yaml", "song-bath")
    assert told[0] == "song bath: not met: the source does not describe this option for this situation (case h1)."
    assert "many-spots (derived by the rule many spots, at least 7, from the spot count 9)" in told[1]
    assert told[2] == (
        "Known not to hold: cool-body (derived by the rule cool body, at most 31.5, from the body warmth 31.6 degrees)."
    )


def test_decisions_that_are_named_are_those_of_the_guideline() -> None:
    """A note said D32 of the shipped guideline, which this one does not have."""
    text = CASE.replace(", end: 2025-11, outcome: brought-no-change", "") + "growth: [2025-10]\n"
    Path("case.yaml").write_text(text, encoding="utf-8")
    said = [line for option in oracle.CONDITIONS for line in lines("explain", *HUSH, "case.yaml", option)]
    assert {*re.findall(r"\bD\d\d[a-z]?\b", "\n".join(said))} <= {f"D{number:02}" for number in range(1, 14)}


def test_ask() -> None:
    asked = json.loads(invoke("ask", *HUSH, "case.yaml", "--format", "json").stdout)
    assert [row["finding"] for row in asked if row["finding"]] == [
        "resectable",
        "tarrowleaf-brought-no-change",
        "spots-only-on-ears",
        "certain-valley",
    ]
    assert [row["question"] for row in asked if not row["finding"]] == [
        "Is there a reason to leave the hush alone? Choose all that apply."
    ]


def test_what_if() -> None:
    told = lines("what-if", *HUSH, "case.yaml", "carrying-young=yes")
    assert [re.split(r"\s{2,}", line)[:3] for line in told[3:4]] == [["lumivane alone", "met", "not met"]]


def test_golden_cases_by_the_command() -> None:
    done = invoke("test", *HUSH, FOLDER / "cases")
    assert "34" in done.output


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_keys_of_golden_cases_do_not_trouble_other_commands(path: Path) -> None:
    rows = invoke("options", *HUSH, path, "--format", "json", code=int(path.stem == "contradictions")).stdout
    assert len(json.loads(rows)) % 10 == 0


# --- the guideline


def test_check() -> None:
    assert invoke("check", *HUSH).exit_code == 0


def test_query_of_both_guidelines() -> None:
    rows = json.loads(invoke("query", "conditions/findings", *HUSH, "--format", "json").stdout)
    assert len(rows["results"]["bindings"] if isinstance(rows, dict) else rows) == 36


def test_prove_and_draw_with_the_prefix_of_the_guideline() -> None:
    """Its prefix is known before the triple is read."""
    triple = "case:h1 sts:hasOption gh:option-warm-nest"
    assert lines("prove", *HUSH, triple, "--cases", "case.yaml")[0].startswith(triple)
    invoke("picture", "proof", *HUSH, triple, "--cases", "case.yaml", "-o", "proof.svg")
    assert "gh:option-warm-nest" in Path("proof.svg").read_text(encoding="utf-8")


def test_what_an_unknown_term_of_a_query_may_mean() -> None:
    text = "SELECT ?o { gh:lumivana ?p ?o . sts:option-tarrowleaf ?q ?o FILTER(STRSTARTS(STR(?o), STR(gh:))) }"
    told = invoke("sparql", *HUSH, text).stderr.splitlines()
    assert [line for line in told if "there is no" in line] == [
        "warning: there is no gh:lumivana; did you mean gh:lumivane or gh:MetLumivaneAlone?",
        "warning: there is no sts:option-tarrowleaf; did you mean gh:option-tarrowleaf or gh:tarrowleaf or "
        "gh:MetTarrowleaf?",
    ]


def test_sources_with_the_page() -> None:
    told = lines("sources", *HUSH, "S10", "--source", FOLDER / "page.txt")
    assert any("Lumivane is not for a humbrel that is carrying young." in line for line in told)


def test_source_diff() -> None:
    page = (FOLDER / "page.txt").read_text(encoding="utf-8")
    Path("new.txt").write_text(page.replace("at least 7 grey spots", "at least 8 grey spots"), encoding="utf-8")
    told = lines("source", "diff", *HUSH, FOLDER / "page.txt", "new.txt", code=1)
    assert told[0].startswith("22 kept") or told[0].startswith("23 kept")
    assert any("S12 changed" in line for line in told)
    assert any("many-spots" in line for line in told)


def test_the_pathway_is_drawn() -> None:
    invoke("picture", "pathway", *HUSH, "-o", "pathway.dot")
    drawn = Path("pathway.dot").read_text(encoding="utf-8")
    assert {"quenderin", "tarrowleaf", "lumivane alone"} <= {*re.findall(r'label="([^"]+)"', drawn.replace("\\n", " "))}
    assert not OTHERS.search(drawn)


def test_counts_of_a_hundred_animals(tmp_path: Path) -> None:
    cases = animals()
    files = written_animals(tmp_path, cases)
    more = [word for name in ("courses", "growth") for word in (f"--{name}", str(files[name]))]
    told = invoke("cohort", "counts", *HUSH, files["patients"], *more, "--min-cell", "1", "--format", "json").stdout
    found = {
        row["option"]: Counter({key: row[key] for key in ("met", "not_met", "undetermined")})
        for row in json.loads(told)
    }
    for option, counted in counts_by_hand(cases).items():
        said = found[f"gh:option-{option}"]
        assert said == Counter(
            {"met": counted["met"], "not_met": counted["not-met"], "undetermined": counted["undetermined"]}
        ), option


def test_export_says_what_it_leaves_out() -> None:
    done = invoke("export", *HUSH, "-o", "one.ttl")
    text = Path("one.ttl").read_text(encoding="utf-8")
    assert "gh:option-quenderin" in text
    assert "sts:option-pazopanib" not in text
    assert re.search(r"left out: .*[0-9,]+ of other guidelines, which --graphs asserted writes", done.stderr)


def test_export_leaves_out_mappings_of_the_terms_of_others() -> None:
    [told] = invoke("export", *HUSH, "--matches", "-o", "matches.nt").stderr.splitlines()
    kinds = told.partition(": ")[2].partition(";")[0]
    assert re.sub(r"\d[\d,]* ", "", kinds + ",") == "asserted, definitions once more for OBO tools,"
    assert "https://w3id.org/sts-kg/pazopanib" not in Path("matches.nt").read_text(encoding="utf-8")


def test_export_of_both() -> None:
    invoke("export", *HUSH, "--graphs", "asserted", "-o", "both.ttl")
    text = Path("both.ttl").read_text(encoding="utf-8")
    assert "gh:option-quenderin" in text
    assert "sts:option-pazopanib" in text


# --- the service


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving(*HUSH) as running:
        yield running


@pytest.mark.slow
def test_pages_of_terms(server: Serving) -> None:
    for term in ("option-quenderin", "finding-cool-body", "S12", "D03", "lumivane"):
        found = server.ask(f"/term?iri={quote(f'https://example.org/grey-hush/{term}', safe='')}", accept="text/html")
        assert found.status in (200, 303), term
    page = server.ask("/search?q=quenderin", accept="text/html").text
    links = re.findall(r'href="(/term[^"]+quenderin[^"]*)"', page)
    assert links
    for link in links:
        assert server.ask(link.replace("&amp;", "&"), accept="text/html").status == 200, link


@pytest.mark.slow
def test_a_proof_names_the_modules_of_each_guideline(server: Serving) -> None:
    page = server.ask(f"/why?triple={quote('gh:lumivane a sts:Drug')}", accept="text/html").text
    assert re.findall(r"asserted in (the module [^,<]*)", page) == [
        "the module vocabulary",
        "the module treatments of grey hush of the humbrel",
    ]


@pytest.mark.slow
def test_the_form_of_a_case_asks_in_the_words_of_the_guideline(server: Serving) -> None:
    page = server.ask("/case", accept="text/html").text
    assert "Is the humbrel carrying young?" in page
    assert "How warm is the body, in degrees?" in page
    assert "Invented: there is no humbrel" in page
    assert not OTHERS.search(re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", page))
    [example] = re.findall(r'href="(/case\?example=[^"]+)"', page)
    assert example == "/case?example=many-spots-after-tarrowleaf"
    assert server.ask(example, accept="text/html").status == 200


@pytest.mark.slow
def test_answers_by_the_service(server: Serving) -> None:
    found = server.ask("/options", method="POST", body=CASE, content_type="application/yaml", accept="application/json")
    assert found.status == 200
    statuses = {row["option"].removeprefix("option-"): row["status"] for row in json.loads(found.body)}
    assert statuses["tarrowleaf"] == "met"
    assert statuses["lumivane-with-ossamoss"] == "not-met"
    assert {*statuses} == {*oracle.CONDITIONS}


@pytest.mark.slow
def test_sparql_knows_the_prefix(server: Serving) -> None:
    found = server.sparql("SELECT ?o { ?o sts:hasComponent gh:lumivane }")
    assert found.status == 200
    options = {row["o"]["value"].rpartition("/")[2] for row in json.loads(found.body)["results"]["bindings"]}
    assert options == {"option-lumivane-alone", "option-lumivane-with-ossamoss"}


@pytest.mark.slow
def test_a_canned_query_of_the_service_asks_both(server: Serving) -> None:
    found = server.ask("/queries/conditions/findings", accept="text/csv")
    assert found.status == 200
    text = found.body.decode()
    assert "finding-cool-body" in text
    assert "finding-stage4-sts" in text
