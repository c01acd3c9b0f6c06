"""OBO files as OWL in RDF: each clause becomes triples or an error with its line.

The translation is that of OBO 1.4, section 5, as the OWLAPI and so ROBOT write it. Where those drop a clause or garble
it, the specification decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote, urljoin

import pyoxigraph as ox

from sts_kg.errors import ParseError
from sts_kg.rdf.obo_lines import HEADER, SHAPES, Clause, NotOboError, clause_in, stanza_in
from sts_kg.rdf.owl_syntaxes import owl_nquads
from sts_kg.rdf.syntaxes import reason

__all__ = ["obo_nquads"]

_OBO, _OIO = "http://purl.obolibrary.org/obo/", "http://www.geneontology.org/formats/oboInOwl#"
#: Prefixes that stand for their vocabulary, unless the header has an `idspace` for them.
_SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dce": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "obo": _OBO,
    "oboInOwl": _OIO,
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_RDF, _RDFS, _OWL, _XSD = (_SPACES[prefix] for prefix in ("rdf", "rdfs", "owl", "xsd"))
_BUILT_IN = tuple(f"<{_SPACES[prefix]}" for prefix in ("owl", "rdf", "rdfs", "xsd"))
_TYPE, _ONTOLOGY, _LABEL = f"<{_RDF}type>", f"<{_OWL}Ontology>", f"<{_RDFS}label>"
_CLASS, _OBJECT, _NOTE, _SINGLE = (
    f"<{_OWL}{name}>" for name in ("Class", "ObjectProperty", "AnnotationProperty", "NamedIndividual")
)
#: Tag or qualifier to its annotation property and the label of that, if it has one (section 5.8).
_VOCABULARY = {
    "is_obsolete": (f"<{_OWL}deprecated>", None),
    "name": (_LABEL, None),
    "comment": (f"<{_RDFS}comment>", None),
    "remark": (f"<{_RDFS}comment>", None),
    "expand_expression_to": (f"<{_OBO}IAO_0000424>", "expand expression to"),
    "expand_assertion_to": (f"<{_OBO}IAO_0000425>", "expand assertion to"),
    "def": (f"<{_OBO}IAO_0000115>", "definition"),
    "is_anti_symmetric": (f"<{_OBO}IAO_0000427>", "antisymmetric property"),
    "replaced_by": (f"<{_OBO}IAO_0100001>", "term replaced by"),
    "shorthand": (f"<{_OIO}shorthand>", "shorthand"),
    "consider": (f"<{_OIO}consider>", "consider"),
    "id": (f"<{_OIO}id>", "id"),
    "created_by": (f"<{_OIO}created_by>", "created by"),
    "creation_date": (f"<{_OIO}creation_date>", "creation date"),
    "format-version": (f"<{_OIO}hasOBOFormatVersion>", "has_obo_format_version"),
    "namespace": (f"<{_OIO}hasOBONamespace>", "has_obo_namespace"),
    "namespace-id-rule": (f"<{_OIO}NamespaceIdRule>", "namespace-id-rule"),
    "xref": (f"<{_OIO}hasDbXref>", "database_cross_reference"),
    "alt_id": (f"<{_OIO}hasAlternativeId>", "has_alternative_id"),
    "subset": (f"<{_OIO}inSubset>", "in_subset"),
    "scope": (f"<{_OIO}hasScope>", "has_scope"),
    "BROAD": (f"<{_OIO}hasBroadSynonym>", "has_broad_synonym"),
    "NARROW": (f"<{_OIO}hasNarrowSynonym>", "has_narrow_synonym"),
    "EXACT": (f"<{_OIO}hasExactSynonym>", "has_exact_synonym"),
    "RELATED": (f"<{_OIO}hasRelatedSynonym>", "has_related_synonym"),
    "synonym type": (f"<{_OIO}hasSynonymType>", "has_synonym_type"),
    "subsetdef": (f"<{_OIO}SubsetProperty>", "subset_property"),
    "synonymtypedef": (f"<{_OIO}SynonymTypeProperty>", "synonym_type_property"),
}
_LABELS = {iri: label for iri, label in _VOCABULARY.values() if label is not None}
#: Tag to what it says of two classes, of two properties, or of a property and a class.
_CLASSES = {
    "is_a": f"<{_RDFS}subClassOf>",
    "equivalent_to": f"<{_OWL}equivalentClass>",
    "disjoint_from": f"<{_OWL}disjointWith>",
}
_PROPERTIES = {
    "is_a": f"<{_RDFS}subPropertyOf>",
    "equivalent_to": f"<{_OWL}equivalentProperty>",
    "disjoint_from": f"<{_OWL}propertyDisjointWith>",
    "inverse_of": f"<{_OWL}inverseOf>",
}
_ENDS = {"domain": f"<{_RDFS}domain>", "range": f"<{_RDFS}range>"}
_KINDS = {
    "is_transitive": f"<{_OWL}TransitiveProperty>",
    "is_reflexive": f"<{_OWL}ReflexiveProperty>",
    "is_symmetric": f"<{_OWL}SymmetricProperty>",
    "is_asymmetric": f"<{_OWL}AsymmetricProperty>",
    "is_functional": f"<{_OWL}FunctionalProperty>",
    "is_inverse_functional": f"<{_OWL}InverseFunctionalProperty>",
}
_CHAINS = ("transitive_over", "holds_over_chain", "equivalent_to_chain")
_SETS = {"intersection_of": f"<{_OWL}intersectionOf>", "union_of": f"<{_OWL}unionOf>"}
_CARDINALITIES = ("cardinality", "minCardinality", "maxCardinality")
_ONCE = ("ontology", "data-version", "default-namespace", "logical-definition-view-relation")
_DIRECTIVES = ("ontology", "data-version", "import", "idspace", "owl-axioms")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://|(?:https?|ftp|urn|mailto):")
_ID = re.compile(r"https?:\S+|[A-Za-z_]+:[0-9]+")
_NAME = re.compile(r'[^\s"<>\\^`{|}]+')
_TO_ESCAPE = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_HEADER_ENDS = f"{_TYPE} {_ONTOLOGY} .\n"
#: An annotation: its property and value, and a label of that or "".
_Note: TypeAlias = tuple[str, str, str]


@dataclass
class _Frame:
    kind: str
    name: str
    clauses: list[Clause] = field(default_factory=list)


def obo_nquads(
    data: bytes, *, path: object = None, base: str | None = None, lenient: bool = False
) -> tuple[bytes, int]:
    """Return the triples of an OBO document in UTF-8 as N-Quads, and how many lines were left out.

    Parameters
    ----------
    data : bytes
        The text.
    path : optional
        What errors name as the place.
    base : str, optional
        The IRI against which the address of an import is resolved.
    lenient : bool
        Whether to leave out, and count, clauses that are wrong.

    Raises
    ------
    ParseError
        A line is no clause of OBO 1.4, or cannot be said in OWL.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ParseError(f"is not UTF-8 text (byte {data[error.start]:#04x})", path=path, line=line) from error
    document = _Document(path, lenient)
    document.read(text)
    return _Translation(document, base).nquads(), document.n_skipped


class _Document:
    """The frames of a document; those with the same id are one (section 4.1.1)."""

    def __init__(self, path: object, lenient: bool) -> None:
        self.path, self._lenient, self.n_skipped = path, lenient, 0
        self.header = _Frame(HEADER, "")
        self.frames: dict[str, _Frame] = {}

    def refuse(self, error: NotOboError, line: int, n: int = 1) -> None:
        """Raise for what is wrong on a line, or count it."""
        if not self._lenient:
            raise ParseError(reason(f"is not OBO: {error.reason}"), path=self.path, line=line, column=error.column)
        self.n_skipped += n

    def read(self, text: str) -> None:
        """Read the lines; of a stanza that is wrong no line is kept."""
        frame: _Frame | None = self.header
        opened: tuple[str, int] | None = None  # a stanza of which the id comes next
        for number, line in enumerate(re.split(r"\r\n?|\n", text), 1):
            begin = line.lstrip()[:1]
            if begin in ("", "!"):
                continue
            try:
                if begin == "[":
                    self._close(opened)
                    frame, opened = None, None
                    opened = stanza_in(line), number
                elif opened is not None:
                    kind, opened = opened[0], None
                    frame = self._frame(kind, clause_in(line, kind, number))
                elif frame is None:
                    self.n_skipped += 1  # only a lenient reader comes here
                else:
                    clause = clause_in(line, frame.kind, number)
                    if clause.tag == "id" and frame is not self.header:
                        raise NotOboError(f"[{frame.kind}] {frame.name} has a second id")
                    frame.clauses.append(clause)
            except NotOboError as error:
                self.refuse(error, number)
        self._close(opened)

    def _close(self, opened: tuple[str, int] | None) -> None:
        """Refuse a stanza that ends before its id."""
        if opened is not None:
            self.refuse(NotOboError(f"the id of the [{opened[0]}] was expected"), opened[1])

    def _frame(self, kind: str, first: Clause) -> _Frame:
        name = first.values[0]
        if first.tag != "id" or name is None:
            raise NotOboError(f"the id of the [{kind}] was expected")
        frame = self.frames.setdefault(name, _Frame(kind, name))
        if frame.kind != kind:
            raise NotOboError(
                f"{name} is a [{frame.kind}] on line {frame.clauses[0].line}, and cannot be a [{kind}] too"
            )
        frame.clauses.append(first)
        return frame


class _Translation:
    """The triples of a document, as lines."""

    def __init__(self, document: _Document, base: str | None) -> None:
        self._document, self._base = document, base
        self._lines: list[str] = []
        self._declared: dict[tuple[str, str], None] = {}  # terms with their type, in order
        self._iris: dict[str, str] = {}
        self._n_blank = 0
        self._spaces = dict(_SPACES)
        self._instead: dict[str, str] = {}  # id of a property to the xref that names it
        self._metadata: set[str] = set()
        self._of_classes: set[str] = set()
        self._ontology, self._names_in, self._short = f"<{_OBO}TEMP>", f"{_OBO}TEMP#", ""
        self._namespace = self._view = ""

    def nquads(self) -> bytes:
        """Return all as N-Quads."""
        header, frames = self._document.header.clauses, self._document.frames.values()
        self._learn(header)
        self._learn_properties([frame for frame in frames if frame.kind == "Typedef"])
        self._say(self._ontology, _TYPE, _ONTOLOGY)
        for clause in header:
            self._try([clause], self._header, clause)
        for frame in frames:
            self._frame(frame)
        if axioms := [clause for clause in header if clause.tag == "owl-axioms"]:
            self._try(axioms, self._axioms, axioms)
        return "".join([*self._lines, *self._declarations()]).encode()

    def _try(self, clauses: list[Clause], translate: Callable[..., None], *given: Any) -> bool:
        """Translate clauses that belong together; if that fails, nothing of them is said."""
        n_lines, n_declared = len(self._lines), len(self._declared)
        try:
            translate(*given)
        except NotOboError as error:
            del self._lines[n_lines:]
            while len(self._declared) > n_declared:
                self._declared.popitem()
            wrong = NotOboError(f"{clauses[0].tag}: {error.reason}", error.column)
            self._document.refuse(wrong, clauses[0].line, len(clauses))
            return False
        return True

    def _declarations(self) -> Iterator[str]:
        for term, kind in self._declared:
            if kind == _NOTE and (term, _OBJECT) in self._declared:
                continue  # a property of objects that a property_value uses too
            if not term.startswith(_BUILT_IN):
                yield f"{term} {_TYPE} {kind} .\n"
            if kind == _NOTE and term in _LABELS:
                yield f"{term} {_LABEL} {_literal(_LABELS[term])} .\n"

    # --- ids (sections 5.0.2 and 5.9)

    def _learn(self, header: list[Clause]) -> None:
        """Learn from the header what the translation of all else rests on."""
        given: dict[str, int] = {}
        for clause in list(header):
            tag, values = clause.tag, clause.values
            if tag in _ONCE and given.setdefault(tag, clause.line) != clause.line:
                self._document.refuse(NotOboError(f"{tag} is given on line {given[tag]} too"), clause.line)
                header.remove(clause)
            elif tag == "idspace" and given.setdefault(f"idspace {values[0]}", clause.line) == clause.line:
                self._spaces[values[0]] = values[1]
            elif tag == "idspace" and self._spaces[values[0]] != values[1]:
                line = given[f"idspace {values[0]}"]
                self._document.refuse(NotOboError(f"idspace: {values[0]} has another IRI on line {line}"), clause.line)
            elif tag == "default-namespace":
                self._namespace = values[0]
            elif tag == "logical-definition-view-relation":
                self._view = values[0]
            elif tag == "ontology" and self._try([clause], self._learn_ontology, values[0]):
                self._short = "" if ":" in values[0] else values[0]

    def _learn_ontology(self, name: str) -> None:
        self._ontology = _checked(name if ":" in name else f"{_OBO}{name}.owl")
        self._names_in = f"{name if ':' in name else _OBO + name}#"

    def _learn_properties(self, typedefs: list[_Frame]) -> None:
        for frame in typedefs:
            xrefs = [clause.values[0] for clause in frame.clauses if clause.tag == "xref"]
            xrefs = [xref for xref in xrefs if ":" in xref and xref != frame.name]
            chosen = [xref for xref in xrefs if xref.startswith(("RO:", "BFO:"))]
            if chosen or (xrefs and ":" not in frame.name):
                self._instead[frame.name] = (chosen or xrefs)[0]
        for frame in typedefs:
            given = {clause.tag for clause in frame.clauses if clause.values[0] == "true"}
            with suppress(NotOboError):  # the frame is refused when it is translated
                if "is_metadata_tag" in given:
                    self._metadata.add(self._property(frame.name))
                if "is_class_level" in given:
                    self._of_classes.add(self._property(frame.name))

    def _iri(self, name: str) -> str:
        if name not in self._iris:
            self._iris[name] = _checked(self._expanded(name))
        return self._iris[name]

    def _expanded(self, name: str) -> str:
        if _ABSOLUTE.match(name):
            return name
        prefix, colon, local = name.partition(":")
        if _NAME.fullmatch(prefix) is None:
            raise NotOboError(f"{name} is no ID")
        if not colon:
            return self._expanded(self._instead[name]) if name in self._instead else self._names_in + _quoted(name)
        if prefix in self._spaces:
            return self._spaces[prefix] + local
        return f"{_OBO}{prefix}{'#_' if '_' in local else '_'}{_quoted(local)}"

    def _property(self, name: str) -> str:
        return self._iri(self._instead.get(name, name))

    def _declare(self, term: str, kind: str) -> str:
        self._declared[term, kind] = None
        return term

    def _class(self, name: str) -> str:
        return self._declare(self._iri(name), _CLASS)

    def _relation(self, name: str) -> str:
        """Return a property as its frame declares it, of objects if there is none."""
        term = self._property(name)
        return self._declare(term, _NOTE if term in self._metadata else _OBJECT)

    def _annotation(self, name: str) -> str:
        return self._declare(self._property(name), _NOTE)

    def _tag(self, tag: str) -> str:
        """Return the annotation property of a tag or qualifier (section 5.8)."""
        if tag in _VOCABULARY:
            return self._declare(_VOCABULARY[tag][0], _NOTE)
        return self._annotation(tag) if ":" in tag else self._declare(_checked(_OIO + tag), _NOTE)

    # --- triples

    def _say(self, subject: str, verb: str, value: str, notes: Sequence[_Note] = (), *, of: str = "Axiom") -> None:
        """Say a triple, and the annotations of the axiom or annotation that it is."""
        self._lines.append(f"{subject} {verb} {value} .\n")
        if notes:
            node = self._blank(f"<{_OWL}{of}>")
            self._lines.append(f"{node} <{_OWL}annotatedSource> {subject} .\n")
            self._lines.append(f"{node} <{_OWL}annotatedProperty> {verb} .\n")
            self._lines.append(f"{node} <{_OWL}annotatedTarget> {value} .\n")
            for kind, said, label in notes:
                self._say(node, kind, said, [(_LABEL, _literal(label), "")] if label else (), of="Annotation")

    def _blank(self, kind: str | None = None) -> str:
        self._n_blank += 1
        node = f"_:obo{self._n_blank}"
        if kind is not None:
            self._say(node, _TYPE, kind)
        return node

    def _list(self, items: list[str]) -> str:
        nodes = [self._blank() for _ in items]
        for node, item, rest in zip(nodes, items, [*nodes[1:], f"<{_RDF}nil>"], strict=True):
            self._say(node, f"<{_RDF}first>", item)
            self._say(node, f"<{_RDF}rest>", rest)
        return nodes[0]

    def _notes(self, clause: Clause, *used: str) -> list[_Note]:
        """Return what the xrefs and qualifiers of a clause say of its axiom (section 5.7)."""
        found = [(self._tag("xref"), _literal(xref), label) for xref, label in clause.xrefs]
        return found + [(self._tag(tag), _literal(said), "") for tag, said in clause.qualifiers if tag not in used]

    # --- class expressions (sections 5.2.2 and 5.3)

    def _of_all(self, kind: str, members: list[str]) -> str:
        node = self._blank(_CLASS)
        self._say(node, _SETS[kind], self._list(members))
        return node

    def _restriction(self, name: str, *said: tuple[str, str]) -> str:
        node = self._blank(f"<{_OWL}Restriction>")
        self._say(node, f"<{_OWL}onProperty>", self._declare(self._property(name), _OBJECT))
        for verb, value in said:
            self._say(node, f"<{_OWL}{verb}>", value)
        return node

    def _related(self, name: str, target: str, clause: Clause) -> tuple[str, tuple[str, ...]]:
        """Return the class of what is related so, and the qualifiers that it takes."""
        given = dict(clause.qualifiers)
        for tag in _CARDINALITIES:
            if tag in given and re.fullmatch("[0-9]{1,9}", given[tag]) is None:
                raise NotOboError(f"{tag} is {given[tag]!r}; a whole number was expected")
        exact, least, most = (int(given[tag]) if tag in given else None for tag in _CARDINALITIES)
        only, other = given.get("all_only") == "true", self._class(target)

        def counted(verb: str, number: int) -> str:
            count = f'"{number}"^^<{_XSD}nonNegativeInteger>'
            return self._restriction(name, (verb, count), ("onClass", other))

        if exact:
            return counted("qualifiedCardinality", exact), _CARDINALITIES
        if exact == 0 or most == 0:
            none = self._blank(_CLASS)
            self._say(none, f"<{_OWL}complementOf>", other)
            return self._restriction(name, ("allValuesFrom", none)), _CARDINALITIES
        if least is not None or most is not None:
            parts = [("minQualifiedCardinality", least), ("maxQualifiedCardinality", most)]
            made = [counted(verb, number) for verb, number in parts if number is not None]
            return made[0] if len(made) == 1 else self._of_all("intersection_of", made), _CARDINALITIES
        if only and given.get("all_some") == "true":
            made = [self._restriction(name, (verb, other)) for verb in ("someValuesFrom", "allValuesFrom")]
            return self._of_all("intersection_of", made), ("all_only", "all_some")
        if only:
            return self._restriction(name, ("allValuesFrom", other)), ("all_only",)
        if self._property(name) in self._of_classes:
            return self._restriction(name, ("hasValue", self._declare(other, _SINGLE))), ()
        return self._restriction(name, ("someValuesFrom", other)), ("all_some",)

    def _narrowed(self, term: str, clause: Clause) -> str:
        """Return the class that an axiom is about: the term, or what gci_relation and gci_filler leave of it."""
        given = dict(clause.qualifiers)
        name, filler = given.get("gci_relation"), given.get("gci_filler")
        if name is None and filler is None:
            return term
        if name is None or filler is None:
            raise NotOboError("gci_relation and gci_filler were expected together")
        part = self._restriction(name, ("someValuesFrom", self._class(filler)))
        return self._of_all("intersection_of", [term, part])

    # --- frames

    def _header(self, clause: Clause) -> None:
        tag, values, about = clause.tag, clause.values, self._ontology
        if tag in _DIRECTIVES and clause.qualifiers:
            raise NotOboError("no qualifiers were expected")
        if tag == "data-version":
            self._version(values[0])
        elif tag == "import":
            self._say(about, f"<{_OWL}imports>", _checked(values[0], self._base))
        elif tag == "subsetdef":
            self._defined(clause, "comment")
        elif tag == "synonymtypedef":
            self._defined(clause, "name")
            if values[2]:
                self._say(self._annotation(values[0]), self._tag("scope"), self._tag(values[2]))
        elif tag == "property_value":
            self._say(about, self._annotation(values[0]), self._value(clause), self._notes(clause), of="Annotation")
        elif tag not in _DIRECTIVES:
            self._say(about, self._tag(tag), _literal(values[0]), self._notes(clause), of="Annotation")

    def _version(self, version: str) -> None:
        """Say the version of the ontology: its IRI if there is one, as releases of OBO ontologies have it."""
        iri = version if ":" in version else ""
        if self._short and not iri:
            iri = _OBO + (version if version.startswith(f"{self._short}/") else f"{self._short}/{version}")
            iri += "" if iri.endswith(".owl") else f"/{self._short}.owl"
        try:
            self._say(self._ontology, f"<{_OWL}versionIRI>", _checked(iri))
        except NotOboError:
            self._say(self._ontology, f"<{_OWL}versionInfo>", _literal(version))

    def _defined(self, clause: Clause, verb: str) -> None:
        term = self._annotation(clause.values[0])
        self._say(term, f"<{_RDFS}subPropertyOf>", self._tag(clause.tag), self._notes(clause))
        self._say(term, self._tag(verb), _literal(clause.values[1]))

    def _axioms(self, clauses: list[Clause]) -> None:
        """Say what the header holds in functional syntax (section 5.0.4)."""
        text = "\n".join(clause.values[0] for clause in clauses)
        if re.search(r"\bOntology\s*\(", text) is None:
            prefixes = {**_SPACES, "": _OBO, "xml": "http://www.w3.org/XML/1998/namespace"}
            declared = "".join(f"Prefix({prefix}:=<{iri}>)\n" for prefix, iri in prefixes.items())
            text = f"{declared}Ontology(\n{text}\n)"
        try:
            quads = owl_nquads(text.encode(), "ofn")
        except ParseError as error:
            raise NotOboError(error.reason) from error
        self._lines += [line for line in quads.decode().splitlines(keepends=True) if not line.endswith(_HEADER_ENDS)]

    def _frame(self, frame: _Frame) -> None:
        subject, kind = frame.name, ""

        def begin() -> None:
            nonlocal subject, kind
            if frame.kind == "Typedef":
                subject = self._property(frame.name)
                kind = _NOTE if subject in self._metadata else _OBJECT
            else:
                subject, kind = self._iri(frame.name), _CLASS if frame.kind == "Term" else _SINGLE
            self._declare(subject, kind)
            if frame.kind == "Typedef" and ":" not in frame.name and frame.name in self._instead:
                self._say(subject, self._tag("shorthand"), _literal(frame.name))

        if not self._try(frame.clauses, begin):
            return
        if self._namespace and all(clause.tag != "namespace" for clause in frame.clauses):
            self._say(subject, self._tag("namespace"), _literal(self._namespace))
        translate = {_CLASS: self._term, _SINGLE: self._instance, _OBJECT: self._typedef, _NOTE: self._metadata_tag}[
            kind
        ]
        groups = defaultdict[str, list[Clause]](list)
        for clause in frame.clauses:
            if kind == _CLASS and clause.tag in _SETS:
                groups[clause.tag].append(clause)
            else:
                self._try([clause], translate, subject, clause)
        for clauses in groups.values():
            self._try(clauses, self._defined_as, subject, clauses)

    def _defined_as(self, subject: str, clauses: list[Clause]) -> None:
        """Say that a class is the intersection or union of others."""
        if len(clauses) == 1:
            raise NotOboError("a single one says nothing; two or more were expected")
        members, notes = [], []
        for clause in clauses:
            name, target = (*clause.values, None)[:2]
            member, used = (self._class(name), ()) if target is None else self._related(name, target, clause)
            members.append(member)
            notes += self._notes(clause, *used)
        whole = self._of_all(clauses[0].tag, members)
        if self._view:
            whole = self._restriction(self._view, ("someValuesFrom", whole))
        self._say(subject, _CLASSES["equivalent_to"], whole, notes)

    def _term(self, subject: str, clause: Clause) -> None:
        tag, values = clause.tag, clause.values
        gci = ("gci_relation", "gci_filler")
        if tag in _CLASSES:
            other = self._class(values[0])
            self._say(self._narrowed(subject, clause), _CLASSES[tag], other, self._notes(clause, *gci))
        elif tag == "relationship" and self._property(values[0]) not in self._metadata:
            other, used = self._related(values[0], values[1], clause)
            self._say(self._narrowed(subject, clause), _CLASSES["is_a"], other, self._notes(clause, *gci, *used))
        else:
            self._common(subject, clause, _CLASS)

    def _typedef(self, subject: str, clause: Clause) -> None:
        tag, values, notes = clause.tag, clause.values, self._notes(clause)
        if tag in _PROPERTIES:
            self._say(subject, _PROPERTIES[tag], self._relation(values[0]), notes)
        elif tag in _SETS:  # OWL has no such definition: what follows from it, and a note (section 5.4)
            part = self._relation(values[0])
            below, above = (subject, part) if tag == "intersection_of" else (part, subject)
            self._say(below, _PROPERTIES["is_a"], above, notes)
            self._say(subject, self._tag(f"relation_{tag}"), part, notes)
        elif tag in _ENDS:
            self._say(subject, _ENDS[tag], self._class(values[0]), notes)
        elif tag in _CHAINS:
            parts = [subject, *map(self._relation, values)][-2:]
            if tag == "equivalent_to_chain":
                notes.append((self._annotation(f"{_OBO}IAO_isReversiblePropertyChain"), _literal("true"), ""))
            self._say(subject, f"<{_OWL}propertyChainAxiom>", self._list(parts), notes)
        elif tag in _KINDS and values[0] == "true":
            self._say(subject, _TYPE, _KINDS[tag], notes)
        else:
            self._common(subject, clause, _OBJECT)

    def _metadata_tag(self, subject: str, clause: Clause) -> None:
        tag, values = clause.tag, clause.values
        if tag == "is_a":
            self._say(subject, _PROPERTIES[tag], self._annotation(values[0]), self._notes(clause))
        elif tag in _ENDS:
            self._say(subject, _ENDS[tag], self._iri(values[0]), self._notes(clause))
        else:
            self._common(subject, clause, _NOTE)

    def _instance(self, subject: str, clause: Clause) -> None:
        tag, values = clause.tag, clause.values
        if tag == "instance_of":
            self._say(subject, _TYPE, self._class(values[0]), self._notes(clause))
        elif tag == "relationship" and self._property(values[0]) not in self._metadata:
            other = self._declare(self._iri(values[1]), _SINGLE)
            self._say(subject, self._relation(values[0]), other, self._notes(clause))
        else:
            self._common(subject, clause, _SINGLE)

    def _common(self, subject: str, clause: Clause, kind: str) -> None:
        """Say a clause that any frame may have, as an annotation (section 5.6)."""
        tag, values, notes = clause.tag, clause.values, self._notes(clause)
        if tag in ("property_value", "relationship"):
            value = self._iri(values[1]) if tag == "relationship" else self._value(clause)
            self._say(subject, self._annotation(values[0]), value, notes)
        elif tag.endswith("synonym"):
            _, scope, type_ = (*values, None, None)[:3]
            if type_:
                notes.append((self._tag("synonym type"), self._annotation(type_), ""))
            scope = scope or (tag.removesuffix("_synonym").upper() if tag != "synonym" else "RELATED")
            self._say(subject, self._tag(scope), _literal(values[0]), notes)
        elif tag == "xref":
            if values[1]:
                notes.append((_LABEL, _literal(values[1]), ""))
            self._say(subject, self._tag(tag), _literal(values[0]), notes)
        elif tag == "subset":
            self._say(subject, self._tag(tag), self._annotation(values[0]), notes)
        elif tag in ("replaced_by", "consider"):
            self._say(subject, self._tag(tag), self._iri(values[0]), notes)
        elif SHAPES["Typedef"].get(tag) == "bool":
            self._say(subject, self._tag(tag), f'"{values[0]}"^^<{_XSD}boolean>', notes)
        else:
            self._say(subject, self._tag(tag), _literal(" ".join(values)), notes)
        if tag == "alt_id":  # a term that was merged into this one
            merged = self._declare(self._iri(values[0]), kind)
            self._say(merged, self._tag("is_obsolete"), f'"true"^^<{_XSD}boolean>')
            self._say(merged, self._tag("replaced_by"), subject)
            self._say(merged, self._annotation(f"{_OBO}IAO_0000231"), f"<{_OBO}IAO_0000227>")

    def _value(self, clause: Clause) -> str:
        """Return the value of a property_value: a text, or what an ID stands for.

        In quotes and without a datatype, which the specification does not have, the OWLAPI writes an ID or IRI.
        """
        _, text, name, datatype = clause.values
        if datatype is None and (text is None or _ID.fullmatch(text)):
            return self._iri(text or name)
        kind = f"<{_XSD}string>" if datatype is None else self._iri(datatype)
        return _literal(name if text is None else text) + ("" if kind == f"<{_XSD}string>" else f"^^{kind}")


def _checked(iri: str, base: str | None = None) -> str:
    try:
        return str(ox.NamedNode(iri if base is None else urljoin(base, iri)))
    except ValueError as error:
        raise NotOboError(f"{iri} is no IRI: {error}") from error


def _quoted(text: str) -> str:
    return quote(text, safe="*").replace("~", "%7E")


def _literal(text: str) -> str:
    return f'"{text.translate(_TO_ESCAPE)}"'
