"""How good proposed mappings are, by what curators decided, and beside OAK's lexmatch (`make bench-proposals`).

The terms of one vocabulary stand for ours, a document is held against them as `sts-kg mappings propose` does. A pair is
*right* if curators say that both terms are exact matches; *wrong* if they deny it, or if they match one of both to
another term of the same vocabulary; otherwise nobody decided, and it does not count. Recall is of the pairs that
curators match and whose terms are there.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from bench.inputs import DATA
from sts_kg import load
from sts_kg.links import link, shipped
from sts_kg.links.candidates import Candidates, Row
from sts_kg.links.external import External
from sts_kg.links.joins import XREFS
from sts_kg.links.proposals import evidence_of, kind_of
from sts_kg.links.report import Candidate
from sts_kg.rdf import STS, Prefixes
from sts_kg.tables.layout import text_table

EXTERNAL = DATA.parent / "external"
CHEBI, MAXO, DRUGS, OAE = (
    EXTERNAL / f"{name}.owl.gz"
    for name in (
        *("maxo-chebi-import-2020-12-10", "maxo-2024-07-29", "drugcentral-2021-09-01"),
        "oae-dinto-subset",
    )
)
#: Pairs of vocabularies of which Biomappings has decided many: those that stand for ours, and the document.
PAIRS = (
    *(("chebi", "mesh"), ("doid", "mesh"), ("mesh", "ncit"), ("go", "mesh"), ("efo", "mesh"), ("hp", "mesh")),
    *(("mondo", "mesh"), ("maxo", "mesh"), ("uberon", "mesh"), ("cl", "mesh"), ("dron", "vo"), ("doid", "efo")),
    *(("chebi", "efo"), ("uberon", "bto")),
)
_XREF = next(iter(XREFS))
Pair = tuple[str, str]


class Decided:
    """The pairs that curators match exactly, and those that they deny."""

    def __init__(self, yes: Iterable[Pair], no: Iterable[Pair] = ()) -> None:
        self.yes, self.no = {*yes}, {*no}
        self._others = {(one, _prefix(other)) for pair in self.yes for one, other in (pair, pair[::-1])}

    def judged(self, pair: Pair) -> bool | None:
        """Return whether a pair is right, or None if nobody decided."""
        if pair in self.yes:
            return True
        known = {(pair[0], _prefix(pair[1])), (pair[1], _prefix(pair[0]))} & self._others
        return False if known or pair in self.no else None

    def of(self, terms: Iterable[str]) -> Decided:
        """Return the same of pairs whose second term is one of these."""
        there = {*terms}
        return Decided({pair for pair in self.yes if pair[1] in there}, self.no)

    def line(self, pairs: Iterable[Pair]) -> list[str]:
        """Return the numbers of right, wrong and undecided pairs, precision and recall."""
        counts = Counter(map(self.judged, {*pairs}))
        right, wrong = counts[True], counts[False]
        shares = (right / ((right + wrong) or 1), right / (len(self.yes) or 1))
        return [*map(str, (right, wrong, counts[None], len(self.yes))), *(f"{share:.3f}" for share in shares)]


def _prefix(term: str) -> str:
    return term.partition(":")[0]


def _small(term: str) -> str:
    prefix, _, local = term.partition(":")
    return f"{prefix.lower()}:{local}"


# --- Biomappings


@cache
def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a file of Biomappings."""
    with (folder / f"{name}.sssom.tsv").open(encoding="utf-8") as file:
        return [*csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t")]


@cache
def labels(folder: Path, prefix: str) -> dict[str, str]:
    """Return the label of each term of a vocabulary that Biomappings names, decided or not."""
    found = {}
    for name in ("predictions", "unsure", "negative", "positive"):
        for row in rows(folder, name):
            for end in ("subject", "object"):
                if _prefix(row[f"{end}_id"]) == prefix and row[f"{end}_label"]:
                    found[row[f"{end}_id"]] = row[f"{end}_label"]
    return found


def decided(folder: Path, first: str, seconds: Sequence[str]) -> Decided:
    """Return what Biomappings has of exact matches between a vocabulary and some others."""
    found: dict[str, set[Pair]] = {}
    for name in ("positive", "negative"):
        pairs = {(row["subject_id"], row["object_id"]) for row in rows(folder, name) if _exact(row)}
        both = pairs | {pair[::-1] for pair in pairs}
        found[name] = {pair for pair in both if _prefix(pair[0]) == first and _prefix(pair[1]) in seconds}
    return Decided(found["positive"], found["negative"])


def _exact(row: dict[str, str]) -> bool:
    return row["predicate_id"] == "skos:exactMatch"


# --- what is proposed


def candidates(
    names: dict[str, str], external: External, identifiers: Iterable[tuple[str, str]] = ()
) -> list[tuple[Pair, Candidate]]:
    """Return what a document proposes for terms that stand for ours, with their names, and the time that it took."""
    graph = Graph()
    for term, name in names.items():
        graph.add((URIRef(f"urn:{term}"), RDF.type, STS.Finding))
        graph.add((URIRef(f"urn:{term}"), RDFS.label, Literal(name)))
    ours = [Row(URIRef(f"urn:{next(iter(names))}"), SKOS.relatedMatch, "x:1", "")]  # of which kind ours are
    ours += [Row(URIRef(f"urn:{term}"), SKOS.exactMatch, value, "") for term, value in identifiers]
    found = Candidates(graph, ours, ()).of(external, "document").candidates
    return [((str(one.subject).removeprefix("urn:"), _small(one.object.removeprefix("urn:"))), one) for one in found]


def document(names: dict[str, str], folder: Path) -> External:
    """Return a document that says the label of each term."""
    path = folder / "document.ttl"
    graph = Graph()
    for term, name in names.items():
        graph.add((URIRef(f"urn:{term.replace(' ', '_')}"), RDFS.label, Literal(name)))
    path.write_text(graph.serialize(format="nt"), encoding="utf-8")
    return External(path)


def described(external: External) -> set[str]:
    """Return the CURIEs of the terms of a document that are not obsolete, the prefix in small letters."""
    known = Prefixes.shipped()
    return {
        _small(known.compress(external.text(term)) or "")
        for term in external.described().tolist()
        if not external.is_deprecated(term)
    }


class Tally:
    """How many candidates of each kind of evidence are right and wrong: what `MEASURED` holds."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[bool | None]] = defaultdict(Counter)

    def add(self, found: list[tuple[Pair, Candidate]], by: Decided) -> None:
        """Count candidates by what curators decided."""
        for (pair, _), (kind, _) in zip(found, evidence_of([one for _, one in found]), strict=True):
            self.counts[kind or "broader or narrower synonym"][by.judged(pair)] += 1

    def __str__(self) -> str:
        lines = [
            [kind, *map(str, (count[True], count[False], count[None])), _share(count)]
            for kind, count in sorted(self.counts.items())
        ]
        return text_table(("evidence", "right", "wrong", "undecided", "share"), lines)


def _share(count: Counter[bool | None]) -> str:
    """Return the share that is right, by the rule of succession: of few decisions none is certain."""
    decided = count[True] + count[False]
    return f"{(count[True] + 1) / (decided + 2):.2f}" if decided else ""


# --- OAK


def by_oak(runoak: str, files: Sequence[str], folder: Path) -> tuple[set[Pair], float]:
    """Return the pairs that OAK's lexmatch finds between two ontologies, each as its adapter reads it, and its time."""
    output, start = folder / "oak.sssom.tsv", time.perf_counter()
    subprocess.run([runoak, "-i", files[0], "-a", files[1], "lexmatch", "-o", str(output)], check=True)
    seconds = time.perf_counter() - start
    found = set()
    with output.open(encoding="utf-8") as file:
        for row in csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"):
            ends = _small(row["subject_id"]), _small(row["object_id"])
            found |= {ends, ends[::-1]}
    return found, seconds


def obo(names: dict[str, list[tuple[str, str]]], path: Path) -> str:
    """Write the names of a vocabulary, each with its scope, as OBO, and return how OAK is told to read it."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"format-version: 1.2\nontology: {path.stem}\n")
        for term, given in sorted(names.items()):
            label = next((name for name, scope in given if not scope), "")
            others = "".join(f'synonym: "{_quoted(name)}" {scope} []\n' for name, scope in given if scope)
            file.write(f"\n[Term]\nid: {term}\nname: {label}\n{others}")
    return f"simpleobo:{path}"


def _quoted(name: str) -> str:
    return " ".join(name.replace("\\", "\\\\").replace('"', '\\"').split())


def labelled(names: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return labels as names with their scopes."""
    return {term: [(name, "")] for term, name in names.items()}


def names_of(external: External) -> dict[str, list[tuple[str, str]]]:
    """Return the names of the terms of a document that are not obsolete, with the scopes of OBO; '' of a label."""
    known, found = Prefixes.shipped(), defaultdict(list)
    for term, name in external.named():
        curie = known.compress(external.text(term))
        if curie and not external.is_deprecated(term):
            by = external.naming(term, name)[0][0].rpartition("#")[2]
            scope = by.removeprefix("has").removesuffix("Synonym").upper()
            found[curie].append((name, "" if by == "label" else scope if scope in _SCOPES else "RELATED"))
    return found


_SCOPES = ("EXACT", "BROAD", "NARROW", "RELATED")


# --- the tables


def held_out() -> list[list[str]]:
    """Return what is proposed for our own terms where all our rows of a vocabulary are taken away."""
    lines = []
    ours = load().asserted
    for prefix, file in (("MAXO", MAXO), ("drugcentral", DRUGS), ("UBERON", MAXO), ("OAE", OAE)):
        about = [row for each in shipped() for row in each.mappings if _prefix(str(row.object_id)) == prefix]
        pairs: dict[bool, set[Pair]] = {True: set(), False: set()}
        for row in about:
            pairs[row.negative].add((str(row.subject_id), str(row.object_id)))
        without = [
            replace(each, mappings=tuple(row for row in each.mappings if row not in about)) for each in shipped()
        ]
        report = link([file], ours, sets=without, slice="star")
        found = {(f"sts:{str(one.subject).rpartition('/')[2]}", one.object) for one in report.evidence}
        mine = {pair for pair in found if _prefix(pair[1]) == prefix}
        lines.append([f"ours, {prefix} taken away", *Decided(pairs[False], pairs[True]).line(mine), ""])
        print(prefix, sorted(mine - pairs[False]), sorted(pairs[False] - mine))
    return lines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("biomappings", type=Path, help="the folder `resources` of biomappings, as its wheel has it")
    parser.add_argument("--oak", metavar="RUNOAK", help="also ask OAK: the path of its command")
    parser.add_argument("--largest", type=int, default=100_000, help="the most terms of both vocabularies together")
    asked = parser.parse_args()
    folder, tally, lines = asked.biomappings, Tally(), held_out()

    def tell(title: str, numbers: list[str], seconds: float | None = None) -> None:
        lines.append([title, *numbers, f"{seconds:.1f}" if seconds is not None else ""])
        print("\t".join(lines[-1]), file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for first, second in PAIRS:
            ours, theirs = labels(folder, first), labels(folder, second)
            if len(ours) + len(theirs) > asked.largest:
                continue
            by, start = decided(folder, first, [second]), time.perf_counter()
            found = candidates(ours, document(theirs, place))
            tally.add(found, by)
            tell(f"{first} – {second}, labels", by.line(pair for pair, _ in found), time.perf_counter() - start)
            if asked.oak:
                files = [
                    obo(labelled(each), place / f"{end}.obo") for end, each in (("ours", ours), ("theirs", theirs))
                ]
                pairs, seconds = by_oak(asked.oak, files, place)
                mine = {pair for pair in pairs if (_prefix(pair[0]), _prefix(pair[1])) == (first, second)}
                tell("   OAK lexmatch", by.line(mine), seconds)
        ours = labels(folder, "mesh")
        for file in (MAXO, CHEBI):
            start = time.perf_counter()
            external = External(file)
            there = described(external)
            by = decided(folder, "mesh", sorted({_prefix(term) for term in there} - {"mesh", ""})).of(there)
            found = candidates(ours, external)
            tally.add(found, by)
            title = f"mesh – {file.name.partition('.')[0]}"
            tell(title, by.line(pair for pair, _ in found), time.perf_counter() - start)
            confident = zip(found, evidence_of([one for _, one in found]), strict=True)
            tell("   confidence 0.9 or more", by.line(pair for (pair, _), (_, sure) in confident if (sure or 0) >= 0.9))
            if asked.oak:
                files = [obo(names_of(external), place / "document.obo"), obo(labelled(ours), place / "mesh.obo")]
                pairs, seconds = by_oak(asked.oak, files, place)
                mine = {pair for pair in pairs if _prefix(pair[0]) == "mesh" and _prefix(pair[1]) != "mesh"}
                tell("   OAK lexmatch", by.line(mine), seconds)
        for title, numbers in (*drugs(External(CHEBI), tally), *references(folder, tally)):
            tell(title, numbers)
    print(text_table(("pairs", "right", "wrong", "undecided", "of", "precision", "recall", "seconds"), lines))
    print(tally)


def references(folder: Path, tally: Tally) -> Iterator[tuple[str, list[str]]]:
    """Yield what cross-references of MAxO propose: of its terms to MeSH, and of MeSH by what both are in NCIt."""
    external = External(MAXO)
    there = sorted(described(external))
    by = decided(folder, "mesh", sorted({_prefix(term) for term in there} - {"mesh", ""})).of(there)
    for title, named, first in (
        ("MAxO – mesh, cross-references", [(each, _known(each)) for each in there if _known(each)], "mesh"),
        (
            "mesh – MAxO, by those to NCIt",
            [(one, _known(two)) for one, two in decided(folder, "mesh", ["ncit"]).yes],
            "",
        ),
    ):
        found = [
            ((pair[::-1] if first else pair), one)
            for pair, one in candidates({one: one for one, _ in named}, external, named)
            if one.matched_by == "cross-reference" and (not first or _prefix(pair[1]) == first)
        ]
        tally.add(found, by)
        yield title, by.line(pair for pair, _ in found)


def _known(term: str) -> str:
    """Return a term of Biomappings as we write it, or '' if we do not know its vocabulary."""
    prefix = Prefixes.shipped().find(_prefix(term))
    return f"{prefix.name}:{term.partition(':')[2]}" if prefix is not None else ""


def drugs(external: External, tally: Tally) -> Iterator[tuple[str, list[str]]]:
    """Yield what is proposed for the drugs of DrugCentral, by the cross-references to it in a document."""
    known = Prefixes.shipped()
    yes = set()
    for row in external.rows_with([_XREF]).tolist():
        head, _, local = external.text(int(external.objects[row])).partition(":")
        if head.lower().replace("_", "") == "drugcentral":
            yes.add((f"drugcentral:{local}", _small(known.compress(external.text(int(external.subjects[row]))) or "")))
    source = External(DRUGS)
    names, identifiers = {}, []
    for term in source.classes().tolist():
        head, _, local = source.text(term).rpartition("_")
        if head.endswith("drugcentral"):
            names[f"drugcentral:{local}"] = next(iter(source.labels(term)))
            identifiers += [(f"drugcentral:{local}", value) for value in source.values(term, _XREF)]
    found, by = candidates(names, external, identifiers), Decided(yes)
    tally.add(found, by)
    yield "drugcentral – maxo-chebi-import", by.line(pair for pair, _ in found)
    for kind in ("cas", "inchikey"):
        yield (
            f"   by {kind}",
            by.line(pair for pair, one in found if one.matched_by == "identifier" and kind_of(one) == kind),
        )
    yield "   by name", by.line(pair for pair, one in found if one.matched_by != "identifier")


if __name__ == "__main__":
    main()
