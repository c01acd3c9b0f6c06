"""What reaches a terminal: tables of its width, and none of the characters of others that it would obey."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from sts_kg.safe import UNSAFE

pty = pytest.importorskip("pty", reason="needs a terminal of POSIX")

#: A sequence of colour, a C1 control of one character, a bidirectional override, a bell, a line separator.
EVIL = "\x1b[31mx\x9b31m\u202ey\x07\u2028"
#: What may stand in text where C0 may not, as in XML, YAML and IRIs.
MEEK = "x\x9b31m\u202ey\u2066"
#: An IRI as RDF allows it, in which all that follows would be shown from right to left.
IRI = "http://example.org/x\u202ey"
_OURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


_RUN = """
import json, sys
import sts_kg.workers
from sts_kg.cli import app
sts_kg.workers.most_memory = lambda: None  # one process for all commands, which is not watched
for words in json.loads(sys.argv[1]):
    try:
        app(words, prog_name="sts-kg")
    except SystemExit as end:
        print(f"<end {end.code}>", flush=True)
"""


def on_terminal(*commands: tuple[str, ...], folder: Path | None = None, columns: int = 80) -> list[str]:
    """Return what each command writes to a terminal, both streams."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, json.dumps(commands)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=kept | {"COLUMNS": str(columns), "TERM": "xterm", "PYTHONUTF8": "1"},
    )
    os.close(theirs)
    data = b""
    with suppress(OSError):  # Linux raises at the end
        while piece := os.read(ours, 1 << 16):
            data += piece
    os.close(ours)
    process.wait(timeout=60)
    *said, rest = re.split(r"<end .*>\n", data.decode().replace("\r\n", "\n"))
    assert (len(said), rest) == (len(commands), "")
    return said


def raw(text: str) -> list[str]:
    """Return what a terminal would obey and rich did not write: its own sequences begin with ESC [ and a number."""
    return UNSAFE.findall(_OURS.sub("", text).replace("\r", "")) + re.findall(r"\x1b\[31mx", text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of files whose names and content hold what a terminal would obey."""
    made = tmp_path_factory.mktemp("evil")
    quoted = json.dumps(EVIL)
    label = f"rdfs:label {quoted}"
    texts = {
        f"{EVIL}.yaml": f"case: e\nlabel: {quoted}\nfindings:\n  unresectable: yes\n",
        f"{EVIL}.csv": f"case,{MEEK}\na,yes\n",
        f"{EVIL}.json": json.dumps({"case": EVIL, "label": EVIL, "findings": {"unresectable": "yes"}}),
        "key.yaml": f"case: e\nfindings:\n  {quoted}: yes\n",
        "value.yaml": f"case: e\nfindings:\n  unresectable: {quoted}\n",
        "both.yaml": f"case: e\nlabel: {quoted}\nfindings:\n  unresectable: yes\n  resectable: yes\n",
        "both.csv": f"case,stage4-sts,lung-metastases\n{MEEK},no,yes\n",
        "cell.csv": f"case,stage4-sts\n{MEEK},{MEEK}\n",
        f"{EVIL}.ttl": (
            "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
            f"@prefix e: <{IRI}/> . @prefix sts: <https://w3id.org/sts-kg/> .\n"
            f"e:a a e:C, e:D ; {label} . e:C owl:disjointWith e:D .\n"
            f"<http://purl.obolibrary.org/obo/CHEBI_71219> {label} ."
        ),
        "wrong.ttl": f"<http://example.org/a> {EVIL} .",
        "wrong.xml": f'<?xml version="1.0"?><{MEEK}>&{MEEK};</a>',
        "wrong.jsonld": json.dumps({"@id": f"a b{EVIL}", EVIL: EVIL, "http://e/p": {"@id": f"x y{EVIL}"}}),
        "wrong.html": f"<!DOCTYPE html><html><title>{MEEK}</title></html>",
        "wrong.obo": f"format-version: 1.2\n\n[Term]\nid: {MEEK}\nname {MEEK}\n",
        "mine.sssom.tsv": (
            f"#curie_map:\n#  x: http://{MEEK}/\n#mapping_set_id: https://example.org/{MEEK}\n"
            "subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\n"
            f"sts:pazopanib\tskos:exactMatch\tx:{MEEK}\t{MEEK}\t{MEEK}\n"
        ),
        "own/mine/evil.rq": f"#+ summary: {MEEK}\n#+ description: {MEEK}\nSELECT ?a WHERE {{ ?a a ?b }} LIMIT 1\n",
        "evil.rq": f'SELECT (1 AS ?x) {{ ?a rdfs:label "{MEEK}" }} # {EVIL}\n',
        "page.txt": f"Soft {MEEK} tissue.\n",
        "verdicts.csv": f"decision,{MEEK}\nD01,{MEEK}\n",
    }  # fmt: skip
    for name, text in texts.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return made


_SELECT = f'SELECT ("{json.dumps(EVIL)[1:-1]}" AS ?text) (<{IRI}> AS ?iri) {{}}'
_CONSTRUCT = f'CONSTRUCT {{ <{IRI}> rdfs:label "{json.dumps(EVIL)[1:-1]}" }} {{}}'
_FORMS = ("table", "json", "srj", "csv", "tsv", "md", "spreadsheet")
_COMMANDS = [
    *(("options", f"{EVIL}.yaml", "--format", form) for form in ("table", "json", "csv", "spreadsheet")),
    *(("options", name) for name in (f"{EVIL}.csv", f"{EVIL}.json", "key.yaml", "value.yaml", "both.yaml", "both.csv")),
    ("options", "cell.csv"), ("options", f"{EVIL}{EVIL}"), ("options", f"{EVIL}.ttl"), ("options", "wrong.ttl"),
    ("options", "example:f", "--verdicts", "verdicts.csv"), ("options", "example:f", "--source", "page.txt"),
    *(("explain", f"{EVIL}.yaml", "pazopanib", "--format", form) for form in ("table", "json")),
    ("explain", f"{EVIL}.yaml", EVIL), ("explain", "both.yaml", "surgery"),
    ("explain", "example:f", "x", "--case", EVIL),
    ("ask", f"{EVIL}.yaml"), ("ask", f"{EVIL}.json"), ("ask", "both.csv"),
    ("what-if", f"{EVIL}.yaml", f"{EVIL}=yes"), ("what-if", f"{EVIL}.yaml", "resectable=yes"),
    *(("sparql", _SELECT, "--format", form) for form in _FORMS),
    *(("sparql", _CONSTRUCT, "--format", form) for form in ("ttl", "nt", "rdf", "jsonld")),
    ("sparql", "-f", "evil.rq"), ("sparql", f"SELECT {EVIL}"), ("sparql", f"SELECT ?x {{ ?x a <http://e/{EVIL}> }}"),
    ("query", "mine/evil", "--queries", "own", "--help"), ("query", "mine/evil", "--queries", "own", "--show"),
    ("queries", "--queries", "own", "--topic", "mine"), ("queries", "--topic", EVIL), ("query", EVIL),
    ("query", "drugs/options-with-drug", "--drug", EVIL), ("query", "drugs/options-with-drug", f"--{EVIL}"),
    ("query", "drugs/options-with-drug", "--cases", f"{EVIL}.yaml", "--store", EVIL),
    ("close", f"{EVIL}.ttl"), ("close", f"{EVIL}.ttl", "--stats"), ("close", f"{EVIL}.ttl", "-o", f"{EVIL}.nt"),
    *(("close", name) for name in ("wrong.ttl", "wrong.xml", "wrong.jsonld", "wrong.html", "wrong.obo", EVIL)),
    *(("prove", f"<{IRI}/a> a owl:Thing", f"{EVIL}.ttl", "--format", form) for form in ("text", "md", "json")),
    ("prove", f"sts:{EVIL} a sts:b"), ("prove", f"sts:x rdfs:label \"{MEEK}\""),
    ("prove", f"<http://e/{MEEK}> a sts:b"),
    *(("link", f"{EVIL}.ttl", "--format", form) for form in ("text", "md", "json")),
    ("link", f"{EVIL}.ttl", "-o", f"{EVIL}.nq"), ("link", "--seed", EVIL, f"{EVIL}.ttl"),
    *(("mappings", "validate", "mine.sssom.tsv", "--format", form) for form in ("text", "json")),
    ("mappings", "export", "mine.sssom.tsv"), ("mappings", EVIL), ("mappings", "export", EVIL),
    ("mappings", "export", "drugs", "-o", f"{EVIL}.json"), ("mappings", "--prefix", EVIL),
    ("sources", EVIL), ("source", "diff", "page.txt", "page.txt"),
    ("review", "-o", "x.html", "--verdicts", "verdicts.csv"),
    ("export", "-o", f"{EVIL}.nt"), ("export", "-o", EVIL), ("export", "-o", "a.ttl", "--alignment", EVIL),
    ("export", "-o", "e.ttl", "--cases", f"{EVIL}.yaml"), ("describe", "void", f"{EVIL}.yaml"),
    ("push", "--store", f"{EVIL}s", "--cases", f"{EVIL}.json"), ("push", "--store", f"{EVIL}s", "--verify-only"),
    ("push", "--store", f"{EVIL}.yaml"), ("push", "--graphs", EVIL), (EVIL,), (f"--{EVIL}",),
]  # fmt: skip


@pytest.mark.slow
def test_no_character_that_a_terminal_would_obey_reaches_it(folder: Path) -> None:
    said = dict(zip(_COMMANDS, on_terminal(*_COMMANDS, folder=folder), strict=True))
    assert {words: raw(text) for words, text in said.items() if raw(text)} == {}
    assert [words for words, text in said.items() if not text or "Traceback" in text] == []


@pytest.mark.slow
def test_tables_fit_a_terminal_and_lose_no_word(folder: Path) -> None:
    commands = [("options", "example:f"), ("queries",), ("sources",), ("mappings", "pazopanib"), ("ask", "example:f")]
    for words, narrow in zip(commands, on_terminal(*commands, folder=folder), strict=True):
        lines = _OURS.sub("", narrow.rpartition("\x1b[2K")[2]).splitlines()
        assert max(map(len, lines)) <= 80, words
        command = [sys.executable, "-m", "sts_kg", *words]
        wide = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
        assert sorted(re.findall("[^\\s-]", "".join(lines))) == sorted(re.findall("[^\\s-]", wide)), words


def test_json_on_a_terminal_is_json_of_the_same_value(folder: Path) -> None:
    said = on_terminal(("sparql", _SELECT, "--format", "json"), folder=folder)[0].rpartition("\x1b[2K")[2]
    assert json.loads(said) == [{"text": EVIL, "iri": IRI}]


def test_a_terminal_is_told_how_many_cases_are_answered(tmp_path: Path) -> None:
    rows = "".join(f"p{number},yes\n" for number in range(501))
    (tmp_path / "cohort.csv").write_text(f"case,stage4-sts\n{rows}", encoding="utf-8")
    [said] = on_terminal(("options", "cohort.csv", "--status", "contradictory"), folder=tmp_path)
    assert "reasoning … 500 of 501 cases answered" in said
    assert re.sub(r"\r|.*reasoning ….*", "", _OURS.sub("", said)).strip() == ""


def test_what_golden_cases_differ_in_can_be_read_at_80_columns(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("case: b\nfindings: {stage4-sts: yes}\nexpected: {pazopanib: not-met}\n")
    (said,) = on_terminal(("test", "b.yaml"), folder=tmp_path, columns=80)
    lines = [line.rstrip() for line in said.splitlines() if "testing" not in line]
    assert max(map(len, lines)) <= 80
    assert "  pazopanib: expected not met, found undetermined" in lines
    assert all(line.startswith("    ") for line in lines if "growth-within" in line or "The source does" in line)
