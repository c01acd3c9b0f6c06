"""What a knowledge graph shows as a picture or a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rdflib import Graph, URIRef

from sts_kg.cases import Answer, CaseSource, Explanation, Session, find_case, find_option
from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.knowledge.queries import WithQueries
from sts_kg.rdf import STS, local
from sts_kg.tables import Literals

if TYPE_CHECKING:
    import networkx

    from sts_kg.closure import Proof
    from sts_kg.display import Picture

__all__ = ["WithPictures"]


class WithPictures(WithQueries):
    """Pictures of terms, conditions, proofs and classes, and networks."""

    def picture(self, about: str | URIRef | Proof | Explanation | Graph, depth: int = 1) -> Picture:
        """Return a picture of what stands beside a term, of a proof, of an explanation, or of a graph.

        Parameters
        ----------
        about : str, URIRef, Proof, Explanation or Graph
            A term by IRI, CURIE, local name or label; or what `proof`, `explain` or a CONSTRUCT query returned.
        depth : int
            How many statements away from the term what is drawn may be.

        Raises
        ------
        UnknownNameError
            Nothing has the name, or more than one thing has, or no triple holds the IRI.
        ArgumentError
            `depth` is no whole number from 1 on.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().picture("sts:option-pazopanib")
        <Picture: What stands beside pazopanib; 10 nodes, 9 edges>
        """
        from sts_kg.closure import Proof
        from sts_kg.display import picture_of_condition, picture_of_graph, picture_of_proof, picture_of_term

        if isinstance(about, Proof):
            return picture_of_proof(about, self.asserted)
        if isinstance(about, Explanation):
            return picture_of_condition(self.guideline, about.answer.option, about.answer)
        if isinstance(about, Graph):
            return picture_of_graph(about, self.asserted)
        if not isinstance(about, str):
            reason = "a name, an IRI, a Proof, an Explanation or a Graph was expected"
            raise ArgumentError("picture", "about", f"{reason}, and not a {type(about).__name__}")
        if not isinstance(depth, int) or isinstance(depth, bool) or depth < 1:
            raise ArgumentError("picture", "depth", "a whole number from 1 on was expected", value=depth)
        return picture_of_term(self.asserted, self.inferred, self._term(about), depth)

    def _term(self, about: str | URIRef) -> URIRef:
        """Return the term of a name that the graph speaks of.

        Raises
        ------
        UnknownNameError
            Nothing has the name, more than one thing has, or no triple holds the IRI.
        """
        term = about if isinstance(about, URIRef) else self.entities.resolve(about)
        graphs = self.asserted, self.inferred
        if not any((term, None, None) in graph or (None, None, term) in graph for graph in graphs):
            raise UnknownNameError("term", str(about), [local(str(each)) for each in self.session.labels])
        return term

    def pathway(self, cases: CaseSource | None = None, *, case: str | None = None) -> Picture:
        """Return a picture of the options in the order of the source, by modality, with what comes after what.

        With a case, each option has its status in words and colours. `case` selects one of several by its id.

        Raises
        ------
        UnknownNameError
            There is no such case.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().pathway("example:f").title
        'What the page says may be offered, for case f'
        """
        from sts_kg.display import picture_of_pathway

        if cases is None:
            return picture_of_pathway(self.guideline)
        answers = self._answers_of_one(cases, case)
        return picture_of_pathway(self.guideline, answers, next(iter(answers.values())).case)

    def hierarchy(self, of: str) -> Picture:
        """Return a picture of the classes above and below one, or of the broader and narrower concepts of one.

        Raises
        ------
        UnknownNameError
            Nothing has the name, or more than one thing has.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().hierarchy("sts:Therapy").title
        'What is above and below therapy'
        """
        from sts_kg.display import picture_of_hierarchy

        return picture_of_hierarchy(self.asserted, self.inferred, self._term(of))

    def condition(self, option: str, cases: CaseSource | None = None, *, case: str | None = None) -> Picture:
        """Return a picture of the condition of an option, as a tree of all-of and any-of.

        With a case, each part has its value in Kleene's logic. `case` selects one of several by its id.

        Raises
        ------
        UnknownNameError
            There is no such option or case.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().condition("pazopanib").title
        'The condition of pazopanib'
        """
        from sts_kg.display import picture_of_condition

        if cases is None:
            guideline = self._guideline_of(option)
            return picture_of_condition(guideline, find_option(option, guideline.conditions))
        chosen = find_option(option, self.guideline.conditions)
        return picture_of_condition(self.guideline, chosen, self._answers_of_one(cases, case)[chosen])

    def _answers_of_one(self, cases: CaseSource, case: str | None) -> dict[URIRef, Answer]:
        """Return the answers for one case, by option."""
        one = find_case(self._read(cases), case)
        return {answer.option: answer for answer in Session(self.guideline, (one,)).answers()}

    def explore(self, about: str | URIRef | None = None) -> Any:
        """Return a widget that shows a term with its neighbours, and adds those of each term that is clicked.

        It finds terms by name, keeps their places, and runs in JupyterLab, VS Code and others that know anywidget,
        without a request to any server. Where none runs, as in exported HTML, it shows a still form. A view has at most
        120 terms, 24 more with each click, and says what it leaves out.

        Parameters
        ----------
        about : str or URIRef, optional
            Where to begin: a label, name, CURIE or IRI; without it, the options.

        Raises
        ------
        UnknownNameError
            There is no such term.
        MissingLibraryError
            anywidget is not installed.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().explore("pazopanib")
        <Explorer around pazopanib: 7 terms, 6 relations>
        """
        from sts_kg.display import Neighbours, explorer

        neighbours = Neighbours(self.asserted, self.inferred, self.session.labels)
        term = STS.TreatmentOption if about is None else self._term(about)
        return explorer(neighbours, term, self.picture(term))

    def to_networkx(self, graph: Graph | None = None, *, literals: Literals = "attributes") -> networkx.MultiDiGraph:
        """Return a graph, by default asserted and inferred triples, as a networkx MultiDiGraph with labels of ours.

        Nodes are terms, and predicates the keys of edges. A node has `label`, `kind` and `types`, and the literals of a
        subject are its attributes; `literals="nodes"` makes each a node of its own: see `sts_kg.tables.as_networkx`.

        Raises
        ------
        UnknownNameError
            There is no such way to put literals.
        MissingLibraryError
            networkx is not installed.

        Examples
        --------
        >>> from sts_kg import load
        >>> kg = load()
        >>> network = kg.to_networkx(kg.query("CONSTRUCT WHERE { ?brand sts:brandOf ?drug }"))
        >>> sorted(network.nodes[drug]["label"] for drug in network if network.in_degree(drug))
        ['doxorubicin', 'ifosfamide', 'pazopanib']
        """
        from sts_kg.tables import as_networkx

        return as_networkx(self.graph if graph is None else graph, self.session.labels, literals=literals)
