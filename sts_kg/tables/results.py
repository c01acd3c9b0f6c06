"""Tables as JSON, and in the W3C formats of SPARQL results: JSON, CSV and TSV."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from rdflib import BNode, URIRef
from rdflib.namespace import XSD

from sts_kg.rdf import NO_IRI, Term, ntriples
from sts_kg.safe import in_json
from sts_kg.tables.values import Value

__all__ = ["as_csv", "as_json", "as_srj", "as_tsv", "csv_cell"]

Rows = Sequence[Sequence[Term | None]]


def as_json(rows: Iterable[Mapping[str, Value]]) -> str:
    """Return a JSON array with one object a row, a line each."""
    objects = (
        ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {_json(value)}" for name, value in row.items())
        for row in rows
    )
    lines = ",\n".join(f"  {{{pairs}}}" for pairs in objects)
    return in_json(f"[\n{lines}\n]" if lines else "[]")


def as_srj(variables: Sequence[str], rows: Rows) -> str:
    """Return the SPARQL 1.1 Query Results JSON document, https://www.w3.org/TR/sparql11-results-json/."""
    bindings = [
        {name: _srj(term) for name, term in zip(variables, row, strict=True) if term is not None} for row in rows
    ]
    return in_json(json.dumps({"head": {"vars": variables}, "results": {"bindings": bindings}}, ensure_ascii=False))


def as_csv(variables: Sequence[str], rows: Rows) -> str:
    """Return SPARQL 1.1 Query Results CSV, https://www.w3.org/TR/sparql11-results-csv-tsv/, section 3."""
    empty = (None,) * len(variables)
    line = ",".join(map(_csv, empty)) + "\r\n"
    return "".join(line if row == empty else ",".join(map(_csv, row)) + "\r\n" for row in (variables, *rows))


def as_tsv(variables: Sequence[str], rows: Rows) -> str:
    """Return SPARQL 1.1 Query Results TSV, https://www.w3.org/TR/sparql11-results-csv-tsv/, section 4."""
    header = "\t".join(f"?{name}" for name in variables)
    lines = ("\t".join("" if term is None else _tsv(term) for term in row) for row in rows)
    return "".join(f"{line}\n" for line in (header, *lines))


def _json(value: Value) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else '"INF"' if value > 0 else '"-INF"'
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)


def _srj(term: Term) -> dict[str, str]:
    if isinstance(term, URIRef):
        return {"type": "uri", "value": str(term)}
    if isinstance(term, BNode):
        return {"type": "bnode", "value": str(term)}
    if term.language:
        return {"type": "literal", "value": str(term), "xml:lang": term.language}
    if term.datatype is None or term.datatype == XSD.string:  # RDF 1.1: one and the same
        return {"type": "literal", "value": str(term)}
    return {"type": "literal", "value": str(term), "datatype": str(term.datatype)}


_CSV_QUOTED = re.compile(r'[",\r\n]')


def _csv(cell: str | None) -> str:
    plain = csv_cell(cell)
    return '"' + plain.replace('"', '""') + '"' if _CSV_QUOTED.search(plain) else plain


def csv_cell(cell: str | None) -> str:
    """Return a cell as CSV holds it, not yet quoted."""
    return "" if cell is None else f"_:{cell}" if isinstance(cell, BNode) else str(cell)


def _tsv(term: Term) -> str:
    if isinstance(term, URIRef):  # a server may send one that is not an IRI
        return "<" + NO_IRI.sub(lambda found: f"\\u{ord(found[0]):04X}", term) + ">"
    return ntriples(term).decode()
