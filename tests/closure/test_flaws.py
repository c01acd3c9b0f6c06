"""Warnings of a closure: what they say, the files and lines that they name, and the exit codes of `close`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import XSD

from sts_kg import cli
from sts_kg.closure.closure import closure_of
from sts_kg.closure.flaws import KEPT
from sts_kg.rdf.documents import Document
from sts_kg.rdf.graphs import read
from sts_kg.rdf.terms import literal

EX = "http://e/"
OWL, RDF, BYTE = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", f"{XSD.byte}"
PREFIXES = f"@prefix : <{EX}> . @prefix owl: <{OWL}> . @prefix rdf: <{RDF}> . @prefix xsd: <{XSD}> .\n"
#: What each file warns of: the line, and what is written there.
TURTLE = f"""{PREFIXES}
:a :p "300"^^xsd:byte , "30"^^xsd:byte ;
   # "301"^^xsd:byte
   :q "x" ,
   "may\\"be"^^xsd:boolean

   .
:a owl:members :b .
[] a owl:AllDifferent ; owl:distinctMembers ( :x :y ) .
[] a owl:AllDifferent ;
   owl:distinctMembers [ rdf:first :x ;
      rdf:rest [] ] .
_:z owl:members
    _:l .
:a :p '''first
301'''^^xsd:byte .
"""
TURTLE_LINES = [3, 6, 9, 12, 14, 16]
LINES = f"""<{EX}a> <{EX}p> "30"^^<{BYTE}> .
<{EX}a>  <{EX}p>  "300"^^<{BYTE}> .
# <{EX}b> <{EX}p> "300"^^<{BYTE}> .

<{EX}a> <{OWL}members>   <{EX}b> .
_:z <{OWL}members> _:l .
<{EX}b> <{EX}p> "3\\u0030\\u0030"^^<{BYTE}> .
"""
LINES_LINES = [2, 5, 6, 7]
RDF_XML = f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="{RDF}" xmlns="{EX}" xmlns:owl="{OWL}">
<rdf:Description rdf:about="{EX}a">
<p rdf:datatype="{BYTE}">300</p>
<p rdf:datatype="{BYTE}">
301
</p>
<owl:members rdf:resource="{EX}b"/>
<owl:unionOf>
  <rdf:Description>
     <rdf:first rdf:resource="{EX}A"/>
  </rdf:Description>
</owl:unionOf>
<owl:intersectionOf rdf:parseType="Collection"/>
</rdf:Description>
</rdf:RDF>
"""
RDF_XML_LINES = [4, 5, 8, 9]
JSON_LD = f"""[{{"@id": "{EX}a",
"{EX}p": [{{"@value": "300",
"@type": "{BYTE}"}},
{{"@value": "3x", "@type": "{BYTE}"}}],
"{OWL}members": {{"@id": "{EX}b"}}
}}]
"""
JSON_LD_LINES = [2, 4, 5]
FUNCTIONAL = f"""Prefix(:=<{EX}>)
Prefix(xsd:=<{XSD}>)
Ontology(<{EX}o>
Declaration(DataProperty(:p))
DataPropertyAssertion(:p :a "300"^^xsd:byte)
)
"""
FILES = {
    "a.ttl": (TURTLE, TURTLE_LINES),
    "a.nt": (LINES, LINES_LINES),
    "a.nq": (LINES.replace(" .\n", f" <{EX}g> .\n"), LINES_LINES),
    "a.trig": (f"{PREFIXES}:g {{ :a :p\n'300'^^xsd:byte .\n\n:b owl:members :c }}\n", [3, 5]),
    "a.rdf": (RDF_XML, RDF_XML_LINES),
    "a.jsonld": (JSON_LD, JSON_LD_LINES),
    "a.ofn": (FUNCTIONAL, [5]),
}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def written(name: str, text: str) -> Path:
    Path(name).write_text(text, encoding="utf-8")
    return Path(name)


def invoke(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, list(words), input=input, prog_name="sts-kg")


@pytest.mark.parametrize("name", FILES)
def test_a_warning_names_file_and_line(name: str) -> None:
    text, lines = FILES[name]
    closed = closure_of(written(name, text))
    assert [(each.source, each.line) for each in closed.warnings] == [(name, line) for line in lines]
    assert closed.n_warnings == len(lines)
    assert closed.inconsistencies == ()


@pytest.mark.parametrize("name", ["a.ttl", "a.rdf", "a.jsonld"])
def test_what_comes_through_a_pipe_has_lines_if_it_is_held(name: str) -> None:
    text, lines = FILES[name]
    with BytesIO(text.encode()) as file, Document(file, path="<stdin>", told=name.partition(".")[2]) as document:
        found = closure_of(document).warnings
    assert [(each.source, each.line) for each in found] == [("<stdin>", line) for line in lines]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe_is_not_read_again() -> None:
    os.mkfifo("pipe.ttl")
    threading.Thread(target=lambda: Path("pipe.ttl").write_text(TURTLE, encoding="utf-8"), daemon=True).start()
    assert [(each.source, each.line) for each in closure_of("pipe.ttl").warnings] == [("pipe.ttl", None)] * 6


def test_blank_nodes_of_two_files_keep_their_lines() -> None:
    first = written("a.nt", f"_:z <{OWL}members> _:l .\n")
    second = written("b.ttl", f"{PREFIXES}_:z :p _:l .\n\n_:l :p [] . [] :p _:z .\n_:z owl:members _:l .\n")
    found = closure_of([first, second]).warnings
    assert [(each.source, each.line) for each in found] == [("a.nt", 1), ("b.ttl", 5)]


def test_a_warning_in_words_and_as_plain_values() -> None:
    text = f'<{EX}a> <{EX}p> "300"^^<{BYTE}> .\n<{EX}a> <{OWL}members> <{EX}b> .\n'
    literal_, list_ = closure_of(written("a.nt", text)).warnings
    assert str(literal_) == (
        'a.nt, line 1: ill-typed literal: "300", as http://e/p of http://e/a, is no value of xsd:byte'
    )
    assert str(list_) == (
        "a.nt, line 2: malformed list: the rdf:List that begins at http://e/b, as owl:members of http://e/a, "
        "has a node without rdf:first: <http://e/b>; no rule reads it"
    )
    assert (literal_.node, list_.node) == (literal("300", BYTE), URIRef(f"{EX}b"))
    assert closure_of("a.nt").statistics()["warnings"] == [literal_.as_dict(), list_.as_dict()]
    assert literal_.as_dict() == {
        "kind": "ill-typed literal",
        "message": '"300", as http://e/p of http://e/a, is no value of xsd:byte',
        "source": "a.nt",
        "line": 1,
        "node": f'"300"^^<{BYTE}>',
    }


def test_an_axiom_that_follows_has_no_place() -> None:
    below = "<http://www.w3.org/2000/01/rdf-schema#subPropertyOf>"
    text = f"{PREFIXES}:m {below} owl:members .\n:a :m :b ."
    (found,) = closure_of(written("a.ttl", text)).warnings
    assert (found.source, found.line, found.node) == ("", None, URIRef(f"{EX}b"))
    assert str(found).startswith("malformed list: the rdf:List that begins at http://e/b, as owl:members of http://e/a")


def test_an_extension_keeps_the_warnings_and_their_lines() -> None:
    closed = closure_of(written("a.ttl", TURTLE))
    further = closed.extend(written("b.nt", f'<{EX}c> <{EX}p> "300"^^<{BYTE}> .\n'))
    assert further.warnings[:-1] == closed.warnings
    assert (further.warnings[-1].source, further.warnings[-1].line) == ("b.nt", 1)
    assert (closed.n_warnings, further.n_warnings) == (6, 7)


@pytest.mark.parametrize("engine", ["columns", "owlrl"])
def test_both_engines_warn_of_the_same_and_find_no_contradiction(engine: str) -> None:
    closed = closure_of(written("a.ttl", TURTLE), engine=engine)
    assert [each.line for each in closed.warnings] == TURTLE_LINES
    assert closed.inconsistencies == ()


def test_at_most_a_hundred_of_a_kind_are_listed() -> None:
    text = "".join(f'<{EX}{i}> <{EX}p> "300"^^<{BYTE}> .\n' for i in range(KEPT + 3))
    closed = closure_of(written("a.nt", text))
    assert (len(closed.warnings), closed.n_warnings) == (KEPT, KEPT + 3)
    assert [each.line for each in closed.warnings] == list(range(1, KEPT + 1))
    assert invoke("close", "a.nt", "-o", "out.nt").stderr.splitlines()[-1] == "3 more warnings not listed"


def test_many_malformed_lists_take_linear_time() -> None:
    text = "".join(f"<{EX}{i}> <{OWL}unionOf> <{EX}l{i}> .\n" for i in range(20_000))
    start = time.process_time()
    closed = closure_of(written("a.nt", text))
    assert (len(closed.warnings), closed.n_warnings) == (KEPT, 20_000)
    assert time.process_time() - start < 5


def test_a_long_literal_is_cut_in_its_sentence() -> None:
    text = f'<{EX}a> <{EX}p> "{"x" * 1000}"^^<{BYTE}> .\n'
    (found,) = closure_of(written("a.nt", text)).warnings
    assert found.message == f'"{"x" * 200}…", as http://e/p of http://e/a, is no value of xsd:byte'
    assert (len(str(found.node)), found.line) == (1000, 1)


def test_what_is_left_out_leniently_costs_no_line_before_it() -> None:
    text = LINES.replace("# <", "<").replace(f'<{EX}b> <{EX}p> "300"', f'<{EX}b> <{EX}p p> "300"')
    closed = closure_of(written("a.nt", text), lenient=True)
    assert closed.stats.skipped == 1
    assert [each.line for each in closed.warnings] == LINES_LINES


@pytest.mark.parametrize("name", ["a.nt", "a.ttl"])
def test_what_cannot_be_read_at_all_does_no_harm_to_a_second_look(name: str) -> None:
    end = f'"300"^^<{BYTE}> .\n'
    deep = "<<( <http://e/a> <http://e/p> " * 20_000 + end
    wrong = deep if name == "a.nt" else f"{PREFIXES}:a :p <<( :a :p :b )>> .\n"
    text = f"{wrong}<{EX}a> <{EX}p> {end}"
    closed = closure_of(written(name, text), lenient=True)
    assert (closed.stats.skipped, [each.line for each in closed.warnings]) == (1, [2 if name == "a.nt" else 3])


# --- a file and a graph answer alike


def test_a_graph_by_our_reader_warns_of_the_same() -> None:
    path = written("a.ttl", TURTLE)
    of_file, of_graph = closure_of(path).warnings, closure_of(read(path)).warnings
    said = [{each.message for each in found if each.kind == "ill-typed literal"} for found in (of_file, of_graph)]
    assert said[0] == said[1]
    assert (len(said[0]), len(of_file), len(of_graph)) == (3, 6, 6)


@pytest.mark.filterwarnings("ignore:Parsing weird boolean")
def test_what_rdflib_has_rewritten_is_told() -> None:
    text = f"{PREFIXES}:a :p 'maybe'^^xsd:boolean , 'x'^^xsd:integer .\n:b :p false , '01'^^xsd:integer ."
    of_file = closure_of(written("a.ttl", text))
    of_graph = closure_of(Graph().parse("a.ttl"))
    assert [str(each.node) for each in of_file.warnings] == ["maybe", "x"]
    assert {(each.kind, str(each.node)) for each in of_graph.warnings} == {
        ("ill-typed literal", "false"),
        ("ill-typed literal", "x"),
    }
    (lost,) = (each.message for each in of_graph.warnings if str(each.node) == "false")
    assert lost == (
        '"false" of xsd:boolean, as http://e/p of http://e/a, was another text before rdflib read it, and no value of '
        "xsd:boolean; give the file itself to see it"
    )
    again = of_graph.extend(written("c.nt", f"<{EX}c> <{EX}p> <{EX}d> .\n"))
    assert again.warnings == of_graph.warnings


@pytest.mark.parametrize(
    ("lexical", "datatype"),
    [("maybe", XSD.boolean), (" true ", XSD.boolean), ("zz", XSD.integer), ("31-12-2025", XSD.date), ("300", XSD.byte)],
)
def test_rdflib_is_quiet_about_any_literal(
    lexical: str, datatype: URIRef, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    made = literal(lexical, str(datatype))
    assert (str(made), made.datatype) == (lexical, datatype)
    assert made.n3() == f'"{lexical}"^^<{datatype}>'
    assert (caplog.records, recwarn.list) == ([], [])


def test_an_ill_typed_literal_has_no_value() -> None:
    assert [(made.value, made.ill_typed) for made in (literal("maybe", str(XSD.boolean)), literal("300", BYTE))] == [
        (None, True),
        (None, True),
    ]
    assert literal("300", BYTE) == Literal("300", datatype=XSD.byte)


# --- close


def test_close_tells_warnings_and_is_strict_on_request() -> None:
    written("a.nt", f'<{EX}a> <{EX}p> "300"^^<{BYTE}> .\n')
    done = invoke("close", "a.nt")
    assert (done.exit_code, done.stdout) == (0, f'<{EX}a> <{EX}p> "300"^^<{BYTE}> .\n')
    assert done.stderr == (
        'warning: a.nt, line 1: ill-typed literal: "300", as http://e/p of http://e/a, is no value of xsd:byte\n'
    )
    strict = invoke("close", "a.nt", "--strict")
    assert (strict.exit_code, strict.stdout, strict.stderr) == (1, done.stdout, done.stderr)
    written("b.nt", f'<{EX}a> <{EX}p> "30"^^<{BYTE}> .\n')
    assert invoke("close", "b.nt", "--strict").exit_code == 0


def test_a_list_that_is_none_is_closed_and_told() -> None:
    written("a.ttl", f"<{EX}a> <{OWL}members> <{EX}b> .")
    done = invoke("close", "a.ttl", "--axioms", "none")
    assert (done.exit_code, done.stdout) == (0, f"<{EX}a> <{OWL}members> <{EX}b> .\n")
    assert done.stderr.startswith("warning: a.ttl, line 1: malformed list: the rdf:List that begins at http://e/b, ")
    told = json.loads(invoke("close", "a.ttl", "--stats", "-o", "out.nt").stdout)
    assert (told["n_warnings"], [each["line"] for each in told["warnings"]]) == (1, [1])


def test_prove_reads_what_close_reads() -> None:
    written("a.ttl", f"{TURTLE}:x a :A . :A <http://www.w3.org/2000/01/rdf-schema#subClassOf> :B .")
    assert invoke("prove", f"<{EX}x> a <{EX}B>", "a.ttl").exit_code == 0


def test_standard_input_has_lines_and_no_trace_of_rdflib() -> None:
    command = [sys.executable, "-m", "sts_kg", "close", "-", "-o", "out.nt"]
    done = subprocess.run(command, input=TURTLE, capture_output=True, text=True, check=True)
    first, *warned = done.stderr.splitlines()
    assert first.startswith("17 triples asserted")
    assert [each.partition(":")[2].partition(":")[0] for each in warned] == [
        f" <stdin>, line {line}" for line in TURTLE_LINES
    ]
