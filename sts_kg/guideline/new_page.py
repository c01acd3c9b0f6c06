"""A new text of the source page against the one that was modelled: what became of each segment, and what came."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from sts_kg.errors import ParseError
from sts_kg.guideline.source import Segment
from sts_kg.rdf import as_text, read_bytes, read_text

__all__ = [
    "Came",
    "PageChanges",
    "Piece",
    "SegmentChange",
    "page_changes",
    "page_pieces",
    "page_text",
    "pieces",
    "spans",
]

Kind: TypeAlias = Literal["kept", "shifted", "moved", "changed", "went"]
#: From this ratio of common words on (`difflib`), two texts are one text that changed.
_ALIKE = 0.6
#: The end of a sentence, and the start of another on the same line.
_END = re.compile(r"[.!?][\"'”’)\]]*(\s+)(?=[\"'“‘(\[]*[A-ZÀ-Þ0-9])")
#: What a full stop ends that is no sentence, such as “e.g.” and “Dr.”.
_ABBREVIATED = re.compile(r"\b(?:[A-Za-z]\.[A-Za-z]|cf|ca|vs|approx|Drs?|Mrs?|Ms|Prof|St)$")
#: Forms of quotes and dashes to the plain one.
_PLAIN = str.maketrans("‘’ʼ“”„‐‑–—", "'''\"\"\"----")

#: More characters than these are no page, and comparing them would take minutes.
LONGEST = 50_000


@dataclass(frozen=True)
class Piece:
    """A sentence or heading of a text; `start` and `end` count Unicode code points (end exclusive), `line` from 1."""

    text: str
    start: int
    end: int
    line: int

    def as_dict(self) -> dict[str, object]:
        """Return what `source.ttl` says of a segment, and the text."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return {"start": self.start, "end": self.end, "line": self.line, "sha256": digest, "text": self.text}


@dataclass(frozen=True)
class SegmentChange:
    """What became of a segment.

    *Kept*: the same text in the same position. *Shifted*: other characters or lines only. *Moved*: in another order,
    under another heading, or out of the line of those beside which it stood. *Changed*: similar words, with or without
    another place (`moved`). *Went*: no text is like it. `pieces` is where it is now, several if it was split; `merged`
    are the ids of segments that are now in the same piece. `before` and `after` are the texts, of all that were merged.
    """

    segment: Segment
    kind: Kind
    moved: bool
    pieces: tuple[Piece, ...]
    merged: tuple[str, ...]
    before: str
    after: str

    @property
    def only(self) -> str:
        """What changed if no word did: white space, typography (forms of quotes, dashes, letters) or punctuation."""
        before, after = self.before, self.after
        if self.kind != "changed" or _words(before) != _words(after):
            return ""
        if before.split() == after.split():
            return "white space"
        return "typography" if _typed(before).split() == _typed(after).split() else "punctuation"

    @property
    def difference(self) -> tuple[tuple[str, str], ...]:
        """The runs of words before and after, in their order; where nothing changed both are the same."""
        old, new = self.before.split(), self.after.split()
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return tuple((" ".join(old[a:b]), " ".join(new[c:d])) for _, a, b, c, d in steps)

    def as_dict(self) -> dict[str, object]:
        """Return the change as plain values; `difference` has only the runs of words that differ."""
        one = self.segment
        return {
            "segment": one.id,
            "change": self.kind,
            "moved": self.moved,
            "only": self.only or None,
            "merged": list(self.merged),
            "old": {"start": one.start, "end": one.end, "line": one.line, "sha256": one.sha256, "text": one.text},
            "new": [piece.as_dict() for piece in self.pieces],
            "difference": [{"old": old, "new": new} for old, new in self.difference if self.pieces and old != new],
        }


@dataclass(frozen=True)
class Came:
    """New text that no segment accounts for; the segment that it comes after, and one with the same text, if any."""

    piece: Piece
    after: str | None
    repeats: str | None

    def as_dict(self) -> dict[str, object]:
        """Return the text and its place as plain values."""
        return {**self.piece.as_dict(), "after": self.after, "repeats": self.repeats}


@dataclass(frozen=True)
class PageChanges:
    """What became of each segment, in their order, and what came, in the order of the new text (without its mark)."""

    segments: tuple[SegmentChange, ...]
    came: tuple[Came, ...]
    text: str
    differs: bool

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many segments were kept, shifted, moved, changed and went, and how many pieces came."""
        kinds = [change.kind for change in self.segments]
        return {kind: kinds.count(kind) for kind in get_args(Kind)} | {"came": len(self.came)}

    @property
    def document(self) -> dict[str, object]:
        """What `source.ttl` says of the document, for the new text."""
        data = self.text.encode()
        return {"sha256": hashlib.sha256(data).hexdigest(), "characterCount": len(self.text), "byteCount": len(data)}


def page_text(path: str | Path) -> str:
    """Return the text of a page without byte order mark, its line ends as LF.

    Raises
    ------
    ParseError
        It cannot be read, is not UTF-8, has no text, or far more than a page.
    """
    return _of_a_page(read_text(path).replace("\r\n", "\n").replace("\r", "\n"), path)


def page_pieces(path: str | Path) -> tuple[bytes, tuple[Piece, ...]]:
    """Return the bytes of a page, and its sentences and headings, by their positions in these bytes as text.

    A byte order mark counts as a character, and the two of a line end of Windows as two, so that what is cut from the
    unchanged page by these positions is the text.

    Raises
    ------
    ParseError
        As `page_text`.
    """
    data = read_bytes(path)
    text = _of_a_page(as_text(data, path=path), path)
    mark = len(data.decode()) - len(text)
    found = pieces(re.sub("\r(?!\n)", "\n", text))
    return data, tuple(Piece(one.text, one.start + mark, one.end + mark, one.line) for one in found)


def _of_a_page(text: str, path: str | Path) -> str:
    if len(text) > LONGEST:
        raise ParseError(f"has {len(text):,} characters; a page has at most {LONGEST:,}", path=path)
    if not text.strip():
        raise ParseError("has no text", path=path)
    return text


def pieces(text: str) -> tuple[Piece, ...]:
    r"""Return the sentences and headings of a text: its lines, cut where a sentence ends and another begins.

    Examples
    --------
    >>> [piece.text for piece in pieces("A title\n\nDr. Ann says (e.g. today). So it is.")]
    ['A title', 'Dr. Ann says (e.g. today).', 'So it is.']
    """
    found, offset = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        gaps = [end.span(1) for end in _END.finditer(line) if not _ABBREVIATED.search(line[: end.start()])]
        edges = [0, *(edge for gap in gaps for edge in gap), len(line)]
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if cut := line[start:end].strip():
                begin = offset + start + line[start:end].index(cut)
                found.append(Piece(cut, begin, begin + len(cut), number))
        offset += len(line) + 1
    return tuple(found)


def page_changes(segments: Sequence[Segment], text: str, *, old: str) -> PageChanges:
    """Return what became of segments (in reading order, with their texts) in a new text; `old` is the whole old one."""
    new = pieces(text)
    pairs = _pairs(segments, new)
    place = {i: news for olds, news in pairs for i in olds}
    away = _moved(segments, new, place)
    together = {i: olds for olds, _ in pairs for i in olds}
    changes = []
    for i, one in enumerate(segments):
        now = tuple(new[j] for j in place.get(i, ()))
        olds = together.get(i, range(i, i + 1))
        before, after = (" ".join(texts) for texts in ([segments[k].text or "" for k in olds], [p.text for p in now]))
        kind: Kind = "went" if not now else "changed" if before != after or len(now) != len(olds) else "kept"
        if kind == "kept" and i in away:
            kind = "moved"
        elif kind == "kept" and (one.start, one.end, one.line) != (now[0].start, now[0].end, now[0].line):
            kind = "shifted"
        merged = tuple(segments[k].id for k in olds if k != i)
        changes.append(SegmentChange(one, kind, i in away, now, merged, before, after))
    owner = {j: segments[i].id for i, news in place.items() for j in news}  # of several that were merged, the last
    ids = {one.text: one.id for one in reversed(segments)}
    after_ = None
    came = []
    for j, piece in enumerate(new):
        if j in owner:
            after_ = owner[j]
        else:
            came.append(Came(piece, after_, ids.get(piece.text)))
    return PageChanges(tuple(changes), tuple(came), text, text != old)


def _typed(text: str) -> str:
    """Return a text in small letters, with plain quotes and dashes."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)


def _words(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation except apostrophes, which are all alike."""
    return re.findall(r"\w+(?:'\w+)*", _typed(text))


def _pairs(segments: Sequence[Segment], new: Sequence[Piece]) -> list[tuple[range, range]]:
    """Return which runs of segments became which runs of pieces: the same text, then the most similar first."""
    before, after = [one.text or "" for one in segments], [piece.text for piece in new]
    same: dict[int, int] = {}
    for a, b, size in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        same |= zip(range(a, a + size), range(b, b + size), strict=True)
    elsewhere: dict[str, list[int]] = {}
    for j, text in enumerate(after):
        if j not in same.values():
            elsewhere.setdefault(text, []).append(j)
    for i, text in enumerate(before):
        if i not in same and elsewhere.get(text):
            same[i] = elsewhere[text].pop(0)
    found = [(range(i, i + 1), range(j, j + 1)) for i, j in same.items()]

    free_old, free_new = set(range(len(before))) - set(same), set(range(len(after))) - set(same.values())

    def crossed(olds: range, news: range) -> int:
        return sum((i < olds[0]) != (j < news[0]) for i, j in same.items())

    alike = _alike([_words(text) for text in before], [_words(text) for text in after], free_old, free_new)

    def rank(one: tuple[float, range, range]) -> tuple[float, ...]:
        ratio, olds, news = one
        return -ratio, len(olds) + len(news), crossed(olds, news), olds[0], news[0]

    for _, olds, news in sorted(alike, key=rank):
        if free_old.issuperset(olds) and free_new.issuperset(news):
            found.append((olds, news))
            free_old -= {*olds}
            free_new -= {*news}
    found += _renamed(segments, new, found, free_old, free_new)
    return sorted(found, key=lambda pair: pair[0][0])


def _alike(
    old: Sequence[list[str]], new: Sequence[list[str]], free_old: set[int], free_new: set[int]
) -> Iterator[tuple[float, range, range]]:
    """Yield ratio, segments and pieces: one with one, one with a run of the other, if their words are alike."""
    for i in free_old:
        for j in free_new:
            for news in _runs(j, free_new, new, len(old[i])):
                if ratio := _ratio(old[i], [word for k in news for word in new[k]]):
                    yield ratio, range(i, i + 1), news
            for olds in _runs(i, free_old, old, len(new[j])):
                if len(olds) > 1 and (ratio := _ratio([word for k in olds for word in old[k]], new[j])):
                    yield ratio, olds, range(j, j + 1)


def _runs(start: int, free: set[int], words: Sequence[list[str]], count: int) -> Iterator[range]:
    """Yield runs of free neighbours from a start, while they are not too long to be like `count` words."""
    end, length = start, 0
    while end in free and (length := length + len(words[end])) <= count * (2 - _ALIKE) / _ALIKE:
        end += 1
        yield range(start, end)


def _ratio(old: list[str], new: list[str]) -> float:
    """Return the ratio of common words, 0 if it is too small."""
    total = len(old) + len(new)
    if not total or 2 * (Counter(old) & Counter(new)).total() < _ALIKE * total:
        return 0.0
    ratio = SequenceMatcher(None, old, new, autojunk=False).ratio()
    return ratio if ratio >= _ALIKE else 0.0


def _renamed(
    segments: Sequence[Segment],
    new: Sequence[Piece],
    pairs: Sequence[tuple[range, range]],
    free_old: set[int],
    free_new: set[int],
) -> Iterator[tuple[range, range]]:
    """Yield headings and pieces that have a line for themselves, in the place of the heading, whatever their words."""
    ends = {olds[-1] + 1: news[-1] + 1 for olds, news in pairs} | {0: 0}
    starts = {olds[0] - 1: news[0] - 1 for olds, news in pairs} | {len(segments) - 1: len(new) - 1}
    lines = Counter(piece.line for piece in new)
    for i in sorted(free_old):
        for j in (ends.get(i), starts.get(i)):
            if segments[i].kind != "heading" or j not in free_new or i not in free_old:
                continue
            if lines[new[j].line] == 1 and new[j].text[-1] not in ".!?":
                yield range(i, i + 1), range(j, j + 1)
                free_old.discard(i)
                free_new.discard(j)


def _moved(segments: Sequence[Segment], new: Sequence[Piece], place: dict[int, range]) -> set[int]:
    """Return which segments stand in another order, under another heading, or apart from the others of their line."""
    there = sorted(place)
    was_now = {i: (segments[i].line, new[place[i][0]].line) for i in there}
    lines: dict[int, int] = {}
    for (was, now), _ in Counter(was_now.values()).most_common():  # a line goes where most of its segments went
        if was not in lines and now not in lines.values():
            lines[was] = now
    off_line = {i for i, (was, now) in was_now.items() if lines.get(was) != now}

    # the heaviest run of segments that are still in order; of two as long, the one with more on their old lines
    weight: dict[int, int] = {}
    previous: dict[int, int | None] = {}
    for i in there:
        earlier = [k for k in weight if place[k][0] <= place[i][0]]
        previous[i] = max(earlier, key=lambda k: weight[k], default=None)
        best = previous[i]
        weight[i] = (0 if best is None else weight[best]) + len(segments) + 1 - (i in off_line)
    last = max(weight, key=lambda k: weight[k], default=None)
    in_order = set()
    while last is not None:
        in_order.add(last)
        last = previous[last]

    def headings(order: Sequence[int]) -> dict[int, int | None]:
        above, found = None, {}
        for i in order:
            if segments[i].kind == "heading":
                above = i
            else:
                found[i] = above
        return found

    old, new_above = headings(range(len(segments))), headings(sorted(there, key=lambda i: place[i][0]))
    elsewhere = {i for i, above in new_above.items() if above != old[i] and (old[i] is None or old[i] in place)}
    return off_line | (set(there) - in_order) | elsewhere


def spans(changes: Sequence[SegmentChange]) -> str:
    """Return the ids of segments, neighbours as a range such as S05–S11."""
    runs = groupby(enumerate(changes), key=lambda one: one[1].segment.ordinal - one[0])
    ids = [[change.segment.id for _, change in run] for _, run in runs]
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in ids)
