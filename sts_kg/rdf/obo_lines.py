"""The lines of OBO: tag, values, trailing qualifiers, comments and escapes (OBO 1.4, sections 2 and 3)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

__all__ = ["HEADER", "SHAPES", "Clause", "NotOboError", "clause_in", "stanza_in", "unescaped"]

#: What a clause is if it stands before all stanzas.
HEADER = "header"
_WORD = r'((?:[^\s\\!{"]|\\.)(?:[^\s\\!{]++|\\.)*+)'
_QUOTED = r'"((?:[^"\\]++|\\.)*+)"'
_SCOPE = r"(EXACT|BROAD|NARROW|RELATED)(?=[\s\[!{]|$)"
_XREFS = r'\[((?:[^\]"\\]++|\\.|"(?:[^"\\]++|\\.)*+")*)\]'
# xrefs may have spaces, as the OWLAPI writes them
_DIRECT, _LISTED = (
    rf"((?:{sign})++(?:[ \t]++(?:{sign})++)*)" for sign in (r'[^\s"\\!{}]|\\.', r'[^\s",\\]|\\.|(?=,\S),')
)
_GAP, _MAYBE = r"[ \t]++", r"[ \t]*+"
#: Name of a shape of values: what matches them, and how it is shown. The last group of some is a list of xrefs.
_FORMS = {
    "text": (r"((?:[^\\!{]++|\\.)*+)", "text"),
    "bool": (r"(true|false)(?![^\s!{])", "true or false"),
    "word": (_WORD, "ID"),
    "pair": (_WORD + _GAP + _WORD, "ID ID"),
    "words": (f"{_WORD}(?:{_GAP}{_WORD})?", "ID, or ID ID"),
    "quoted": (f"{_QUOTED}(?:{_MAYBE}{_XREFS})?", '"text" [xrefs]'),
    "synonym": (
        rf"{_QUOTED}(?:{_MAYBE}{_SCOPE}(?:{_GAP}(?!\[){_WORD})?)?{_MAYBE}{_XREFS}",
        '"text" EXACT, BROAD, NARROW or RELATED, perhaps a type, [xrefs]',
    ),
    "old synonym": (f"{_QUOTED}{_MAYBE}{_XREFS}", '"text" [xrefs]'),
    "xref": (f"{_DIRECT}(?:{_MAYBE}{_QUOTED})?", 'ID, perhaps "text"'),
    "value": (f"{_WORD}{_GAP}(?:{_QUOTED}|{_WORD})(?:{_GAP}{_WORD})?", 'ID "text" datatype, or ID ID'),
    "described": (_WORD + _GAP + _QUOTED, 'ID "text"'),
    "scoped": (f"{_WORD}{_GAP}{_QUOTED}(?:{_GAP}{_SCOPE})?", 'ID "text", perhaps EXACT, BROAD, NARROW or RELATED'),
    "space": (f"{_WORD}{_GAP}{_WORD}(?:{_GAP}{_QUOTED})?", 'prefix IRI, perhaps "text"'),
    "date": (r"(\d\d:\d\d:\d{4} \d\d:\d\d)", "DD:MM:YYYY hh:mm"),
    "created": (r"(\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)", "YYYY-MM-DDThh:mm:ssZ"),
}
_END = _MAYBE + r'(?:\{((?:[^"}\\]++|\\.|"(?:[^"\\]++|\\.)*+")*)\}[ \t]*+)?(?:(?<=[\s"\]}])!.*+)?'
_BEGINNINGS = {name: re.compile(form) for name, (form, _) in _FORMS.items()}
_WHOLE = {name: re.compile(form + _END) for name, (form, _) in _FORMS.items()}
_WITH_XREFS = ("quoted", "synonym", "old synonym")

_ALL = {
    **dict.fromkeys(("name", "namespace", "comment", "created_by"), "text"),
    **dict.fromkeys(("is_anonymous", "is_obsolete", "builtin"), "bool"),
    **dict.fromkeys(("id", "alt_id", "subset", "replaced_by", "consider"), "word"),
    **dict.fromkeys(("exact_synonym", "broad_synonym", "narrow_synonym", "related_synonym"), "old synonym"),
    **{"def": "quoted", "synonym": "synonym", "xref": "xref", "property_value": "value", "relationship": "pair"},
    "creation_date": "created",
}
_RELATED = dict.fromkeys(("is_a", "union_of", "equivalent_to", "disjoint_from"), "word")
#: Kind of a frame to its tags, and the shape of their values.
SHAPES: dict[str, dict[str, str]] = {
    HEADER: {
        **dict.fromkeys(("ontology", "import"), "word"),
        **{"subsetdef": "described", "synonymtypedef": "scoped", "property_value": "value"},
        **{"idspace": "space", "date": "date"},
    },
    "Term": {**_ALL, **_RELATED, "intersection_of": "words"},
    "Typedef": {
        **_ALL,
        **_RELATED,
        **dict.fromkeys("intersection_of domain range inverse_of transitive_over disjoint_over".split(), "word"),
        **dict.fromkeys(("holds_over_chain", "equivalent_to_chain"), "pair"),
        **dict.fromkeys("is_metadata_tag is_class_level is_cyclic is_anti_symmetric is_transitive".split(), "bool"),
        **dict.fromkeys("is_reflexive is_symmetric is_asymmetric is_functional is_inverse_functional".split(), "bool"),
        **dict.fromkeys(("expand_expression_to", "expand_assertion_to"), "quoted"),
    },
    "Instance": {**_ALL, "instance_of": "word"},
}
#: Tags of older versions, as the OWLAPI reads them.
_OLD = {
    "inverse_of_on_instance_level": "inverse_of",
    "instance_level_is_transitive": "is_transitive",
    "is_metadata": "is_metadata_tag",
    "xref_analog": "xref",
    "xref_unknown": "xref",
}


class NotOboError(Exception):
    """What is wrong with a line, and from which column on."""

    def __init__(self, reason: str, column: int | None = None) -> None:
        self.reason, self.column = reason, column


class Clause(NamedTuple):
    """A clause: the line that it stands on, its tag, values, qualifiers, and xrefs with their descriptions."""

    line: int
    tag: str
    values: tuple[Any, ...]  # strings, and None for what may be left out
    qualifiers: list[tuple[str, str]]
    xrefs: list[tuple[str, str]]


_STANZA = re.compile(r"\s*\[([^\]\s]*)\]" + _END)
_TAG = re.compile(r"[ \t]*+([^\s:\\!]++):[ \t]*+")
_QUALIFIER = re.compile(rf'\s*+((?:[^\s"\\=]|\\.)++)\s*+=\s*+(?:{_QUOTED}|((?:[^\s",\\]|\\.)++))\s*+(?:,|$)')
_XREF = re.compile(rf"\s*+{_LISTED}(?:{_MAYBE}{_QUOTED})?\s*+(?:,(?=\s|$)|$)")
_ESCAPE = re.compile(r"\\(.)")
_HINT = "; in a text, write \\! and \\{ for ! and {"
_CONTROLS = {"n": "\n", "t": "\t", "W": " "}


def unescaped(text: str) -> str:
    r"""Return a text without its escapes: `\n`, `\t` and `\W` (a space); any other character stands for itself."""
    return _ESCAPE.sub(lambda found: _CONTROLS.get(found[1], found[1]), text) if "\\" in text else text


def stanza_in(line: str) -> str:
    """Return the kind of the stanza that a line begins."""
    found = _STANZA.fullmatch(line)
    if found is None or found[1] == HEADER or found[1] not in SHAPES:
        raise NotOboError("[Term], [Typedef] or [Instance] was expected", 1)
    return found[1]


def clause_in(line: str, kind: str, number: int) -> Clause:
    """Return the clause that a line of a frame holds."""
    found = _TAG.match(line)
    if found is None:
        raise NotOboError("a clause `tag: value` was expected", 1)
    tag = _OLD.get(found[1], found[1]) if kind != HEADER else found[1]
    shape = SHAPES[kind].get(tag, "text" if kind == HEADER else None)
    if shape is None:
        raise NotOboError(f"{found[1]} is no tag of [{kind}]", 1)
    start = found.end()
    given = _WHOLE[shape].fullmatch(line, start)
    if given is None:
        part = _BEGINNINGS[shape].match(line, start)
        end = part.end() if part else start
        end += len(line[end:]) - len(line[end:].lstrip())
        hint = _HINT if line[end : end + 1] in ("!", "{") else ""
        raise NotOboError(f"`{tag}: {_FORMS[shape][1]}` was expected{hint}", end + 1)
    *values, qualifiers = given.groups()
    xrefs = values.pop() if shape in _WITH_XREFS else None
    if shape == "text":
        values = [values[0].rstrip()]
    return Clause(
        number,
        tag,
        tuple(value if value is None else unescaped(value) for value in values),
        _items(_QUALIFIER, qualifiers, f'{tag}: qualifiers `{{ID="text", ID="text"}}` were expected{_HINT}'),
        _items(_XREF, xrefs, f'{tag}: xrefs `[ID "text", ID]` were expected'),
    )


def _items(pattern: re.Pattern[str], text: str | None, expected: str) -> list[tuple[str, str]]:
    """Return the items of a list: what each names, and what is said of it or ""."""
    items, at, text = [], 0, (text or "").rstrip()
    while at < len(text):
        found = pattern.match(text, at)
        if found is None:
            raise NotOboError(expected)
        items.append((unescaped(found[1]), unescaped(next(filter(None, found.groups()[1:]), ""))))
        at = found.end()
    return items
