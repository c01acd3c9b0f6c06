"""What is shown of links to external vocabularies: reports, mapping sets and their rows, layers, proposals, pins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from sts_kg.display.view import (
    Badge,
    Block,
    Code,
    Facts,
    Fold,
    Grid,
    Heading,
    Inline,
    Listing,
    Paragraph,
    Quiet,
    Source,
    View,
    cut,
    grid,
)
from sts_kg.display.views.pieces import footed
from sts_kg.display.views.tables import grid_of_table
from sts_kg.display.views.terms import link_to
from sts_kg.links import SLOTS, iri_of
from sts_kg.safe import counted, without_secrets

if TYPE_CHECKING:
    from sts_kg.links import Code as ListedCode
    from sts_kg.links import Layers, LinkReport, Mapping, MappingSet, Pin, Proposals, Section
    from sts_kg.tables import Cell

__all__ = ["of_code", "of_layers", "of_mapping", "of_mapping_set", "of_pin", "of_proposals", "of_report"]

#: Rows of each table of a report, shown unasked and with everything.
MOST_ROWS, MOST_OF_ALL = 200, 2_000
#: Rows of a mapping set, conflicts of layers, sentences of a report.
MOST_MAPPINGS, MOST_CONFLICTS, MOST_POINTS = 50, 20, 40
#: Characters of rows that are to be pasted.
MOST_PASTE = 50_000
_STATUSES = {
    **dict.fromkeys(("found", "other form"), "good"),
    **dict.fromkeys(("missing", "deprecated", "label differs"), "bad"),
}


# --- reports


def of_report(report: LinkReport) -> View:
    """Return what holds, what needs a hand and what nobody has mapped; what was linked, and the disclaimer."""
    points = report.points()
    more = [Quiet(f"and {len(points) - MOST_POINTS:,} more")] if len(points) > MOST_POINTS else []
    blocks: list[Block] = [Listing((*map(cut, points[:MOST_POINTS]), *more))]
    for one in report.sections():
        blocks += _section(one, MOST_OF_ALL if report.everything else MOST_ROWS)
    linked = tuple(block for one in report.about() for block in _section(one, MOST_ROWS))
    blocks.append(Fold("What was linked", linked, is_open=report.everything))
    return footed(cut(report.title), blocks, cut(report.ours.footer, 1_000))


def _section(section: Section, most: int) -> Iterator[Block]:
    yield Heading(section.title)
    if section.note:
        yield Paragraph(Quiet(section.note))
    rows = [[_cell(name, cell) for name, cell in zip(section.header, row, strict=True)] for row in section.rows[:most]]
    yield grid(section.header, rows, most=most, total=len(section.rows))
    if section.paste:
        yield Fold("The rows to paste into a mapping set", (_paste(section.paste),))


def _cell(name: str, cell: Cell) -> Inline:
    if name == "status":
        return Badge(cell.text, _STATUSES.get(cell.text, "note"))
    if cell.href:
        return link_to(cell.href, named=lambda _: cell.text)
    return cut(cell.text, 300)


def _paste(rows: str) -> Source:
    if len(rows) <= MOST_PASTE:
        return Source(rows, "tsv")
    whole = rows[: rows.rfind("\n", 0, MOST_PASTE) + 1]
    return Source(
        f"{whole}… rows_to_paste() has {counted(rows.count(chr(10)) - whole.count(chr(10)), 'more row')}\n", "tsv"
    )


# --- mappings


def of_mapping_set(given: MappingSet) -> View:
    """Return what a mapping set says of itself, its rows by predicate and vocabulary, and the first of them."""
    told = given.metadata
    rows = given.mappings
    facts = (
        ("id", link_to(given.id) if given.id else "none"),
        ("version", cut(str(told.get("mapping_set_version") or ""))),
        ("license", _link(str(told.get("license") or ""), {})),
        ("about", cut(str(told.get("mapping_set_description") or ""))),
        ("matches", _counts(Counter(("not " if row.negative else "") + str(row.predicate_id) for row in rows))),
        ("vocabularies", _counts(Counter(str(row.object_id).partition(":")[0] for row in rows if row.object_id))),
    )
    title = f"Mapping set {cut(given.name or 'without a name', 150)}"
    return View(title, (Facts(facts), _mappings(given)))


def _counts(counts: Counter[str]) -> str:
    most = [
        f"{cut(name, 60)} {number:,}" for name, number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
    return ", ".join(most[:15]) + (f", and {len(most) - 15:,} more" if len(most) > 15 else "")


def _mappings(given: MappingSet, more: Sequence[str] = ()) -> Grid:
    """Return the first rows: the two terms with their labels, the match, and the slots of `more`."""
    rows = [
        (
            _end(row, "subject", given),
            ("not " if row.negative else "") + cut(str(row.predicate_id or ""), 150),
            _end(row, "object", given),
            *(cut(given.cell(row, slot), 150) for slot in more or ("mapping_justification",)),
        )
        for row in given.mappings[:MOST_MAPPINGS]
    ]
    header = ("subject", "predicate", "object", *(slot.removeprefix("mapping_") for slot in more or ("justification",)))
    return grid(header, rows, "mapping", most=MOST_MAPPINGS, total=len(given.mappings))


def _end(row: Mapping, side: str, of: MappingSet | None = None) -> Inline:
    name, label = row.cell(f"{side}_id"), row.cell(f"{side}_label")
    if not name:
        return cut(label)
    link = _link(name, {} if of is None else of.curie_map)
    return (cut(label), "\n", Quiet(link)) if label else link


def _link(name: str, prefixes: dict[str, str]) -> Inline:
    """Return the name of a term as a link to what it stands for."""
    return link_to(iri_of(name, prefixes), named=lambda _: name)


def of_mapping(row: Mapping) -> View:
    """Return the slots of a row that have a value, in their order."""
    known = [(slot.replace("_", " "), cut(row.cell(slot))) for slot in SLOTS]
    extra = [(cut(name, 100), cut(cell)) for name, cell in [*row.extra.items()][:20]]
    line = f"{row.line:,}" if row.line else ""
    return View(_mapping(row), (Facts((*known, *extra, ("line", line))),))


def _mapping(row: Mapping) -> Inline:
    denied = "not " if row.negative else ""
    ends = (cut(row.cell("subject_id") or row.cell("subject_label"), 150), cut(row.cell("object_id"), 150))
    return "Mapping: ", Code(ends[0]), f" {denied}{cut(row.cell('predicate_id'), 150)} ", Code(ends[1])


def of_layers(layers: Layers) -> View:
    """Return the mapping sets from the uppermost down, how many of their rows hold, what conflicts and what follows."""
    own, dropped = set(map(id, layers.own)), Counter(id(conflict.other.set) for conflict in layers.overruled)
    rows = [
        (
            cut(each.name or each.id, 150),
            "yours" if id(each) in own else "shipped",
            f"{len(each.mappings):,}",
            f"{len(each.mappings) - dropped[id(each)]:,}",
            cut(str(each.metadata.get("mapping_set_version") or ""), 100),
        )
        for each in reversed(layers.given)
    ]
    blocks: list[Block] = [
        grid(("set", "whose", "rows", "in effect", "version"), rows, "mapping set", most=MOST_MAPPINGS)
    ]
    if number := len(layers.derived.mappings):
        blocks.append(
            Paragraph(f"From these {counted(number, 'more mapping')} {'follows' if number == 1 else 'follow'}.")
        )
    if layers.conflicts:
        blocks += [Heading("What does not agree"), *grid_of_table(layers.to_table(), "conflict", most=MOST_CONFLICTS)]
    return View("Mapping sets in layers, the uppermost first", tuple(blocks))


def of_proposals(proposals: Proposals) -> View:
    """Return how many pairs were proposed, how many were left out and why, and the first rows with how sure each is."""
    left_out = ", ".join(f"{number:,} {cut(why, 150)}" for why, number in proposals.left_out.items() if number)
    facts = (
        ("about", cut(str(proposals.mappings.metadata.get("mapping_set_description") or ""))),
        ("left out", left_out),
        ("pinned", cut(", ".join(pin.name for pin in proposals.pins))),
    )
    what_next = (
        ("a file for a person to judge: ", Code("sts_kg.links.write(proposals.mappings, 'proposed.sssom.tsv')")),
        ("what that person accepts: ", Code("sts_kg.links.accepted(proposals.mappings, 'orcid:…', lines=[…])")),
    )
    title = f"{counted(len(proposals), 'proposed pair')}, which nobody has reviewed"
    rows = _mappings(proposals.mappings, ("confidence", "mapping_justification", "match_string"))
    return View(title, (Facts(facts), rows, Heading("To go on"), Listing(what_next)))


def of_pin(pin: Pin) -> View:
    """Return what a pin says of its document, without the secrets of its address."""
    told = {each.name: str(getattr(pin, each.name)) for each in fields(pin)}
    told |= {"address": without_secrets(pin.address), "size": f"{pin.size:,} bytes"}
    return View(
        f"Pin of {cut(told.pop('name'), 150)}", (Facts(tuple((name, cut(text)) for name, text in told.items())),)
    )


def of_code(code: ListedCode) -> View:
    """Return a code of a list, with its label, whether it is retired, and its lines."""
    lines = ", ".join(map(str, code.lines[:20])) + (
        f" and {len(code.lines) - 20:,} more" if len(code.lines) > 20 else ""
    )
    facts = (
        ("label", cut(code.label)),
        ("retired", "yes" if code.retired else "no"),
        ("lines", lines + (", which differ" if code.differs else "")),
    )
    return View(("Code ", Code(cut(code.text, 150))), (Facts(facts),))
