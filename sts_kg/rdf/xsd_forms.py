r"""The lexical forms of XSD datatypes as regular expressions, and the ranges of its integers: the one table of both.

W3C XSD 1.1 Part 2: Datatypes, sections 3.3 and 3.4, https://www.w3.org/TR/xmlschema11-2/. Digits are `[0-9]`, since
`\d` takes Arabic ones too. White space around a form, and the days of a month, are for the reader to check.
"""

from __future__ import annotations

import math

__all__ = ["XSD_FORMS", "XSD_INTEGERS"]

_NUMERAL = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = rf"[+-]?(?:{_NUMERAL}(?:[Ee][+-]?[0-9]+)?|INF)|NaN"
_YEAR = r"(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = rf"{_YEAR}-(0[1-9]|1[0-2])"
_DAY = rf"{_MONTH}-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-4]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?"
_ZONE = r"(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"

#: Local name of a datatype to its forms. Groups of a date-time: year to second, the digits of a fraction, time zone.
XSD_FORMS = {
    "boolean": "true|false|1|0",
    "integer": "[+-]?[0-9]+",
    "decimal": f"[+-]?{_NUMERAL}",
    "double": _DOUBLE,
    "float": _DOUBLE,
    "date": _DAY + _ZONE,
    "dateTime": f"{_DAY}T{_TIME}{_ZONE}",
    "gYear": _YEAR + _ZONE,
    "gYearMonth": _MONTH + _ZONE,
}
#: Local name of an integer type to its least and greatest value.
XSD_INTEGERS: dict[str, tuple[float, float]] = {
    "integer": (-math.inf, math.inf),
    "nonNegativeInteger": (0, math.inf),
    "nonPositiveInteger": (-math.inf, 0),
    "positiveInteger": (1, math.inf),
    "negativeInteger": (-math.inf, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
