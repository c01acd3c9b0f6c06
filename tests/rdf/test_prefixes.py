"""Prefixes of external vocabularies: one IRI to publish, every form in circulation to read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import URIRef

from sts_kg.errors import CurieError, ParseError
from sts_kg.rdf.names import BASE
from sts_kg.rdf.prefixes import Fault, Prefix, Prefixes

KNOWN = Prefixes.shipped()
OBO = "http://purl.obolibrary.org/obo/"

CANONICAL = {
    "CHEBI:71219": f"{OBO}CHEBI_71219",
    "NCIT:C74547": f"{OBO}NCIT_C74547",
    "MONDO:0018078": f"{OBO}MONDO_0018078",
    "DOID:0070663": f"{OBO}DOID_0070663",
    "MAXO:0000646": f"{OBO}MAXO_0000646",
    "UBERON:0002048": f"{OBO}UBERON_0002048",
    "DRON:00032870": f"{OBO}DRON_00032870",
    "OAE:0001353": f"{OBO}OAE_0001353",
    "HP:0100526": f"{OBO}HP_0100526",
    "EFO:0000934": "http://www.ebi.ac.uk/efo/EFO_0000934",
    "rxnorm:3639": "http://purl.bioontology.org/ontology/RXNORM/3639",
    "drugbank:DB06589": "https://go.drugbank.com/drugs/DB06589",
    "chembl.compound:CHEMBL477772": "http://rdf.ebi.ac.uk/resource/chembl/molecule/CHEMBL477772",
    "wikidata:Q7157043": "http://www.wikidata.org/entity/Q7157043",
    "clinicaltrials:NCT00753688": "https://www.clinicaltrials.gov/study/NCT00753688",
    "drugcentral:4118": "http://drugcentral.org/drugcard/4118",
    "mesh:C516667": "http://id.nlm.nih.gov/mesh/C516667",
    "sts:pazopanib": f"{BASE}pazopanib",
}
OTHERS = {
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#C74547": "NCIT:C74547",
    "https://identifiers.org/ncit:C74547": "NCIT:C74547",
    "http://identifiers.org/chebi/CHEBI:71219": "CHEBI:71219",
    "https://identifiers.org/CHEBI:71219": "CHEBI:71219",
    "https://bioregistry.io/chebi:71219": "CHEBI:71219",
    "https://www.wikidata.org/entity/Q7157043": "wikidata:Q7157043",
    "https://www.wikidata.org/wiki/Q7157043": "wikidata:Q7157043",
    f"{OBO}drugcentral_4118": "drugcentral:4118",
    "https://drugcentral.org/drugcard/4118": "drugcentral:4118",
    "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm=3639": "rxnorm:3639",
    "http://bio2rdf.org/drugbank:DB06589": "drugbank:DB06589",
    "https://www.drugbank.ca/drugs/DB06589": "drugbank:DB06589",
    "https://www.ebi.ac.uk/chembl/compound_report_card/CHEMBL477772": "chembl.compound:CHEMBL477772",
    "https://clinicaltrials.gov/study/NCT00753688": "clinicaltrials:NCT00753688",
    "https://clinicaltrials.gov/ct2/show/NCT00753688": "clinicaltrials:NCT00753688",
    "http://purl.bioontology.org/ontology/MESH/C516667": "mesh:C516667",
    "https://www.wikidata.org/wiki/Special:EntityData/Q7157043": "wikidata:Q7157043",
}
#: Forms that no map lists one by one.
RESOLVED = {
    "https://identifiers.org/efo/0000934": "EFO:0000934",
    "http://www.identifiers.org/EFO:0000934": "EFO:0000934",
    "https://identifiers.org/MAXO%3A0000646": "MAXO:0000646",
    "http://identifiers.org/obo.go/GO:1": None,
    "http://identifiers.org/obo.chebi/CHEBI:71219": "CHEBI:71219",
    "https://bioregistry.io/MAXO:0000646": "MAXO:0000646",
    "http://bioregistry.io/reference/maxo:0000646": "MAXO:0000646",
    "https://n2t.net/mondo:0018078": "MONDO:0018078",
    "https://bioregistry.io/maxo:646": None,
    "https://bioregistry.io/maxo": "bioregistry:maxo",
    "http://wikidata.org/wiki/Q7157043": "wikidata:Q7157043",
    "HTTPS://www.ebi.ac.uk/efo/EFO_0000934": "EFO:0000934",
    "https://www.ebi.ac.uk/efo/EFO_0000934": "EFO:0000934",
    f"{OBO}CHEBI_CHEBI:71219": "CHEBI:71219",
    f"{OBO}chebi_71219": "CHEBI:71219",
    f"{OBO}Orphanet_3394": "orphanet:3394",
}


@pytest.mark.parametrize(("curie", "iri"), CANONICAL.items())
def test_a_curie_and_its_canonical_iri_belong_together(curie: str, iri: str) -> None:
    assert KNOWN.expand(curie) == URIRef(iri)
    assert KNOWN.compress(iri) == curie
    assert KNOWN.standard(iri) == URIRef(iri)
    assert KNOWN.forms(curie)[0] == URIRef(iri)
    assert KNOWN.fault(curie) is None


@pytest.mark.parametrize(("iri", "curie"), OTHERS.items())
def test_other_forms_of_an_iri_lead_to_the_canonical_one(iri: str, curie: str) -> None:
    assert KNOWN.compress(iri) == curie
    assert KNOWN.standard(iri) == KNOWN.expand(curie)
    assert URIRef(iri) in KNOWN.forms(curie)[1:]


@pytest.mark.parametrize(("iri", "curie"), RESOLVED.items())
def test_a_form_that_is_not_listed_is_understood_if_the_id_fits(iri: str, curie: str | None) -> None:
    assert KNOWN.compress(iri) == curie


@pytest.mark.parametrize(
    ("curie", "same"),
    [
        ("chebi:71219", "CHEBI:71219"),
        ("NCIt:C456", "NCIT:C456"),
        ("rxcui:3639", "rxnorm:3639"),
        ("MeSH:D004317", "mesh:D004317"),
        ("wd:Q18936", "wikidata:Q18936"),
        ("Orphanet:3394", "orphanet:3394"),
        ("Orphanet:Orphanet_3394", "orphanet:3394"),
        ("ORPHA:ORPHA:3394", "orphanet:3394"),
        ("CHEBI:chebi:71219", "CHEBI:71219"),
        ("CHEBI_71219", "CHEBI:71219"),
        ("ncit_C456", "NCIT:C456"),
        ("obo:CHEBI_71219", "CHEBI:71219"),
        ("OBO:Orphanet_3394", "orphanet:3394"),
        ("drugbank:db06589", "drugbank:DB06589"),
    ],
)
def test_expand_takes_any_case_and_synonym(curie: str, same: str) -> None:
    assert KNOWN.expand(curie) == KNOWN.expand(same)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CHEBBI:1", "the prefix 'CHEBBI' is unknown; did you mean CHEBI:?"),
        ("pazopanib", "it has no prefix"),
        ("CHEBI_seven", "it has no prefix"),
        ("skos_exactMatch", "it has no prefix"),
        ("CHEBI:", "nothing follows the prefix"),
        ("CHEBI:7 1", "the character ' ' is not allowed in an IRI"),
        ("§§:1", "the prefix '§§' is unknown; take a known one"),
    ],
)
def test_expand_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(CurieError) as caught:
        KNOWN.expand(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "iri",
    ["https://example.org/x", f"{OBO}CHEBI_", "https://pubchem.ncbi.nlm.nih.gov/compound/pazopanib", "", "CHEBI:71219"],
)
def test_what_is_no_known_iri_stays_as_it_is(iri: str) -> None:
    assert KNOWN.compress(iri) is None
    assert KNOWN.standard(iri) == URIRef(iri)


def test_the_longest_form_wins() -> None:
    assert KNOWN.compress(f"{OBO}IAO_0000115") == "IAO:0000115"
    assert KNOWN.compress(f"{OBO}mondo.owl") == "obo:mondo.owl"


@pytest.mark.parametrize(
    ("curie", "fault"),
    [
        ("CHEBI:71219", None),
        ("chebi:71219", Fault("the prefix is spelled 'chebi'", "write CHEBI:71219")),
        ("RxCUI:3639", Fault("the prefix is spelled 'RxCUI'", "write rxnorm:3639")),
        ("MAXO:646", Fault("'646' is not an id of MAXO", r"an id there fits ^\d{7}$")),
        ("CHEBI:CHEBI:71219", Fault("'CHEBI:71219' is not an id of CHEBI", "write CHEBI:71219")),
        ("drugbank:db06589", Fault("'db06589' is not an id of drugbank", "write drugbank:DB06589")),
        ("NCIT_C456", Fault("it has no prefix", "write NCIT:C456")),
        ("ncit_456", Fault("it has no prefix", "write prefix:id")),
        (
            "atc:L01EX3",
            Fault("'L01EX3' is not an id of atc", r"an id there fits ^[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?$"),
        ),
        ("pazopanib", Fault("it has no prefix", "write prefix:id")),
        (f"{OBO}CHEBI_71219", Fault("it is an IRI, a CURIE was expected", "write CHEBI:71219")),
        ("https://example.org/x", Fault("it is an IRI, a CURIE was expected", "write prefix:id")),
        ("MODNO:0018078", Fault("the prefix 'MODNO' is unknown", "did you mean MONDO:?")),
    ],
)
def test_fault_is_strict(curie: str, fault: Fault | None) -> None:
    assert KNOWN.fault(curie) == fault


def test_every_form_of_every_prefix_leads_back() -> None:
    samples = {curie.partition(":")[0]: curie for curie in CANONICAL}
    assert {"CHEBI", "NCIT", "MONDO", "atc", "snomedct", "skos", "semapv"} <= {prefix.name for prefix in KNOWN}
    for name, curie in samples.items():
        assert {KNOWN.compress(iri) for iri in KNOWN.forms(curie)} == {curie}, name
    assert [prefix.name for prefix in KNOWN] == sorted((prefix.name for prefix in KNOWN), key=str.casefold)


def test_our_own_prefix_is_that_of_the_package() -> None:
    own = KNOWN.find("sts")
    assert own is not None and own.iri == BASE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "p.json, line 1, column 2: is not JSON: Expecting value"),
        ("3", "p.json: is not an Extended Prefix Map"),
        ('[{"prefix": "a"}]', "p.json: is not an Extended Prefix Map"),
        (
            '[{"prefix": "a", "uri_prefix": "b", "pattern": "("}]',
            "p.json: has a pattern that is not a regular expression",
        ),
        (
            '[{"prefix": "a", "uri_prefix": "b"}, {"prefix": "c", "prefix_synonyms": ["A"], "uri_prefix": "d"}]',
            "p.json: the prefix 'A' has two vocabularies, one was expected",
        ),
        (
            '[{"prefix": "a", "uri_prefix": "b"}, {"prefix": "c", "uri_prefix": "b"}]',
            "p.json: the IRI 'b' has two prefixes, one was expected",
        ),
    ],
)
def test_a_file_that_is_no_prefix_map_is_told(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        Prefixes.read("p.json")
    assert str(caught.value).startswith(said)


def test_a_map_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps([{"prefix": "lab", "uri_prefix": "https://example.org/lab/"}]), encoding="utf-8")
    own = Prefixes.read(path)
    assert [*own] == [Prefix("lab", "https://example.org/lab/")]
    assert own.compress("https://example.org/lab/7") == "lab:7"
    assert own.fault("LAB:7") == Fault("the prefix is spelled 'LAB'", "write lab:7")


def test_importing_prefixes_is_light() -> None:
    code = "import sys, sts_kg.rdf.prefixes; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert not {"pandas", "numpy", "pyoxigraph", "yaml", "owlrl", "click"} & {*done.stdout.split()}
