"""The commands `close` and `prove`: what they print and write, their exit codes, and what they say of bad input."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from sts_kg import KnowledgeGraph, cli, knowledge
from sts_kg.cli import closure as commands
from sts_kg.closure.closure import Progress

EX = "http://example.org/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
ASSERTED = [
    f"<{EX}p> <http://www.w3.org/2000/01/rdf-schema#domain> <{EX}C> .",
    f"<{EX}x> <{EX}p> <{EX}y> .",
]
INFERRED = f"<{EX}x> {TYPE} <{EX}C> ."
TURTLE = f"@prefix : <{EX}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . :p rdfs:domain :C . :x :p :y ."
FORMATS = {
    "nt": ox.RdfFormat.N_TRIPLES,
    "ttl": ox.RdfFormat.TURTLE,
    "nq": ox.RdfFormat.N_QUADS,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
}
CLASH = "".join(f"{line}\n" for line in ASSERTED) + (
    f"<{EX}C> <http://www.w3.org/2002/07/owl#disjointWith> <{EX}D> .\n<{EX}x> {TYPE} <{EX}D> .\n"
)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.nt").write_text("\n".join(ASSERTED) + "\n", encoding="utf-8")
    Path("data.ttl").write_text(TURTLE, encoding="utf-8")
    Path("clash.nt").write_text(CLASH, encoding="utf-8")


def invoke(*words: str, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli.app, list(words), input=input, prog_name="sts-kg")


def lines(text: str) -> list[str]:
    return sorted(text.splitlines())


# --- close


@pytest.mark.parametrize("file", ["data.nt", "data.ttl"])
def test_the_closure_goes_to_standard_output(file: str) -> None:
    done = invoke("close", file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert lines(done.stdout) == sorted([*ASSERTED, INFERRED])


def test_inferred_triples_alone() -> None:
    assert invoke("close", "--inferred-only", "data.nt").stdout == f"{INFERRED}\n"


@pytest.mark.parametrize("engine", ["columns", "owlrl"])
def test_both_engines_infer_the_same(engine: str) -> None:
    done = invoke("close", "--engine", engine, "--axioms", "none", "data.nt")
    assert lines(done.stdout) == sorted([*ASSERTED, INFERRED])


def test_axioms_choose_the_trivial_triples() -> None:
    told = {axioms: invoke("close", "--axioms", axioms, "data.nt").stdout for axioms in ("none", "used", "all")}
    assert told["none"] == told["used"]
    assert f"<{EX}x> <http://www.w3.org/2002/07/owl#sameAs> <{EX}x> ." in told["all"].splitlines()
    assert lines(told["all"])[0] == f"<{EX}C> <http://www.w3.org/2002/07/owl#sameAs> <{EX}C> ."


def test_several_files_are_closed_together() -> None:
    Path("more.ttl").write_text(
        f"<{EX}C> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{EX}B> .", encoding="utf-8"
    )
    assert f"<{EX}x> {TYPE} <{EX}B> ." in invoke("close", "data.nt", "more.ttl").stdout.splitlines()


@pytest.mark.parametrize("ending", ["nt", "ttl", "nq", "rdf", "jsonld", "trig", "nt.gz", "ttl.gz"])
def test_an_output_has_the_syntax_of_its_ending(ending: str) -> None:
    done = invoke("close", "data.nt", "-o", f"out.{ending}")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"2 triples asserted, 1 inferred, 0 trivial; written to out.{ending}\n"
    data = Path(f"out.{ending}").read_bytes()
    text = gzip.decompress(data) if ending.endswith(".gz") else data
    found = ox.parse(text, FORMATS[ending.removesuffix(".gz")])
    assert sorted(f"{quad.triple} ." for quad in found) == sorted([*ASSERTED, INFERRED])
    assert sorted(os.listdir()) == sorted(["clash.nt", "data.nt", "data.ttl", f"out.{ending}"])


def test_compressed_output_is_the_same_bytes_each_time() -> None:
    for name in ("a.nt.gz", "b.nt.gz"):
        invoke("close", "data.nt", "-o", name)
    assert Path("a.nt.gz").read_bytes() == Path("b.nt.gz").read_bytes()


def in_syntax(syntax: str) -> bytes:
    triples = list(ox.parse(TURTLE, ox.RdfFormat.TURTLE))
    data = ox.serialize(triples, format=FORMATS[syntax])
    assert data is not None
    return data


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize(
    ("syntax", "ending"),
    [
        *(("turtle", "ttl"), ("ntriples", "nt"), ("nquads", "nq"), ("trig", "trig"), ("rdfxml", "rdf")),
        *(("jsonld", "jsonld"), ("n3", "ttl")),
    ],
)
def test_standard_input_is_read_for_a_dash(syntax: str, ending: str, told: bool) -> None:
    words = ["--syntax", syntax] if told else []
    done = invoke("close", "-", *words, input=codecs.BOM_UTF8 + in_syntax(ending))
    assert (done.exit_code, lines(done.stdout)) == (0, sorted([*ASSERTED, INFERRED]))
    done = invoke("prove", f"<{EX}x> a <{EX}C>", "-", *words, input=in_syntax(ending))
    assert (done.exit_code, done.stdout.count("<stdin>")) == (0, 2)


def test_what_is_wrong_in_standard_input_has_its_line() -> None:
    done = invoke("close", "-", input=TURTLE + "\n\n:x :p :y\n:z .")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith("sts-kg: <stdin>, line 4, column ")


def test_a_syntax_needs_standard_input() -> None:
    done = invoke("close", "data.nt", "--syntax", "turtle")
    assert done.exit_code == 2
    assert "--syntax is that of standard input (-)" in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("ending", FORMATS)
def test_a_named_pipe_is_read_once_in_any_syntax(ending: str) -> None:
    os.mkfifo("pipe")
    writer = threading.Thread(target=lambda: Path("pipe").write_bytes(in_syntax(ending)))
    writer.start()
    done = invoke("close", "pipe")
    writer.join()
    assert (done.exit_code, lines(done.stdout)) == (0, sorted([*ASSERTED, INFERRED]))


def test_owl_syntaxes_are_closed() -> None:
    pytest.importorskip("pyhornedowl", reason="py-horned-owl is not installed: pip install 'sts-kg[formats]'")
    Path("a.owl").write_text(
        f"\ufeffPrefix(:=<{EX}>)\nOntology(<{EX}o>\nObjectPropertyDomain(:p :C)\nObjectPropertyAssertion(:p :x :y)\n)",
        encoding="utf-8",
    )
    assert INFERRED in invoke("close", "a.owl").stdout.splitlines()
    data = Path("a.owl").read_bytes()
    assert INFERRED in invoke("close", "-", "--syntax", "ofn", input=data).stdout.splitlines()
    done = invoke("close", "-", "--lenient", input=data.replace(b"ObjectPropertyD", b"ObjectD"))
    assert done.exit_code == 3
    assert "OWL functional syntax is read whole or not at all, even leniently" in done.stderr


def test_of_obo_wrong_clauses_are_left_out_and_counted() -> None:
    obo = "http://purl.obolibrary.org/obo/"
    text = "[Term]\nid: X:1\nisa: X:2\nis_a: X:3\n\n[Term]\nid: X:3\nis_a: X:4\nname: a!\n"
    done = invoke("close", "-", input=text)
    assert (done.exit_code, done.stdout) == (3, "")
    assert "line 3, column 1: is not OBO: isa is no tag of [Term]" in done.stderr
    done = invoke("close", "-", "--lenient", input=text)
    assert done.exit_code == 0
    assert "2 statements left out" in done.stderr
    assert f"<{obo}X_1> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{obo}X_4> ." in done.stdout.splitlines()


def test_a_document_at_a_url_is_closed() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{served.server_port}"
        Path("relative").write_text("@prefix : <#> . <> :p <b> .", encoding="utf-8")
        found = invoke("close", f"{url}/data.ttl"), invoke("close", "--axioms", "none", f"{url}/relative")
        missing = invoke("close", f"{url}/none.ttl")
        served.shutdown()
    assert lines(found[0].stdout) == sorted([*ASSERTED, INFERRED])
    assert found[1].stdout == f"<{url}/relative> <{url}/relative#p> <{url}/b> .\n"
    assert missing.exit_code == 4


def test_standard_input_is_read_once() -> None:
    done = invoke("close", "-", "-", input="")
    assert done.exit_code == 2
    assert "standard input (-) can be read once only" in done.stderr


def test_without_a_file_the_shipped_ontology_is_closed(kg: KnowledgeGraph) -> None:
    told = json.loads(invoke("close", "--stats").stdout)
    assert (told["triples"]["asserted"], told["triples"]["inferred"]) == kg.closure.counts[:2]
    assert told["inconsistencies"] == 0


def test_stats_are_json_with_every_number() -> None:
    told = json.loads(invoke("close", "--stats", "data.nt", "-o", "out.nt").stdout)
    fields = "engine triples rounds seconds peak_memory_bytes firings skipped_lines inconsistencies n_warnings warnings"
    assert list(told) == fields.split()
    assert told["triples"] == {"asserted": 2, "inferred": 1, "trivial": 0, "repeated": 0}
    assert list(told["seconds"]) == ["read", "encode", "schema", "fixpoint", "checks", "write"]
    assert all(seconds >= 0 for seconds in told["seconds"].values())
    assert told["firings"]["prp-dom"] == 1
    assert told["peak_memory_bytes"] > 10_000_000


def test_an_inconsistent_input_is_written_and_listed_with_exit_1() -> None:
    done = invoke("close", "clash.nt", "-o", "out.nt")
    assert done.exit_code == 1
    assert INFERRED in Path("out.nt").read_text(encoding="utf-8").splitlines()
    assert "cax-dw" in done.stderr
    assert f"{EX}x" in done.stderr
    assert done.stderr.splitlines()[-1] == "sts-kg: 1 contradiction"


def test_contradictions_beyond_a_hundred_are_counted() -> None:
    members = "".join(f"<{EX}x{i}> {TYPE} <{EX}C> .\n<{EX}x{i}> {TYPE} <{EX}D> .\n" for i in range(150))
    Path("many.nt").write_text(CLASH + members, encoding="utf-8")
    done = invoke("close", "many.nt", "-o", "out.nt")
    assert done.stderr.splitlines()[-1] == "sts-kg: 151 contradictions, 51 of them not listed"


def test_lenient_skips_and_counts_wrong_lines() -> None:
    Path("bad.nt").write_text("no triple\n" + "\n".join(ASSERTED) + "\n<a> <b>\n", encoding="utf-8")
    strict = invoke("close", "bad.nt", "-o", "out.nt")
    assert strict.exit_code == 3
    assert strict.stderr.startswith("sts-kg: bad.nt, line 1, column ")
    assert not Path("out.nt").exists()
    done = invoke("close", "bad.nt", "--lenient")
    assert (done.exit_code, done.stderr) == (0, "2 statements left out\n")
    assert lines(done.stdout) == sorted([*ASSERTED, INFERRED])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.nt"], "missing.nt: cannot be read: No such file or directory"),
        (
            ["notes.txt"],
            "notes.txt: has no ending of an RDF or OWL file, and its first bytes do not tell its syntax; k",
        ),
        (["data.nt", "-o", "out.pdf"], "out.pdf: has no ending of an RDF file; known are .ttl, .nt, "),
        (["data.nt", "-o", "nowhere/out.nt"], "nowhere/out.nt: No such file or directory"),
        (["folder.nt"], "folder.nt: is a folder"),
    ],
)
def test_what_cannot_be_read_or_written_is_said_in_a_line(words: list[str], said: str) -> None:
    Path("folder.nt").mkdir()
    Path("notes.txt").write_text("not a graph", encoding="utf-8")
    done = invoke("close", *words)
    assert done.exit_code == 3
    assert done.stderr.startswith(f"sts-kg: {said}")
    assert (len(done.stderr.splitlines()), done.stdout) == (1, "")


def test_an_output_that_exists_stays_whole_if_the_work_fails() -> None:
    Path("out.nt").write_text("before", encoding="utf-8")
    Path("bad.ttl").write_text("<a> <b", encoding="utf-8")
    assert invoke("close", "bad.ttl", "-o", "out.nt").exit_code == 3
    assert Path("out.nt").read_text(encoding="utf-8") == "before"


def test_an_output_that_exists_stays_whole_if_writing_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out.nt").write_text("before", encoding="utf-8")

    def cut(*_: object, **__: object) -> Iterator[bytes]:
        yield b"half a l"
        raise KeyboardInterrupt

    monkeypatch.setattr("sts_kg.closure.closure.Closure.ntriples", cut)
    assert invoke("close", "data.nt", "-o", "out.nt").exit_code != 0
    assert Path("out.nt").read_text(encoding="utf-8") == "before"
    assert sorted(os.listdir()) == ["clash.nt", "data.nt", "data.ttl", "out.nt"]


def test_a_pipe_that_is_closed_early_is_no_error() -> None:
    command = f"{sys.executable} -m sts_kg close | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, encoding="utf-8")
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_progress_says_what_is_read_and_each_round() -> None:
    shown: list[str] = []
    told = commands._told(shown.append)
    told(Progress(0, 2_000_000, 2_000_000, 2.0, "data.nt"))
    told(Progress(3, 10, 5_000_000, 4.0))
    assert shown == [
        "data.nt: 2,000,000 lines, 1,000,000 a second",
        "round 3: 5,000,000 triples, 1,250,000 a second",
    ]


# --- prove


@pytest.fixture
def _loaded(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "load", lambda **_: kg)


def test_a_proof_of_a_file_names_rule_and_file() -> None:
    done = invoke("prove", f"<{EX}x> a <{EX}C>", "data.nt")
    assert done.exit_code == 0
    assert "prp-dom" in done.stdout
    assert done.stdout.count("data.nt") == 2


def test_a_proof_as_json_and_markdown() -> None:
    told = json.loads(invoke("prove", f"<{EX}x> a <{EX}C>", "data.nt", "--format", "json").stdout)
    first, *premises = told["steps"]
    assert (first["rule"], first["premises"]) == ("prp-dom", [1, 2])
    assert [each["source"] for each in premises] == ["data.nt", "data.nt"]
    text = invoke("prove", f"<{EX}x> a <{EX}C>", "data.nt", "--format", "md").stdout
    assert text.splitlines()[0].startswith(f"- `{EX}x rdf:type {EX}C` — prp-dom: ")


@pytest.mark.usefixtures("_loaded")
def test_a_proof_from_the_shipped_ontology_ends_in_sentences() -> None:
    Path("a.yaml").write_text("case: a\nfindings: {unresectable: yes}\n", encoding="utf-8")
    done = invoke("prove", "case:a sts:hasFinding sts:finding-unresectable", "--cases", "a.yaml")
    asserted = "asserted in https://w3id.org/sts-kg/cases, after S05, S16, S19, S21"
    assert (done.exit_code, done.stdout) == (0, f"case:a sts:hasFinding sts:finding-unresectable  [{asserted}]\n")


def test_what_does_not_follow_has_no_proof() -> None:
    done = invoke("prove", f"<{EX}y> a <{EX}C>", "data.nt")
    assert done.exit_code == 1
    assert done.stderr.startswith("sts-kg: ")
    assert "the closure does not have it" in done.stderr


@pytest.mark.parametrize("triple", ["", "<a", "ex:x a ex:Y", f"<{EX}a> <{EX}b> <{EX}c> . <{EX}a> <{EX}b> <{EX}d>"])
def test_what_is_no_triple_is_refused(triple: str) -> None:
    done = invoke("prove", triple, "data.nt")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_cases_go_with_the_shipped_ontology_only() -> None:
    done = invoke("prove", f"<{EX}x> a <{EX}C>", "data.nt", "--cases", "data.nt")
    assert done.exit_code == 2
    assert "--cases goes with the shipped ontology, not with FILE" in done.stderr
