"""A formulary of codes of one's own against the page: every code accounted for, by an evaluator of the test too."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from sts_kg import KnowledgeGraph, ParseError, Table, UnknownNameError, load
from sts_kg.cli import app
from sts_kg.guideline.data import ontology_folder

OURS = ["doxorubicin", "ifosfamide", "pazopanib", "sbrt", "wide-local-excision", "surgery", "chemotherapy"]
NOT_EXACT = ["close", "broad", "narrow", "related"]
BACK = {"broad": "narrow", "narrow": "broad"}
HEAD = """\
#curie_map:
#  EX: https://hospital.example/drug/
#  NEW: https://region.example/code/
#  CHEBI: http://purl.obolibrary.org/obo/CHEBI_
#  NCIT: http://purl.obolibrary.org/obo/NCIT_
#  IAO: http://purl.obolibrary.org/obo/IAO_
#  sts: https://w3id.org/sts-kg/
#mapping_set_id: https://hospital.example/mappings/formulary
#license: https://creativecommons.org/licenses/by/4.0/
subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification
"""
Row = tuple[str, str, str]  # subject, match (denied with !), object


def written(path: Path, rows: list[Row]) -> Path:
    lines = []
    for subject, match, object in rows:
        predicate = match.lstrip("!") if ":" in match else f"skos:{match.lstrip('!')}Match"
        denied = "Not" if match.startswith("!") else ""
        lines.append("\t".join((subject, predicate, denied, object, "semapv:ManualMappingCuration")) + "\n")
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    return path


def shipped_rows() -> list[Row]:
    """The rows of the shipped sets about ChEBI and NCIt, by no reader of ours."""
    found = []
    for path in sorted((ontology_folder() / "mappings").glob("*.sssom.tsv")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["object_id"].startswith(("CHEBI:", "NCIT:")):
                match = row["predicate_id"].removeprefix("skos:").removesuffix("Match")
                denied = "!" if row.get("predicate_modifier") == "Not" else ""
                found.append((row["subject_id"], denied + match, row["object_id"]))
    return found


def formulary(seed: int) -> tuple[list[Row], dict[str, str]]:
    """Rows and list of 500 codes, of which 50 are wrong or retired; the list says of each whether it is retired."""
    chance = random.Random(seed)
    rows: list[Row] = []
    exact = [row[2] for row in shipped_rows() if row[1] == "exact"]
    near = [row[2] for row in shipped_rows() if row[1] in NOT_EXACT and row[2] not in exact]
    codes = [f"{number:06}" for number in chance.sample(range(1_000_000), 500)]
    retired = dict.fromkeys(codes, "")
    for number, code in enumerate(codes):
        mine, ours = f"EX:{code}", f"sts:{chance.choice(OURS)}"
        kind = number % 10
        if kind == 0:  # wrong or retired
            how = (number // 10) % 4
            if how == 0:
                continue
            if how == 1:
                retired[code] = chance.choice(["yes", "TRUE", "x"])
                rows.append((mine, "exact", ours))
            elif how == 2:
                rows.append((mine, "IAO:0100001", f"EX:{codes[(number + chance.choice([1, 2, 3, 4])) % 500]}"))
            else:
                retired[code] = "yes"
        elif kind in (1, 2):
            rows.append((mine, "exact", ours) if chance.random() < 0.5 else (ours, "exact", mine))
        elif kind in (3, 4):
            end = chance.choice(exact)
            steps = [mine, *(f"NEW:{code}-{step}" for step in range(chance.randrange(3))), end]
            for pair in pairwise(steps):
                first, second = pair if chance.random() < 0.5 else pair[::-1]
                rows.append((first, "exact", second))
            if chance.random() < 0.3:
                rows.append((mine, "!exact", ours))
            elif len(steps) > 2 and chance.random() < 0.3:
                rows.append((steps[1], "!exact", steps[0]))
        elif kind == 5:
            rows.append((mine, chance.choice(NOT_EXACT), ours))
        elif kind == 6:
            rows.append((mine, "exact", chance.choice(near)))
        elif kind == 7:
            rows.append((mine, "exact", f"NEW:{code}"))
            if chance.random() < 0.3:
                rows.append((f"NEW:{code}", chance.choice(NOT_EXACT), ours))
        elif kind == 8:
            rows.append((mine, "!exact", ours))
            if chance.random() < 0.5:
                rows.append((ours, "exact", mine))
        else:
            rows.append((mine, "exact", "sssom:NoTermFound"))
    chance.shuffle(rows)
    return rows, retired


class Evaluator:
    """What becomes of each code, by walking from the code over rows as they are written."""

    def __init__(self, rows: list[Row]) -> None:
        denied = {frozenset((a, b)): match[1:] for a, match, b in rows if match[0] == "!"}
        self.denied = {frozenset((a, b)) for a, match, b in rows if match == "!exact"}
        self.rows = [row for row in rows if row[1][0] != "!" and denied.get(frozenset((row[0], row[2]))) != row[1]]
        self.beside: dict[str, set[str]] = defaultdict(set)
        self.known = {end for a, _, b in rows for end in (a, b)}
        self.denials = {(end, other) for a, match, b in rows if match[0] == "!" for end, other in ((a, b), (b, a))}
        for a, match, b in self.rows:
            if match == "exact" and "sssom:NoTermFound" not in (a, b):
                self.beside[a].add(b)
                self.beside[b].add(a)

    def meant(self, code: str) -> set[tuple[str, str]]:
        found = set()
        for a, match, b in self.rows:
            if a == code and b.startswith("sts:"):
                found.add((b, BACK.get(match, match)))
            if b == code and a.startswith("sts:"):
                found.add((a, match))
        seen, ahead = {code}, [code]
        while ahead:
            for each in self.beside[ahead.pop()] - seen:
                seen.add(each)
                if each.startswith("sts:"):
                    found.add((each, "exact"))
                else:
                    ahead.append(each)
        return {(term, match) for term, match in found if match != "exact" or {term, code} not in self.denied}

    def of(self, code: str, retired: bool) -> tuple[str, set[tuple[str, str]]]:
        if code not in self.known:
            return "retired" if retired else "unknown", set()
        replaced = [b for a, match, b in self.rows if a == code and match == "IAO:0100001"]
        meant = self.meant(code)
        if retired or replaced:
            return "retired", meant or {each for other in replaced for each in self.meant(other)}
        if meant:
            return "found", meant
        denied = {(term, "exact") for one, term in self.denials if one == code and term.startswith("sts:")}
        held = any(code in (a, b) for a, match, b in self.rows if ":" not in match)
        others = not held and any(one == code for one, _ in self.denials)
        return ("denied", denied) if denied or others else ("not spoken of", set())


def spoken(kg: KnowledgeGraph) -> dict[str, tuple[set[str], set[str]]]:
    """Options and sentences of each term, by SPARQL on the closed graph."""
    answer = kg.sparql(
        """SELECT ?term ?option ?segment {
          { ?option sts:hasComponent|sts:hasOptionalComponent ?part . ?part sts:kindOf* ?term }
          UNION { ?option sts:hasModality ?term }
          UNION { ?option a sts:TreatmentOption BIND(?option AS ?term) }
          ?recommendation sts:recommendsOption ?option ; prov:wasQuotedFrom ?segment }"""
    )
    quoted = kg.sparql("SELECT ?term ?segment { ?term prov:wasQuotedFrom ?segment }")
    assert isinstance(answer, Table)
    assert isinstance(quoted, Table)
    found: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for term, option, segment in answer.curies():
        found[term][0].add(option.removeprefix("sts:"))
        found[term][1].add(segment.removeprefix("sts:"))
    for term, segment in quoted.curies():
        found[term][1].add(segment.removeprefix("sts:"))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_code_of_a_formulary_is_accounted_for(kg: KnowledgeGraph, tmp_path: Path, seed: int) -> None:
    rows, retired = formulary(seed)
    there, where = Evaluator([*shipped_rows(), *rows]), spoken(kg)
    file = tmp_path / "formulary.csv"
    lines = [f"{code};Präparat {code};{word}\n" for code, word in retired.items()]
    file.write_text("Code;Label;Retired\n" + "".join(lines), encoding="utf-8-sig")
    table = kg.with_mappings(written(tmp_path / "local.sssom.tsv", rows)).codes(file, prefix="EX")
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in table:
        found[str(row[0])].append(tuple("" if cell is None else str(cell) for cell in row))
    assert list(found) == list(retired)
    assert len(found) == 500
    counts: Counter[str] = Counter()
    for code, rows_of in found.items():
        status, meant = there.of(f"EX:{code}", bool(retired[code]))
        counts[status] += 1
        base = "https://w3id.org/sts-kg/"
        assert {row[2] for row in rows_of} == {status}, code
        assert {(f"sts:{row[3].removeprefix(base)}", row[4]) for row in rows_of if row[3]} == meant, code
        assert {row[1] for row in rows_of} == {f"Präparat {code}"}
        for cells in rows_of:
            options, sentences = where[f"sts:{cells[3].removeprefix(base)}"] if cells[3] else (set(), set())
            expected = (set(), set()) if status == "denied" else (options, sentences)
            assert (set(cells[6].split()), set(cells[7].split())) == expected, code
            assert not cells[3] or f"EX:{code} " in cells[5], code
    assert counts["unknown"] + counts["retired"] == 50
    assert table.notes == (
        "500 codes: "
        + ", ".join(f"{counts[each]} {each}" for each in ("found", "not spoken of", "denied", "retired", "unknown")),
    )


ROWS: list[Row] = [
    ("EX:0001", "exact", "CHEBI:28748"),
    ("EX:0002", "broad", "sts:pazopanib"),
    ("EX:0003", "!exact", "sts:ifosfamide"),
    ("EX:0004", "IAO:0100001", "EX:0001"),
    ("EX:0005", "exact", "CHEBI:71217"),
    ("EX:0006", "exact", "NEW:6"),
    ("EX:0007", "exact", "sssom:NoTermFound"),
    ("EX:28748", "exact", "sts:surgery"),
    ("NEW:0002", "exact", "NEW:one"),
]
DIRECT = "EX:0001 skos:exactMatch CHEBI:28748 (local.sssom.tsv, line 11)"
CHAIN = f"sts:doxorubicin skos:exactMatch CHEBI:28748 (drugs.sssom.tsv); {DIRECT}"


@pytest.fixture
def local(tmp_path: Path) -> Path:
    return written(tmp_path / "local.sssom.tsv", ROWS)


def told(kg: KnowledgeGraph, *codes: str, prefix: str | None = None) -> list[tuple[str, ...]]:
    """Code, status, term, match, chain, options, sentences, note of each row."""
    table = kg.codes(codes, prefix=prefix)
    shown = re.compile(r"(?<=drugs.sssom.tsv), line [0-9]+")
    cells = [tuple("" if cell is None else shown.sub("", str(cell)) for cell in row) for row in table.curies()]
    return [(row[0], *row[2:]) for row in cells]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "EX:0001",
            (
                "found",
                "sts:doxorubicin",
                "exact",
                CHAIN,
                "option-doxorubicin-alone option-doxorubicin-ifosfamide",
                "S09 S10",
                "",
            ),
        ),
        (
            "EX:0002",
            (
                "found",
                "sts:pazopanib",
                "narrow",
                "EX:0002 skos:broadMatch sts:pazopanib (local.sssom.tsv, line 12)",
                "option-pazopanib",
                "S14 S15",
                "",
            ),
        ),
        (
            "EX:0003",
            (
                "denied",
                "sts:ifosfamide",
                "exact",
                "EX:0003 not skos:exactMatch sts:ifosfamide (local.sssom.tsv, line 13)",
                "",
                "",
                "",
            ),
        ),
        (
            "EX:0004",
            (
                "retired",
                "sts:doxorubicin",
                "exact",
                f"EX:0004 IAO:0100001 EX:0001 (local.sssom.tsv, line 14); {CHAIN}",
                "option-doxorubicin-alone option-doxorubicin-ifosfamide",
                "S09 S10",
                "replaced by EX:0001",
            ),
        ),
        (
            "EX:0005",
            (
                "not spoken of",
                "",
                "",
                "EX:0005 skos:exactMatch CHEBI:71217 (local.sssom.tsv, line 15)",
                "",
                "",
                "CHEBI:71217 is a close match of sts:pazopanib",
            ),
        ),
        ("EX:0007", ("not spoken of", "", "", "", "", "", "EX:0007 skos:exactMatch sssom:NoTermFound")),
        ("1", ("unknown", "", "", "", "", "", "perhaps 0001")),
        ("ex-0001", ("unknown", "", "", "", "", "", "")),
        ("0002", ("unknown", "", "", "", "", "", "may be EX:0002 or NEW:0002; give a prefix")),
        ("ZZ:1", ("unknown", "", "", "", "", "", "the prefix 'ZZ' is unknown")),
        (
            "https://hospital.example/drug/0003",
            (
                "denied",
                "sts:ifosfamide",
                "exact",
                "EX:0003 not skos:exactMatch sts:ifosfamide (local.sssom.tsv, line 13)",
                "",
                "",
                "",
            ),
        ),
    ],
)
def test_a_code_has_a_status_and_the_rows_that_lead_to_it(
    kg: KnowledgeGraph, local: Path, code: str, expected: tuple[str, ...]
) -> None:
    assert told(kg.with_mappings(local), code) == [(code, *expected)]


def test_a_code_alone_is_of_ones_own_sets_before_the_shipped_ones(kg: KnowledgeGraph, local: Path) -> None:
    own = kg.with_mappings(local)
    assert [row[2] for row in told(own, "28748")] == ["sts:surgery"]
    assert [row[2] for row in told(kg, "28748")] == ["sts:doxorubicin"]
    assert [row[2] for row in told(own, "28748", prefix="chebi")] == ["sts:doxorubicin"]
    with pytest.raises(UnknownNameError, match="prefix 'EXX'"):
        own.codes(["1"], prefix="EXX")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("code,label\n0001,Präparat\n", "utf-8"),
        ("\ufeffCode;Label\r\n0001;Präparat\r\n", "utf-8"),
        ("sep=;\nCODE;LABEL\n0001;Präparat\n", "utf-8"),
        ("code\tlabel\n0001\tPräparat\n", "utf-16"),
        ("code;label\n0001;Präparat\n", "cp1252"),
    ],
)
def test_lists_are_read_as_spreadsheets_write_them(
    kg: KnowledgeGraph, tmp_path: Path, local: Path, text: str, encoding: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(text.encode(encoding))
    (row,) = kg.with_mappings(local).codes(file, encoding=encoding if encoding == "cp1252" else None)
    assert [str(cell) for cell in row[:4]] == ["0001", "Präparat", "found", "https://w3id.org/sts-kg/doxorubicin"]


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"code\n\xe4\n", None, "list.csv, line 2: is not UTF-8 text"),
        (b"code\n\xe4\n", "ascii", "list.csv, line 2: is not text in ascii"),
        (b"code\n1\n", "cp125", "there is no encoding 'cp125'; cp1252 is one"),
        (b"code\n1\n", "base64", "there is no encoding 'base64'; cp1252 is one"),
        (b"id;name\n1;x\n", None, "list.csv, line 1: one column 'code' was expected; there are id, name; name the one"),
        (b"", None, "there are none"),
        (b"code;label\n1;x\n;y\n", None, "list.csv, line 3: the row has no code; fill it in, or leave the row out"),
        (b"code;retired\n1;maybe\n", None, "list.csv, line 2, column 2: retired: 'maybe' is neither yes nor no"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_line(
    kg: KnowledgeGraph, tmp_path: Path, data: bytes, encoding: str | None, said: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(data)
    with pytest.raises(ParseError) as caught:
        kg.codes(file, encoding=encoding)
    assert said in str(caught.value)


def test_the_command_counts_codes_and_names_what_it_does_not_read(tmp_path: Path, local: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Nr;Price;Retired\n0001;3;\n0001;4;yes\n0003;1;no\n9;1;\n", encoding="utf-8")
    done = CliRunner().invoke(
        app, ["codes", str(file), "--mappings", str(local), "--column", "nr", "--prefix", "ex", "--format", "csv"]
    )
    assert done.exit_code == 2, done.output
    done = CliRunner().invoke(
        app, ["codes", str(file), "--mappings", str(local), "--column", "nr", "--prefix", "EX", "--format", "csv"]
    )
    assert done.exit_code == 0, done.output
    assert [line.split(",")[:3] for line in done.stdout.splitlines()] == [
        ["code", "label", "status"],
        ["0001", "", "retired"],
        ["0003", "", "denied"],
        ["9", "", "unknown"],
    ]
    assert done.stderr.splitlines() == [
        "3 codes: 0 found, 0 not spoken of, 1 denied, 1 retired, 1 unknown",
        "1 code stood in several rows",
        "0001: lines 2, 3 differ; the first label is taken, and that it is retired",
        "not read: price",
    ]


def test_rows_of_one_code_that_differ_are_told_with_their_lines(kg: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("code,label\nCHEBI:71219,Pazo\nCHEBI:5864,Ifo\nCHEBI:71219,Ifo\nCHEBI:5864,Ifo\nCHEBI:5864,\n")
    assert kg.codes(file).notes[1:] == (
        "2 codes stood in several rows",
        "CHEBI:71219: lines 2, 4 differ; the first label is taken",
    )


def test_codes_of_ones_own_name_terms_everywhere(tmp_path: Path, local: Path) -> None:
    kg = load().with_mappings(local)
    found = kg.query("drugs/options-with-drug", drug="EX:0001")
    assert found == load().query("drugs/options-with-drug", drug="doxorubicin")
    about = kg.query("links/about-external-id", external="EX:0001")
    assert isinstance(about, Table)
    assert {str(each) for each in about.column("entity")} == {"https://w3id.org/sts-kg/doxorubicin"}
    kg.push(tmp_path / "store", kinds=("asserted", "inferred", "mappings"))
    kept = load(store=tmp_path / "store")
    assert kept.query("links/about-external-id", external="EX:0001") == about
    assert kept.query("drugs/options-with-drug", drug="EX:0001") == found
    assert told(kept, "EX:0002")[0][1:4] == ("found", "sts:pazopanib", "narrow")
    assert [(row.object_id, row.mapping_justification) for _, row in kept.mapping_rows("doxorubicin", prefix="EX")] == [
        ("EX:0001", "semapv:MappingChaining")
    ]
