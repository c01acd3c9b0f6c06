"""The value spaces of the 32 datatypes of OWL 2 RL: which data value a literal has, and which datatypes hold it.

A value is a pair of strings: the space that it lies in and its canonical form there, so that equal values are equal
tuples. No rule is here, and no rdflib: the rules `dt-type1` to `dt-not-type` (W3C OWL 2 Profiles, table 8) ask.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from decimal import MAX_EMAX, Context, Decimal
from functools import cache
from html import escape
from xml.parsers import expat

from sts_kg.rdf.xsd_forms import XSD_FORMS, XSD_INTEGERS

__all__ = ["ILL_TYPED", "SUPPORTED", "Value", "contains", "value"]

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_XSD = "http://www.w3.org/2001/XMLSchema#"

#: The space, the canonical form in it, and for a language-tagged string its tag in lower case.
Value = tuple[str, ...]

#: What a literal has whose lexical form is not in the lexical space of its datatype: no data value at all.
ILL_TYPED: Value = ("ill-typed", "")

#: How a datatype maps a lexical form to a value, and whether it holds a value.
_Datatype = tuple[Callable[[str], Value | None], Callable[[Value], bool]]

#: White space as XML has it; Python has more, the no-break space for one.
_SPACE = " \t\n\r"


def value(lexical: str, datatype: str, language: str | None = None) -> Value | None:
    """Return the data value of a literal: two literals have the same one if, and only if, their values are equal.

    Two choices are wider than the letter: white space around a form is dropped where its `whiteSpace` facet is
    `collapse` (the W3C tests of RDF 1.1 have it ill-typed), and a date-time with a zone is an instant, whatever its
    offset (section 4.7 has such values equal, not identical). Takes linear time and raises on no text.

    Parameters
    ----------
    lexical : str
        The lexical form, of any length.
    datatype : str
        The IRI of the datatype, also that of a literal with a language: `rdf:langString`.
    language : str, optional
        The language tag; only `rdf:langString` has one.

    Returns
    -------
    Value or None
        `ILL_TYPED` if the datatype is supported and does not have this lexical form. None if nothing is known of the
        value: the datatype is another one, `rdf:langString` without a language, or `rdfs:Literal`, which is not in the
        datatype map and so maps no lexical form to a value.

    References
    ----------
    W3C OWL 2 Structural Specification (2nd ed.), section 4, https://www.w3.org/TR/owl2-syntax/#Datatype_Maps
    W3C XSD 1.1 Part 2: Datatypes, sections 3.3 and 3.4, https://www.w3.org/TR/xmlschema11-2/

    Examples
    --------
    >>> xsd = "http://www.w3.org/2001/XMLSchema#"
    >>> value("1.0", xsd + "decimal") == value("01", xsd + "integer") == value("+1", xsd + "byte")
    True
    >>> value("2025-05-17T01:00:00+02:00", xsd + "dateTime")
    ('dateTimeStamp', '2025-05-16T23:00:00')
    >>> value("128", xsd + "byte") is ILL_TYPED
    True
    >>> value("P1D", xsd + "duration")
    """
    # A term of rdflib is a str that equals no plain str; as a key it would be missed, in a value it would be unequal.
    datatype = str(datatype)
    parse = _PARSERS.get(datatype)
    if parse is not None:
        return parse(str(lexical))
    if language and datatype == f"{_RDF}langString":
        return ("langString", str(lexical), language.lower())  # tags are equal in any case: RDF 1.1 Concepts, 3.3
    return None


def contains(datatype: str, value: Value) -> bool:
    """Return whether the value space of a supported datatype holds a data value (W3C OWL 2 Profiles, `dt-type2`).

    Parameters
    ----------
    datatype : str
        One of `SUPPORTED`.
    value : Value
        What `value` returned; `ILL_TYPED` is in no value space, not even in that of `rdfs:Literal`.

    Raises
    ------
    KeyError
        The datatype is not supported.

    Examples
    --------
    >>> xsd = "http://www.w3.org/2001/XMLSchema#"
    >>> one, half, name = value("1.0", xsd + "decimal"), value("0.5", xsd + "decimal"), value("abc", xsd + "string")
    >>> [contains(xsd + "byte", one), contains(xsd + "byte", half), contains(xsd + "NCName", name)]
    [True, False, True]
    """
    return _MEMBERS[str(datatype)](value)


# Numbers: OWL 2 Structural Specification, 4.1 and 4.2; XSD 1.1 Part 2, 3.3.3 to 3.3.5 and 3.4.13 to 3.4.25.

_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*").fullmatch
_INTEGER = re.compile(XSD_FORMS["integer"]).fullmatch
_DECIMAL = re.compile(XSD_FORMS["decimal"]).fullmatch
_FLOATING = re.compile(XSD_FORMS["double"]).fullmatch


def _decimal(text: str) -> Value:
    """Return the value of a decimal, by its digits: `int()` refuses more than 4,300 and takes quadratic time."""
    if _CANONICAL_INTEGER(text):
        return ("decimal", text)
    text = text.strip(_SPACE)
    if not _DECIMAL(text):
        return ILL_TYPED
    whole, _, fraction = text.lstrip("+-").partition(".")
    digits = whole.lstrip("0") or "0"
    if fraction := fraction.rstrip("0"):
        digits = f"{digits}.{fraction}"
    return ("decimal", f"-{digits}" if text[0] == "-" and digits != "0" else digits)


def _integer(text: str) -> Value:
    if _CANONICAL_INTEGER(text):
        return ("decimal", text)
    text = text.strip(_SPACE)
    return _decimal(text) if _INTEGER(text) else ILL_TYPED


def _is_within(integer: str, low: float, high: float) -> bool:
    if len(integer) > 20:  # beyond every finite bound: the longest, -2**63 and 2**64 - 1, have 20 characters
        return low == -math.inf if integer[0] == "-" else high == math.inf
    return low <= int(integer) <= high


def _integers(low: float, high: float) -> _Datatype:
    """Return the datatype of the integers from `low` to `high`."""

    def parse(text: str) -> Value:
        found = _integer(text)
        return found if found is not ILL_TYPED and _is_within(found[1], low, high) else ILL_TYPED

    def member(value: Value) -> bool:
        return value[0] == "decimal" and "." not in value[1] and _is_within(value[1], low, high)

    return (parse if low > -math.inf or high < math.inf else _integer), member


def _double(text: str) -> Value:
    """Return the value of a double; `repr` has one form for each, so it tells -0 from 0 and NaN is itself."""
    text = text.strip(_SPACE)
    return ("double", repr(float(text))) if _FLOATING(text) else ILL_TYPED


def _single(number: float) -> float:
    """Return the float of 32 bits that is nearest, the even one of two."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def _float(text: str) -> Value:
    """Return the value of a float, rounded once (XSD 1.1 Part 2, 3.3.4.2), as if not by way of a double."""
    text = text.strip(_SPACE)
    if not _FLOATING(text):
        return ILL_TYPED
    number = float(text)
    rounded = _single(number)
    other = 2 * number - rounded
    if number != rounded and _single(other) == other:  # a double halfway between two floats: what did it drop?
        exact, halfway = Decimal(text), Decimal.from_float(number)
        if exact != halfway:
            rounded = _single(math.nextafter(number, math.inf if exact > halfway else -math.inf))
    return ("float", repr(rounded))


# Strings: OWL 2 Structural Specification, 4.3, 4.6; XSD 1.1 Part 2, 3.3.1, 3.3.17, 3.4.1 to 3.4.7; rdf:PlainLiteral, 3.

#: The characters of XML 1.1, which has more of them than XML 1.0: XSD leaves the choice, and ill-typed is a grave word.
_CHARACTERS = re.compile(r"[^\x00\ud800-\udfff\ufffe\uffff]*").fullmatch
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*").fullmatch
_WHITE = re.compile(f"[{_SPACE}]+")
#: NameStartChar without the colon, and what NameChar adds to it: XML 1.0 (5th ed.), productions 4 and 4a.
_START = (
    r"A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = r"\-.0-9\xb7\u0300-\u036f\u203f\u2040"
_REPLACED = str.maketrans("\t\n\r", "   ")


def _replace(text: str) -> str:
    return text.translate(_REPLACED)


def _collapse(text: str) -> str:
    return _WHITE.sub(" ", text).strip(" ")


def _matching(pattern: str) -> Callable[[str], object]:
    """Return whether a text matches, the pattern compiled when first asked: these take long, and names are rare."""
    compiled = cache(lambda: re.compile(pattern).fullmatch)
    return lambda text: compiled()(text)


_NAME = _matching(f"[:{_START}][:{_START}{_MORE}]*")
_NC_NAME = _matching(f"[{_START}][{_START}{_MORE}]*")
_NMTOKEN = _matching(f"[:{_START}{_MORE}]+")


def _strings(normal: Callable[[str], str], matches: Callable[[str], object]) -> _Datatype:
    """Return the datatype of the strings that match, with what its `whiteSpace` facet does."""

    def parse(text: str) -> Value:
        text = normal(text)
        return ("string", text) if matches(text) else ILL_TYPED

    def member(value: Value) -> bool:
        return value[0] == "string" and normal(value[1]) == value[1] and matches(value[1]) is not None

    return parse, member


def _plain_literal(text: str) -> Value:
    """Return the value of `text@tag` or, without a language, `text@`."""
    string, at, tag = text.rpartition("@")
    if not at or not _CHARACTERS(string) or (tag and not _LANGUAGE(tag)):
        return ILL_TYPED
    return ("langString", string, tag.lower()) if tag else ("string", string)


def _any_uri(text: str) -> Value:
    """Return the value of any text: XSD 1.1 Part 2, 3.3.17.2, refuses none for its syntax."""
    return ("anyURI", _collapse(text)) if _CHARACTERS(text) else ILL_TYPED


# Booleans and octets: OWL 2 Structural Specification, 4.4 and 4.5; XSD 1.1 Part 2, 3.3.2, 3.3.15 and 3.3.16.

_TRUE, _FALSE = ("boolean", "true"), ("boolean", "false")
_BOOLEANS: dict[str, Value] = {"true": _TRUE, "1": _TRUE, "false": _FALSE, "0": _FALSE}
_HEX = re.compile(r"[0-9A-Fa-f]*").fullmatch
#: Without spaces; the bits that the last character has to spare are zero, so no two forms have the same octets.
_BASE64 = re.compile(r"[A-Za-z0-9+/]*(?:[AEIMQUYcgkosw048]=|[AQgw]==)?").fullmatch


def _boolean(text: str) -> Value:
    return _BOOLEANS.get(text) or _BOOLEANS.get(text.strip(_SPACE), ILL_TYPED)


def _hex_binary(text: str) -> Value:
    text = text.strip(_SPACE)
    return ("hexBinary", text.upper()) if len(text) % 2 == 0 and _HEX(text) else ILL_TYPED


def _base64_binary(text: str) -> Value:
    text = _WHITE.sub("", text)
    return ("base64Binary", text) if len(text) % 4 == 0 and _BASE64(text) else ILL_TYPED


# Time instants: OWL 2 Structural Specification, 4.7; XSD 1.1 Part 2, 3.3.7 and 3.4.28.

_DATE_TIME = re.compile(XSD_FORMS["dateTime"]).fullmatch


def _days(year: str, month: int) -> int:
    """Return the days of a month; 10,000 years are a whole number of leap cycles, and the year 0000 is a leap year."""
    if month == 2:
        last = int(year[-4:])
        return 29 if last % 4 == 0 and (last % 100 != 0 or last % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _later(year: str, years: int) -> str:
    """Return the year that many years later; of any size, hence not by `int()`."""
    total = str(Context(prec=len(year) + 1, Emax=MAX_EMAX).add(Decimal(year), years))
    return total.zfill(5 if total[0] == "-" else 4)


def _at(year: str, month: int, day: int, minutes: int) -> str:
    """Return the date and time so many minutes after the midnight that begins a day: from -1 day to 2 days."""
    days, minutes = divmod(minutes, 24 * 60)
    day += days
    if day < 1:
        year, month = (year, month - 1) if month > 1 else (_later(year, -1), 12)
        day = _days(year, month)
    elif days > 0 and day > _days(year, month):
        year, month = (year, month + 1) if month < 12 else (_later(year, 1), 1)
        day = 1
    return f"{year}-{month:02}-{day:02}T{minutes // 60:02}:{minutes % 60:02}"


def _date_time(text: str) -> Value:
    """Return the value of a date-time: with a time zone in the space `dateTimeStamp` and in UTC, else in `dateTime`."""
    match = _DATE_TIME(text) or _DATE_TIME(text.strip(_SPACE))
    if match is None:
        return ILL_TYPED
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    fraction = fraction and fraction.rstrip("0")
    if (
        (day > "28" and int(day) > _days(year, int(month)))
        or (hour == "24" and (minute != "00" or second != "00" or fraction))  # 24:00:00 alone is the end of a day
    ):
        return ILL_TYPED
    year = "0000" if year == "-0000" else year
    shifted = zone is not None and zone != "Z"
    if shifted or hour == "24":
        offset = int(f"{zone[0]}1") * (int(zone[1:3]) * 60 + int(zone[4:])) if shifted else 0
        start = _at(year, int(month), int(day), int(hour) * 60 + int(minute) - offset)
    else:
        start = f"{year}-{month}-{day}T{hour}:{minute}"
    space = "dateTimeStamp" if zone else "dateTime"
    return (space, f"{start}:{second}.{fraction}" if fraction else f"{start}:{second}")


def _date_time_stamp(text: str) -> Value:
    found = _date_time(text)
    return found if found[0] == "dateTimeStamp" else ILL_TYPED


# XML literals: OWL 2 Structural Specification, 4.8; RDF Concepts (2004), 5.1.


def _xml_literal(text: str) -> Value:
    """Return the value of the content of an element, told apart as Exclusive XML Canonicalization with comments does.

    Expat writes a name as `namespace FF local name FF prefix`, so the declarations themselves need not be kept. Within
    an element there is no DOCTYPE, hence no entity but the five of XML.
    """
    parts: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        pairs = (f' {escape(key)}="{escape(text)}"' for key, text in sorted(attributes.items()))
        parts.append(f"<{escape(name)}{''.join(pairs)}>")

    parser = expat.ParserCreate(namespace_separator="\f")  # a form feed is not a character of XML
    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: parts.append("</>")
    parser.CharacterDataHandler = lambda data: parts.append(escape(data, quote=False))
    parser.CommentHandler = lambda data: parts.append(f"<!--{data}-->")
    parser.ProcessingInstructionHandler = lambda target, data: parts.append(f"<?{target} {data}?>")
    try:
        parser.Parse(f"<x>{text}</x>", True)
    except (expat.ExpatError, UnicodeEncodeError):  # the latter for half a surrogate pair
        return ILL_TYPED
    return ("XMLLiteral", "".join(parts)[len("<x>") : -len("</>")])


def _spaces(parse: Callable[[str], Value | None], *spaces: str) -> _Datatype:
    return parse, lambda value: value[0] in spaces


_DATATYPES: dict[str, _Datatype] = {
    _RDF + "PlainLiteral": _spaces(_plain_literal, "string", "langString"),
    _RDF + "XMLLiteral": _spaces(_xml_literal, "XMLLiteral"),
    _RDFS + "Literal": (lambda text: None, lambda value: value != ILL_TYPED),
    _XSD + "decimal": _spaces(_decimal, "decimal"),
    **{_XSD + name: _integers(low, high) for name, (low, high) in XSD_INTEGERS.items()},
    _XSD + "float": _spaces(_float, "float"),
    _XSD + "double": _spaces(_double, "double"),
    _XSD + "string": _strings(str, _CHARACTERS),
    _XSD + "normalizedString": _strings(_replace, _CHARACTERS),
    _XSD + "token": _strings(_collapse, _CHARACTERS),
    _XSD + "language": _strings(_collapse, _LANGUAGE),
    _XSD + "Name": _strings(_collapse, _NAME),
    _XSD + "NCName": _strings(_collapse, _NC_NAME),
    _XSD + "NMTOKEN": _strings(_collapse, _NMTOKEN),
    _XSD + "boolean": _spaces(_boolean, "boolean"),
    _XSD + "hexBinary": _spaces(_hex_binary, "hexBinary"),
    _XSD + "base64Binary": _spaces(_base64_binary, "base64Binary"),
    _XSD + "anyURI": _spaces(_any_uri, "anyURI"),
    _XSD + "dateTime": _spaces(_date_time, "dateTime", "dateTimeStamp"),
    _XSD + "dateTimeStamp": _spaces(_date_time_stamp, "dateTimeStamp"),
}
_PARSERS = {datatype: parse for datatype, (parse, _) in _DATATYPES.items()}
_MEMBERS = {datatype: member for datatype, (_, member) in _DATATYPES.items()}

#: The IRIs of the 32 datatypes of OWL 2 RL, in the order of W3C OWL 2 Profiles, section 4.2.1 (rule `dt-type1`).
SUPPORTED: tuple[str, ...] = tuple(_DATATYPES)
