"""The linear law that plans rest on: it holds for the shipped guideline by all readings, and a breach is an error."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
import readings_oracle

from sts_kg import KnowledgeGraph, ParseError, load
from sts_kg.guideline.data import ontology_folder
from sts_kg.plan import plan_of, plans_of_readings
from sts_kg.plan.law import broken_by
from sts_kg.plan.reading import _closed_by


def test_it_holds(kg: KnowledgeGraph) -> None:
    assert broken_by(plan_of(kg.guideline), kg.guideline.closure.extend) == []


@pytest.mark.parametrize("reading", readings_oracle.READINGS)
def test_it_holds_by_readings(kg: KnowledgeGraph, reading: str) -> None:
    close = partial(_closed_by, kg.guideline.readings[reading], kg.guideline)
    assert broken_by(plans_of_readings(kg.guideline)[reading], close) == []


BROKEN = {
    "person-in-canada": """
        [ a owl:Class ; owl:intersectionOf ( sts:WithStage4Sts sts:WithUnresectable sts:WithSymptomsFromCancer ) ]
            rdfs:subClassOf sts:WithPersonInCanada .""",
    "not certain-case-S20": """
        [ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom [
            a owl:Restriction ; owl:onProperty sts:courseSite ; owl:hasValue sts:site-lungs ] ]
            rdfs:subClassOf sts:WithoutCertainCaseS20 .""",
    "certain-case-S25": """
        [ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom [
            a owl:Class ; owl:intersectionOf (
                [ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:hasValue sts:sbrt ]
                [ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:hasValue sts:surgery ] ) ] ]
            rdfs:subClassOf sts:WithCertainCaseS25 .""",
    "surgery is declined": """
        [ a owl:Class ; owl:intersectionOf ( sts:WithStage4Sts sts:WithUnresectable ) ] rdfs:subClassOf
            [ a owl:Restriction ; owl:onProperty sts:hasDeclinedOption ; owl:hasValue sts:option-surgery ] .""",
}


def own(folder: Path, axiom: str) -> KnowledgeGraph:
    """Return the shipped ontology with an axiom more, as one's own."""
    shutil.copytree(ontology_folder(), folder / "ontology")
    with (folder / "ontology" / "conditions.ttl").open("a") as file:
        file.write(axiom)
    return load(folder / "ontology")


@pytest.mark.parametrize(("said", "axiom"), BROKEN.items(), ids=[name.replace(" ", "-") for name in BROKEN])
def test_a_guideline_that_breaks_it_has_no_plan(tmp_path: Path, said: str, axiom: str) -> None:
    kg = own(tmp_path, axiom)
    with pytest.raises(ParseError, match=f"ontology: {said}: this follows from several facts together"):
        kg.cohort("example:cohort")
    assert len(kg.options("example:a")) == 18  # the closure answers


def test_a_guideline_that_keeps_it_has_one(tmp_path: Path) -> None:
    kg = own(tmp_path, "\nsts:WithCertainCaseS20 rdfs:subClassOf sts:WithUnresectable .\n")
    found = kg.cohort("example:cohort", min_cell=1).counts()
    assert found == load().cohort("example:cohort", min_cell=1).counts()
    assert kg.plan.digest != load().plan.digest
