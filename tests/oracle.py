"""The third voice: conditions and relations copied by hand from the clinical model, valued without any code of ours.

A condition is a text of findings with `&`, `|` and brackets; a fact is 1 (yes), 0 (no) or 1/2 (unknown), "and" is the
minimum, "or" the maximum (Kleene). Nothing here reads the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: Clinical model, section 9.2: the options in its order, with their conditions.
CONDITIONS = {
    "option-chemotherapy": "stage4-sts",
    "option-doxorubicin-alone": "stage4-sts",
    "option-doxorubicin-ifosfamide": "stage4-sts",
    "option-other-chemotherapy": "stage4-sts & doxorubicin-did-not-work",
    "option-chemotherapy-with-radiation": "stage4-sts & unresectable",
    "option-targeted-therapy": "stage4-sts",
    "option-pazopanib": "stage4-sts & sarcoma-type-for-pazopanib"
    " & (prior-chemotherapy | growth-within-one-year-after-treatment)",
    "option-radiation": "stage4-sts & unresectable",
    "option-external-radiation": "stage4-sts & unresectable",
    "option-sbrt-lung": "stage4-sts & lung-metastases & only-few-small-tumours & unresectable",
    "option-sbrt-outside-lungs": "stage4-sts & metastases-outside-lungs & certain-case-S20 & unresectable",
    "option-radiation-to-enable-surgery": "stage4-sts & unresectable",
    "option-surgery": "stage4-sts",
    "option-surgery-symptom-control": "stage4-sts & symptoms-from-cancer",
    "option-wide-local-excision-lung": "stage4-sts & spread-only-few-places-in-lungs & resectable",
    "option-surgery-other-metastases": "stage4-sts & metastases-outside-lungs & certain-case-S25 & resectable",
    "option-comfort-care": "stage4-sts & (cannot-have-cancer-treatment | does-not-want-cancer-treatment"
    " | treatments-no-longer-work | treatments-unlikely-to-improve-condition | side-effects-hard-to-cope-with"
    " | other-reason-for-no-cancer-treatment)",
    "option-ask-about-clinical-trials": "soft-tissue-sarcoma & person-in-canada",
}

#: Section 7, the 22 findings in the order of their ordinals.
FINDINGS = """
soft-tissue-sarcoma stage4-sts unresectable resectable prior-chemotherapy doxorubicin-did-not-work
growth-within-one-year-after-treatment sarcoma-type-for-pazopanib lung-metastases only-few-small-tumours
metastases-outside-lungs spread-only-few-places-in-lungs certain-case-S20 certain-case-S25 symptoms-from-cancer
cannot-have-cancer-treatment does-not-want-cancer-treatment treatments-no-longer-work
treatments-unlikely-to-improve-condition side-effects-hard-to-cope-with other-reason-for-no-cancer-treatment
person-in-canada
""".split()

IMPLIES = (
    ("stage4-sts", "soft-tissue-sarcoma"),
    ("doxorubicin-did-not-work", "prior-chemotherapy"),
    ("spread-only-few-places-in-lungs", "lung-metastases"),
    ("lung-metastases", "stage4-sts"),
    ("metastases-outside-lungs", "stage4-sts"),
)
OPPOSITES = (("unresectable", "resectable"), ("spread-only-few-places-in-lungs", "metastases-outside-lungs"))
#: Opposites of which one always holds: who lacks the one has the other.
COMPLEMENTS = (("unresectable", "resectable"),)


@dataclass(frozen=True)
class Tables:
    """Conditions and relations between findings, the ones above if nothing else is said."""

    conditions: Mapping[str, str]
    implies: tuple[tuple[str, str], ...] = IMPLIES
    opposites: tuple[tuple[str, str], ...] = OPPOSITES
    complements: tuple[tuple[str, str], ...] = COMPLEMENTS


BASE = Tables(CONDITIONS)

#: Section 9.3: the archetypes with their facts, what is met and what is not; the rest is undetermined.
A5 = "chemotherapy doxorubicin-alone doxorubicin-ifosfamide targeted-therapy surgery".split()
R4 = "chemotherapy-with-radiation radiation external-radiation radiation-to-enable-surgery".split()
U6 = [*R4, "sbrt-lung", "sbrt-outside-lungs"]
R2 = ["wide-local-excision-lung", "surgery-other-metastases"]
EVERY = [option.removeprefix("option-") for option in CONDITIONS]
ARCHETYPES: dict[str, tuple[str, list[str], list[str]]] = {
    "a": ("stage4-sts", A5, []),
    "b": ("stage4-sts unresectable", [*A5, *R4], R2),
    "c": ("stage4-sts resectable", A5, U6),
    "d": ("stage4-sts unresectable lung-metastases only-few-small-tumours", [*A5, *R4, "sbrt-lung"], R2),
    "e": (
        "stage4-sts resectable spread-only-few-places-in-lungs",
        [*A5, "wide-local-excision-lung"],
        [*U6, "surgery-other-metastases"],
    ),
    "f": ("stage4-sts doxorubicin-did-not-work", [*A5, "other-chemotherapy"], []),
    "g": (
        "stage4-sts doxorubicin-did-not-work sarcoma-type-for-pazopanib",
        [*A5, "other-chemotherapy", "pazopanib"],
        [],
    ),
    "h": (
        "stage4-sts growth-within-one-year-after-treatment sarcoma-type-for-pazopanib -prior-chemotherapy",
        [*A5, "pazopanib"],
        ["other-chemotherapy"],
    ),
    "i": ("stage4-sts does-not-want-cancer-treatment", [*A5, "comfort-care"], []),
    "j": (
        "soft-tissue-sarcoma person-in-canada -stage4-sts",
        ["ask-about-clinical-trials"],
        [option for option in EVERY if option != "ask-about-clinical-trials"],
    ),
    "k": ("stage4-sts unresectable metastases-outside-lungs", [*A5, *R4], R2),
    "l": ("", [], []),
    "m": (
        "stage4-sts -prior-chemotherapy -growth-within-one-year-after-treatment",
        A5,
        ["other-chemotherapy", "pazopanib"],
    ),
}
#: What section 9.3 says of missing findings, case and option to findings.
MISSING = {
    ("a", "pazopanib"): "sarcoma-type-for-pazopanib prior-chemotherapy growth-within-one-year-after-treatment",
    ("b", "sbrt-lung"): "lung-metastases only-few-small-tumours",
    ("c", "wide-local-excision-lung"): "spread-only-few-places-in-lungs",
    ("d", "sbrt-outside-lungs"): "metastases-outside-lungs certain-case-S20",
    ("f", "pazopanib"): "sarcoma-type-for-pazopanib",
    ("k", "sbrt-outside-lungs"): "certain-case-S20",
}


def facts(text: str) -> dict[str, bool]:
    """Return the facts of a line of findings, those after a minus sign as lacked."""
    return {word.removeprefix("-"): not word.startswith("-") for word in text.split()}


def completed(given: Mapping[str, bool], tables: Tables = BASE) -> dict[str, bool] | None:
    """Return what follows from facts by implications, opposites and complements; None if they contradict each other."""
    known = {(finding, holds) for finding, holds in given.items()}
    while True:
        new = {(b, True) for a, b in tables.implies if (a, True) in known}
        new |= {(a, False) for a, b in tables.implies if (b, False) in known}
        for a, b in tables.opposites:
            new |= {(other, False) for one, other in ((a, b), (b, a)) if (one, True) in known}
        for a, b in tables.complements:
            new |= {(other, True) for one, other in ((a, b), (b, a)) if (one, False) in known}
        if new <= known:
            break
        known |= new
    if any((finding, not holds) in known for finding, holds in known):
        return None
    return dict(known)


def findings_of(option: str, tables: Tables = BASE) -> list[str]:
    """Return the findings of an option's condition, in order."""
    return re.findall(r"[A-Za-z0-9-]+", tables.conditions[option])


def value(option: str, known: Mapping[str, bool], tables: Tables = BASE) -> float:
    """Return 1 (met), 0 (not met) or 1/2 (undetermined)."""
    return _value(tables.conditions[option], known)


def _value(text: str, known: Mapping[str, bool]) -> float:
    return min(max(_fact(name.strip(" ()"), known) for name in part.split("|")) for part in text.split("&"))


def _fact(finding: str, known: Mapping[str, bool]) -> float:
    return float(known[finding]) if finding in known else 0.5


def status(option: str, known: Mapping[str, bool], tables: Tables = BASE) -> str:
    """Return the status of an option as the command line spells it."""
    return {1.0: "met", 0.0: "not-met", 0.5: "undetermined"}[value(option, known, tables)]


def missing(option: str, known: Mapping[str, bool], tables: Tables = BASE) -> list[str]:
    """Return the unknown findings that could still settle an option: a group in brackets that has a yes needs none."""
    if value(option, known, tables) != 0.5:
        return []
    found = []
    for part in re.findall(r"\([^()]*\)|[A-Za-z0-9-]+", tables.conditions[option]):
        names = re.findall(r"[A-Za-z0-9-]+", part)
        if not any(known.get(name) is True for name in names):
            found += [name for name in names if name not in known]
    return found
