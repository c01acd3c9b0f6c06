"""Entities by what others call them: mapped ids in every form, synonyms, and what is near but not the same."""

from __future__ import annotations

import pytest
from rdflib import Graph, Literal
from rdflib.namespace import RDF, RDFS

from sts_kg import KnowledgeGraph, Table
from sts_kg.errors import ParameterError, UnknownNameError
from sts_kg.links import Layers, named_elsewhere, shipped
from sts_kg.queries import Elsewhere, Entities
from sts_kg.rdf import BASE, STS, local


def entities(elsewhere: Elsewhere) -> Entities:
    graph = Graph()
    for name in ("a", "b"):
        graph.add((STS[name], RDF.type, STS.Drug))
        graph.add((STS[name], RDFS.label, Literal(f"drug {name}", lang="en")))
    graph.add((STS.other, RDF.type, STS.Site))
    graph.add((STS["brand-b"], RDF.type, STS.Brand))
    graph.add((STS["brand-b"], RDFS.label, Literal("Brand B", lang="en")))
    graph.add((STS["brand-b"], STS.brandOf, STS.b))
    return Entities(graph, elsewhere=lambda _: elsewhere)


def test_a_name_of_ours_goes_before_what_it_means_elsewhere() -> None:
    assert entities(Elsewhere(same={"drug b": ""})).resolve("drug a", STS.Drug) == STS.a


def test_only_members_of_the_class_count_and_what_is_the_same_goes_before_what_is_near() -> None:
    meant = Elsewhere(same={f"<{STS.other}>": "", f"<{STS.a}>": ""}, near={"drug b": "close to"})
    assert entities(meant).resolve("x", STS.Drug) == STS.a


def test_what_is_near_is_told() -> None:
    told: list[str] = []
    found = entities(Elsewhere(near={"drug b": "a salt, close to"})).telling(told.append).resolve("x:1", STS.Drug)
    assert (found, told) == (STS.b, ["x:1 is a salt, close to b"])


def test_several_meanings_are_an_error_that_lists_them() -> None:
    with pytest.raises(UnknownNameError) as caught:
        entities(Elsewhere(same={"drug a": "", "drug b": ""})).resolve("x", STS.Drug)
    assert str(caught.value) == "there is no single sts:Drug 'x'; did you mean sts:a or sts:b?"


def test_what_is_wider_is_only_a_hint() -> None:
    with pytest.raises(UnknownNameError) as caught:
        entities(Elsewhere(wide={"drug a": ""})).resolve("x", STS.Drug)
    assert str(caught.value) == "there is no sts:Drug 'x'; did you mean sts:a?"


@pytest.mark.parametrize("name", ["Brand B", "brand-b", "sts:brand-b", f"<{STS['brand-b']}>"])
def test_a_brand_stands_for_its_drug_where_drugs_are_meant(name: str) -> None:
    named = entities(Elsewhere())
    assert named.resolve(name, STS.Drug) == STS.b
    assert named.resolve(name, STS.Brand) == STS["brand-b"]
    with pytest.raises(UnknownNameError, match="there is no sts:Site"):
        named.resolve(name, STS.Site)


def test_an_id_of_a_brand_and_of_its_product_lead_to_the_drug() -> None:
    told: list[str] = []
    same, near = {f"<{STS['brand-b']}>": ""}, {f"<{STS['brand-b']}>": "a tablet, a kind of"}
    assert entities(Elsewhere(same=same)).telling(told.append).resolve("x:1", STS.Drug) == STS.b
    assert entities(Elsewhere(near=near)).telling(told.append).resolve("x:2", STS.Drug) == STS.b
    assert told == ["x:2 is a tablet, a kind of b"]


# --- the shipped mappings and synonyms


def test_every_exact_mapping_of_a_drug_is_a_name_of_it(kg: KnowledgeGraph) -> None:
    drugs = ("pazopanib", "doxorubicin", "ifosfamide")
    rows = [row for each in shipped() for row in each.mappings if local(BASE + str(row.subject_id)[4:]) in drugs]
    exact = [row for row in rows if row.predicate_id == "skos:exactMatch" and not row.negative]
    assert len(exact) > 20
    for row in exact:
        assert kg.bound("drugs/options-with-drug", drug=row.object_id) == kg.bound(
            "drugs/options-with-drug", drug=row.subject_id
        )


@pytest.mark.parametrize(
    ("name", "drug"),
    [
        ("chebi:71219", "pazopanib"),
        ("http://purl.obolibrary.org/obo/CHEBI_71219", "pazopanib"),
        ("<https://www.wikidata.org/wiki/Q18936>", "doxorubicin"),
        ("Adriamycin", "doxorubicin"),
        (" HOLOXAN", "ifosfamide"),
        ("sts:brand-mitoxana", "ifosfamide"),
        ("rxnorm:217701", "ifosfamide"),
        ("http://purl.bioontology.org/ontology/RXNORM/867503", "pazopanib"),
        ("DRON:00081904", "pazopanib"),
    ],
)
def test_a_drug_is_found_by_other_names(kg: KnowledgeGraph, name: str, drug: str) -> None:
    assert f"<{STS[drug]}>" in kg.bound("drugs/options-with-drug", drug=name)


def test_a_synonym_names_what_has_its_label_in_each_class() -> None:
    assert named_elsewhere("Radiotherapy", Layers.over_shipped(())) == Elsewhere(same={"radiation therapy": ""})


def test_every_synonym_leads_to_a_label_of_ours(kg: KnowledgeGraph) -> None:
    from sts_kg.links.lookup import synonyms

    labels = {label for names in kg.session.entities.labels.values() for label in names}
    assert {label for label in synonyms().values() if label not in labels} == set()
    assert set(synonyms()) & {label.casefold() for label in labels} == set()


def test_a_salt_is_taken_with_a_note(kg: KnowledgeGraph) -> None:
    told: list[str] = []
    answer = kg.query("drugs/options-with-drug", drug="CHEBI:71217", on_note=told.append)
    assert told == ["CHEBI:71217 is pazopanib hydrochloride, close to pazopanib"]
    assert isinstance(answer, Table)
    assert answer.notes == tuple(told)
    assert set(answer.column("option")) == {STS["option-pazopanib"]}


@pytest.mark.parametrize("name", ["NCIT:C1634", "CHEBI:15377", "aspirin", "unknown:1"])
def test_what_is_denied_or_unmapped_names_nothing(kg: KnowledgeGraph, name: str) -> None:
    with pytest.raises(ParameterError, match="there is no sts:Drug of this name"):
        kg.bound("drugs/options-with-drug", drug=name)


# --- labels


def test_labels_come_from_the_graph_in_english(kg: KnowledgeGraph) -> None:
    answer = kg.query(
        "SELECT ?d ?k { ?d a ?k . ?k rdfs:subClassOf sts:Drug FILTER(?d = sts:pazopanib && ?k != sts:Drug) }"
    )
    assert isinstance(answer, Table)
    labelled = kg.labelled(answer)
    assert labelled.variables == ("d", "dLabel", "k", "kLabel")
    assert labelled.rows[0][1] == Literal("pazopanib", lang="en")


def test_cases_are_labelled_too(kg: KnowledgeGraph) -> None:
    answer = kg.query("conditions/cases")
    assert isinstance(answer, Table)
    labelled = kg.labelled(answer)
    assert "caseLabel" in labelled.variables
    assert any(labelled.column("caseLabel"))
