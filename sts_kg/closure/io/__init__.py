"""Triples in and out of columns: files, texts, rdflib."""
