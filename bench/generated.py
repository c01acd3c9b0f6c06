"""Made-up graphs as N-Triples, for measuring: each from a size and fixed seeds, so the same each time.

Shapes of real files with no line of theirs: universities and families with rich properties, ontologies in the way
of OBO (one restriction written out for each class that uses it) and of FIBO (mostly schema), a wide and a deep one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import accumulate, count, zip_longest

import pyoxigraph as ox

__all__ = ["GENERATORS", "synthetic"]

_RDF, _RDFS, _OWL, _XSD = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2001/XMLSchema#",
)
_TYPE, _LABEL, _CLASS = f"<{_RDF}type>", f"<{_RDFS}label>", f"<{_OWL}Class>"
_SUB_CLASS, _EQUIVALENT = f"<{_RDFS}subClassOf>", f"<{_OWL}equivalentClass>"
_ON, _SOME, _ONLY = f"<{_OWL}onProperty>", f"<{_OWL}someValuesFrom>", f"<{_OWL}allValuesFrom>"
_E = "http://example.org/"
N_CLASSES, N_PROPERTIES, N_DEFINED, N_VALUES = 300, 40, 30, 30
_PER_INDIVIDUAL = 5  # type, two property values, partOf, label
_WHOLE = 100  # individuals in one tree of partOf, four parts to a whole: at most four levels


def _turtle(text: str) -> Iterator[str]:
    """Yield Turtle as lines of N-Triples; blank nodes are named by their order, for the parser names them at random."""
    prefixes = f"@prefix : <{_E}> . @prefix owl: <{_OWL}> . @prefix rdfs: <{_RDFS}> . @prefix xsd: <{_XSD}> .\n"
    triples = (quad.triple for quad in ox.parse(input=prefixes + text, format=ox.RdfFormat.TURTLE))
    lines = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
    numbers, names = count(), dict[str, str]()
    yield re.sub(r"_:\w+", lambda found: names.setdefault(found[0], f"_:schema{next(numbers)}"), lines)


def _e(name: str) -> str:
    return f"<{_E}{name}>"


def _list(head: str, members: list[str]) -> Iterator[str]:
    """Yield a list; its nodes are called after its head."""
    for number, member in enumerate(members):
        node = f"{head}x{number}" if number else head
        rest = f"{head}x{number + 1}" if number + 1 < len(members) else f"<{_RDF}nil>"
        yield f"{node} <{_RDF}first> {member} .\n{node} <{_RDF}rest> {rest} .\n"


def _restricted(node: str, prop: str, kind: str, of: str) -> str:
    return f"{node} {_TYPE} <{_OWL}Restriction> .\n{node} {_ON} {prop} .\n{node} {kind} {of} .\n"


# --- synthetic


def synthetic(n_triples: int) -> Iterator[str]:
    """Yield classes, properties and restrictions, then individuals, until there are about `n_triples` triples.

    A tree of classes, properties with domain, range and super-property, an inverse pair, a transitive partOf, defined
    classes (an intersection with someValuesFrom) and superclasses of hasValue. The closure is linear in the number of
    individuals, since each tree of partOf has a bounded depth.
    """
    schema = list(_schema())
    yield from schema
    yield from _individuals((n_triples - len(schema)) // _PER_INDIVIDUAL)


def _c(number: int) -> str:
    return f"<{_E}C{number}>"


def _p(number: int) -> str:
    return f"<{_E}p{number}>"


def _i(number: int) -> str:
    return f"<{_E}i{number}>"


def _schema() -> Iterator[str]:
    chance = random.Random(1)
    for number in range(N_CLASSES):
        yield f"{_c(number)} {_TYPE} <{_OWL}Class> .\n"
        if number:
            yield f"{_c(number)} {_SUB_CLASS} {_c((number - 1) // 3)} .\n"
    for number in range(N_PROPERTIES):
        yield f"{_p(number)} {_TYPE} <{_OWL}ObjectProperty> .\n"
        yield f"{_p(number)} <{_RDFS}domain> {_c(chance.randrange(40))} .\n"
        yield f"{_p(number)} <{_RDFS}range> {_c(chance.randrange(40))} .\n"
        if number >= N_PROPERTIES // 4:
            yield f"{_p(number)} <{_RDFS}subPropertyOf> {_p(number % (N_PROPERTIES // 4))} .\n"
    yield f"{_p(1)} <{_OWL}inverseOf> <{_E}inverse1> .\n"
    yield f"<{_E}partOf> {_TYPE} <{_OWL}TransitiveProperty> .\n"
    for number in range(N_DEFINED):
        yield from _defined(number, chance)
    for number in range(N_VALUES):
        node = f"_:value{number}"
        yield f"{_c(chance.randrange(N_CLASSES))} {_SUB_CLASS} {node} .\n"
        yield from _restriction(node, chance, f"<{_OWL}hasValue> {_i(chance.randrange(100))}")


def _defined(number: int, chance: random.Random) -> Iterator[str]:
    """Yield a defined class: what is in a class, and has a value in another for a property."""
    nodes = [f"_:defined{number}{part}" for part in ("class", "first", "second", "some")]
    whole, first, second, some = nodes
    yield f"<{_E}D{number}> {_TYPE} <{_OWL}Class> .\n"
    yield f"<{_E}D{number}> <{_OWL}equivalentClass> {whole} .\n"
    yield f"{whole} {_TYPE} <{_OWL}Class> .\n"
    yield f"{whole} <{_OWL}intersectionOf> {first} .\n"
    yield f"{first} <{_RDF}first> {_c(chance.randrange(40))} .\n{first} <{_RDF}rest> {second} .\n"
    yield f"{second} <{_RDF}first> {some} .\n{second} <{_RDF}rest> <{_RDF}nil> .\n"
    yield from _restriction(some, chance, f"<{_OWL}someValuesFrom> {_c(chance.randrange(N_CLASSES))}")


def _restriction(node: str, chance: random.Random, of: str) -> Iterator[str]:
    yield f"{node} {_TYPE} <{_OWL}Restriction> .\n"
    yield f"{node} <{_OWL}onProperty> {_p(chance.randrange(N_PROPERTIES))} .\n"
    yield f"{node} {of} .\n"


def _individuals(count: int) -> Iterator[str]:
    chance = random.Random(2).random
    for number in range(count):
        me, place = _i(number), number % _WHOLE
        whole = _i(number - place + (place - 1) // 4) if place else f"<{_E}all>"
        yield (
            f"{me} {_TYPE} {_c(int(chance() * N_CLASSES))} .\n"
            f"{me} {_p(int(chance() * N_PROPERTIES))} {_i(int(chance() * count))} .\n"
            f"{me} {_p(int(chance() * N_PROPERTIES))} {_i(int(chance() * count))} .\n"
            f"{me} <{_E}partOf> {whole} .\n"
            f'{me} {_LABEL} "individual {number}" .\n'
        )


# --- universities

_UNIVERSITY = """
:Person rdfs:subClassOf :Agent . :Organization rdfs:subClassOf :Agent . :Work a owl:Class .
:Employee rdfs:subClassOf :Person . :Faculty rdfs:subClassOf :Employee . :Professor rdfs:subClassOf :Faculty .
:FullProfessor rdfs:subClassOf :Professor . :AssistantProfessor rdfs:subClassOf :Professor .
:Lecturer rdfs:subClassOf :Faculty . :Student rdfs:subClassOf :Person .
:Undergraduate rdfs:subClassOf :Student . :Graduate rdfs:subClassOf :Student .
:University rdfs:subClassOf :Organization . :Department rdfs:subClassOf :Organization .
:Group rdfs:subClassOf :Organization . :Course rdfs:subClassOf :Work . :GraduateCourse rdfs:subClassOf :Course .
:Publication rdfs:subClassOf :Work . :Article rdfs:subClassOf :Publication . :Book rdfs:subClassOf :Publication .
:Undergraduate owl:disjointWith :Graduate . :Person owl:disjointWith :Work . :Organization owl:disjointWith :Work .

:relatedTo a owl:SymmetricProperty ; rdfs:domain :Agent .
:participatesIn owl:inverseOf :hasParticipant ; rdfs:domain :Agent ; rdfs:range :Work .
:memberOf a owl:ObjectProperty ; rdfs:range :Organization ; owl:inverseOf :hasMember ; rdfs:subPropertyOf :relatedTo .
:hasMember rdfs:domain :Organization ; rdfs:range :Agent .
:worksFor rdfs:subPropertyOf :memberOf ; rdfs:domain :Employee . :headOf rdfs:subPropertyOf :worksFor .
:affiliatedWith owl:propertyChainAxiom ( :memberOf :subOrganizationOf ) ; owl:inverseOf :hasAffiliate ;
    rdfs:subPropertyOf :relatedTo .
:subOrganizationOf a owl:TransitiveProperty ; rdfs:domain :Organization ; rdfs:range :Organization ;
    owl:inverseOf :hasPart .
:degreeFrom rdfs:domain :Person ; rdfs:range :University ; owl:inverseOf :hasAlumnus .
:undergraduateDegreeFrom rdfs:subPropertyOf :degreeFrom . :mastersDegreeFrom rdfs:subPropertyOf :degreeFrom .
:doctoralDegreeFrom rdfs:subPropertyOf :degreeFrom .
:teacherOf rdfs:subPropertyOf :participatesIn ; rdfs:domain :Faculty ; rdfs:range :Course ; owl:inverseOf :taughtBy .
:takesCourse rdfs:subPropertyOf :participatesIn ; rdfs:domain :Student ; rdfs:range :Course ; owl:inverseOf :takenBy .
:learnsFrom rdfs:subPropertyOf :knows ; owl:propertyChainAxiom ( :takesCourse :taughtBy ) .
:advisor rdfs:domain :Person ; rdfs:range :Faculty ; owl:inverseOf :advises ; rdfs:subPropertyOf :knows .
:author rdfs:domain :Publication ; rdfs:range :Person ; owl:inverseOf :authorOf .
:authorOf rdfs:subPropertyOf :participatesIn .
:worksWith a owl:SymmetricProperty ; rdfs:subPropertyOf :knows ; rdfs:domain :Person .
:knows rdfs:range :Person ; rdfs:subPropertyOf :relatedTo . :headOf a owl:FunctionalProperty .
:name a owl:DatatypeProperty ; rdfs:subPropertyOf rdfs:label .

:Chair owl:equivalentClass [ owl:intersectionOf ( :Person
    [ a owl:Restriction ; owl:onProperty :headOf ; owl:someValuesFrom :Department ] ) ] .
:Attendant owl:equivalentClass [ owl:intersectionOf ( :Person
    [ a owl:Restriction ; owl:onProperty :takesCourse ; owl:someValuesFrom :Course ] ) ] .
:Member owl:equivalentClass [ owl:intersectionOf ( :Person
    [ a owl:Restriction ; owl:onProperty :memberOf ; owl:someValuesFrom :Organization ] ) ] .
:GraduateAttendant owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty :takesCourse ; owl:someValuesFrom :GraduateCourse ] .
:Alumnus owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty :degreeFrom ; owl:someValuesFrom :University ] .
:Teacher owl:equivalentClass [ a owl:Restriction ; owl:onProperty :teacherOf ; owl:someValuesFrom owl:Thing ] .
:Author owl:equivalentClass [ a owl:Restriction ; owl:onProperty :authorOf ; owl:someValuesFrom :Publication ] .
:OfTheFirst owl:equivalentClass [ a owl:Restriction ; owl:onProperty :affiliatedWith ; owl:hasValue :u0 ] .
:GraduateCourse rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :level ; owl:hasValue :advanced ] .
:Group rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :hasMember ; owl:allValuesFrom :Person ] .
"""
_DEPARTMENTS, _FACULTY, _COURSES, _UNDERGRADUATES, _GRADUATES, _PUBLICATIONS = 15, 10, 20, 50, 14, 34


def universities(number: int) -> Iterator[str]:
    """Yield universities of some 10⁴ triples each, with inverses, chains, a transitive part, defined classes."""
    yield from _turtle(_UNIVERSITY)
    chance = random.Random(4)
    for university in range(number):
        yield f"{_e(f'u{university}')} {_TYPE} {_e('University')} .\n"
        for department in range(_DEPARTMENTS):
            yield from _department(f"u{university}", f"u{university}d{department}", max(number, 10), chance)


def _department(university: str, me: str, universities: int, chance: random.Random) -> Iterator[str]:
    courses = [f"{me}c{number}" for number in range(_COURSES)]
    faculty = [f"{me}f{number}" for number in range(_FACULTY)]
    graduates = [f"{me}g{number}" for number in range(_GRADUATES)]

    def is_a(name: str, kind: str) -> str:
        return f'{_e(name)} {_TYPE} {_e(kind)} .\n{_e(name)} {_e("name")} "{kind} {name}" .\n'

    def has(subject: str, prop: str, value: str) -> str:
        return f"{_e(subject)} {_e(prop)} {_e(value)} .\n"

    def degree(kind: str, person: str) -> str:
        return has(person, f"{kind}DegreeFrom", f"u{chance.randrange(universities)}")

    yield is_a(me, "Department") + has(me, "subOrganizationOf", university)
    for number in range(3):
        yield is_a(f"{me}r{number}", "Group") + has(f"{me}r{number}", "subOrganizationOf", me)
    for number, course in enumerate(courses):
        yield is_a(course, "GraduateCourse" if number % 3 == 0 else "Course")
    for number, person in enumerate(faculty):
        yield is_a(person, ("FullProfessor", "AssistantProfessor", "Lecturer")[number % 3])
        yield has(person, "headOf" if number == 0 else "worksFor", me)
        yield from (degree(kind, person) for kind in ("undergraduate", "masters", "doctoral"))
        yield has(person, "teacherOf", courses[number]) + has(person, "teacherOf", courses[number + _FACULTY])
        yield has(person, "worksWith", chance.choice(faculty))
        yield f'{_e(person)} {_e("email")} "{person}@example.org" .\n'
    for number, person in enumerate([*graduates, *(f"{me}s{number}" for number in range(_UNDERGRADUATES))]):
        yield is_a(person, "Graduate" if number < _GRADUATES else "Undergraduate") + has(person, "memberOf", me)
        yield "".join(has(person, "takesCourse", course) for course in chance.sample(courses, 2))
        if number < _GRADUATES:
            yield degree("undergraduate", person) + has(person, "advisor", chance.choice(faculty))
            yield has(person, "memberOf", f"{me}r{number % 3}")
    for number in range(_PUBLICATIONS):
        yield is_a(f"{me}p{number}", "Book" if number % 8 == 0 else "Article")
        yield has(f"{me}p{number}", "author", chance.choice(faculty))
        yield has(f"{me}p{number}", "author", chance.choice(graduates))


# --- genealogy

_FAMILY = """
:Man rdfs:subClassOf :Person ; owl:disjointWith :Woman . :Woman rdfs:subClassOf :Person .
:hasRelative a owl:SymmetricProperty ; rdfs:domain :Person ; rdfs:range :Person .
:hasAncestor a owl:TransitiveProperty ; rdfs:subPropertyOf :hasRelative ; owl:inverseOf :hasDescendant .
:hasParent rdfs:subPropertyOf :hasAncestor ; owl:inverseOf :hasChild .
:hasFather a owl:FunctionalProperty ; rdfs:subPropertyOf :hasParent ; rdfs:range :Man ; owl:inverseOf :fatherOf .
:hasMother a owl:FunctionalProperty ; rdfs:subPropertyOf :hasParent ; rdfs:range :Woman ; owl:inverseOf :motherOf .
:marriedTo a owl:SymmetricProperty, owl:FunctionalProperty ; rdfs:domain :Person .
:hasSibling a owl:SymmetricProperty ; rdfs:subPropertyOf :hasRelative ;
    owl:propertyChainAxiom ( :hasMother :motherOf ) .
:hasGrandparent owl:propertyChainAxiom ( :hasParent :hasParent ) ; rdfs:subPropertyOf :hasAncestor .
:hasAuntOrUncle owl:propertyChainAxiom ( :hasParent :hasSibling ) ; rdfs:subPropertyOf :hasRelative .
:hasParentInLaw owl:propertyChainAxiom ( :marriedTo :hasParent ) .
:Parent owl:equivalentClass [ a owl:Restriction ; owl:onProperty :hasChild ; owl:someValuesFrom :Person ] .
:Grandparent owl:equivalentClass [ a owl:Restriction ; owl:onProperty :hasChild ; owl:someValuesFrom :Parent ] .
:Father owl:equivalentClass [ owl:intersectionOf ( :Man :Parent ) ] .
:Mother owl:equivalentClass [ owl:intersectionOf ( :Woman :Parent ) ] .
:Married owl:equivalentClass [ a owl:Restriction ; owl:onProperty :marriedTo ; owl:someValuesFrom :Person ] .
"""
_GENERATIONS, _CHILDREN = 5, 2


def genealogy(people: int) -> Iterator[str]:
    """Yield families of five generations; some fathers have two names, which their children unite."""
    yield from _turtle(_FAMILY)
    chance = random.Random(5)
    couples = people // _GENERATIONS // 2
    before: list[tuple[int, int]] = []
    number = 0
    for _ in range(_GENERATIONS):
        born = list(range(number, number + 2 * couples))
        number += len(born)
        parents = [couple for couple in before for _ in range(_CHILDREN)]
        chance.shuffle(parents)
        for person, couple in zip_longest(born, parents):
            yield _person(person, couple, chance)
        men, women = born[::2], born[1::2]
        chance.shuffle(women)
        before = list(zip(men, women, strict=True))
        yield from (f"{_e(f'i{man}')} {_e('marriedTo')} {_e(f'i{woman}')} .\n" for man, woman in before)


def _person(number: int, parents: tuple[int, int] | None, chance: random.Random) -> str:
    """Return the triples of a person: even numbers are men."""
    me = _e(f"i{number}")
    lines = [
        f'{me} {_LABEL} "Person {number}" .\n',
        f"{me} {_TYPE} {_e('Woman' if number % 2 else 'Man')} .\n",
        f'{me} {_e("born")} "{1800 + number % 200}"^^<{_XSD}gYear> .\n',
        f"{me} {_e('livesIn')} {_e(f'town{number % 70}')} .\n",
    ]
    if parents:
        father, mother = parents
        lines.append(f"{me} {_e('hasFather')} {_e(f'i{father}')} .\n{me} {_e('hasMother')} {_e(f'i{mother}')} .\n")
        if chance.random() < 0.02:
            lines.append(f"{me} {_e('hasFather')} {_e(f'i{father}again')} .\n")
    return "".join(lines)


# --- ontologies that repeat a restriction


def copies(number: int) -> Iterator[str]:
    """Yield as many classes, each below a restriction of its own that is the same for all: some values of p in F."""
    yield f"{_e('p')} {_TYPE} <{_OWL}ObjectProperty> .\n{_e('F')} {_TYPE} {_CLASS} .\n"
    for place in range(number):
        yield f"{_c(place)} {_TYPE} {_CLASS} .\n{_c(place)} {_SUB_CLASS} _:copy{place} .\n"
        yield _restricted(f"_:copy{place}", _e("p"), _SOME, _e("F"))


_OBO = "http://purl.example.org/obo/"
_OBO_CLASSES, _OBO_RESTRICTIONS, _OBO_DEFINED, _OBO_RELATIONS, _OBO_FILLERS = 4_000, 2_500, 250, 24, 90


def cido_like(_: int = 0) -> Iterator[str]:
    """Yield an ontology in the manner of OBO: a tree of classes, and thousands of restrictions with few fillers.

    The most frequent restriction is written out some 600 times. Some axioms are annotated, some classes are defined
    by an intersection, and some relations have a chain, an inverse, a super-property, a domain.
    """
    chance = random.Random(6)

    def term(number: int) -> str:
        return f"<{_OBO}T_{number:07}>"

    def relation(number: int) -> str:
        return f"<{_OBO}R_{number:07}>"

    for name in ("definition", "hasDbXref", "id", "editor", "synonym"):
        yield f"<{_OBO}{name}> {_TYPE} <{_OWL}AnnotationProperty> .\n"
    for number in range(_OBO_RELATIONS):
        me = relation(number)
        yield f'{me} {_TYPE} <{_OWL}ObjectProperty> .\n{me} {_LABEL} "relation {number}" .\n'
        if number % 3:
            yield f"{me} <{_RDFS}subPropertyOf> {relation(number - number % 3)} .\n"
        if number % 4 == 0:
            yield f"{me} {_TYPE} <{_OWL}TransitiveProperty> .\n{me} <{_OWL}inverseOf> {relation(number + 1)} .\n"
        if number % 5 == 0:
            yield f"{me} <{_RDFS}domain> {term(number % 9)} .\n{me} <{_RDFS}range> {term(number % 7)} .\n"
        if number % 6 == 0:
            yield f"{me} <{_OWL}propertyChainAxiom> _:chain{number} .\n"
            yield from _list(f"_:chain{number}", [me, relation((number + 8) % _OBO_RELATIONS)])
    for number in range(_OBO_CLASSES):
        me = term(number)
        yield f'{me} {_TYPE} {_CLASS} .\n{me} {_LABEL} "term {number}"@en .\n'
        yield f'{me} <{_OBO}id> "T:{number:07}" .\n{me} <{_OBO}definition> "What term {number} means." .\n'
        if number % 3:
            yield f'{me} <{_OBO}editor> "editor {number % 17}" .\n'
        if number:
            yield f"{me} {_SUB_CLASS} {term(max(0, int(number * (0.2 + 0.5 * chance.random())) - 1))} .\n"
        if number % 6 == 0:
            yield f"_:axiom{number} {_TYPE} <{_OWL}Axiom> .\n_:axiom{number} <{_OWL}annotatedSource> {me} .\n"
            yield f"_:axiom{number} <{_OWL}annotatedProperty> <{_OBO}definition> .\n"
            yield f'_:axiom{number} <{_OWL}annotatedTarget> "What term {number} means." .\n'
            yield f'_:axiom{number} <{_OBO}hasDbXref> "source:{number % 40}" .\n'
    pairs = [(chance.randrange(_OBO_RELATIONS), chance.randrange(_OBO_CLASSES // 4)) for _ in range(_OBO_FILLERS)]
    weights = list(accumulate(1 / (place + 1) for place in range(_OBO_FILLERS)))
    drawn = chance.choices(pairs, cum_weights=weights, k=_OBO_RESTRICTIONS)
    for number, (prop, filler) in enumerate(drawn):
        yield f"{term(chance.randrange(_OBO_CLASSES // 4, _OBO_CLASSES))} {_SUB_CLASS} _:some{number} .\n"
        yield _restricted(f"_:some{number}", relation(prop), _SOME, term(filler))
    for number in range(_OBO_DEFINED):
        node, (prop, filler) = f"_:defined{number}", chance.choice(pairs)
        me = term(chance.randrange(_OBO_CLASSES // 4, _OBO_CLASSES))  # none of the fillers
        yield f"{me} {_EQUIVALENT} {node} .\n{node} {_TYPE} {_CLASS} .\n"
        yield f"{node} <{_OWL}intersectionOf> {node}list .\n"
        yield from _list(f"{node}list", [term(chance.randrange(_OBO_CLASSES // 2)), f"{node}some"])
        yield _restricted(f"{node}some", relation(prop), _SOME, term(filler))


# --- an ontology that is mostly schema

_FIBO = "https://spec.example.org/"
_F_CLASSES, _F_PROPERTIES, _F_DATA, _F_RESTRICTIONS, _F_INDIVIDUALS, _F_MODULES = 3_000, 1_000, 400, 7_000, 3_000, 60


def fibo_like(_: int = 0) -> Iterator[str]:
    """Yield an ontology in the manner of FIBO: deep classes, many properties and restrictions of every kind, labels."""
    chance = random.Random(7)

    def name(kind: str, number: int) -> str:
        return f"<{_FIBO}module{number % _F_MODULES}/{kind}{number}>"

    def any_class() -> str:
        return name("Class", chance.randrange(_F_CLASSES))

    def shallow_class() -> str:
        return name("Class", chance.randrange(_F_CLASSES // 20))

    for number in range(_F_CLASSES):
        me = name("Class", number)
        yield from _described(me, f"{_OWL}Class", number)
        if number:
            above = max(0, number - 1 - int(chance.expovariate(4 / (number + 4))))  # close by, so it is deep
            yield f"{me} {_SUB_CLASS} {name('Class', above)} .\n"
        if number % 40 == 0:
            yield f"{me} {_EQUIVALENT} _:union{number} .\n_:union{number} {_TYPE} {_CLASS} .\n"
            yield f"_:union{number} <{_OWL}unionOf> _:union{number}list .\n"
            members = (name("Class", chance.randrange(number + 1, _F_CLASSES)) for _ in range(2 + number % 3))
            yield from _list(f"_:union{number}list", list(members))  # none above it: that would be a circle
        if number % 65 == 0:
            yield f"{me} <{_OWL}disjointWith> {any_class()} .\n"
    for number in range(_F_PROPERTIES + _F_DATA):
        me, is_object = name("property", number), number < _F_PROPERTIES
        yield from _described(me, f"{_OWL}{'Object' if is_object else 'Datatype'}Property", number)
        if number % 10 and (number - number % 10 < _F_PROPERTIES) == is_object:
            yield f"{me} <{_RDFS}subPropertyOf> {name('property', number - 1 - chance.randrange(number % 10))} .\n"
        if number % 3 == 0:
            yield f"{me} <{_RDFS}domain> {shallow_class()} .\n"
        if number % 2 == 0:
            yield f"{me} <{_RDFS}range> {shallow_class() if is_object else f'<{_XSD}string>'} .\n"
        if is_object and number % 9 == 0:
            yield f"{me} <{_OWL}inverseOf> {name('property', (number + 4) % _F_PROPERTIES)} .\n"
        if is_object and number % 45 == 0:
            yield f"{me} {_TYPE} <{_OWL}TransitiveProperty> .\n"
    for number in range(_F_RESTRICTIONS):
        limited = name("Class", chance.randrange(_F_CLASSES // 5, _F_CLASSES))
        yield f"{limited} {_SUB_CLASS} _:limit{number} .\n"
        yield _limit(f"_:limit{number}", number % 10, name("property", _skewed(_F_PROPERTIES, chance)), any_class())
    for number in range(_F_INDIVIDUALS):
        me = name("individual", number)
        yield from _described(me, f"{_OWL}NamedIndividual", number)
        yield f"{me} {_TYPE} {name('Class', number % 50 * (_F_CLASSES // 120))} .\n"
        for _ in range(2):
            other = name("individual", number - number % 10 + chance.randrange(10))
            yield f"{me} {name('property', _F_PROPERTIES - 1 - chance.randrange(40))} {other} .\n"


def _described(me: str, kind: str, number: int) -> Iterator[str]:
    """Yield type and annotations of something."""
    yield f"{me} {_TYPE} <{kind}> .\n"
    yield f'{me} {_LABEL} "thing {number}"@en .\n'
    yield f"{me} <{_RDFS}isDefinedBy> <{_FIBO}module{number % _F_MODULES}/> .\n"
    yield f'{me} <http://www.w3.org/2004/02/skos/core#definition> "definition of {me[1:-1]}"@en .\n'


def _limit(node: str, kind: int, prop: str, of: str) -> str:
    """Return a restriction: of ten, five of some values, two of all values, three of cardinalities."""
    if kind < 7:
        return _restricted(node, prop, _SOME if kind < 5 else _ONLY, of)
    cardinality = ("maxQualifiedCardinality", "minQualifiedCardinality", "qualifiedCardinality")[kind - 7]
    number = f'"{1 if kind == 7 else 0}"^^<{_XSD}nonNegativeInteger>'
    return _restricted(node, prop, f"<{_OWL}{cardinality}>", number) + f"{node} <{_OWL}onClass> {of} .\n"


def _skewed(size: int, chance: random.Random) -> int:
    """Return a number below `size`; small ones are drawn more often."""
    return int(size * chance.random() ** 2)


# --- taxonomies


def wide(leaves: int) -> Iterator[str]:
    """Yield a root with leaves directly below it, and an individual in each tenth."""
    yield f"{_e('Root')} {_TYPE} {_CLASS} .\n"
    for number in range(leaves):
        yield f"{_c(number)} {_TYPE} {_CLASS} .\n{_c(number)} {_SUB_CLASS} {_e('Root')} .\n"
        if number % 10 == 0:
            yield f"{_i(number)} {_TYPE} {_c(number)} .\n"


def deep(length: int) -> Iterator[str]:
    """Yield classes each below the one before it, and an individual in each: the closure is their square."""
    for number in range(length):
        yield f"{_c(number)} {_TYPE} {_CLASS} .\n{_i(number)} {_TYPE} {_c(number)} .\n"
        if number:
            yield f"{_c(number)} {_SUB_CLASS} {_c(number - 1)} .\n"


#: Kind to what yields lines of a size.
GENERATORS: dict[str, Callable[[int], Iterator[str]]] = {
    "synthetic": synthetic,
    "universities": universities,
    "genealogy": genealogy,
    "copies": copies,
    "cido": cido_like,
    "fibo": fibo_like,
    "wide": wide,
    "deep": deep,
}
