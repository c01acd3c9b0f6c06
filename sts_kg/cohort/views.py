"""Views of FHIR resources as the tables of a cohort: ViewDefinitions of SQL on FHIR v2, for whatever runs such views.

Some flatten responses to the form of a guideline into the relations of a cohort. The others list the codes of what
resources record, for concept sets: codes only ever say yes, so resources that say no, or are in doubt, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rdflib.namespace import DCTERMS, OWL

from sts_kg.cases import questionnaire
from sts_kg.guideline import Guideline
from sts_kg.rdf import STS

__all__ = ["CODES", "view_definitions"]

#: The columns of a table of codes.
CODES = ("case", "system", "code", "start", "end")

_View = dict[str, Any]
_RESPONSE = "QuestionnaireResponse"


class _Source(NamedTuple):
    """Resources of which codes are listed: when, in which statuses, and by which element they name their patient."""

    resource: str
    when: str
    statuses: Sequence[str]
    codes: str = "code.coding"
    patient: str = "subject"


_DRUG = "medication.ofType(CodeableConcept).coding"
#: What was done. An order is no course; what was not done, or not known to be, is none either.
_DONE = (
    _Source("Procedure", "performed", ("in-progress", "completed")),
    _Source("MedicationAdministration", "effective", ("in-progress", "completed", "stopped"), _DRUG),
    _Source("MedicationStatement", "effective", ("active", "completed", "stopped"), _DRUG),
)
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def view_definitions(guideline: Guideline) -> dict[str, _View]:
    """Return ViewDefinitions of SQL on FHIR v2 for FHIR R4, by their names, in the values of JSON.

    `response_cases`, `response_courses`, `response_growth` and `response_no_growth` give the relations of a cohort from
    responses to `questionnaire`; a case is a patient. `codes_…` give tables with the columns `CODES`, dates as FHIR
    writes them; their union is the table of codes of a cohort. Where a medication is a reference, `references_…` has
    `medication` instead of `system` and `code`, and `medications` has the codes of each.

    References
    ----------
    https://sql-on-fhir.org/ig/ (ShareableViewDefinition). `%rowIndex`, which numbers courses, is of its version 2.1.
    """
    made = [*_of_responses(questionnaire(guideline)), _conditions()]
    for source in _DONE:
        made.append(_done(source))
        if source.codes == _DRUG:
            made.append(_references(source))
    medication = [_column("medication", "getResourceKey()")]
    made.append(
        _view("medications", "Medication", "The codes of medications.", [_cells(medication), _coded("code.coding")])
    )
    head = {
        "version": guideline.header(OWL.versionInfo),
        "status": "draft",
        "experimental": True,
        "copyright": guideline.header(DCTERMS.license),
        "fhirVersion": ["4.0.1"],
    }
    told = guideline.header(STS.disclaimer)
    return {
        view["name"]: {
            "resourceType": "ViewDefinition",
            "url": f"{guideline.base}ViewDefinition/{view['name']}",
            **{key: value for key, value in head.items() if value},
            **view,
            "description": f"{view['description']} {told}".strip(),
        }
        for view in made
    }


def _view(name: str, resource: str, told: str, select: list[_View], where: Sequence[str] = ()) -> _View:
    made = {"name": name, "description": told, "resource": resource, "select": select}
    return made | ({"where": [{"path": path} for path in where]} if where else {})


def _cells(columns: list[_View], each: str | None = None) -> _View:
    return ({"forEach": each} if each else {}) | {"column": columns}


def _column(name: str, path: str, kind: str = "string") -> _View:
    """Return a column; dates stay texts, since SQL has no partial ones."""
    text = {"tag": [{"name": "ansi/type", "value": "CHARACTER VARYING"}]} if kind in ("date", "dateTime") else {}
    return {"name": name, "path": path, "type": kind} | text


def _case(patient: str = "subject") -> _View:
    return _cells([_column("case", f"{patient}.getReferenceKey(Patient)")])


# --- responses


def _of_responses(form: dict[str, Any]) -> Iterator[_View]:
    """Yield the views of responses to a form; its groups that repeat are the tables beside that of the cases."""
    url = form["url"]
    answers = [f"questionnaire = '{url}' or questionnaire = '{url}|{form['version']}'", "status != 'entered-in-error'"]
    columns: list[_View] = []
    groups: dict[str, list[_View]] = {}
    for item in form["item"]:
        name = item["linkId"]
        if item["type"] == "group" and item.get("repeats"):
            groups[name] = [_answer(inner) for inner in item["item"] if inner["linkId"] != f"{name}.growth"]
        elif item["type"] == "group":
            columns += [_answer(inner, f"item.where(linkId = '{name}').") for inner in item["item"]]
        elif item["type"] != "display" and name != "growth":
            columns.append(_answer(item))
    course = _column("course", "%rowIndex", "integer")
    told = "Responses to the form, a row a patient: findings, and what else is said once."
    yield _view("response_cases", _RESPONSE, told, [_case(), _cells(columns)], answers)
    for name, inner in groups.items():
        cells = [course, *inner] if name == "courses" else inner
        told = f"What responses to the form say of {name}, a row each."
        yield _view(f"response_{name}", _RESPONSE, told, [_case(), _cells(cells, _items(name))], answers)
    day = _column("date", "value.ofType(date)", "date")
    by_itself = _cells([day, _column("course", "value.ofType(integer)", "integer")], f"{_items('growth')}.answer")
    of_course = {
        "forEach": _items("courses"),
        "select": [_cells([day], f"{_items('courses.growth')}.answer"), _cells([course])],
    }
    told = "Dates of growth in responses to the form, a row each, with the course that names it."
    yield _view("response_growth", _RESPONSE, told, [_case(), {"unionAll": [by_itself, of_course]}], answers)


def _items(link_id: str) -> str:
    return f"item.where(linkId = '{link_id}')"


def _answer(item: _View, before: str = "") -> _View:
    """Return the column of a question: the names of its choices, with blanks between, or its one answer."""
    link_id, kind = item["linkId"], item["type"]
    name = link_id.rpartition(".")[2].replace("-", "_").lower()
    answer = f"{before}{_items(link_id)}.answer.value"
    if kind == "choice":
        return _column(name, f"{answer}.ofType(Coding).code" + (".join(' ')" if item.get("repeats") else ""))
    return _column(name, f"{answer}.ofType({kind})", kind)


# --- codes


def _conditions() -> _View:
    """Return the view of conditions that are confirmed, or of which it is not said, and not over."""
    where = [_is_one_of("verificationStatus", _VERIFIED, ["confirmed"])]
    where.append(_is_one_of("clinicalStatus", _CLINICAL, ["active", "recurrence", "relapse"]))
    days = [
        _column("start", "onset.ofType(dateTime)", "dateTime"),
        _column("end", "abatement.ofType(dateTime)", "dateTime"),
    ]
    told = "The codes of conditions that are not refuted, doubted or over."
    return _view("codes_conditions", "Condition", told, [_case(), _coded("code.coding"), _cells(days)], where)


def _is_one_of(element: str, system: str, codes: Sequence[str]) -> str:
    named = " or ".join(f"code = '{code}'" for code in codes)
    return f"{element}.empty() or {element}.coding.where(system = '{system}' and ({named})).exists()"


def _done(source: _Source) -> _View:
    told = f"The codes of each {source.resource} that was given, or is."
    select = [_case(source.patient), _coded(source.codes), _days(source.when)]
    return _view(f"codes_{_plural(source)}", source.resource, told, select, _statuses(source))


def _references(source: _Source) -> _View:
    told = f"The medication of each {source.resource} that is a resource of its own."
    medication = "medication.ofType(Reference)"
    cells = _cells([_column("medication", f"{medication}.getReferenceKey(Medication)")])
    where = [*_statuses(source), f"{medication}.exists()"]
    return _view(
        f"references_{_plural(source)}",
        source.resource,
        told,
        [_case(source.patient), cells, _days(source.when)],
        where,
    )


def _plural(source: _Source) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in source.resource).strip("_") + "s"


def _coded(path: str) -> _View:
    return _cells([_column("system", "system", "uri"), _column("code", "code", "code")], path)


def _statuses(source: _Source) -> list[str]:
    return [" or ".join(f"status = '{status}'" for status in source.statuses)]


def _days(element: str) -> _View:
    """Return the columns of when something was done: a period, or else a day, on which it began and ended."""
    period, day = f"{element}.ofType(Period)", f"{element}.ofType(dateTime)"
    lasting = [_column("start", f"{period}.start", "dateTime"), _column("end", f"{period}.end", "dateTime")]
    once = [_column("start", day, "dateTime"), _column("end", day, "dateTime")]
    has, has_not = (f"where({period}.{test}())" for test in ("exists", "empty"))
    return {"unionAll": [_cells(lasting, has), _cells(once, has_not)]}
