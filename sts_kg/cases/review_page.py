"""The review sheet as one static HTML page: no script, nothing loaded, for light and dark screens and for paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sts_kg.cases.judged import CASES, OTHERS_STAY, UNCHANGED, Effect, Judged, quoted, said
from sts_kg.guideline import VERDICTS
from sts_kg.tables import escaped, plain_table, static_page

if TYPE_CHECKING:
    from sts_kg.cases.review_sheet import Sheet

__all__ = ["html_page"]

_STYLE = """
dl { margin: 0; }
dt { font-weight: 600; color: var(--soft); font-size: .82rem; margin-top: .7rem; }
dd { margin: 0; }
header dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: .5rem 1rem; }
header dt { margin: .1rem 0 0; }
.id { display: inline-block; color: var(--mark); margin-right: .5rem; font-variant-numeric: tabular-nums; }
blockquote { margin: 0 0 .4rem; padding: .1rem 0 .1rem .8rem; border-left: 3px solid var(--mark); }
blockquote b { color: var(--soft); font-size: .8rem; margin-right: .35rem; }
.reading { background: var(--tint); border-radius: .4rem; padding: .6rem .8rem; margin-top: .5rem; }
.reading p:last-child { margin: 0; }
.name { font: .88em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-weight: 600; }
.still { color: var(--soft); font-size: .88rem; }
table + .still { margin-top: .4rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem; margin: .5rem 0 1.5rem; padding: 0; }
nav a { display: block; border: 1px solid var(--line); background: var(--card); border-radius: .35rem;
  padding: .1rem .5rem; font-size: .85rem; text-decoration: none; }
nav small { color: var(--soft); }
nav .agree a { border-color: var(--agree); } nav .other a { border-color: var(--other); }
nav .unsure a { border-color: var(--unsure); }
.verdict { border-left: 3px solid; padding-left: .8rem; margin-top: .8rem; white-space: pre-line; }
.verdict.agree { border-color: var(--agree); } .verdict.other { border-color: var(--other); }
.verdict.unsure { border-color: var(--unsure); }
.form { border: 1px dashed var(--soft); border-radius: .4rem; padding: .7rem .8rem; margin-top: .9rem; }
.form div { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; }
.form div + div { margin-top: .7rem; }
.tick::before { content: ""; display: inline-block; width: .85em; height: .85em; border: 1.5px solid currentColor;
  border-radius: 2px; margin-right: .45em; vertical-align: -.08em; }
.line { flex: 1 1 12rem; border-bottom: 1px solid var(--soft); color: var(--soft); font-size: .82rem;
  min-height: 1.7rem; }
.line.wide { flex-basis: 100%; }
@media (max-width: 34rem) { header dl { grid-template-columns: 1fr; gap: .1rem; } header dt { margin-top: .6rem; } }
@media print { dt { margin-top: .35rem; } .reading { padding: .35rem .6rem; } nav { break-after: page; } }
"""


def html_page(sheet: Sheet) -> str:
    """Return the page of a sheet."""
    return static_page(sheet.title, "".join(_pieces(sheet)), style=_STYLE)


def _pieces(sheet: Sheet) -> Iterator[str]:
    yield f"<header>\n<h1>{escaped(sheet.title)}</h1>\n<dl>\n"
    for heading, text in sheet.introduction:
        yield f"<dt>{escaped(heading)}</dt><dd>{escaped(text)}</dd>\n"
    cases = plain_table(CASES, sheet.case_rows())
    yield f"<dt>The example cases</dt><dd>{cases}</dd>\n</dl>\n</header>\n<main>\n"
    yield '<nav aria-label="Decisions"><h2>The decisions</h2><ul>\n'
    for one in sheet.judged:
        words = {each.verdict for each in one.verdicts}
        word = next((word for word in ("other", "unsure", "agree") if word in words), "")
        count = f" <small>{one.n_changes}</small>" if one.n_changes else ""
        state = f' class="{word}"' if word else ""
        yield f'<li{state}><a href="#{one.id}" title="{escaped(one.label)}">{one.id}{count}</a></li>\n'
    yield "</ul></nav>\n"
    for one in sheet.judged:
        yield from _article(one)
    yield f"</main>\n<footer>{escaped(sheet.footer)}</footer>\n"


def _article(one: Judged) -> Iterator[str]:
    yield f'<article id="{one.id}">\n<h2><span class="id">{one.id}</span>{escaped(one.label)}</h2>\n'
    for each in one.segments:
        yield f"<blockquote><b>{each.id}</b>{escaped(quoted(each))}</blockquote>\n"
    yield f"<dl>\n<dt>Question</dt><dd>{escaped(one.question)}</dd>\n"
    yield f"<dt>Our reading</dt><dd>{escaped(one.chosen)}</dd>\n"
    yield f"<dt>Not chosen</dt><dd>{escaped(one.not_chosen)}</dd>\n"
    if one.reason:
        yield f"<dt>Why it is not encoded</dt><dd>{escaped(one.reason)}</dd>\n"
    yield "</dl>\n"
    for other in one.others:
        yield f'<section class="reading"><h3>Other reading <span class="name">{escaped(other.name)}</span></h3>\n'
        yield f"<p>{escaped(said(other))}</p>\n"
        yield _effects(other.effects) if other.effects else f'<p class="still">{UNCHANGED}</p>'
        yield "</section>\n"
    for verdict in one.verdicts:
        comment = f"\n{escaped(verdict.comment)}" if verdict.comment else ""
        yield f'<p class="verdict {verdict.verdict}"><strong>{escaped(str(verdict))}</strong>{comment}</p>\n'
    if not one.verdicts:
        yield _form(one)
    yield "</article>\n"


def _effects(effects: tuple[Effect, ...]) -> str:
    rows = ((each.option, each.now, each.then, ", ".join(each.cases)) for each in effects)
    return f'{plain_table(("option", "now", "then", "in cases"), rows)}<p class="still">{OTHERS_STAY}</p>'


def _form(one: Judged) -> str:
    """Return room for a verdict."""
    ticks = []
    for word in VERDICTS:
        names = [other.name for other in one.others] if word == "other" else []
        ticks += [f"{word}: {name}" for name in names] or [word]
    ticked = "".join(f'<span class="tick">{escaped(tick)}</span>' for tick in ticks)
    lines = '<span class="line">Reviewer</span><span class="line">Date</span><span class="line wide">Comment</span>'
    return f'<div class="form"><div>{ticked}</div><div>{lines}</div></div>\n'
