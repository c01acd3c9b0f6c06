"""The exported file: one ontology, nothing that OWL 2 does not have, and what ROBOT's report asks of a release."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest
from places import EXAMPLES
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SDO, VOID, XSD, DefinedNamespace

from sts_kg import KnowledgeGraph
from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.guideline import CATALOG, ontology_folder
from sts_kg.guideline.release import mapping_axioms, owl_axioms
from sts_kg.quality.profile import violations
from sts_kg.rdf import PREFIXES, STS, parse, read, serialize

IRI = URIRef(f"{STS}ontology")
DEFINITION = URIRef("http://purl.obolibrary.org/obo/IAO_0000115")


@pytest.fixture(scope="module")
def whole(kg: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything in one file."""
    path = tmp_path_factory.mktemp("exported") / "kg.ttl"
    kg.with_cases(EXAMPLES / "f.yaml").export(path, inferred=True, mappings=True)
    return path


@pytest.fixture(scope="module")
def graph(whole: Path) -> Graph:
    return read(whole)


# --- One ontology


def test_it_is_one_ontology_with_one_header(graph: Graph) -> None:
    assert list(graph.subjects(RDF.type, OWL.Ontology)) == [IRI]
    assert not list(graph.subject_objects(OWL.imports))
    assert not list(graph.subject_objects(DCTERMS.isPartOf))
    for predicate in (OWL.versionIRI, OWL.versionInfo, DCTERMS.title, DCTERMS.license, DCTERMS.description):
        assert len(list(graph.objects(IRI, predicate))) == 1
    assert graph.value(IRI, OWL.versionIRI) == URIRef(f"{IRI}/0.1.0")


def test_it_is_inside_owl_2_dl_and_rl(graph: Graph) -> None:
    assert violations(graph) == ()


def test_it_says_what_is_in_the_file_and_what_is_not(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "kg.nt"
    done = kg.export(path, inferred=True, mappings=True)
    assert len(done) == sum(done.triples.values()) == len(path.read_text(encoding="utf-8").splitlines())
    modules = kg.guideline.modules
    headers = (
        sum(
            len(list(graph.predicate_objects(iri)))
            for name, graph in modules.items()
            for iri in graph.subjects(RDF.type, OWL.Ontology)
            if name != "sts"
        )
        + len(modules)
        - 1
    )
    assert done.triples["asserted"] + headers == len(kg.asserted)
    assert done.left_out["headers and imports of modules"] == headers
    missing = sum(count for why, count in done.left_out.items() if why.startswith("inferred"))
    assert done.triples["inferred"] + missing == len(kg.inferred)
    assert list(done.left_out) == sorted(done.left_out)
    sentence = str(done)
    assert sentence.startswith(f"{len(done):,} triples written to {path}: {done.triples['asserted']:,} asserted, ")
    assert "; left out: " in sentence
    assert done.as_dict()["triples"] == dict(done.triples)


def test_what_owl_does_not_have_is_left_out_of_what_is_inferred() -> None:
    ontology = parse("""sts:A a owl:Class . sts:B a owl:Class . sts:p a owl:ObjectProperty . sts:d a owl:DatatypeProperty .
        sts:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty sts:p ; owl:hasValue sts:x ] . _:i a sts:A .""")
    axioms = """sts:A rdfs:subClassOf sts:B . sts:x a sts:A , sts:B ; sts:p sts:y ; sts:d "1" ; owl:sameAs sts:y .
        sts:p rdfs:domain sts:A ; a owl:TransitiveProperty ; rdfs:subPropertyOf sts:p2 . sts:p2 a owl:ObjectProperty ."""
    kept = parse(axioms) - parse("sts:p2 a owl:ObjectProperty .")
    ontology += parse("sts:p2 a owl:ObjectProperty .")
    [individual] = ontology.subjects(RDF.type, STS.A)
    kept.add((individual, RDF.type, STS.B))
    [unnamed] = ontology.objects(STS.A, RDFS.subClassOf)
    trivial = parse("""sts:A rdfs:subClassOf owl:Thing , sts:A . sts:p rdfs:range owl:Thing . sts:x a owl:Thing ;
        owl:sameAs sts:x . owl:Nothing rdfs:subClassOf sts:A .""")
    wrong = parse("""sts:x a rdfs:Resource , sts:Undeclared . sts:A a rdfs:Class . sts:p a rdf:Property ; rdfs:range xsd:string .
        sts:d rdfs:subPropertyOf sts:p . sts:p sts:unknown sts:x . xsd:int a rdfs:Datatype . sts:x sts:d sts:y .""")
    about = Graph().add((unnamed, RDFS.subClassOf, STS.B)).add((STS.x, RDF.type, unnamed))
    axioms_found, left_out = owl_axioms([*kept, *trivial, *wrong, *about], ontology)
    assert set(axioms_found) == set(kept)
    assert left_out == {
        "inferred about unnamed class expressions": 2,
        "inferred that say no more than owl:Thing": len(trivial),
        "inferred that are no axioms of OWL 2": len(wrong),
    }


def test_mappings_become_annotated_axioms(kg: KnowledgeGraph, graph: Graph) -> None:
    held = [row for _, row in kg.mapping_rows() if not row.negative]
    assert len(set(graph.subjects(RDF.type, OWL.Axiom))) == len(held)
    for axiom in graph.subjects(RDF.type, OWL.Axiom):
        assert isinstance(axiom, BNode)
        source, predicate, target = (
            graph.value(axiom, OWL[f"annotated{part}"]) for part in ("Source", "Property", "Target")
        )
        assert len(list(graph.triples((source, predicate, target)))) == 1
        source = graph.value(axiom, URIRef("https://w3id.org/sssom/mapping_source"))
        assert graph.value(source, DCTERMS.license) is not None
    sets = kg.named_graphs("mappings")
    kept, left_out = mapping_axioms(next(iter(sets.values())), kg.asserted)
    assert not {each.datatype for each in kept.objects() if isinstance(each, Literal)} & {XSD.date}
    assert sum(left_out.values()) > 0


# --- Syntaxes


def test_the_header_and_the_types_come_first(whole: Path, kg: KnowledgeGraph, tmp_path: Path) -> None:
    lines = [line for line in whole.read_text(encoding="utf-8").splitlines() if not line.startswith("@prefix")]
    assert lines[0] == "sts:ontology a owl:Ontology ;"
    kg.export(tmp_path / "kg.owl")
    things = [each.tag for each in ET.parse(tmp_path / "kg.owl").getroot()]
    assert things[0] == f"{{{OWL}}}Ontology"
    assert things.count(f"{{{OWL}}}Class") >= len(set(kg.asserted.subjects(RDF.type, OWL.Class)))


def test_json_ld_has_a_context_with_short_keys(kg: KnowledgeGraph, tmp_path: Path) -> None:
    kg.export(tmp_path / "kg.jsonld")
    said = json.loads((tmp_path / "kg.jsonld").read_text(encoding="utf-8"))
    [drug] = [node for node in said["@graph"] if node["@id"] == "sts:doxorubicin"]
    assert drug["@type"] == "sts:ChemotherapyDrug"
    assert drug["label"] == "doxorubicin"
    assert drug["kindOf"] == "sts:chemotherapy"
    assert said["@context"]["sts"] == str(STS)
    assert said["@context"]["label"] == {"@id": "rdfs:label", "@language": "en"}
    assert not [key for node in said["@graph"] for key in node if "/" in key]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib itself
def test_json_ld_keeps_every_term_as_it_is() -> None:
    graph = parse(r"""@prefix x: <http://e.org/x#> . @prefix y: <http://e.org/y/> .
        x:s x:name "a" , "b"@en , "c"@de ; y:name "d" ; x:n 01 , "1"^^xsd:int ; x:flag true ; x:only "é\n\"{}"@en-GB ;
            x:p x:o , _:b ; y:label x:a.b , <urn:x:y> , <x:z> , <http://e.org/x#a/b> ; x:x x:s ; rdf:type "no node" , x:C .
        _:b rdf:first x:s ; rdf:rest rdf:nil . x:s x:type x:C ; <http://e.org/x#%40id> 1 . <tag:a> a x:s .""")
    text = serialize(graph, "jsonld")
    back = {tuple(map(str, triple)) for triple in ox.parse(text, ox.RdfFormat.JSON_LD)}
    there = {tuple(map(str, triple)) for triple in ox.parse(serialize(graph, "nt"), ox.RdfFormat.N_TRIPLES)}
    assert {re.sub(r"_:\w+", "_", str(each)) for each in back} == {re.sub(r"_:\w+", "_", str(each)) for each in there}
    other = Graph().parse(data=text, format="json-ld")
    assert len(other) == len(graph)
    named = serialize(Graph(), "jsonld", named={STS.one: graph, STS.two: parse("sts:a sts:p sts:b .")})
    counts = Counter(str(quad.graph_name) for quad in ox.parse(named, ox.RdfFormat.JSON_LD))
    assert counts == {f"<{STS.one}>": len(graph), f"<{STS.two}>": 1}


# --- Modules


def test_modules_have_headers_imports_and_a_catalogue(kg: KnowledgeGraph, tmp_path: Path) -> None:
    folder = tmp_path / "kg-0.1.0"
    done = kg.export(folder, inferred=True, modules=True)
    files = {path.name for path in folder.iterdir()}
    assert files == {CATALOG, "inferred.ttl", *(f"{name}.ttl" for name in kg.guideline.quads)}
    known = {each.get("name"): each.get("uri") for each in ET.parse(folder / CATALOG).getroot()}
    total = 0
    for path in folder.glob("*.ttl"):
        module = read(path)
        total += len(module)
        [iri] = module.subjects(RDF.type, OWL.Ontology)
        assert known[str(iri)] == path.name
        for imported in module.objects(iri, OWL.imports):
            assert (folder / str(known[str(imported)])).is_file()
        assert len(list(module.objects(iri, OWL.versionIRI))) == 1
    assert total == len(done)
    aligned = tmp_path / "aligned"
    kg.with_alignments("prov").export(aligned, modules=True)
    module = read(aligned / "alignments" / "prov.ttl")
    inside = {each.get("name"): each.get("uri") for each in ET.parse(aligned / "alignments" / CATALOG).getroot()}
    (imported,) = module.objects(IRI + "/alignments/prov", OWL.imports)
    assert (aligned / "alignments" / str(inside[str(imported)])).resolve() == aligned / "vocabulary.ttl"
    conditions = read(folder / "conditions.ttl")
    assert set(conditions.objects(None, OWL.imports)) == {
        IRI + f"/{name}" for name in ("findings", "not-met", "treatments", "vocabulary")
    }
    with pytest.raises(ParseError, match="is there already and is not an empty folder; name another"):
        kg.export(folder, modules=True)
    with pytest.raises(
        ParseError, match=r"one file that cannot keep modules apart; name a folder, or .* \.trig or \.nq"
    ):
        kg.export(tmp_path / "kg.ttl", modules=True)
    assert [path.name for path in tmp_path.iterdir() if path != aligned] == ["kg-0.1.0"]


def test_the_shipped_catalogue_names_the_shipped_modules(kg: KnowledgeGraph) -> None:
    known = {each.get("name"): each.get("uri") for each in ET.parse(ontology_folder() / CATALOG).getroot()}
    header = kg.guideline.modules["sts"]
    aligned = [f"{IRI}/alignments/{name}" for name in kg.guideline.alignments]
    assert set(known) == {str(IRI), f"{IRI}/0.1.0", *map(str, header.objects(IRI, OWL.imports)), *aligned}
    for iri, name in known.items():
        assert name is not None
        assert (None, RDF.type, OWL.Ontology) in read(ontology_folder() / name)
        assert name == "sts.ttl" or iri == f"{IRI}/{name.removesuffix('.ttl')}"


# ruff: noqa: E501 - a query a line
# --- What ROBOT's report looks for (levels ERROR and WARN), and its metadata of the ontology

_OURS = f"FILTER(STRSTARTS(STR(?t), '{STS}') && !STRSTARTS(STR(?t), '{STS}case/') && ?t != <{IRI}>)"
_TERM = f"{{ ?t a owl:Class }} UNION {{ ?t a owl:ObjectProperty }} UNION {{ ?t a owl:DatatypeProperty }} UNION {{ ?t a owl:AnnotationProperty }} UNION {{ ?t rdfs:isDefinedBy <{IRI}> }} FILTER isIRI(?t)"
_LIVE = "FILTER NOT EXISTS { ?t owl:deprecated true }"
REPORT = {
    "missing_label": f"{_TERM} FILTER NOT EXISTS {{ ?t rdfs:label ?l }} FILTER(!STRSTARTS(STR(?t), STR(owl:)))",
    "multiple_labels": "?t rdfs:label ?l , ?m FILTER(?l != ?m && LANG(?l) = LANG(?m))",
    "duplicate_label": "?t rdfs:label ?l . ?u rdfs:label ?l FILTER(?t != ?u && STRSTARTS(STR(?t), STR(sts:)) && STRSTARTS(STR(?u), STR(sts:))) ?t a ?k . ?u a ?k FILTER(?k IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty))",
    "label_formatting": r"?t rdfs:label ?l FILTER REGEX(?l, '[\\n\\t\\r]')",
    "label_whitespace": r"?t rdfs:label ?l FILTER REGEX(?l, '^\\s|\\s$|\\s\\s')",
    "annotation_whitespace": r"?t ?p ?l FILTER(isLiteral(?l)) FILTER REGEX(STR(?l), '^\\s|\\s$')",
    "missing_definition": f"{_TERM} {_OURS} FILTER NOT EXISTS {{ ?t obo:IAO_0000115|sts:gist ?d }}",
    "multiple_definitions": "?t obo:IAO_0000115 ?d , ?e FILTER(?d != ?e)",
    "duplicate_definition": "?t obo:IAO_0000115 ?d . ?u obo:IAO_0000115 ?d FILTER(?t != ?u)",
    "lowercase_definition": "?t obo:IAO_0000115 ?d FILTER REGEX(?d, '^[a-z]')",
    "deprecated_class_reference": "?t owl:deprecated true . ?c rdfs:subClassOf|owl:equivalentClass|owl:disjointWith|rdf:type ?t",
    "deprecated_property_reference": "?t owl:deprecated true . ?s ?t ?o",
    "deprecated_boolean_datatype": "?t owl:deprecated ?d FILTER(DATATYPE(?d) != xsd:boolean)",
    "misused_replaced_by": f"?t dcterms:isReplacedBy ?u {_LIVE}",
    "equivalent_pair": "?t owl:equivalentClass ?u FILTER(isIRI(?t) && isIRI(?u))",
    "illegal_use_of_built_in_vocabulary": "?t ?p ?o FILTER(STRSTARTS(STR(?t), STR(owl:)) || STRSTARTS(STR(?t), STR(rdfs:)) || STRSTARTS(STR(?t), STR(rdf:)))",
    "invalid_entity_uri": f"{_TERM} FILTER(!REGEX(STR(?t), '^https?://[^ ]+$'))",
    "missing_ontology_title": f"VALUES ?t {{ <{IRI}> }} FILTER NOT EXISTS {{ ?t dcterms:title ?x }}",
    "missing_ontology_description": f"VALUES ?t {{ <{IRI}> }} FILTER NOT EXISTS {{ ?t dcterms:description ?x }}",
    "missing_ontology_license": f"VALUES ?t {{ <{IRI}> }} FILTER NOT EXISTS {{ ?t dcterms:license ?x FILTER isIRI(?x) }}",
    "undeclared_annotation": "?s ?t ?o FILTER NOT EXISTS { ?t a ?k } FILTER(!STRSTARTS(STR(?t), STR(owl:)) && !STRSTARTS(STR(?t), STR(rdfs:)) && !STRSTARTS(STR(?t), STR(rdf:)))",
    "duplicate_synonym": "?t skos:altLabel ?l . ?t rdfs:label ?l",
}


@pytest.fixture(scope="module")
def store(whole: Path) -> ox.Store:
    made = ox.Store()
    made.bulk_load(path=str(whole), format=ox.RdfFormat.TURTLE)
    return made


@pytest.mark.parametrize("check", REPORT)
def test_a_report_like_that_of_robot_finds_nothing(store: ox.Store, check: str) -> None:
    found = store.query(f"SELECT DISTINCT ?t WHERE {{ {REPORT[check]} }}", prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    assert [str(row[0]) for row in found] == []


def test_a_file_of_the_checkout_alone_is_not_owl_2_dl_as_the_readme_says(kg: KnowledgeGraph) -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert "a file of `ontology/` alone is not OWL 2 DL" in " ".join(text.split())
    alone = violations(read(ontology_folder() / "conditions.ttl"))
    assert {violation.check for violation in alone} == {"dl-not-an-axiom", "dl-undeclared"}
    assert violations(kg.asserted) == ()


# --- Descriptions


@pytest.mark.parametrize(
    ("vocabulary", "known", "kind"),
    [("void", VOID, VOID.Dataset), ("dcat", DCAT, DCAT.Dataset), ("schema", SDO, SDO.Dataset)],
)
def test_descriptions_use_terms_that_exist(
    kg: KnowledgeGraph, whole: Path, vocabulary: str, known: type[DefinedNamespace], kind: URIRef
) -> None:
    found = kg.describe(vocabulary, [whole])
    data_set = URIRef(f"{IRI}#dataset")
    assert list(found.subjects(RDF.type, kind)) == [data_set]
    for namespace in (known, DCTERMS, FOAF):
        used = {t for s, p, o in found for t in (p, o) if isinstance(t, URIRef) and t.startswith(str(namespace))}
        assert {
            str(term).removeprefix(str(namespace)) for term in used - set(found.objects(None, VOID.vocabulary))
        } <= {str(term).removeprefix(str(namespace)) for term in [*dir(namespace), *getattr(namespace, "_extras", ())]}
    assert serialize(kg.describe(vocabulary, [whole]), "turtle") == serialize(found, "turtle")


def test_descriptions_say_what_is_in_the_files(kg: KnowledgeGraph, whole: Path, tmp_path: Path) -> None:
    void = kg.describe("void", [whole])
    data_set = URIRef(f"{IRI}#dataset")
    kg.export(tmp_path / "kg.nt")
    asserted = read(tmp_path / "kg.nt")
    asserted.remove((None, DEFINITION, None))
    asserted.remove((DEFINITION, None, None))
    assert int(str(void.value(data_set, VOID.triples))) == len(asserted)
    parts = {
        void.value(part, VOID.property): void.value(part, VOID.triples)
        for part in void.objects(data_set, VOID.propertyPartition)
    }
    assert {term: int(str(count)) for term, count in parts.items()} == Counter(asserted.predicates())
    [ontologies] = void.subjects(VOID["class"], OWL.Ontology)
    assert str(void.value(ontologies, VOID.entities)) == "1"
    size, digest = whole.stat().st_size, sha256(whole.read_bytes()).hexdigest()
    dcat = kg.describe("dcat", [whole])
    [file] = dcat.objects(data_set, DCAT.distribution)
    assert str(dcat.value(file, DCAT.byteSize)) == str(size)
    assert str(dcat.value(file, DCAT.mediaType)) == "https://www.iana.org/assignments/media-types/text/turtle"
    assert digest in map(str, dcat.objects())
    schema = kg.describe("schema", [whole])
    [file] = schema.objects(data_set, SDO.distribution)
    assert [str(schema.value(file, term)) for term in (SDO.encodingFormat, SDO.contentSize, SDO.sha256)] == [
        "text/turtle",
        f"{size} B",
        digest,
    ]
    with pytest.raises(UnknownNameError, match="'rss'"):
        kg.describe("rss")
    with pytest.raises(ParseError, match="cannot be read: No such file"):
        kg.describe("dcat", ["none.ttl"])


def test_descriptions_list_the_files_of_a_folder(kg: KnowledgeGraph, tmp_path: Path) -> None:
    folder, data_set = tmp_path / "modules", URIRef(f"{IRI}#dataset")
    kg.with_alignments("bfo").export(folder, modules=True)
    names = ["modules/alignments/bfo.ttl", *sorted(f"modules/{name}.ttl" for name in kg.guideline.quads)]
    dcat, schema = kg.describe("dcat", [folder]), kg.describe("schema", [folder])
    assert sorted(str(dcat.value(file, DCTERMS.title)) for file in dcat.objects(data_set, DCAT.distribution)) == names
    assert sorted(str(schema.value(file, SDO.name)) for file in schema.objects(data_set, SDO.distribution)) == names
    dumps = kg.describe("void", [folder]).objects(data_set, VOID.dataDump)
    assert sorted(map(str, dumps)) == [f"{IRI}/0.1.0/{name}" for name in names]
    file = URIRef(f"{IRI}#file-modules/alignments/bfo.ttl")
    assert str(dcat.value(file, DCAT.byteSize)) == str((folder / "alignments" / "bfo.ttl").stat().st_size)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ParseError, match="is a folder without RDF files"):
        kg.describe("void", [tmp_path / "empty"])


def test_no_file_of_a_description_takes_the_name_of_another(kg: KnowledgeGraph, tmp_path: Path) -> None:
    files = [tmp_path / name / "a.nt" for name in ("one", "other")]
    for file in files:
        file.parent.mkdir()
        file.touch()
    said = f"{files[1]}: has the name a.nt like {files[0]}; the files of one description need different names"
    with pytest.raises(ParseError) as caught:
        kg.describe("dcat", files)
    assert str(caught.value) == said
