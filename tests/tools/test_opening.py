"""What we export, opened by the OWLAPI (the core of Protégé and ROBOT), HermiT, ELK, pronto and OAK."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from rdflib.namespace import OWL, RDF

from sts_kg import KnowledgeGraph
from sts_kg.guideline import ontology_folder
from sts_kg.rdf import STS

IRI = f"{STS}ontology"
SYNTAXES = ("ttl", "rdf", "owl", "jsonld", "n3", "nt", "nq", "trig")

#: By file, what is said under each key.
Told = Mapping[str, Mapping[str, list[str]]]


@pytest.fixture(scope="module")
def folder(kg: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("exported")
    for ending in SYNTAXES:
        kg.export(made / f"asserted.{ending}")
    for ending in ("ttl", "owl"):
        kg.export(made / f"closed.{ending}", inferred=True)
    kg.with_cases(ontology_folder() / "examples" / "f.yaml").export(made / "all.owl", inferred=True, mappings=True)
    kg.export(made / "modules", inferred=True, mappings=True, modules=True)
    shutil.copytree(ontology_folder(), made / "checkout")
    shutil.move(made / "checkout" / "sts.ttl", made / "checkout" / "header.ttl")
    catalogue = made / "checkout" / "catalog-v001.xml"
    catalogue.write_text(catalogue.read_text().replace('"sts.ttl"', '"header.ttl"'))
    return made


@pytest.fixture(scope="module")
def told(java: Callable[..., str], folder: Path) -> Told:
    files = [folder / f"asserted.{ending}" for ending in SYNTAXES]
    modules = [
        word
        for name in ("sts", "conditions", "inferred", "mappings-drugs")
        for word in ("catalog", folder / "modules" / f"{name}.ttl")
    ]
    checkout = ["catalog", folder / "checkout" / "header.ttl"]
    rest = ["reason", folder / "closed.ttl", folder / "closed.owl", folder / "all.owl"]
    found: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in java("Owlapi", *files, *modules, *checkout, *rest).splitlines():
        if line.count("\t") == 2:  # the others are ELK's log
            file, key, value = line.split("\t")
            found[file][key].append(value)
    return found


def test_each_syntax_is_the_same_ontology(told: Told) -> None:
    for ending in SYNTAXES:
        found = told[f"asserted.{ending}"]
        assert (found["iri"], found["version"]) == ([IRI], [f"{IRI}/0.1.0"])
        assert (found["imports"], found["ontologies"]) == (["0"], ["1"])
    assert (
        len({(*told[f"asserted.{ending}"]["axioms"], *told[f"asserted.{ending}"]["digest"]) for ending in SYNTAXES})
        == 1
    )
    assert told["closed.ttl"]["digest"] == told["closed.owl"]["digest"]
    more = int(told["closed.ttl"]["axioms"][0]) - int(told["asserted.ttl"]["axioms"][0])
    assert more > 500


@pytest.mark.parametrize(
    "file", [*(f"asserted.{ending}" for ending in SYNTAXES), "closed.ttl", "closed.owl", "all.owl", "sts.ttl"]
)
def test_nothing_is_left_unread_and_the_profiles_hold(told: Told, file: str) -> None:
    found = told[file]
    assert found["iri"]
    assert [found[key] for key in ("unparsed", "guessed", "header", "DL", "RL")] == [[]] * 5


@pytest.mark.parametrize(
    ("file", "imports", "ontologies"),
    [("sts.ttl", 11, 12), ("conditions.ttl", 4, 5), ("inferred.ttl", 1, 13), ("mappings-drugs.ttl", 1, 13)],
)
def test_modules_open_offline_by_their_catalogue(told: Told, file: str, imports: int, ontologies: int) -> None:
    found = told[file]
    assert (found["imports"], found["ontologies"]) == ([str(imports)], [str(ontologies)])
    assert (found["unparsed"], found["DL"], found["RL"]) == ([], [], [])


def test_the_checkout_opens_offline_by_its_catalogue(told: Told) -> None:
    found = told["header.ttl"]
    assert (found["iri"], found["imports"], found["ontologies"]) == ([IRI], ["11"], ["12"])
    assert found["unparsed"] == []
    assert found["axioms"] == told["sts.ttl"]["axioms"]


def test_reasoners_take_what_is_inferred(told: Told) -> None:
    found = told["closed.ttl"]
    assert found["HermiT consistent"] == ["true"]
    [above] = found["ELK above ChemotherapyDrug"]
    assert above.split() == [str(OWL.Thing), str(STS.Drug), str(STS.Therapy)]


PRONTO = """
import json, sys, warnings
import pronto
warnings.simplefilter("ignore")
ontology = pronto.Ontology(sys.argv[1])
print(json.dumps({
    term.id: [term.name, term.definition and str(term.definition), [each.name for each in term.superclasses()]]
    for term in ontology.terms()
}))
"""


def test_pronto_lists_our_classes_with_their_names(kg: KnowledgeGraph, folder: Path, tools: Path) -> None:
    found = json.loads(run(tools, PRONTO, folder / "closed.owl"))
    ours = {str(each) for each in kg.asserted.subjects(RDF.type, OWL.Class) if str(each).startswith(STS)}
    assert {iri for iri, (name, definition, _) in found.items() if name and definition} >= ours
    assert found[str(STS.ChemotherapyDrug)][::2] == ["chemotherapy drug", ["chemotherapy drug", "drug", "therapy"]]


OAK = """
import json, sys, warnings
warnings.simplefilter("ignore")
from click.testing import CliRunner
from oaklib.cli import main
answers = []
for command in json.loads(sys.argv[2]):
    done = CliRunner().invoke(main, ["-i", sys.argv[1], *command])
    assert done.exit_code == 0, done.output
    answers.append([line for line in done.output.splitlines() if "w3id.org" in line])
print(json.dumps(answers))
"""


def test_oak_searches_informs_and_climbs(folder: Path, tools: Path) -> None:
    drug, kind = str(STS.doxorubicin), str(STS.ChemotherapyDrug)
    commands = [["search", "doxorubicin"], ["info", drug], ["definitions", kind], ["ancestors", "-p", "i", kind]]
    searched, informed, defined, above = json.loads(run(tools, OAK, folder / "closed.ttl", json.dumps(commands)))
    assert f"{drug} ! doxorubicin" in searched
    assert informed == [f"{drug} ! doxorubicin"]
    assert defined == [f"{kind}\tchemotherapy drug\tA drug that the source names as, or amongst, chemotherapy drugs."]
    assert sorted(line.split("\t")[0] for line in above) == [kind, str(STS.Drug), str(STS.Therapy)]


def run(tools: Path, program: str, *arguments: object) -> str:
    command = [str(tools / "bin" / "python"), "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
