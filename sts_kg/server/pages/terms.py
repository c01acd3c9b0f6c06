"""The terms of the graph: a page each with its proofs, lists and trees of them, and the search."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape
from rdflib import OWL, PROV, RDF, RDFS, URIRef
from rdflib.term import Node

from sts_kg.display import View, of_condition, view_of
from sts_kg.errors import CurieError, NotEntailedError, ParseError, PictureError, UnknownNameError
from sts_kg.guideline import leaves, short
from sts_kg.rdf import BASE, STS, compress, expand, is_ours, local, one_triple, serialize
from sts_kg.safe import brief
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import negotiated
from sts_kg.server.site import Site
from sts_kg.server.terms import Match, Piece, Terms, spelled, term_of, worded

if TYPE_CHECKING:
    from sts_kg.closure import Proof

__all__ = ["classes", "index", "properties", "refused", "search", "suggest", "term", "why"]

#: The forms of a term by the ending of its address, and the page that people read.
FORMS = {
    "ttl": ("text/turtle", "turtle"),
    "jsonld": ("application/ld+json", "jsonld"),
    "nt": ("application/n-triples", "ntriples"),
    "rdf": ("application/rdf+xml", "rdfxml"),
    "trig": ("application/trig", "trig"),
}
_HTML = "text/html"
#: Rows of the mappings of a term, results of a search, suggestions, terms of a list.
MOST_MATCHES, MOST_FOUND, MOST_SUGGESTED, MOST_LISTED = 100, 50, 12, 700


# --- one term


def term(site: Site, request: Request) -> Response:
    """Return a term as a page or as RDF: by the ending of the address, or else as the client prefers.

    Raises
    ------
    Refusal
        The graph does not speak of it (404), there is no such form (406), or `iri` names none or several (400).
    """
    iri, form, moved = _asked_for(site, request)
    if moved:
        return Response(303, b"", "text/plain", (("Location", moved),))
    if iri not in site.terms.known:
        raise _unknown(site, iri)
    media = FORMS[form][0] if form else negotiated(request.accept, [_HTML, *(media for media, _ in FORMS.values())])
    if media != _HTML:
        syntax = dict(FORMS.values())[media]
        graph = site.terms.described(iri, inferred=dict(request.values).get("inferred", "") not in ("", "0"))
        try:
            return Response(200, serialize(graph, syntax), media)
        except ParseError as error:
            raise Refusal(406, f"this term cannot be written as {media}: {error.reason}") from error
    return _term_page(site, request, iri)


def _asked_for(site: Site, request: Request) -> tuple[str, str, str]:
    """Return the IRI that is asked for, the form by its ending, and the address of the page if it is another one."""
    if (name := request.parameters.get("id")) is not None:
        stem, _, ending = name.rpartition(".")
        if stem and ending in FORMS and _named(name) not in site.terms.known:
            return _named(stem), ending, ""
        return _named(name), "", ""
    given = [value for key, value in request.values if key == "iri"]
    if len(given) != 1 or not given[0]:
        raise Refusal(400, "name one term, such as /term?iri=http://purl.obolibrary.org/obo/CHEBI_71219")
    iri = site.kg.layers.iri(given[0]) or given[0]
    if iri not in site.terms.known and given[0] in site.terms.known:
        iri = given[0]
    if is_ours(iri) and len(iri) > len(BASE):
        query = "?inferred=1" if dict(request.values).get("inferred") else ""
        return iri, "", site.href(request, iri) + query
    return iri, "", ""


def _named(name: str) -> str:
    """Return the IRI of a name below `/term/`: of the shipped guideline, or the CURIE of a term of another."""
    if ":" in name:
        with suppress(CurieError):
            if is_ours(iri := str(expand(name))):
                return iri
    return BASE + name


def _unknown(site: Site, iri: str) -> Refusal:
    terms = site.terms
    names = [local(each) for each in terms.known if is_ours(each)] if is_ours(iri) else []
    shown = local(iri) if is_ours(iri) else iri
    return Refusal(404, f"{UnknownNameError('term', shown[:200], names)}")


class _Reading(NamedTuple):
    """A reading that a decision did not choose, with the conditions that it changes."""

    name: str
    term: Piece
    definition: str
    conditions: Sequence[tuple[Piece, str]]


def _term_page(site: Site, request: Request, iri: str) -> Response:
    terms = site.terms
    asserted, inferred, linked = terms.facts(iri)
    count, uses = terms.uses(iri)
    context: dict[str, Any] = {
        "iri": iri,
        "label": terms.label(iri),
        "curie": terms.curie(iri),
        "kind": terms.kind(iri),
        "definition": terms.definition(iri),
        "also": terms.texts(iri, _ALSO),
        "asserted": asserted,
        "inferred": inferred,
        "linked": linked,
        "incoming": terms.incoming(iri),
        "uses": uses,
        "n_uses": count,
        "matches": terms.matches.get(iri, [])[:MOST_MATCHES],
        "n_matches": len(terms.matches.get(iri, ())),
        "evidence": _evidence,
        "picture": _picture(site, request, iri),
        "is_wide": _is_wide,
        "forms": [(ending, media, _form(site, request, iri, ending)) for ending, (media, _) in FORMS.items()],
        "is_ours": is_ours(iri),
        "is_web": iri.startswith(("http://", "https://")),
        "all_of": _all_of(request, iri),
        "why": lambda triple: why_address(request, triple),
        **_special(site, request, iri),
    }
    return site.page(request, "term.html", **context)


_ALSO = URIRef("http://www.w3.org/2004/02/skos/core#altLabel")


def _form(site: Site, request: Request, iri: str, ending: str) -> str:
    """Return the address of a term in another form; one that is not ours has no ending."""
    return f"{site.href(request, iri)}.{ending}" if is_ours(iri) else ""


def _all_of(request: Request, iri: str) -> str:
    """Return the address of the query of everything that leads to a term."""
    query = f"SELECT ?subject ?predicate WHERE {{ ?subject ?predicate <{iri}> }} ORDER BY ?predicate ?subject"
    return f"{request.root}/sparql?{urlencode({'query': query}, quote_via=quote)}"


def why_address(request: Request, triple: tuple[Node, Node, Node]) -> str:
    """Return the address of the proof of a triple."""
    named = dict(zip("spo", map(spelled, triple), strict=True))
    return f"{request.root}/why?{urlencode(named, quote_via=quote, safe=':')}"


def _picture(site: Site, request: Request, iri: str) -> Markup | None:
    """Return the picture of what stands beside a term; None of a term that only mappings name."""
    try:
        return site.markup(request, site.kg.picture(URIRef(iri)))
    except (UnknownNameError, PictureError):
        return None


_WIDTH = re.compile(r'<svg [^>]*\bwidth="([0-9]+)"')
_PHONE = 360  # of the units in which pictures are drawn


def _is_wide(picture: str) -> bool:
    """Return whether a picture is wider than a small screen."""
    found = _WIDTH.search(picture)
    return found is not None and int(found[1]) > _PHONE


def _evidence(match: Match) -> str:
    """Return who says a match, how sure, and why, as far as the set tells."""
    slots = {
        "mapping_justification": "",
        "author_id": "by ",
        "author_label": "",
        "reviewer_id": "reviewed by ",
        "confidence": "confidence ",
        "mapping_date": "",
        "mapping_tool": "with ",
        "comment": "",
    }
    told = [
        f"{word}{match.set.cell(match.row, slot)}" for slot, word in slots.items() if match.set.cell(match.row, slot)
    ]
    return "; ".join(told)


_OF_KINDS = "condition", "can_be_asked", "segment", "rests", "decision", "finding", "mapping_set"


def _special(site: Site, request: Request, iri: str) -> dict[str, Any]:
    """Return what only terms of some kinds have."""
    guideline, thing = site.kg.session.guideline_of(iri), URIRef(iri)
    found: dict[str, Any] = dict.fromkeys(_OF_KINDS)
    kinds = {URIRef(each) for each in site.terms.types(iri)}
    if thing in guideline.conditions:
        found["condition"] = _option(site, request, thing)
        found["can_be_asked"] = thing in site.kg.guideline.conditions
    if kinds & {STS.Sentence, STS.Heading}:
        found["segment"] = guideline.segment(local(iri))
        found["rests"] = _by_kind(site.terms, PROV.wasQuotedFrom, thing)
    if STS.Decision in kinds:
        found["decision"] = _decision(site, thing)
        found["rests"] = _by_kind(site.terms, STS.hasDecision, thing)
    if STS.Finding in kinds:
        found["finding"] = _finding(site, thing)
    if iri in site.terms.sets:
        found["mapping_set"] = site.markup(request, site.terms.sets[iri])
    return found


def _option(site: Site, request: Request, option: URIRef) -> dict[str, object]:
    guideline = site.kg.session.guideline_of(option)
    recommendations = guideline.asserted.subjects(STS.recommendsOption, option)
    return {
        "tree": site.markup(request, View("", of_condition(guideline.conditions[option], guideline.labels).blocks)),
        "picture": site.markup(request, site.kg.condition(str(option))),
        "words": [(heading, ", ".join(words)) for _, heading, words in guideline.wordings[option].clauses()],
        "recommendations": _pieces(site.terms, recommendations),
    }


def _finding(site: Site, finding: URIRef) -> dict[str, object]:
    guideline = site.kg.session.guideline_of(finding)
    used = [option for option, condition in guideline.conditions.items() if finding in leaves(condition)]
    return {
        "question": str(guideline.asserted.value(finding, STS.question) or ""),
        "word": short(finding),
        "options": _pieces(site.terms, used),
    }


def _decision(site: Site, decision: URIRef) -> dict[str, object]:
    guideline, terms = site.kg.session.guideline_of(decision), site.terms
    said = {
        "chosen": str(guideline.asserted.value(decision, RDFS.comment) or ""),
        "not_chosen": str(guideline.asserted.value(decision, STS.alternativeReading) or ""),
    }
    readings = [
        _Reading(
            each.name,
            Piece(each.label, str(each.iri)),
            each.definition,
            [
                (Piece(terms.label(option), str(option)), worded(condition, guideline.labels))
                for option, condition in each.conditions.items()
            ],
        )
        for each in guideline.readings.values()
        if each.decision == decision
    ]
    return {**said, "readings": readings}


def _pieces(terms: Terms, found: Iterator[Node] | Sequence[Node]) -> list[Piece]:
    iris = sorted({str(each) for each in found if isinstance(each, URIRef)}, key=terms.order)
    return [_piece(terms, iri) for iri in iris]


def _piece(terms: Terms, iri: str) -> Piece:
    return Piece(terms.label(iri), str(iri))


def _by_kind(terms: Terms, predicate: URIRef, thing: URIRef) -> list[tuple[str, list[Piece]]]:
    """Return what has a predicate with a thing, by kind."""
    found = defaultdict[str, list[Node]](list)
    for subject in terms.asserted.subjects(predicate, thing):
        found[terms.kind(str(subject)).text].append(subject)
    return [(kind, _pieces(terms, found[kind])) for kind in sorted(found)]


# --- proofs


def why(site: Site, request: Request) -> Response:
    """Return the proof of a triple, named by `s`, `p` and `o`, or by `triple` in Turtle; a form if it is not named.

    Raises
    ------
    Refusal
        A term is none, or a parameter is missing (400); or the triple does not follow (404).
    """
    given = {name: value for name, value in request.values if value}
    if given.get("triple"):
        triple = _readable(one_triple, given["triple"])
    elif not given:
        nothing: dict[str, Any] = {"proof": None, "given": "", "triple": (), "leaves": (), "segments": ()}
        return site.page(request, "why.html", example=_said(site), **nothing)
    elif missing := [name for name in "spo" if not given.get(name)]:
        raise Refusal(400, f"there is no {missing[0]}; /why takes s, p and o, or triple={_said(site)}")
    else:
        triple = _readable(lambda text: tuple(term_of(given[name]) for name in text), "spo")
    try:
        proof = site.kg.proof(triple)
    except NotEntailedError as error:
        raise Refusal(404, f"{brief(error)}: nothing in the graph states it or leads to it") from error
    ids = dict.fromkeys(name for leaf in proof.leaves() for name in leaf.sentences)
    segments = [segment for name in ids for segment in site.kg.sources(name)]
    segments.sort(key=lambda each: each.ordinal)
    return site.page(
        request,
        "why.html",
        proof=_proof(site, request, proof),
        given=" ".join(map(spelled, triple)),
        triple=[Piece("".join(each.text for each in site.terms.value(part).pieces), _iri(part)) for part in triple],
        leaves=proof.leaves(),
        segments=segments,
    )


def _said(site: Site) -> str:
    """Return a statement of the guideline that answers, in Turtle, to begin with."""
    option = next(iter(site.kg.guideline.conditions), STS.TreatmentOption)
    kind = "sts:TreatmentOption" if option in site.kg.guideline.conditions else "owl:Class"
    return f"{compress(str(option))} a {kind}"


def _readable(read: Callable[[str], tuple[Node, ...]], text: str) -> tuple[Node, Node, Node]:
    """Return the triple that a text names; an error shows the beginning of it."""
    try:
        subject, predicate, object_ = read(text)
    except (CurieError, ParseError) as error:
        raise Refusal(400, brief(error)) from error
    return subject, predicate, object_


def _proof(site: Site, request: Request, proof: Proof) -> Markup:
    """Return the markup of a proof: its title is that of the page, and a module of ours is called by its name."""
    made = str(site.markup(request, View("", view_of(proof).blocks)))
    for each in site.kg.guidelines:
        of = (
            ""
            if each.iri == STS.ontology
            else f" of {escape(each.labels.get(each.iri, each.iri))}".replace("\\", r"\\")
        )
        name = rf"(asserted in |<dd>|, ){re.escape(each.iri)}/([\w/-]+)"
        made = re.sub(name, rf"\1the module \2{of}", made)
    return Markup(made)


def _iri(part: Node) -> str:
    return str(part) if isinstance(part, URIRef) else ""


# --- lists and trees


def index(site: Site, request: Request) -> Response:
    """Return the kinds of terms with their numbers, or the terms of one `kind`.

    Raises
    ------
    Refusal
        There is no such kind (404).
    """
    members = site.terms.members
    wanted = dict(request.values).get("kind")
    if wanted is None:
        kinds = [(kind, site.terms.called(kind) or "other", len(found)) for kind, found in members.items()]
        return site.page(request, "terms.html", kinds=kinds, definition=site.terms.definition)
    kind = wanted if wanted in members else BASE + wanted
    if kind not in members:
        raise Refusal(404, str(UnknownNameError("kind of terms", wanted[:100], [local(each) for each in members])))
    listed = [(Piece(site.terms.label(iri), iri), site.terms.definition(iri)) for iri in members[kind][:MOST_LISTED]]
    return site.page(request, "kind.html", name=site.terms.called(kind) or "other", kind=kind, listed=listed)


class _Node(NamedTuple):
    """A class in the tree, with the classes directly below it; `again` if these are shown elsewhere."""

    term: Piece
    inferred: bool
    below: list[_Node]
    again: bool


def classes(site: Site, request: Request) -> Response:
    """Return the tree of our classes, each below those that are directly above it, asserted or inferred."""
    terms = site.terms
    named = {each for each in terms.asserted.subjects(RDF.type, OWL.Class) if isinstance(each, URIRef)}
    below: dict[URIRef | None, list[tuple[URIRef, bool]]] = defaultdict(list)
    for each, parents in _directly_above(terms, named).items():
        for parent, is_inferred in parents.items() or ((None, False),):
            below[parent].append((each, is_inferred))
    for found in below.values():
        found.sort(key=lambda one: terms.order(str(one[0])))
    seen: set[URIRef] = set()

    def made(each: URIRef, is_inferred: bool) -> _Node:
        again = each in seen and bool(below[each])
        seen.add(each)
        inner = [] if again else [made(*one) for one in below[each]]
        label = terms.label(each)
        label = f"{label} ({terms.curie(each)})" if labels[label] > 1 else label
        return _Node(Piece(label, str(each)), is_inferred, inner, again)

    labels = Counter(terms.label(str(each)) for each in named)
    roots = [made(*one) for one in below[None]]
    return site.page(request, "classes.html", roots=roots, count=len(named))


def _directly_above(terms: Terms, named: set[URIRef]) -> dict[URIRef, dict[URIRef, bool]]:
    """Return the classes directly above each, and whether that is only inferred."""
    above: dict[URIRef, set[URIRef]] = {each: set() for each in named}
    for graph in (terms.asserted, terms.inferred):
        for lower, higher in graph.subject_objects(RDFS.subClassOf):
            if lower in named and higher in named and lower != higher:
                above[URIRef(str(lower))].add(URIRef(str(higher)))
    found = {}
    for each, all_above in above.items():
        strictly = {one for one in all_above if each not in above[one]}  # of equivalent classes neither is above
        farther = {higher for one in strictly for higher in above[one] if one not in above[higher]}
        direct = sorted(strictly - farther)
        found[each] = {one: (each, RDFS.subClassOf, one) not in terms.asserted for one in direct}
    return found


def properties(site: Site, request: Request) -> Response:
    """Return our properties with their domains and ranges, and how often each is used."""
    terms, rows = site.terms, []
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty):
        for iri in terms.members.get(str(kind), ()):
            ends = [_pieces(terms, terms.asserted.objects(URIRef(iri), end)) for end in (RDFS.domain, RDFS.range)]
            rows.append((Piece(terms.label(iri), iri), terms.called(str(kind)), *ends, terms.uses(iri)[0]))
    return site.page(request, "properties.html", rows=rows)


# --- search


def search(site: Site, request: Request) -> Response:
    """Return the terms that `q` names, best first."""
    text = dict(request.values).get("q", "").strip()
    found = site.search.find(text)
    rows = [
        (
            Piece(site.terms.label(each.iri), each.iri),
            site.terms.kind(each.iri),
            each.by,
            site.terms.definition(each.iri),
        )
        for each in found[:MOST_FOUND]
    ]
    meant = [_piece(site.terms, iri) for iri in site.search.meant(text)] if text and not found else []
    return site.page(
        request, "search.html", text=text[:200], rows=rows, count=len(found), meant=meant, curie=site.terms.curie
    )


def suggest(site: Site, request: Request) -> Response:
    """Return as JSON the first terms whose names begin with `q` or have it in them."""
    text = dict(request.values).get("q", "")
    found = site.search.find(text, words=False)[:MOST_SUGGESTED]
    return Response.json(
        [
            {
                "label": site.terms.label(each.iri),
                "kind": site.terms.kind(each.iri).text,
                "curie": site.terms.curie(each.iri),
                "by": each.by,
                "address": site.href(request, each.iri),
            }
            for each in found
        ]
    )


def refused(site: Site, request: Request, refusal: Refusal) -> Response | None:
    """Return the page of a term that is not there, with those that may be meant; None for other refusals."""
    if refusal.status != 404 or request.path.endswith("/why"):
        return None
    name = request.parameters.get("id") or dict(request.values).get("iri", "")
    words = local(name).replace("-", " ").replace("_", " ").rpartition("/")[2]
    near = site.search.near(words)[:10]
    rows = [(_piece(site.terms, each.iri), site.terms.kind(each.iri)) for each in near]
    return site.page(request, "no_term.html", status=404, refusal=refusal, rows=rows, text=words[:200])
