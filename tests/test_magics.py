"""The magics of a notebook, in a shell of IPython: answers, variables, one-line errors, and completion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from page_blocks import blocks
from servers import Server, oxigraph  # noqa: F401 # a fixture
from traitlets.config import Config

from sts_kg import KnowledgeGraph, Table

interactiveshell = pytest.importorskip("IPython.core.interactiveshell")


@pytest.fixture(scope="module")
def ipython() -> Any:
    config = Config()
    config.HistoryManager.enabled = False
    return interactiveshell.InteractiveShell(config=config)


@pytest.fixture
def shell(ipython: Any, kg: KnowledgeGraph) -> Iterator[Any]:
    ipython.reset()
    ipython.user_ns["kg"] = kg
    assert ipython.run_cell("%load_ext sts_kg").success
    yield ipython
    ipython.run_cell("%unload_ext sts_kg")


@pytest.fixture
def told(shell: Any, capsys: pytest.CaptureFixture[str]) -> Callable[[str], list[str]]:
    """Run a cell and return the lines that it prints, without its result."""

    def run(cell: str) -> list[str]:
        capsys.readouterr()
        shell.run_cell(cell)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return [line for line in (printed.out + printed.err).splitlines() if not line.startswith("Out[")]

    return run


def result(shell: Any, cell: str) -> Any:
    done = shell.run_cell(cell)
    assert done.success
    return done.result


def test_a_cell_is_answered_with_values_of_python(shell: Any) -> None:
    shell.run_cell("drug = 'sts:pazopanib'")
    answer = result(shell, "%%sparql\nSELECT ?brand { ?_drug sts:brandName ?brand }")
    assert isinstance(answer, Table) and answer.curies() == (("Votrient",),)
    assert answer.sparql == "SELECT ?brand { <https://w3id.org/sts-kg/pazopanib> sts:brandName ?brand }\n"
    assert result(shell, "%%sparql\nASK { ?_drug a sts:TargetedTherapyDrug }") is True


def test_an_answer_goes_into_a_variable(shell: Any, told: Callable[[str], list[str]]) -> None:
    lines = told("%%sparql --to brands\nSELECT ?brand { ?drug sts:brandName ?brand }")
    assert lines == ["asks kg", "brands is <Table: 2 rows of brand>"]
    assert isinstance(shell.user_ns["brands"], Table)
    assert told("%%sparql --to 2brands\nASK {}") == [
        "UsageError: %%sparql: --to 2brands: the name of a variable was expected"
    ]


def test_asserted_triples_can_be_asked_alone(shell: Any) -> None:
    cell = "\nASK { sts:pazopanib a sts:Drug }"
    assert (result(shell, "%%sparql" + cell), result(shell, "%%sparql --asserted" + cell)) == (True, False)


def test_it_says_which_graph_is_asked_where_that_changes(shell: Any, told: Callable[[str], list[str]]) -> None:
    assert told("%%sparql\nASK {}") == ["asks kg"]
    assert told("%%sparql\nASK {}") == []
    assert told("kg = 3\n") == []
    assert told("%sts drugs/standard-drug")[:1] == ["asks the shipped knowledge graph: kg is a int"]
    assert told("del kg") == []
    assert told("%%sparql\nASK {}") == []
    assert told("%reload_ext sts_kg\n") == []
    assert told("%%sparql\nASK {}") == ["asks the shipped knowledge graph: there is no variable kg"]


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        (
            "%%sparql\nSELECT ?x {\n  ?_drug a ?x ; aa ?y }",
            "query of the cell, line 2, column 17: is not SPARQL 1.1 Query: aa is no variable, name or text; write "
            '?aa, sts:aa or "aa"',
        ),
        (
            "%%sparql\nASK { ?_durg a ?x }",
            "query of the cell, line 1, column 7: ?_durg takes the value of durg, and there is none; did you mean "
            "drug?",
        ),
        (
            "%%sparql\nASK { {drug} a ?x }",
            "query of the cell, line 1, column 7: {drug} is not filled in as text, since a value could then change the "
            "query; write ?_drug in its place",
        ),
        (
            "%%sparql --timout 3\nASK {}",
            "UsageError: %%sparql: unrecognized arguments: --timout 3; usage: %%sparql [--to NAME] [--endpoint URL] "
            "[--asserted] [--timeout SECONDS]",
        ),
        (
            "%sts options-with-drug --drug paz",
            "query drugs/options-with-drug, parameter drug = 'paz': there is no sts:Drug of this name; did you mean "
            "pazopanib?",
        ),
        (
            "%sts options-with-durg",
            "there is no query 'options-with-durg'; did you mean drugs/options-with-drug or "
            "conditions/options-with-finding?",
        ),
        ("%sts q --drug $durg", "UsageError: %sts: there is no Python variable durg; did you mean $drug?"),
        (
            "%sts q --drug {drug}",
            "UsageError: %sts: {drug} is not filled in as text; $name, alone, is the value of a Python variable",
        ),
        ("%sts q --drug", "UsageError: %sts: --drug has no value"),
        ("%sts q pazo", "UsageError: %sts: pazo is one name too many; a value stands after its --parameter"),
        ("%sts drugs --drug a", "UsageError: %sts: --drug belongs to a query, which stands before it"),
        ("%sts q --drug 'a", "UsageError: %sts: q --drug 'a: no closing quotation"),
        ("%sts q --timeout x", "UsageError: %sts: --timeout x: a number of seconds was expected, 86400 at most"),
    ],
)
def test_an_error_is_one_line(shell: Any, told: Callable[[str], list[str]], cell: str, line: str) -> None:
    shell.run_cell("drug = 'sts:pazopanib'\n")
    told("%%sparql\nASK {}")
    assert told(cell) == [line]
    assert not shell.run_cell(cell).success, "a notebook that is run as a whole stops here"


def test_a_canned_query_takes_words_and_variables(shell: Any) -> None:
    shell.run_cell("from rdflib import URIRef\ndrug = URIRef('https://w3id.org/sts-kg/pazopanib')\nnone = None")
    by_word = result(shell, "%sts drugs/options-with-drug --drug Votrient")
    assert by_word == result(shell, "%sts options-with-drug --drug $drug --modality $none --timeout 20")
    assert result(shell, "found = %sts options-with-drug --drug=pazopanib\nfound") == by_word
    assert len(by_word) == 2


def test_without_a_query_they_are_listed(shell: Any, kg: KnowledgeGraph) -> None:
    assert result(shell, "%sts") == kg.queries()
    assert result(shell, "%sts drugs") == kg.queries("drugs")


def test_an_endpoint_is_asked(shell: Any, kg: KnowledgeGraph, oxigraph: Server) -> None:  # noqa: F811
    kg.push(oxigraph.query)
    shell.user_ns["url"] = oxigraph.query
    cell = "\nSELECT ?brand { ?drug sts:brandName ?brand } ORDER BY ?brand"
    assert result(shell, f"%%sparql --endpoint {oxigraph.query}{cell}") == result(shell, f"%%sparql{cell}")
    asked = "%sts options-with-drug --drug pazopanib"
    assert result(shell, f"{asked} --endpoint $url") == result(shell, asked)


def completions(shell: Any, text: str) -> dict[str, str]:
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        found = [*shell.Completer.completions(text, len(text))]
    return {text[: each.start] + each.text: each.type for each in found}


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("%sts drugs/op", {"%sts drugs/options-with-drug": "Options with a drug"}),
        ("x = %sts options-with-dr", {"x = %sts drugs/options-with-drug": "Options with a drug"}),
        ("%sts options-with-drug --d", {"%sts options-with-drug --drug": "Drug"}),
        ("%sts options-with-drug --drug pa", {"%sts options-with-drug --drug pazopanib": "sts:pazopanib"}),
        ("%sts options-with-drug --drug $dr", {"%sts options-with-drug --drug $drug": "Python variable"}),
        ("%%sparql --as", {"%%sparql --asserted": "option"}),
        ("%%sparql\nASK { ?_dr", {"%%sparql\nASK { ?_drug": "Python variable"}),
        ("%%sparql\nASK { ?option a ?op", {"%%sparql\nASK { ?option a ?option": "variable"}),
        ("%%sparql\nASK { sts:pazo", {"%%sparql\nASK { sts:pazopanib": "pazopanib"}),
        ("%%sparql\nASK { ?x a pr", {"%%sparql\nASK { ?x a prov:": "prefix"}),
        ("%%sparql\nASK { ?x rdfs:label \"pazo", {"%%sparql\nASK { ?x rdfs:label \"pazopanib": "sts:pazopanib"}),
        ("%%sparql\nASK { ?x a Targeted ther", {}),
        ("imp", {"import": "keyword"}),
    ],
)  # fmt: skip
def test_it_completes(shell: Any, text: str, some: dict[str, str]) -> None:
    shell.run_cell("drug = 'sts:pazopanib'\nimport os as drums")
    found = completions(shell, text)
    assert some.items() <= found.items()
    assert not any("drums" in each for each in found)


def test_a_label_completes_to_its_curie(shell: Any) -> None:
    found = completions(shell, "%%sparql\nASK { ?x a ifos")
    assert found["%%sparql\nASK { ?x a sts:ifosfamide"] == "ifosfamide"


def test_other_cells_complete_as_before(shell: Any) -> None:
    shell.run_cell("word = 'a'")
    assert "word.startswith" in completions(shell, "word.starts")


def test_the_cells_of_the_page_run(shell: Any, told: Callable[[str], list[str]]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "notebooks.md").read_text(encoding="utf-8")
    cells = [block.text for block in blocks(page) if block.language == "ipython"]
    assert len(cells) >= 6
    for cell in cells:
        assert "Error" not in "".join(told(cell)), cell
    assert shell.user_ns["brands"].curies() == (("Votrient",),) and len(shell.user_ns["answer"]) == 2
    [line] = [block.text for block in blocks(page) if block.language == "text"]
    assert told("%%sparql\nASK {\n ?x rdfs:label {drug} }") == [line.strip()]


def test_the_magics_go_with_the_extension(shell: Any, told: Callable[[str], list[str]]) -> None:
    n = len(shell.Completer.custom_matchers)
    told("%unload_ext sts_kg")
    assert told("%sts") == ["UsageError: Line magic function `%sts` not found."]
    assert len(shell.Completer.custom_matchers) == n - 1


@pytest.mark.parametrize("name", ["on_note", "memory", "strict", "max_rows"])
def test_an_argument_of_the_function_is_no_parameter_of_a_query(told: Callable[[str], list[str]], name: str) -> None:
    assert told(f"%sts drugs/drugs-and-brands --{name} x") == [f"UsageError: %sts: --{name} is no parameter of a query"]


@pytest.mark.parametrize("seconds", ["inf", "nan", "-1", "0", "x", "1e9"])
@pytest.mark.parametrize(("magic", "line"), [("%%sparql", "\nASK {}"), ("%sts", " drugs/drugs-and-brands")])
def test_a_limit_of_time_is_a_number_of_seconds(
    told: Callable[[str], list[str]], magic: str, line: str, seconds: str
) -> None:
    cell = f"%%sparql --timeout {seconds}{line}" if magic == "%%sparql" else f"%sts{line} --timeout {seconds}"
    expected = f"UsageError: {magic}: --timeout {seconds}: a number of seconds was expected, 86400 at most"
    assert told(cell) == [expected]


def test_a_number_too_long_to_be_written_is_an_error_in_one_line(shell: Any, told: Callable[[str], list[str]]) -> None:
    shell.run_cell("much = 10**5000")
    assert told("%%sparql\nASK { ?s ?p ?_much }")[-1].startswith("query of the cell, line 1, column 13: much = <int>: ")
