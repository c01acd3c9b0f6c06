"""From an object to its view, and from the view to HTML, Markdown and text. Nothing is printed, nothing loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING

from sts_kg.display.html import written as _html
from sts_kg.display.markdown import written as _markdown
from sts_kg.display.text import written as _text
from sts_kg.display.view import View, plain
from sts_kg.tables import static_page

if TYPE_CHECKING:
    from sts_kg.shown import Shown

__all__ = ["as_markdown", "as_text", "in_notebook", "markup", "page", "stylesheet", "view_of"]

#: The name of a class to the module in `sts_kg/display/views/` and the function there that makes its view. A class that
#: is not named here is shown like the one that it comes from.
RENDERERS: Mapping[str, str] = {
    "Alternative": "explanations.of_condition",
    "Answer": "answers.of_answer",
    "Answers": "answers.of_answers",
    "CannedQuery": "queries.of_canned_query",
    "Case": "cases.of_case",
    "Change": "asking.of_change",
    "Changes": "asking.of_changes",
    "Closure": "closures.of_closure",
    "Code": "links.of_code",
    "Coded": "cohorts.of_coded",
    "Cohort": "cohorts.of_cohort",
    "ConceptSets": "cohorts.of_concept_sets",
    "Conjunction": "explanations.of_condition",
    "Dumped": "stores.of_record",
    "Endpoint": "stores.of_endpoint",
    "Explanation": "explanations.of_explanation",
    "Entities": "queries.of_entities",
    "Exported": "guidelines.of_exported",
    "GoldenReport": "authoring.of_golden_report",
    "Guideline": "guidelines.of_guideline",
    "Inconsistency": "sentences.of_sentence",
    "KnowledgeGraph": "knowledge.of_knowledge_graph",
    "Layers": "links.of_layers",
    "Leaf": "explanations.of_condition",
    "LeftOut": "authoring.of_left_out",
    "LinkReport": "links.of_report",
    "Mapping": "links.of_mapping",
    "MappingSet": "links.of_mapping_set",
    "Mark": "answers.of_mark",
    "NewCase": "authoring.of_new_case",
    "OmopTables": "cohorts.of_omop_tables",
    "Outcomes": "stores.of_outcomes",
    "Partitions": "cohorts.of_partitions",
    "Picture": "pictures.of_picture",
    "Pin": "links.of_pin",
    "Plan": "guidelines.of_plan",
    "Plot": "pictures.of_plot",
    "Profile": "stores.of_profile",
    "Proof": "closures.of_proof",
    "Proposals": "links.of_proposals",
    "Pushed": "stores.of_record",
    "Question": "asking.of_question",
    "Questions": "asking.of_questions",
    "ReadingAnswer": "answers.of_reading_answer",
    "Rejected": "cohorts.of_rejected",
    "Rejections": "cohorts.of_rejections",
    "Release": "cohorts.of_release",
    "Report": "quality.of_report",
    "RowViolation": "sentences.of_sentence",
    "Rows": "cohorts.of_rows",
    "Segment": "guidelines.of_segment",
    "Segments": "guidelines.of_segments",
    "Session": "knowledge.of_session",
    "Sheet": "guidelines.of_sheet",
    "ShownGraph": "graphs.of_graph",
    "SourceDiff": "guidelines.of_source_diff",
    "Table": "tables.of_table",
    "Tested": "authoring.of_tested",
    "ToDo": "todo.of_todo",
    "Verdict": "guidelines.of_verdict",
    "Verdicts": "guidelines.of_verdicts",
    "Verified": "stores.of_record",
    "Violation": "quality.of_violation",
    "Warned": "sentences.of_sentence",
}


def view_of(thing: Shown) -> View:
    """Return what is shown of an object.

    Raises
    ------
    TypeError
        Nothing of the kind has a view.
    """
    for kind in type(thing).__mro__:
        if named := RENDERERS.get(kind.__name__):
            made: View = _renderer(named)(thing)
            return made
    raise TypeError(f"{type(thing).__name__} has no view; those that have: {', '.join(sorted(RENDERERS))}")


@cache
def _renderer(named: str) -> Callable[[object], View]:
    module, _, function = named.rpartition(".")
    found: Callable[[object], View] = getattr(import_module(f"sts_kg.display.views.{module}"), function)
    return found


def markup(thing: Shown | View, href: Callable[[str], str | None] | None = None, *, in_new_tab: bool = False) -> str:
    """Return the HTML of an object for a page that has `stylesheet()`: classes only, no script, no `style=`.

    `href` returns the address on the page's own site to which the address of a link leads, None if it leads elsewhere.
    Links to elsewhere open in a new tab; with `in_new_tab` those on the page's own site do, too.
    """
    return _html(thing if isinstance(thing, View) else view_of(thing), href, in_new_tab=in_new_tab)


def in_notebook(thing: Shown | View) -> str:
    """Return the HTML of an object with the stylesheet in it, for a notebook, where each output stands alone."""
    return f"<style>{stylesheet()}</style>{markup(thing)}"


def page(thing: Shown | View) -> str:
    """Return one HTML page that shows an object: no script, nothing loaded from anywhere, light and dark."""
    view = thing if isinstance(thing, View) else view_of(thing)
    title = plain(view.title) or type(thing).__name__
    return static_page(title, f'<main class="sts-kg-page">{_html(view)}</main>\n', style=stylesheet())


def as_markdown(thing: Shown | View) -> str:
    """Return what is shown of an object as GitHub Markdown."""
    return _markdown(thing if isinstance(thing, View) else view_of(thing))


def as_text(thing: Shown | View, width: int | None = 100) -> str:
    """Return what is shown of an object as text, its tables wrapped to `width` terminal columns if it is given."""
    return _text(thing if isinstance(thing, View) else view_of(thing), width)


@cache
def stylesheet() -> str:
    """Return the stylesheet of all markup: every rule is below the class `sts-kg`, so a page is not touched."""
    return (resources.files("sts_kg.display") / "style.css").read_text(encoding="utf-8")
