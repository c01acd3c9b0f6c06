"""A canned query as a value: its text, its typed parameters, and the text with their values bound. It runs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import Variable

from sts_kg.errors import MOST_LISTED, CurieError, ParameterError, QueryError, UnknownNameError, nearest
from sts_kg.queries.entities import Entities
from sts_kg.queries.parameters import Parameter
from sts_kg.queries.tokens import substituted
from sts_kg.rdf import local
from sts_kg.shown import Shown

__all__ = ["CannedQuery"]


@dataclass(frozen=True)
class CannedQuery(Shown):
    """A query file: what its header says, and its whole text.

    `id` is the path below the folder of queries without suffix, `graph` is one of GRAPHS, `form` "select", "ask",
    "construct" or "describe". `empty_because` says why there are no rows, if none are expected; `needs` are the
    prefixes of vocabularies that must be linked first, `links` if any must, and `mappings` if the graph must have the
    mapping sets. `remedy`, of a check, says what would be right. Only a federated query has an `endpoint`, and only a
    query of the user's own a `file`.
    """

    id: str
    topic: str
    summary: str
    description: str
    graph: str
    parameters: tuple[Parameter, ...]
    text: str
    form: str
    empty_because: str = ""
    needs: tuple[str, ...] = ()
    remedy: str = ""
    tags: tuple[str, ...] = ()
    endpoint: str = ""
    file: Path | None = None

    def __repr__(self) -> str:
        return f"<CannedQuery {self.id}{f': {self.usage}' if self.parameters else ''}>"

    @property
    def shown(self) -> str:
        """What an error calls it: the file of one's own query, the id of a shipped one."""
        return self.id if self.file is None else str(self.file)

    @property
    def usage(self) -> str:
        """The names of the parameters, those that may be left out in brackets."""
        return " ".join(each.name if each.required else f"[{each.name}]" for each in self.parameters)

    def as_dict(self) -> dict[str, object]:
        """Return id, topic, summary, parameters, and the file if it is one's own, as plain values."""
        keys = ("name", "type", "required", "default")
        parameters = [{key: getattr(each, key) for key in keys} for each in self.parameters]
        own = {} if self.file is None else {"own": str(self.file)}
        return {"id": self.id, "topic": self.topic, "summary": self.summary, "parameters": parameters, **own}

    @property
    def open_text(self) -> str:
        """The text with its parameters as variables, except after LIMIT or OFFSET, where SPARQL does not take one."""
        limits = [parameter for parameter in self.parameters if parameter.limit]
        return substituted(self.text, {each.variable[1:]: each.default or "1" for each in limits})

    @property
    def sample_text(self) -> str:
        """The text with a sample term in place of each parameter, for parsing only."""
        terms = {
            each.variable[1:]: "1" if each.limit else "<urn:sts-kg:sample>" if each.type == "iri" else '"sample"'
            for each in self.parameters
        }
        return substituted(self.text, terms)

    def bind(self, values: Mapping[str, object] | None = None, *, entities: Entities | None = None) -> str:
        """Return the SPARQL text with an N-Triples term in the place of each parameter.

        A value of None counts as not given: a required parameter takes its default, an optional one stays a free
        variable, which means any.

        Parameters
        ----------
        values : mapping of parameter names to values
            One text, number, date, truth value or RDF term each, no lists.
        entities : Entities, optional
            Finds an IRI by name or label, and checks that it is of the parameter's class.

        Raises
        ------
        ParameterError
            No such parameter, a required one without value and default, or a value that does not fit.
        """
        terms: dict[str, str] = {}
        for found in self._terms(values or {}, entities):
            if isinstance(found, ParameterError):
                raise found
            terms |= found
        return substituted(self.text, terms)

    def wrong(
        self, values: Mapping[str, object] | None = None, *, entities: Entities | None = None
    ) -> tuple[ParameterError, ...]:
        """Return all that is wrong with values, in the order of the parameters; nothing if `bind` takes them."""
        return tuple(each for each in self._terms(values or {}, entities) if isinstance(each, ParameterError))

    def _terms(
        self, values: Mapping[str, object], entities: Entities | None
    ) -> Iterator[dict[str, str] | ParameterError]:
        """Yield the term of each parameter under its variable, or what is wrong."""
        given = {name: value for name, value in values.items() if value is not None}
        names = [parameter.name for parameter in self.parameters]
        for name in sorted(given.keys() - names):
            known = f"it has {', '.join(names)}" if names else "it has none"
            yield ParameterError(self.id, name, f"no such parameter, {known}", near=nearest(name, names))
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            try:
                if value is not None:
                    yield {parameter.variable[1:]: self._term(parameter, value, entities)}
                elif parameter.required:
                    yield ParameterError(self.id, parameter.name, "a value is needed", type=parameter.type)
            except ParameterError as error:
                yield error

    def _term(self, parameter: Parameter, value: object, entities: Entities | None) -> str:
        near: tuple[str, ...] = ()
        try:
            return parameter.term(value, entities)
        except UnknownNameError as error:
            reason, near = f"there is no {error.kind} of this name", error.near
            members = entities.members(parameter.entity_class) if entities is not None and not near else ()
            if 0 < len(members) <= MOST_LISTED:
                reason += f"; there are {', '.join(map(local, members))}"
        except CurieError as error:
            reason = error.reason
        except ValueError as error:
            reason = str(error)
        raise ParameterError(self.id, parameter.name, reason, type=parameter.type, value=value, near=near)

    def check(self) -> None:
        """Parse the text with rdflib, as it is and with a term for each parameter (about 0.1 s).

        Raises
        ------
        QueryError
            It does not parse, is of another form than its tokens suggest, has a parameter where a term is not
            allowed, or reaches beyond the graph that its header names.
        """
        from rdflib.plugins.sparql.parserutils import CompValue

        from sts_kg.queries.grammar import check_algebra, parse_sparql, parsed_sparql, parts_of

        if (found := parsed_sparql(self.id, self.open_text)[1].name) != f"{self.form.capitalize()}Query":
            raise QueryError(self.id, f"by the grammar it is a {found}, not a query to {self.form}")
        tree = parse_sparql(self.id, self.sample_text)
        for part in parts_of(tree):
            if isinstance(part, Variable) and part.startswith("_"):
                raise QueryError(self.id, f"?{part} is not bound; write blanks around it")
            beyond = isinstance(part, CompValue) and part.name in ("ServiceGraphPattern", "DatasetClause")
            if beyond and not self.endpoint:
                raise QueryError(self.id, f"a {part.name} reaches beyond the graph that the header names")
        check_algebra(self.id, tree)
