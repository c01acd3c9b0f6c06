"""rdflib's own SPARQL, told not to read the files and addresses that a query names in FROM (rdflib#810)."""

from __future__ import annotations

import rdflib.plugins.sparql
from rdflib.plugins.sparql.processor import SPARQLProcessor

__all__ = ["SPARQLProcessor"]

rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
