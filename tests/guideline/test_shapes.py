"""The SHACL shapes: ontology and example cases conform, and each shape fires on a graph with one thing wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH

from sts_kg import KnowledgeGraph
from sts_kg.cases import files as casefile
from sts_kg.cases.facts import facts_of
from sts_kg.guideline.data import ontology_folder
from sts_kg.rdf.graphs import parse, read
from sts_kg.rdf.names import STS

pyshacl = pytest.importorskip("pyshacl", reason="pyshacl is not there: pip install 'sts-kg[shapes]'")

SHAPES = read(ontology_folder() / "shapes.ttl")
EXAMPLES = ontology_folder() / "examples"

#: A small world in which nothing is wrong: one of each kind, and what they need.
WORLD = f"""
sts:Recommendation rdfs:subClassOf sts:Statement .
sts:UmbrellaOption rdfs:subClassOf sts:TreatmentOption .
sts:Drug rdfs:subClassOf sts:Therapy .
sts:MetPazopanib rdfs:subClassOf sts:MetCondition .

sts:source-document a sts:SourceDocument .
sts:section a sts:SourceSection .
sts:S14 a sts:SourceSegment ; sts:ordinal 1 ; sts:lineNumber 1 ; sts:gist "what it says"@en ; sts:sha256 "{"0a" * 32}" ;
    sts:inSection sts:section ; oa:hasSource sts:source-document ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start 0 ; oa:end 2992 ] .

sts:rec a sts:Recommendation ; sts:recommendsOption sts:option ; sts:appliesWhen sts:MetPazopanib ;
    sts:hasStrength sts:strength ; sts:hasFrequency sts:frequency ; sts:amongst sts:reference ;
    sts:hasConditionPart sts:part ; prov:wasQuotedFrom sts:S14 ;
    sts:strengthCue "one two three four five six seven eight" .
sts:part a sts:ConditionPart ; sts:onFinding sts:finding ; sts:hasBasis sts:basis-stated ;
    sts:inAlternatives sts:group ; prov:wasQuotedFrom sts:S14 ; sts:hasDecision sts:D08 .
sts:D08 a sts:Decision ; rdfs:comment "Inclusive."@en ; sts:alternativeReading "Exclusive."@en ;
    prov:wasQuotedFrom sts:S14 .
<https://w3id.org/sts-kg/verdict/D08-1> a sts:Verdict ; sts:onDecision sts:D08 ; sts:verdictWord "other" ;
    sts:reviewer "A. Reviewer" ; dcterms:date "2026-11-28" ; sts:onReading sts:reading .
sts:reading a sts:Reading .
sts:finding a sts:Finding ; sts:question "Does it hold?"@en ; sts:ordinal 1 ; sts:impliesFinding sts:other ;
    prov:wasQuotedFrom sts:S14 .
sts:other a sts:Finding ; sts:question "Does the other hold?"@en ; sts:ordinal 2 ; prov:wasQuotedFrom sts:S14 .

sts:option a sts:TreatmentOption ; sts:hasModality sts:modality ; sts:hasComponent sts:pazopanib ; sts:ordinal 1 ;
    sts:refines sts:umbrella ; prov:wasQuotedFrom sts:S14 .
sts:umbrella a sts:UmbrellaOption ; sts:hasModality sts:modality ; sts:ordinal 2 ; prov:wasQuotedFrom sts:S14 .
[] sts:recommendsOption sts:umbrella .
sts:pazopanib a sts:Drug ; rdfs:label "pazopanib"@en ; sts:brandName "Votrient" ; prov:wasQuotedFrom sts:S14 .
sts:brand-votrient a sts:Brand ; rdfs:label "Votrient"@en ; sts:brandOf sts:pazopanib ; prov:wasQuotedFrom sts:S14 .
sts:brand-seen a sts:Brand ; rdfs:label "Seen"@en ; sts:brandOf sts:pazopanib ; dcterms:source <https://example.org/> .

sts:modality a sts:Modality . sts:strength a sts:Strength . sts:frequency a sts:Frequency .
sts:reference a sts:ReferenceClass . sts:group a sts:Alternatives . sts:outcome a sts:Outcome .
sts:indication-this-cancer a sts:Indication . sts:indication-another-cancer a sts:Indication .
sts:intent a sts:Intent . sts:site a sts:Site . sts:mark-tried a sts:Mark .
sts:mark a sts:Mark ; skos:broader sts:mark-tried .

case:f a sts:PatientCase ; sts:hasFinding sts:finding ; sts:lacksFinding sts:other ; sts:hadCourse case:course ;
    sts:declinesModality sts:modality ; sts:asOf "2024-02-29" ; sts:historyComplete false ; sts:tumourCount 0 ;
    sts:largestDiameterMm 0.1 ; sts:progressionDate "2024-02" ; sts:hadNoGrowth case:period ;
    sts:hadCourse case:begun , case:undated ; sts:hasTriedOption sts:option .
case:period a sts:NoGrowthPeriod ; sts:noGrowthFrom "2022" ; sts:noGrowthUntil "2022-11" .
case:mark a sts:OptionMark ; sts:ofCase case:f ; sts:markedOption sts:option ; sts:hasMark sts:mark ;
    prov:wasDerivedFrom case:course .
case:begun a sts:TreatmentCourse ; sts:includesTherapy sts:pazopanib ; sts:courseStart "2024" ; sts:ongoing true .
case:undated a sts:TreatmentCourse , sts:GivenCourse ; sts:includesTherapy sts:pazopanib .
case:course a sts:TreatmentCourse , sts:GivenCourse ; sts:ongoing false ; sts:firstGrowth true ;
    sts:courseIndication sts:indication-this-cancer ; sts:coursePurpose sts:intent ; sts:courseSite sts:site ;
    sts:includesTherapy sts:pazopanib ; sts:courseOutcome sts:outcome ;
    sts:courseStart "2023" ; sts:courseEnd "2023-12" ; sts:progressionDate "2024-01", "2024-01-31" ;
    sts:noGrowthUntil "2023-12-31" .
"""


@dataclass(frozen=True)
class Wrong:
    """One thing wrong with the world: what a shape says of it, and the text that stands instead of another.

    `also` is what another shape says of the same thing, where it cannot be wrong for one alone.
    """

    message: str
    right: str
    wrong: str
    also: str = ""


POSITION = "A segment has one position."
TO_OTHER = "sts:markedOption sts:umbrella"
NO_CASE = "An option mark is of one case."
GIVEN = "A given course is over, or nothing tells when it was."
FOR_ANOTHER = "A given course is for the cancer of the case."

VERDICT_WORD = "A verdict is one word: agree, other or unsure."
WRONG = [
    Wrong("A verdict is on one decision.", "sts:onDecision sts:D08", "sts:onDecision sts:S14"),
    Wrong(VERDICT_WORD, '"other"', '"maybe"'),
    Wrong(VERDICT_WORD, '"other"', '"agree", "other"'),
    Wrong("A verdict has one reviewer.", 'sts:reviewer "A. Reviewer" ;', ""),
    Wrong("A verdict has one reviewer.", '"A. Reviewer"', '""'),
    Wrong("A verdict has one date: YYYY-MM-DD.", '"2026-11-28"', '"2026-11"'),
    Wrong("A verdict names one other reading at most.", "sts:onReading sts:reading", "sts:onReading sts:S14"),
    Wrong("A segment is in one section.", "sts:inSection sts:section", "sts:inSection sts:source-document"),
    Wrong("A segment is in one section.", "sts:inSection sts:section ;", ""),
    Wrong("A segment has one gist, in English.", '"what it says"@en', '"what it says"'),
    Wrong("A segment has one gist, in English.", '"what it says"@en', '"one"@en, "two"@en'),
    Wrong("A segment has one digest of 64 hexadecimal digits.", "0a0a", "0A0a"),
    Wrong("A segment has one digest of 64 hexadecimal digits.", "0a0a", "0a0"),
    Wrong("A segment has one ordinal, counted from 1.", "sts:ordinal 1 ; sts:line", "sts:ordinal 0 ; sts:line"),
    Wrong("A segment has one line number, counted from 1.", "sts:lineNumber 1", 'sts:lineNumber "1"'),
    Wrong("A segment is of one source document.", "oa:hasSource sts:source-document ;", ""),
    Wrong("A segment has one position.", "oa:hasSelector [", "sts:hasSelector ["),
    Wrong("A position has one start, of 0 or more.", "oa:start 0", "oa:start -1", POSITION),
    Wrong("A position has one end, of 1 or more.", "oa:end 2992", "oa:end 2992, 2993", POSITION),
    Wrong("A position starts before it ends.", "oa:start 0", "oa:start 2992", POSITION),
    Wrong("A statement quotes at least one segment.", "sts:part ; prov:wasQuotedFrom sts:S14", "sts:part"),
    Wrong(
        "A statement quotes at least one segment.",
        "sts:part ; prov:wasQuotedFrom sts:S14",
        "sts:part ; prov:wasQuotedFrom sts:source-document",
    ),
    Wrong("A statement has at least one cue, each of eight words at most.", "seven eight", "seven eight nine"),
    Wrong("A statement has at least one cue, each of eight words at most.", "sts:strengthCue", "rdfs:comment"),
    Wrong("A statement has one frequency at most.", "sts:hasFrequency sts:frequency", "sts:hasFrequency sts:strength"),
    Wrong("A statement has one reference class at most.", "sts:reference ;", "sts:reference , sts:reference2 ;"),
    Wrong(
        "A recommendation is of one option.",
        "sts:recommendsOption sts:option ;",
        "sts:recommendsOption sts:option , sts:umbrella ;",
        "An option has one recommendation.",
    ),
    Wrong(
        "A recommendation applies when one class is met.",
        "sts:appliesWhen sts:MetPazopanib",
        "sts:appliesWhen sts:MetPazopanib , sts:Met",
    ),
    Wrong(
        "A recommendation applies by a class below sts:MetCondition.",
        "sts:MetPazopanib rdfs:subClassOf",
        "sts:Met rdfs:subClassOf",
    ),
    Wrong("A recommendation has one strength.", "sts:hasStrength sts:strength ;", ""),
    Wrong(
        "A recommendation has at least one condition part.",
        "sts:hasConditionPart sts:part",
        "sts:hasConditionPart sts:part , sts:finding",
    ),
    Wrong("A condition part is on one finding.", "sts:onFinding sts:finding", "sts:onFinding sts:finding , sts:other"),
    Wrong("A condition part is stated, implied or unspecified.", "sts:basis-stated", "sts:basis-guessed"),
    Wrong(
        "A condition part quotes at least one segment.",
        "prov:wasQuotedFrom sts:S14 ; sts:hasDecision",
        "sts:hasDecision",
    ),
    Wrong(
        "A condition part is in one group of alternatives at most.",
        "sts:inAlternatives sts:group",
        "sts:inAlternatives sts:other",
    ),
    Wrong(
        "A condition part belongs to one recommendation.", "case:f a", "case:g sts:hasConditionPart sts:part . case:f a"
    ),
    Wrong("A decision has one answer, in English.", '"Inclusive."@en', '"Inclusive."@en , "Exclusive."@en'),
    Wrong(
        "A decision has at least one alternative reading, in English.", 'sts:alternativeReading "Exclusive."@en ;', ""
    ),
    Wrong(
        "A decision quotes at least one segment.",
        '"Exclusive."@en ;\n    prov:wasQuotedFrom sts:S14',
        '"Exclusive."@en',
    ),
    Wrong("A decision is linked from what it shaped.", "; sts:hasDecision sts:D08", ""),
    Wrong("A finding has one question, in English.", '"Does it hold?"@en', '"Does it hold?"@en , "Did it hold?"@en'),
    Wrong("A finding has one question, in English.", 'sts:question "Does the other hold?"@en ;', ""),
    Wrong("A finding has one ordinal, counted from 1.", '"Does it hold?"@en ; sts:ordinal 1 ;', '"Does it hold?"@en ;'),
    Wrong(
        "A finding quotes at least one segment.",
        "sts:ordinal 2 ; prov:wasQuotedFrom sts:S14 .\n\nsts:option",
        "sts:ordinal 2 .\n\nsts:option",
    ),
    Wrong(
        "A finding implies findings, none of them its opposite.",
        "sts:impliesFinding sts:other",
        "sts:impliesFinding sts:other ; sts:oppositeOf sts:other",
    ),
    Wrong("An option has one recommendation.", "[] sts:recommendsOption sts:umbrella .", ""),
    Wrong(
        "An option has one recommendation.",
        "[] sts:recommendsOption sts:umbrella .",
        "[] sts:recommendsOption sts:umbrella . [] sts:recommendsOption sts:umbrella .",
    ),
    Wrong(
        "An option has at least one modality.",
        "sts:umbrella a sts:UmbrellaOption ; sts:hasModality sts:modality",
        "sts:umbrella a sts:UmbrellaOption",
    ),
    Wrong(
        "The components of an option are therapies, and none is optional, too.",
        "sts:hasComponent sts:pazopanib",
        "sts:hasComponent sts:pazopanib ; sts:hasOptionalComponent sts:pazopanib",
    ),
    Wrong("An option refines options only.", "sts:refines sts:umbrella", "sts:refines sts:pazopanib"),
    Wrong(
        "An option has one ordinal, counted from 1.",
        "sts:hasComponent sts:pazopanib ; sts:ordinal 1",
        "sts:hasComponent sts:pazopanib ; sts:ordinal 1 , 3",
    ),
    Wrong(
        "An option quotes at least one segment.",
        "sts:refines sts:umbrella ; prov:wasQuotedFrom sts:S14",
        "sts:refines sts:umbrella",
    ),
    Wrong("A drug quotes at least one segment.", '"Votrient" ; prov:wasQuotedFrom sts:S14', '"Votrient"'),
    Wrong(
        "A drug is a component of at least one option.",
        "sts:hasComponent sts:pazopanib",
        "sts:hasOptionalComponent sts:pazopanib",
    ),
    Wrong("A drug has one label, in lower case.", '"pazopanib"@en', '"Pazopanib"@en'),
    Wrong("A brand name has no language.", '"Votrient" ;', '"Votrient"@en ;'),
    Wrong(
        "A brand quotes a segment, or says where else its name was seen.",
        "sts:brandOf sts:pazopanib ; prov:wasQuotedFrom sts:S14",
        "sts:brandOf sts:pazopanib",
    ),
    Wrong("A brand is of one drug.", "sts:brandOf sts:pazopanib ; dcterms:source", "dcterms:source"),
    Wrong("A brand is of one drug.", "sts:brandOf sts:pazopanib ; dcterms", "sts:brandOf sts:modality ; dcterms"),
    Wrong("A brand has one label, which begins with a capital letter.", '"Seen"@en', '"seen"@en'),
    Wrong(
        "A brand quotes segments only.",
        "sts:brandOf sts:pazopanib ; prov:wasQuotedFrom sts:S14",
        "sts:brandOf sts:pazopanib ; prov:wasQuotedFrom sts:section",
    ),
    Wrong("A case has known findings only.", "sts:hasFinding sts:finding", "sts:hasFinding sts:finding-unresectible"),
    Wrong(
        "A case has known findings only.",
        "case:f a sts:PatientCase ;",
        "case:g sts:hasFinding sts:no . case:f a sts:PatientCase ;",
    ),
    Wrong("A case lacks known findings only.", "sts:lacksFinding sts:other", "sts:lacksFinding sts:others"),
    Wrong(
        "A case does not both have and lack a finding.", "sts:lacksFinding sts:other", "sts:lacksFinding sts:finding"
    ),
    Wrong("What a case had is a treatment course.", "case:course a sts:TreatmentCourse ,", "case:course a"),
    Wrong("A case had no growth in a period without growth.", "case:period a sts:NoGrowthPeriod ;", "case:period"),
    Wrong("The growth of a case is dated YYYY, YYYY-MM or YYYY-MM-DD.", '"2024-02" ;', '"2/2024" ;'),
    Wrong(
        "A case declines known modalities only.",
        "sts:declinesModality sts:modality",
        "sts:declinesModality sts:pazopanib",
    ),
    Wrong("A case is of one date at most: YYYY, YYYY-MM or YYYY-MM-DD.", '"2024-02-29"', '"29.2.2024"'),
    Wrong("A case is of one date at most: YYYY, YYYY-MM or YYYY-MM-DD.", '"2024-02-29"', '"2024-02-29"^^xsd:date'),
    Wrong("The history of a case is complete or is not.", "sts:historyComplete false", 'sts:historyComplete "no"'),
    Wrong("A case has one tumour count at most, of 0 or more.", "sts:tumourCount 0", "sts:tumourCount -1"),
    Wrong(
        "A case has one largest diameter at most, above 0.", "sts:largestDiameterMm 0.1", "sts:largestDiameterMm 0.0"
    ),
    Wrong("The options of a case are derived, never asserted.", "sts:tumourCount 0", "sts:hasOption sts:option"),
    Wrong(
        "The options of a case are derived, never asserted.", "sts:tumourCount 0", "sts:hasDeclinedOption sts:option"
    ),
    Wrong("An option that a case has tried is marked as tried.", "sts:markedOption sts:option", TO_OTHER),
    Wrong("An option that a case has tried is marked as tried.", "; skos:broader sts:mark-tried", ""),
    Wrong("An option that a case has tried is marked as tried.", "sts:ofCase case:f", "sts:ofCase case:g", NO_CASE),
    Wrong(NO_CASE, "sts:ofCase case:f", "sts:ofCase case:f , case:course"),
    Wrong(
        "An option mark is on one option.", "sts:markedOption sts:option", "sts:markedOption sts:option , sts:umbrella"
    ),
    Wrong("An option mark has one mark.", "sts:hasMark sts:mark ;", "sts:hasMark sts:mark , sts:mark-tried ;"),
    Wrong(
        "An option mark is derived from a course or a finding.",
        "sts:hasMark sts:mark ;\n    prov:wasDerivedFrom case:course",
        "sts:hasMark sts:mark",
    ),
    Wrong("A period without growth has one first date: YYYY, YYYY-MM or YYYY-MM-DD.", 'sts:noGrowthFrom "2022" ;', ""),
    Wrong("A period without growth has one first date: YYYY, YYYY-MM or YYYY-MM-DD.", '"2022" ;', '"2022" , "2021" ;'),
    Wrong("A period without growth has one last date: YYYY, YYYY-MM or YYYY-MM-DD.", '"2022-11"', '"2022-11-00"'),
    Wrong("A course includes at least one therapy, and known ones only.", "sts:includesTherapy sts:pazopanib ;", ""),
    Wrong(
        "A course includes at least one therapy, and known ones only.",
        "sts:includesTherapy sts:pazopanib",
        "sts:includesTherapy sts:pasopanib",
    ),
    Wrong("A course has one known outcome at most.", "sts:courseOutcome sts:outcome", "sts:courseOutcome sts:finding"),
    Wrong("A course has one start at most: YYYY, YYYY-MM or YYYY-MM-DD.", '"2023" ;', '"2023" , "2022" ;'),
    Wrong("A course has one end at most: YYYY, YYYY-MM or YYYY-MM-DD.", '"2023-12" ;', '"2023-13" ;'),
    Wrong("A course has one date without growth at most: YYYY, YYYY-MM or YYYY-MM-DD.", '"2023-12-31"', '"2023-12-32"'),
    Wrong("Growth is dated YYYY, YYYY-MM or YYYY-MM-DD.", '"2024-01", ', '"2024-1", '),
    Wrong("The growth of a course is the first or is not.", "sts:firstGrowth true", "sts:firstGrowth true , false"),
    Wrong("A course is going on or is not.", "sts:ongoing false", "sts:ongoing false , 0"),
    Wrong(
        "A course is for one cancer at most: this one or another.",
        "sts:courseIndication sts:indication-this-cancer",
        "sts:courseIndication sts:cancer",
        FOR_ANOTHER,
    ),
    Wrong("A course has known purposes only.", "sts:coursePurpose sts:intent", "sts:coursePurpose sts:site"),
    Wrong("A course treats known sites only.", "sts:courseSite sts:site", "sts:courseSite sts:lung"),
    Wrong("A course is of one case.", "case:f a", "case:g sts:hadCourse case:course . case:f a"),
    Wrong("A course that is going on has no end and no outcome.", "sts:ongoing false", "sts:ongoing true"),
    Wrong(
        "A course that is going on has no end and no outcome.",
        "sts:ongoing true",
        "sts:ongoing true ; sts:courseOutcome sts:outcome",
    ),
    Wrong("A first growth has a date.", "sts:ongoing true", "sts:ongoing true ; sts:firstGrowth true"),
    Wrong(GIVEN, "case:begun a sts:TreatmentCourse ;", "case:begun a sts:TreatmentCourse , sts:GivenCourse ;"),
    Wrong(
        GIVEN,
        "case:undated a sts:TreatmentCourse , sts:GivenCourse ;",
        'case:undated a sts:TreatmentCourse , sts:GivenCourse ; sts:courseStart "2024" ;',
    ),
    Wrong(
        FOR_ANOTHER,
        "sts:indication-this-cancer ; sts:coursePurpose",
        "sts:indication-another-cancer ; sts:coursePurpose",
    ),
]


def messages(data: Graph) -> set[str]:
    """Return what the shapes say is wrong with a graph."""
    conforms, report, _ = pyshacl.validate(data, shacl_graph=SHAPES)
    found = {str(message) for message in report.objects(None, SH.resultMessage)}
    assert conforms is (not found)
    return found


def test_the_ontology_conforms(kg: KnowledgeGraph) -> None:
    assert messages(kg.asserted) == set()


@pytest.mark.parametrize("suffix", [".yaml", ".csv"])
def test_the_example_cases_conform(kg: KnowledgeGraph, suffix: str) -> None:
    """Table and single files hold the same cases with other facts, so each kind is looked at by itself."""
    vocabulary = kg.guideline.vocabulary
    files = [path for path in EXAMPLES.iterdir() if path.suffix == suffix]
    cases = [case for path in files for case in casefile.read(path, vocabulary)]
    assert len(cases) >= 13
    assert messages(kg.asserted + facts_of(cases, vocabulary)) == set()


COURSES = """\
case: n
findings: {doxorubicin-did-not-work: yes}
no_growth: [{from: 2023-01, until: 2023-06}]
courses:
  - {therapies: [doxorubicin, radiation-therapy], end: 2022, growth: 2024, first_growth: yes, site: lungs}
  - {therapies: [surgery]}
  - {therapies: [surgery], start: 2020, ongoing: no, purpose: symptom-relief, site: [lungs, outside-lungs]}
  - {therapies: [doxorubicin], start: 2024}
  - {therapies: [pazopanib], start: 2024, ongoing: yes}
  - {therapies: [other-chemotherapy-drug], end: 2010, for: another-cancer}
"""


def test_cases_with_all_that_a_course_may_say_conform(kg: KnowledgeGraph) -> None:
    facts = facts_of(casefile.parse(COURSES, kg.guideline.vocabulary), kg.guideline.vocabulary)
    assert len(set(facts.subjects(RDF.type, STS.GivenCourse))) == 3
    assert set(facts.objects(None, STS.hasMark)) >= {STS["mark-tried"], STS["mark-given-before"]}
    assert messages(kg.asserted + facts) == set()


def test_a_small_world_conforms() -> None:
    assert messages(parse(WORLD)) == set()


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.message} {wrong.wrong}")
def test_one_thing_wrong_is_said_and_nothing_else(wrong: Wrong) -> None:
    assert wrong.right in WORLD
    said = messages(parse(WORLD.replace(wrong.right, wrong.wrong, 1)))
    assert said == {wrong.message, wrong.also} - {""}


def test_each_constraint_has_a_graph_on_which_it_fires() -> None:
    said = [str(message) for message in SHAPES.objects(None, SH.message)]
    assert sorted(said) == sorted({wrong.message for wrong in WRONG})


def test_each_shape_has_a_label_and_each_of_its_constraints_a_message_and_a_severity() -> None:
    shapes = set(SHAPES.subjects(RDF.type, SH.NodeShape))
    assert shapes
    for shape in shapes:
        assert SHAPES.value(shape, RDFS.label), shape
        constraints = set(SHAPES.objects(shape, SH.property))
        assert constraints, shape
        for constraint in constraints:
            assert SHAPES.value(constraint, SH.severity) == SH.Violation
            assert isinstance(SHAPES.value(constraint, SH.message), Literal)


def test_each_shape_targets_something_that_there_is(kg: KnowledgeGraph) -> None:
    classes = set(kg.asserted.subjects(RDF.type, OWL.Class))
    assert set(SHAPES.objects(None, SH.targetClass)) <= classes
    assert set(SHAPES.objects(None, SH["class"])) <= classes


def test_the_shapes_use_our_own_terms_as_they_are_defined(kg: KnowledgeGraph) -> None:
    known = set(kg.asserted.subjects()) | set(SHAPES.subjects(RDF.type, SH.NodeShape))
    used = {term for triple in SHAPES for term in triple if isinstance(term, URIRef) and term in STS}
    assert {term for term in used - known if "/" not in term.removeprefix(str(STS))} == set()


def test_the_shapes_are_no_import(kg: KnowledgeGraph) -> None:
    (shapes,) = SHAPES.subjects(RDF.type, OWL.Ontology)
    assert SHAPES.value(shapes, DCTERMS.isPartOf) == STS.ontology
    assert (STS.ontology, OWL.imports, shapes) not in kg.asserted
