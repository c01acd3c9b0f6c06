"""HermiT, a reasoner for all of OWL 2 DL that shares no code with ours, on the ontology and the fictional cases.

HermiT comes inside owlready2; it is run as the program it is, on N-Triples, so that no Python stands between it and the
axioms. For facts about named things RL is complete (OWL 2 Profiles, Theorem PR1), so the two must agree: what RL infers
is entailed, and nothing else is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from itertools import combinations, product
from pathlib import Path

import oracle
import pytest
from places import EXAMPLES
from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF
from rdflib.term import Node

from sts_kg import Case, KnowledgeGraph, parse
from sts_kg.cases.case import Given
from sts_kg.rdf.names import STS, compress

JAVA = shutil.which("java")
OWLREADY2 = find_spec("owlready2")
if JAVA is None:
    pytest.skip("HermiT needs java, which is not installed", allow_module_level=True)
if OWLREADY2 is None or OWLREADY2.origin is None:
    pytest.skip("HermiT comes inside owlready2, which is not installed", allow_module_level=True)

pytestmark = pytest.mark.slow
HERMIT = Path(OWLREADY2.origin).parent / "hermit"
COMMAND = (
    # Quick to start, nothing in the system's temporary folder, memory as owlready2 gives it.
    *(JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx2000M"),
    *("-cp", f"{HERMIT}:{HERMIT / 'HermiT.jar'}", "org.semanticweb.HermiT.cli.CommandLine"),
)
CONSISTENT = f"{OWL.Thing} is satisfiable."

#: What follows for a case, with the class of the values.
VALUES = {
    STS.hasFinding: STS.Finding,
    STS.lacksFinding: STS.Finding,
    STS.hasOption: STS.TreatmentOption,
    STS.hasUnmetOption: STS.TreatmentOption,
    STS.hasTriedOption: STS.TreatmentOption,
    STS.hasDeclinedOption: STS.TreatmentOption,
    STS.declinesModality: STS.Modality,
}
#: For each property chain a triple that follows by it alone.
WITNESSES = {
    "sts:hasFinding sts:impliesFinding": "case:a sts:hasFinding sts:finding-soft-tissue-sarcoma",
    "sts:hasFinding sts:oppositeOf": "case:b sts:lacksFinding sts:finding-resectable",
    "sts:lacksFinding sts:impliedByFinding": "case:m sts:lacksFinding sts:finding-doxorubicin-did-not-work",
    "sts:declinesModality skos:narrower": "case:i sts:declinesModality sts:modality-surgery",
    "sts:declinesModality sts:modalityOf": "case:i sts:hasDeclinedOption sts:option-surgery",
    "sts:laterOptionIn sts:earlierOption": "sts:option-pazopanib sts:follows sts:option-chemotherapy",
}

#: Who has one of these has stage 4: a condition that needs both still holds where stage 4 is left out.
AT_STAGE_4 = {"lung-metastases", "metastases-outside-lungs", "spread-only-few-places-in-lungs"}

Triple = tuple[Node, Node, Node]


class HermitError(Exception):
    """What HermiT writes to its standard error: it could not answer, or it warns."""


class Hermit:
    """HermiT's answers; its files are in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def consistent(self, *graphs: Graph) -> bool:
        """Return whether each graph has a model."""
        try:
            printed = self._run("--consistency", *self._written(graphs))
        except HermitError as error:
            if "InconsistentOntologyException" in str(error):
                return False
            raise
        assert printed == [CONSISTENT] * len(graphs)
        return True

    def unsatisfiable(self, graph: Graph) -> set[str]:
        """Return the named classes that cannot have a member; HermiT classifies them all for it."""
        heading, *classes = self._run("--unsatisfiable", *self._written([graph]))
        assert heading == "Classes equivalent to 'owl:Nothing':"
        assert "\towl:Nothing" in classes
        return {line.strip("\t<>") for line in classes} - {"owl:Nothing"}

    def entails(self, premise: Graph, triples: Iterable[Triple]) -> bool:
        """Return whether every one of some object property assertions is true in every model of the premise."""
        conclusion = Graph()
        for subject, predicate, object_ in triples:
            conclusion.add((predicate, RDF.type, OWL.ObjectProperty))  # else they would be annotations
            conclusion.add((subject, predicate, object_))
        premises, conclusions = self._written([premise, conclusion])
        printed = self._run(f"--premise={premises}", f"--conclusion={conclusions}", "--checkEntailment")
        assert printed in (["true"], ["false"])
        return printed == ["true"]

    def _written(self, graphs: Iterable[Graph]) -> list[str]:
        addresses = []
        for number, graph in enumerate(graphs):
            path = self.folder / f"{number}.nt"
            graph.serialize(path, format="nt", encoding="utf-8")
            addresses.append(path.as_uri())
        return addresses

    def _run(self, *arguments: str) -> list[str]:
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=self.folder)
        if done.returncode or done.stderr:
            raise HermitError(done.stderr)
        return done.stdout.splitlines()


@pytest.fixture
def hermit(tmp_path: Path) -> Hermit:
    return Hermit(tmp_path)


def without_imports(graph: Graph) -> Graph:
    """Return a copy without `owl:imports`: the modules are merged, and HermiT would look for them on the network."""
    copy = Graph()
    for triple in graph:
        if triple[1] != OWL.imports:
            copy.add(triple)
    return copy


@pytest.fixture(scope="module")
def ontology(kg: KnowledgeGraph) -> Graph:
    return without_imports(kg.asserted)


@pytest.fixture(scope="module")
def examples(kg: KnowledgeGraph) -> KnowledgeGraph:
    return kg.with_examples()


@pytest.fixture(scope="module")
def with_examples(examples: KnowledgeGraph) -> Graph:
    return without_imports(examples.asserted)


@pytest.fixture(scope="module")
def closed(examples: KnowledgeGraph) -> Graph:
    return examples.asserted + examples.inferred


@pytest.fixture(scope="module")
def true(closed: Graph) -> list[Triple]:
    """What cases have by RL, asserted or inferred."""
    return [triple for property_ in VALUES for triple in closed.triples((None, property_, None))]


@pytest.fixture(scope="module")
def others(closed: Graph, examples: KnowledgeGraph, true: list[Triple]) -> list[Triple]:
    """Every other triple of a case, a property and a value of the right class: false or unknown."""
    known = set(true)
    every = [
        (case.iri, property_, value)
        for property_, kind in VALUES.items()
        for case, value in product(examples.cases, closed.subjects(RDF.type, kind))
    ]
    assert known < set(every)
    return [triple for triple in every if triple not in known]


def denied(triples: Iterable[Triple]) -> Graph:
    """Return negative property assertions: each of the triples is false."""
    graph = Graph()
    for subject, predicate, object_ in triples:
        node = BNode()
        graph.add((node, RDF.type, OWL.NegativePropertyAssertion))
        graph.add((node, OWL.sourceIndividual, subject))
        graph.add((node, OWL.assertionProperty, predicate))
        graph.add((node, OWL.targetIndividual, object_))
    return graph


def chains(graph: Graph) -> dict[str, Triple]:
    """Return the triples that declare property chains, by the properties chained."""
    return {
        " ".join(compress(str(property_)) for property_ in Collection(graph, chain)): (subject, predicate, chain)
        for subject, predicate, chain in graph.triples((None, OWL.propertyChainAxiom, None))
    }


def follows(hermit: Hermit, premise: Graph, entailed: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether a premise entails all of some triples and none of others (one model in which all are false)."""
    return hermit.entails(premise, map(only, entailed)) and hermit.consistent(premise + denied(map(only, others)))


def only(text: str) -> Triple:
    (triple,) = parse(f"{text} .")
    return triple


# --- The ontology


def test_the_ontology_is_consistent_and_every_class_can_have_members(hermit: Hermit, ontology: Graph) -> None:
    assert hermit.unsatisfiable(ontology) == set()  # of an inconsistent ontology HermiT classifies nothing: an error


def test_a_class_that_cannot_have_members_is_found(hermit: Hermit, ontology: Graph) -> None:
    # Who has unresectable lacks resectable, by the chain over sts:oppositeOf.
    added = parse(
        """
        sts:Both a owl:Class ; rdfs:subClassOf sts:WithResectable , sts:WithUnresectable .
        sts:Possible a owl:Class ; rdfs:subClassOf sts:WithLungMetastases , sts:WithUnresectable .
        """
    )
    assert hermit.unsatisfiable(ontology + added) == {str(STS.Both)}


def test_an_irregular_property_chain_is_refused(hermit: Hermit, ontology: Graph) -> None:
    # Why two class axioms say that who lacks a finding has its complement: with the chain of sts:lacksFinding over
    # sts:oppositeOf, a chain for it would be a circle.
    added = parse("sts:hasFinding owl:propertyChainAxiom ( sts:lacksFinding sts:complementOf ) .")
    with pytest.raises(HermitError, match="The given property hierarchy is not regular"):
        hermit.consistent(ontology + added)


# --- The cases


def test_a_case_with_and_without_a_finding_is_inconsistent(hermit: Hermit, kg: KnowledgeGraph) -> None:
    wrong = kg.with_cases(EXAMPLES / "contradiction.yaml").asserted
    assert not hermit.consistent(without_imports(wrong))


def test_what_rl_infers_of_the_cases_is_entailed(hermit: Hermit, with_examples: Graph, true: list[Triple]) -> None:
    met, unmet = (sum(triple[1] == each for triple in true) for each in (STS.hasOption, STS.hasUnmetOption))
    assert (met, unmet) == (75, 39)  # clinical model, section 9.3
    assert hermit.entails(with_examples, true)


def test_an_option_that_rl_does_not_infer_is_not_entailed(
    hermit: Hermit, with_examples: Graph, true: list[Triple]
) -> None:
    assert not hermit.entails(with_examples, [*true, only("case:a sts:hasOption sts:option-pazopanib")])


def test_nothing_but_what_rl_infers_of_the_cases_is_entailed(
    hermit: Hermit, with_examples: Graph, others: list[Triple]
) -> None:
    # A model in which all others are false at once shows of each of them that it is not true in all models.
    assert hermit.consistent(with_examples + denied(others))


def test_an_option_that_rl_infers_cannot_be_denied(hermit: Hermit, with_examples: Graph) -> None:
    assert not hermit.consistent(with_examples + denied([only("case:f sts:hasOption sts:option-other-chemotherapy")]))


def test_each_option_is_entailed_where_its_condition_just_holds_and_not_one_finding_short(
    hermit: Hermit, kg: KnowledgeGraph
) -> None:
    words = kg.guideline.vocabulary.findings
    entailed: list[Triple] = []
    near: list[Triple] = []
    cases: list[Case] = []

    def told(names: Iterable[str], holds: bool, property_: URIRef, option: str) -> Triple:
        case = Case(f"c{len(cases)}", given=tuple(Given(words[name], holds, "") for name in names))
        cases.append(case)
        return case.iri, property_, STS[option]

    for option, condition in oracle.CONDITIONS.items():
        groups = [re.findall(r"[\w-]+", part) for part in condition.split("&")]
        for has in product(*groups):
            entailed.append(told(has, True, STS.hasOption, option))
            for short in combinations(has, len(has) - 1):
                still = "stage4-sts" not in short and AT_STAGE_4.intersection(short)
                (entailed if still else near).append(told(short, True, STS.hasOption, option))
        for lacks in groups:
            entailed.append(told(lacks, False, STS.hasUnmetOption, option))
            near += [told(short, False, STS.hasUnmetOption, option) for short in combinations(lacks, len(lacks) - 1)]
    assert (len(entailed), len(near)) == (67, 93)
    premise = without_imports(kg.with_cases(cases).asserted)
    assert hermit.entails(premise, entailed)
    assert hermit.consistent(premise + denied(near))


# --- Two poles of one question; what metastases imply; what courses and declining say

COMPLEMENTS = [("finding-unresectable", "finding-resectable"), ("finding-resectable", "finding-unresectable")]


@pytest.mark.parametrize(("lacked", "had"), COMPLEMENTS)
def test_who_lacks_one_pole_has_the_other(hermit: Hermit, ontology: Graph, lacked: str, had: str) -> None:
    facts = parse(f"case:p sts:lacksFinding sts:{lacked} . case:q sts:hasFinding sts:finding-stage4-sts .")
    undecided = [f"case:q sts:hasFinding sts:{had}", f"case:q sts:lacksFinding sts:{lacked}"]
    assert follows(hermit, ontology + facts, [f"case:p sts:hasFinding sts:{had}"], undecided)


def test_who_lacks_one_of_two_mere_opposites_does_not_have_the_other(hermit: Hermit, ontology: Graph) -> None:
    few, outside = "sts:finding-spread-only-few-places-in-lungs", "sts:finding-metastases-outside-lungs"
    premise = ontology + parse(f"case:p sts:lacksFinding {few} , {outside} .")
    denials = denied([only(f"case:p sts:hasFinding {few}"), only(f"case:p sts:hasFinding {outside}")])
    assert hermit.consistent(premise + denials)


@pytest.mark.parametrize(
    "facts",
    [
        "sts:lacksFinding sts:finding-unresectable , sts:finding-resectable",
        "sts:hasFinding sts:finding-unresectable , sts:finding-resectable",
        "sts:lacksFinding sts:finding-stage4-sts ; sts:hasFinding sts:finding-lung-metastases",
        "sts:lacksFinding sts:finding-stage4-sts ; sts:hasFinding sts:finding-metastases-outside-lungs",
        "sts:lacksFinding sts:finding-soft-tissue-sarcoma ; sts:hasFinding sts:finding-lung-metastases",
        "sts:lacksFinding sts:finding-does-not-want-cancer-treatment ;"
        " sts:declinesModality sts:modality-cancer-treatment",
    ],
)
def test_a_contradiction_is_inconsistent(hermit: Hermit, ontology: Graph, facts: str) -> None:
    assert not hermit.consistent(ontology + parse(f"case:p {facts} ."))


@pytest.mark.parametrize(
    "facts",
    [
        "sts:lacksFinding sts:finding-stage4-sts ; sts:hasFinding sts:finding-soft-tissue-sarcoma",
        "sts:hasFinding sts:finding-stage4-sts ;"
        " sts:lacksFinding sts:finding-lung-metastases , sts:finding-metastases-outside-lungs",
        "sts:lacksFinding sts:finding-stage4-sts ; sts:hasFinding sts:finding-only-few-small-tumours",
        "sts:lacksFinding sts:finding-does-not-want-cancer-treatment ; sts:declinesModality sts:modality-surgery",
    ],
)
def test_what_is_near_a_contradiction_is_consistent(hermit: Hermit, ontology: Graph, facts: str) -> None:
    assert hermit.consistent(ontology + parse(f"case:p {facts} ."))


def test_chemotherapy_was_had_before_only_by_a_course_that_was_given(hermit: Hermit, ontology: Graph) -> None:
    prior, failed = "sts:finding-prior-chemotherapy", "sts:finding-doxorubicin-did-not-work"
    facts = parse(
        """
        case:p sts:hadCourse [ a sts:GivenCourse ; sts:includesTherapy sts:other-chemotherapy-drug ] .
        case:q sts:hadCourse [ sts:includesTherapy sts:doxorubicin ; sts:courseOutcome sts:outcome-did-not-work ] .
        case:r sts:hadCourse [ a sts:GivenCourse ; sts:includesTherapy sts:doxorubicin ;
            sts:courseOutcome sts:outcome-did-not-work ] .
        case:s sts:hadCourse [ a sts:GivenCourse ; sts:includesTherapy sts:pazopanib ] .
        """
    )
    entailed = [f"case:p sts:hasFinding {prior}", f"case:r sts:hasFinding {failed}"]
    others = [f"case:q sts:hasFinding {prior}", f"case:q sts:hasFinding {failed}", f"case:s sts:hasFinding {prior}"]
    assert follows(hermit, ontology + facts, entailed, others)


def test_to_decline_cancer_treatment_is_not_to_want_it(hermit: Hermit, ontology: Graph) -> None:
    finding = "sts:finding-does-not-want-cancer-treatment"
    every = [f"sts:modality-{name}" for name in ("chemotherapy", "targeted-therapy", "radiation-therapy", "surgery")]
    facts = parse(
        f"""
        case:p sts:declinesModality sts:modality-cancer-treatment . case:q sts:hasFinding {finding} .
        case:r sts:declinesModality {", ".join(every)} .
        """
    )
    entailed = [
        f"case:p sts:hasFinding {finding}",
        "case:q sts:declinesModality sts:modality-cancer-treatment",
        "case:q sts:hasDeclinedOption sts:option-surgery",
    ]
    others = [f"case:r sts:hasFinding {finding}", "case:q sts:declinesModality sts:modality-comfort-care"]
    assert follows(hermit, ontology + facts, entailed, others)


# --- No axiom is left out


def test_each_property_chain_has_a_witness(ontology: Graph) -> None:
    assert set(chains(ontology)) == set(WITNESSES)


def test_what_follows_by_property_chains_is_entailed(hermit: Hermit, with_examples: Graph) -> None:
    assert hermit.entails(with_examples, map(only, WITNESSES.values()))


def test_each_chain_is_what_its_witness_follows_by(hermit: Hermit, with_examples: Graph) -> None:
    less = []
    for chain, declared in chains(with_examples).items():
        graph = with_examples + denied([only(WITNESSES[chain])])
        graph.remove(declared)
        less.append(graph)
    assert hermit.consistent(*less)
