"""The JSON that commands print is what docs/schemas says, key by key; docs/json.md lists every schema."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from sts_kg import cli

ROOT = Path(__file__).parents[1]
SCHEMAS = {path.name.partition(".")[0]: path for path in sorted((ROOT / "docs" / "schemas").glob("*.schema.json"))}

#: Schema to commands whose output it describes. `{tests}` is the folder of the tests.
COMMANDS = {
    "ask": [*(f"ask example:{case}" for case in "abcdefgh")],
    "check": ["check --queries odd"],
    "cohort-counts": ["cohort counts example:cohort", "cohort counts example:cohort --min-cell 1"],
    "cohort-manifest": ["cohort counts example:cohort --manifest -", "cohort counts bad.csv --manifest -"],
    "dump": ["push --files dump"],
    "explain": [
        *(
            f"explain example:{case} {option}"
            for case in "aefgi"
            for option in ("pazopanib", "chemotherapy", "comfort-care")
        ),
        "explain example:f pazopanib --reading D08",
        "explain example:f pazopanib --verdicts form.csv",
        "cohort explain example:cohort d pazopanib",
    ],
    "link": [
        f"link {{tests}}/{name}"
        for name in ("external.ttl", "external-second.ttl", "external-interactions.csv", "rxnorm")
    ],
    "mappings-validate": ["mappings validate ours.sssom.tsv"],
    "options": [
        *(f"options example:{case}" for case in "abcdefghijklm"),
        "options example:f --reading D08",
        "options example:f --verdicts form.csv",
        "options contradictory.yaml",
    ],
    "prove": [
        "prove 'sts:doxorubicin a sts:Therapy'",
        "prove 'case:f sts:hasFinding sts:finding-prior-chemotherapy' --cases example:f",
    ],
    "push": ["push --store store"],
    "queries": ["queries", "queries --queries mine"],
    "sources": ["sources"],
    "table": [
        "query drugs/drugs-and-brands",
        "query conditions/options-of-case --case f --cases example:f",
        "sparql 'SELECT ?s ?n { ?s sts:ordinal ?n }'",
        "codes codes.csv",
        "mappings conflicts ours.sssom.tsv",
        "cohort concepts",
        "cohort ask example:cohort",
        "cohort funnel example:cohort pazopanib",
        "cohort patterns example:cohort",
    ],
    "todo": [
        "new-guideline fever page.txt && check --guideline fever",
        "new-guideline fever page.txt && check --guideline fever/cases",
    ],
    "test": ["test wrong.yaml", "test right --engine sql", "test contradictory-golden.yaml"],
    "verify": ["push --store store --graphs asserted && push --store store --verify-only"],
    "what-if": [f"what-if example:{case} resectable=yes" for case in "bf"],
}

FILES = {
    "bad.csv": "case,stage4-sts\np1,yes\np1,no\np2,maybe\n",
    "codes.csv": "code,label\nCHEBI:71219,x\nCHEBI:1,y\nrxnorm:217701,\n",
    "contradictory-golden.yaml": "case: y\nfindings: {resectable: yes, unresectable: yes}\nexpected: {others: met}\n",
    "contradictory.yaml": "case: x\nfindings: {resectable: yes, unresectable: yes}\n",
    "form.csv": "decision,verdict,reading,reviewer,date,comment\nD08,agree,,A. Reviewer,2026-01-01,clear\n"
    "D01,other,D01=separate,A. Reviewer,2026-01-01,\n",
    "mine/own/all.rq": "#+ summary: All\n#+ description: Which are there?\n\nSELECT ?s { ?s ?p ?o } ORDER BY ?s\n",
    "odd/check/any.rq": "#+ summary: Any\n#+ description: Which option is there?\n\n"
    "SELECT ?subject ?message\nWHERE {\n  ?subject a <https://w3id.org/sts-kg/TreatmentOption> .\n"
    '  BIND("is there" AS ?message)\n}\nORDER BY ?subject\n',
    "page.txt": "A fever\n\nReed tea may be offered.\n",
    "right/a.yaml": "case: a\nexpected: {pazopanib: undetermined}\n",
    "wrong.yaml": "case: a\nfindings: {stage4-sts: yes}\nexpected: {pazopanib: met, others: undetermined}\n",
    "ours.sssom.tsv": "#mapping_set_id: https://example.org/ours\n#license: https://creativecommons.org/licenses/by/4.0/\n"
    "#curie_map:\n#  sts: https://w3id.org/sts-kg/\nsubject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    "sts:pazopanib\tskos:exactMatch\tatc:L01XE11\tsemapv:UnspecifiedMatching\n",
}


@cache
def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMAS[name].read_text(encoding="utf-8"))
    return found


@cache
def validator(name: str) -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resources(
        (schema(each)["$id"], Resource.from_contents(schema(each))) for each in SCHEMAS
    )
    return Draft202012Validator(schema(name), registry=registry)


def faults(name: str, value: object) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(value)]


@pytest.fixture
def folder(preloaded: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def output(command: str) -> Any:
    """Return what a command, or the last of some, prints as JSON, or writes as its manifest."""
    before, _, last = command.rpartition(" && ")
    if before:
        CliRunner().invoke(cli.app, shlex.split(before))
    words = shlex.split(last.replace("{tests}", str(ROOT / "tests")))
    if words[-1] == "-":
        CliRunner().invoke(cli.app, [*words[:-1], "manifest.json"])
        return json.loads(Path("manifest.json").read_text(encoding="utf-8"))
    return json.loads(CliRunner().invoke(cli.app, [*words, "--format", "json"]).stdout)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_names_itself(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"https://w3id.org/sts-kg/schemas/{name}.schema.json"
    assert list(open_objects(schema(name))) == []


def test_each_schema_has_commands_that_print_it() -> None:
    assert sorted(COMMANDS) == sorted(SCHEMAS)


def _names(*without: str) -> list[Any]:
    """Return the schemas as parameters of a test; all checks take ten seconds."""
    names = (name for name in SCHEMAS if name not in without)
    return [pytest.param(name, marks=[pytest.mark.slow] if name == "check" else []) for name in names]


@pytest.mark.parametrize("name", _names())
def test_commands_print_what_their_schema_says(name: str, folder: Path) -> None:
    for command in COMMANDS[name]:
        value = output(command)
        assert value, f"{command} prints something"
        assert faults(name, value) == [], command


@pytest.mark.parametrize("name", _names("table"))
def test_an_unknown_key_and_a_lost_one_are_seen(name: str, folder: Path) -> None:
    value = output(COMMANDS[name][0])
    places = {re.sub(r"\[\d+\]", "[]", at): each for at, each in reversed([*objects(value)])}
    assert places
    for at, each in places.items():
        each["new-key"] = 1
        assert faults(name, value) != [], at
        del each["new-key"]
    assert faults(name, value) == []
    first = value[0] if isinstance(value, list) else value
    del first[next(iter(first))]
    assert faults(name, value) != []


#: Keys whose value is an object with keys of the user's world: prefixes, headers, slots of SSSOM.
MAPS = {"absent", "coverage", "header", "row", "terms", "uncovered"}


def objects(value: Any, at: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object inside a value that is no map, with its place."""
    if isinstance(value, dict):
        if at.rpartition(".")[2] not in MAPS:
            yield at, value
        for key, inner in value.items():
            yield from objects(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from objects(inner, f"{at}[{number}]")


def open_objects(node: object, at: str = "$") -> Iterator[str]:
    """Yield where a schema lists properties and lets others in; what is referred to by others closes there."""
    if isinstance(node, dict):
        closed = node.get("additionalProperties") is False or node.get("unevaluatedProperties") is False
        if "properties" in node and not closed and not at.endswith("$defs.answer"):
            yield at
        for key, inner in node.items():
            if key != "properties" or not isinstance(inner, dict):
                yield from open_objects(inner, f"{at}.{key}")
            else:
                for name, each in inner.items():
                    yield from open_objects(each, f"{at}.{key}.{name}")
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from open_objects(inner, f"{at}[{number}]")


def test_the_page_lists_every_schema() -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(schemas/([\w-]+)\.schema\.json\)", page)) == sorted(SCHEMAS)
