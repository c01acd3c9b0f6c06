"""The folder of a new guideline: all segments of its page, and stubs of the other files, which load as they are."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib import resources
from pathlib import Path

from rdflib import Literal

from sts_kg.authoring.stubs import Stubs
from sts_kg.errors import ArgumentError, ParseError
from sts_kg.guideline import Piece, names_needed, page_pieces
from sts_kg.rdf import BASE, CASE, NO_IRI, PREFIXES, is_ours, read_text, wanted_namespace, wanted_prefix, writing_folder

__all__ = ["LICENSE", "new_guideline"]

#: What the files of a guideline may be used for, unless an author says otherwise.
LICENSE = "https://creativecommons.org/licenses/by/4.0/"

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.*[^:/#].*")
#: What ends a sentence, or leads on to the next line, so that the line is no heading.
_NO_HEADING = re.compile(r"[.!?:;,…。！？][\"'”’)\]]*$")
#: What begins an item of a list.
_ITEM = re.compile(r"[-–—•·*]\s|\(?[0-9a-z][.)]\s")
#: A line of more words than these is no heading.
_LONGEST_HEADING = 12
#: What stands in the files of the stub for what a new guideline has.
_HOLES = re.compile(
    r"\{(?:confirm|date|label|name|page|title)\}"
    r"|https://example\.org/stub/|(?<=Prefix \")stub|\bstub:S01\b|\bstub:|https://creativecommons\.org/licenses/by/4\.0/"
)


def new_guideline(
    name: str,
    page: str | Path,
    *,
    conditions: str | Path | None = None,
    into: str | Path = ".",
    prefix: str | None = None,
    base: str | None = None,
    title: str | None = None,
    license: str | None = None,
    keep_page: bool = False,
) -> Path:
    """Write the folder of a new guideline, and return its path.

    `source.ttl` has all segments of the page, by positions and digests; their gists are left to the author. The other
    files have a stub of each finding, treatment and recommendation that the conditions name, quoted from the first
    sentence that has its words, which is a guess; without conditions, one stub of each kind. They can be loaded and
    answer a case, and have examples of what else can be said. All is written or nothing.

    Parameters
    ----------
    name : str
        The name of the folder: words in small letters, with hyphens between.
    page : path
        The text of the page, UTF-8: a heading or paragraph a line. Nothing of it is written, unless `keep_page` is set.
    conditions : path, optional
        Conditions in the text form, which `docs/authoring.md` describes; the file is copied into the folder.
    into : path
        Where the folder is made; it is made, too, if it is not there.
    prefix : str, optional
        The prefix of the names of the guideline; the initials of its name without it, or the name if it is one word.
    base : str, optional
        The IRI that the names begin with, ending in / or #; `https://example.org/NAME/` without it, to be changed.
    title : str, optional
        The title of the guideline.
    license : str, optional
        The IRI of the license of the files; CC BY 4.0 without it.
    keep_page : bool
        Copy the page into the folder as `page.txt`; only for a page that may be passed on with it.

    Raises
    ------
    ArgumentError
        A name, prefix or IRI cannot be used.
    ParseError
        The page or the conditions cannot be read, the page has no text, or there is a folder of this name already.
    OSError
        The folder cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise _wrong("name", name, "words of small letters and digits with hyphens between, such as marsh-fever")
    prefix = _prefix(name) if prefix is None else prefix
    if wanted := wanted_prefix(prefix):
        raise _wrong("prefix", prefix, wanted)
    if prefix in _taken():
        raise _wrong("prefix", prefix, f"one that is free; this one stands for <{_taken()[prefix]}>")
    base = _base(f"https://example.org/{name}/" if (is_example := base is None) else base)
    if license is not None and (NO_IRI.search(license) or not _ABSOLUTE.fullmatch(license)):
        raise _wrong("license", license, f"an absolute IRI, such as {LICENSE}")
    data, pieces = page_pieces(page)
    segments = tuple(_segments(pieces))
    sentences = {each: piece.text for each, piece in segments if each.startswith("S")} or {
        each: piece.text for each, piece in segments
    }
    stubs, said = None, ""
    if conditions is not None:
        said = read_text(Path(conditions))
        stubs = Stubs(names_needed(said, conditions), sentences)
    first = next(iter(sentences))
    label = name.replace("-", " ")
    told = _inside(title) if title else None
    holes = {
        "{confirm}": "".join(_to_confirm(base if is_example else None, license)),
        "{date}": date.today().isoformat(),
        "{label}": label,
        "{name}": name,
        "{page}": told or "TODO: the title of the page",
        "{title}": told or f"TODO: the title, such as: Treatments for {label}",
        "https://example.org/stub/": base,
        "stub": prefix,
        "stub:S01": f"{prefix}:{first}",
        "stub:": f"{prefix}:",
        LICENSE: license or LICENSE,
    }
    folder = Path(into) / name
    if os.path.lexists(folder):
        raise ParseError("is there already; choose another name or folder", path=folder)
    Path(into).mkdir(parents=True, exist_ok=True)
    with writing_folder(folder) as made:
        for path, text in sorted(_stubs(), key=lambda one: one[0] == "source.ttl"):  # which lists what others quote
            if stubs is not None:
                text = said if path == "conditions.txt" else stubs.file(path, text)
            if path == "source.ttl":
                text += "\n".join(_source(data, segments, {first: ("TODO",)} if stubs is None else stubs.cues))
            (made / path).parent.mkdir(exist_ok=True)
            if stubs is None or path != "conditions.txt":
                text = _HOLES.sub(lambda hole: holes[hole[0]], text)
            (made / path).write_text(text, encoding="utf-8", newline="\n")
        if keep_page:
            (made / "page.txt").write_bytes(data)
    return folder


def _wrong(argument: str, value: str, wanted: str) -> ArgumentError:
    return ArgumentError("new_guideline", argument, f"expected {wanted}", value=value)


def _taken() -> dict[str, str]:
    """Return the prefixes that no guideline can have; those of other guidelines are not of them."""
    return {known: its for known, its in PREFIXES.items() if its in (BASE, str(CASE)) or not is_ours(its)}


def _prefix(name: str) -> str:
    """Return the initials of a name of several words, else the name; another if that is a prefix of something else."""
    words = name.split("-")
    initials = "".join(word[0] for word in words) if len(words) > 1 else name
    return next(
        (each for each in (initials, name) if each not in _taken() and not wanted_prefix(each)), f"{name}-guideline"
    )


def _base(base: str) -> str:
    if wanted := wanted_namespace(base):
        raise _wrong("base", base, wanted)
    if known := next((prefix for prefix, namespace in _taken().items() if namespace == base), None):
        raise _wrong("base", base, f"an IRI of its own; this one has the prefix {known}:")
    return base


def _inside(text: str) -> str:
    """Return a text as it stands between the quotes of a literal."""
    return Literal(" ".join(text.split())).n3()[1:-1]


def _to_confirm(base: str | None, license: str | None) -> Iterator[str]:
    """Yield the lines of the header that an author takes away to confirm what was not given."""
    if base is not None:
        yield f"# TODO: the base {base} is an example: put an IRI of yours in its place in all files,\n"
        yield "# or delete these two lines to keep it.\n"
    if license is None:
        yield "# TODO: the license is CC BY 4.0 in all modules: change it there, or delete this line to keep it.\n"


def _segments(pieces: tuple[Piece, ...]) -> Iterator[tuple[str, Piece]]:
    """Yield each segment with its id: H0 for a heading that begins the page, H1 and on for others, S01 and on."""
    on_line = Counter(piece.line for piece in pieces)
    headings, sentences = 0, 0
    for piece in pieces:
        if on_line[piece.line] == 1 and _is_heading(piece.text):
            headings += piece is not pieces[0]
            yield f"H{headings}", piece
        else:
            sentences += 1
            yield f"S{sentences:02}", piece


def _is_heading(text: str) -> bool:
    return not (_NO_HEADING.search(text) or _ITEM.match(text) or len(text.split()) > _LONGEST_HEADING)


def _stubs() -> Iterator[tuple[str, str]]:
    """Yield the path of each file of the stub, which is a guideline of its own, and its text."""
    folder = resources.files("sts_kg.authoring") / "stub"
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir():
            for one in sorted(each.iterdir(), key=lambda one: one.name):
                yield f"{each.name}/{one.name}", one.read_text(encoding="utf-8")
        else:
            yield each.name, each.read_text(encoding="utf-8")


def _source(data: bytes, segments: tuple[tuple[str, Piece], ...], cues: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the blocks of `source.ttl`: the document, the sections and the segments."""
    defined = "rdfs:isDefinedBy stub:ontology ."
    yield f"""\
stub:source-document a sts:SourceDocument ; rdfs:label "source document"@en ;
    skos:definition "TODO: The text of one page of … on …, as a sentence."@en ;
    dcterms:title "{{page}}"@en ;
    sts:sha256 "{hashlib.sha256(data).hexdigest()}" ; sts:characterCount {len(data.decode())} ;
    sts:byteCount {len(data)} ; {defined}

# --- Sections
"""
    sections = {each: _section(each, segments[0][0]) for each, _ in segments if each.startswith("H")}
    if segments[0][0] not in sections or sections[segments[0][0]] == "introduction":
        yield f"""\
stub:section-introduction a sts:SourceSection ; rdfs:label "section introduction"@en ;
    skos:definition "The first section of the source."@en ; {defined}
"""
    for heading, section in sections.items():
        if section != "introduction":
            yield f"""\
stub:section-{section} a sts:SourceSection ; rdfs:label "section {heading}"@en ;
    skos:definition "The section of the source under the heading {heading}."@en ; {defined}
"""
    yield "# --- Segments, in reading order\n"
    section, seen = "introduction", Counter[int]()
    on_line = Counter(piece.line for _, piece in segments)
    for ordinal, (name, piece) in enumerate(segments, 1):
        section = sections.get(name, section)
        seen[piece.line] += 1
        which = f"sentence {seen[piece.line]} of line {piece.line}" if on_line[piece.line] > 1 else f"line {piece.line}"
        kind = "heading" if name.startswith("H") else "sentence"
        reason = '    sts:noClaimReason "a heading; what stands below it carries the statements"@en ;\n'
        reason = reason if kind == "heading" and name not in cues else ""
        cue = f"    sts:cue {' , '.join(map(_quoted, cues[name]))} ;\n" if cues.get(name) else ""
        yield f"""\
stub:{name} a sts:{kind.capitalize()} ; sts:ordinal {ordinal} ; rdfs:label "{kind} {name}"@en ;
    sts:gist "TODO: what {which} of the page says, in your own words"@en ;
{reason}{cue}    sts:inSection stub:section-{section} ; sts:lineNumber {piece.line} ;
    sts:sha256 "{piece.as_dict()["sha256"]}" ; oa:hasSource stub:source-document ;
    oa:hasSelector [ a oa:TextPositionSelector ; oa:start {piece.start} ; oa:end {piece.end} ] ; {defined}
"""


def _quoted(text: str) -> str:
    return Literal(text).n3()


def _section(heading: str, first: str) -> str:
    """Return the name of the section that begins with a heading; the title of the page stands in the introduction."""
    return "introduction" if heading == first else heading.lower()
