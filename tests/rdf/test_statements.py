"""Reading on after what is wrong: every other statement is kept, and each wrong one is counted once."""

from __future__ import annotations

import time
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sts_kg.rdf.syntaxes import Parsed

PREFIX = "@prefix e: <http://e/> .\n"


class Read(NamedTuple):
    found: list[str]
    n_skipped: int


def leniently(text: str, syntax: str = "turtle") -> Read:
    parsed = Parsed(text.encode(), syntax, lenient=True, rename=False)
    quads = [" ".join(map(str, (quad.subject, quad.predicate, quad.object))) for quad in parsed]
    return Read([quad.replace("http://e/", "").replace("<", "").replace(">", "") for quad in quads], parsed.n_skipped)


#: Good statements, each with one triple about {0}.
GOOD = [
    "e:g{0} e:p e:o .",
    "<http://e/g{0}> e:p e:o.",
    "e:g{0} e:p 'a . \" # b' , '''x\n. \"\"\" .''' . # . \" <",
    'e:g{0}\n  e:p\n  """<a> . \n\\""" . """ .',
    "e:g{0} e:p -.5.",
    "e:g{0} e:p e:a.b ; .",
    "e:g{0} e:p [] .",
    'e:g{0} e:p "\\".\\\\"@en-GB .',
    "@prefix p{0}: <http://e/> . p{0}:g{0} p{0}:p p{0}:o .",
    "PREFIX p{0}: <http://e/> p{0}:g{0} e:p '1'^^p{0}:t.",
    "e:g{0} e:p <http://e/#.> .",
]
#: Wrong ones, which begin after a good one has ended, and end with their line.
BAD = [
    "e:bad e:p .",
    "e:bad .",
    "e:bad e:p 'no end .",
    'e:bad e:p "no end .',
    "e:bad e:p <http://e/no-end .",
    "<http://e/bad e:p 1 .",
    "un:known e:p 1 .",
    "e:bad e:p un:known .",
    "e:bad 'text' 1 .",
    "e:bad e:p [ e:q 1 .",
    "e:bad e:p ( 1 2 .",
    "e:bad e:p 1 ] .",
    "e:bad e:p 1 ) .",
    "e:bad e:p 1 , , 2 .",
    "e:bad e:p 1 e:q 2 .",
    "e:bad e:p 1 ; e:q ; e:r 2 .",
    "@prefix bad <http://e/> .",
    "@prefix : 'x' .",
    "e:bad e:p '\\q' .",
    "e:bad e:p '1'^^ .",
    "e:bad e:p 1",
    "e:bad e:p\n\te:o ;\n\te:q 'x'",
    "{ e:bad } .",
    "e:bad e:p \\ .",
]
#: What cannot begin a statement; after a text without its end it is taken for the rest of that.
ODD = [".", "\x00 .", "$ .", "] ."]


@pytest.mark.parametrize("bad", BAD + ODD)
@pytest.mark.parametrize("good", GOOD)
def test_a_good_statement_after_a_wrong_one_is_kept(bad: str, good: str) -> None:
    alone = leniently(f"{PREFIX}{good.format(2)}")
    assert alone.n_skipped == 0
    read = leniently(f"{PREFIX}e:g1 e:p 1 .\n{bad}\n{good.format(2)}\n{bad}\n{bad}\ne:g3 e:p 3 .")
    assert [each.split()[0] for each in read.found] == ["g1", *["g2"] * len(alone.found), "g3"]
    assert read.n_skipped == 3


@example([("bad", "e:bad e:p 1"), ("bad", "{ e:bad } .")])
@example([("bad", "e:bad e:p 1"), ("bad", "<http://e/bad e:p 1 .")])
@given(st.lists(st.sampled_from([*(("good", each) for each in GOOD), *(("bad", each) for each in BAD)]), max_size=40))
def test_all_good_ones_are_kept_and_all_wrong_ones_counted(chosen: list[tuple[str, str]]) -> None:
    lines = [each.format(n) if kind == "good" else each for n, (kind, each) in enumerate(chosen)]
    read = leniently(PREFIX + "\n".join([*lines, "e:g99 e:p 1 ."]))
    subjects = [f"g{n}" for n, (kind, _) in enumerate(chosen) if kind == "good"]
    assert list(dict.fromkeys(each.split()[0] for each in read.found)) == [*subjects, "g99"]
    assert read.n_skipped == sum(kind == "bad" for kind, _ in chosen)


@given(st.text(alphabet="e:p 1.;,[](){}<>\"'\\#@\n_^a", max_size=60))
def test_whatever_stands_between_nothing_is_raised_and_the_last_line_is_kept(junk: str) -> None:
    read = leniently(f"{PREFIX}e:g1 e:p 1 .\n{junk.replace('{', '')}\n\n. . \n. e:g2 e:p 2 .\n")
    if "#" not in junk and '"' not in junk and "'" not in junk:
        assert (read.found[0].split()[0], read.found[-1].split()[0]) == ("g1", "g2")
    assert read.n_skipped > 0


@pytest.mark.parametrize(
    ("text", "found", "n_skipped"),
    [
        ("e:a e:p 1\ne:b e:p 2 .", ["b p 2"], 1),  # a point is missing
        ("@prefix f: <http://e/>\ne:b e:p 2 .", ["b p 2"], 1),
        ("e:a e:p e:x ;\ne:b e:q e:r .\ne:c e:p 3 .", ["c p 3"], 1),  # nothing is made up
        ("e:a e:p e:x\n'y' e:q e:r .\ne:c e:p 3 .", ["c p 3"], 1),
        ('e:a e:p """one .\ne:c e:p 3 .', ["c p 3"], 1),  # a long text without its end
        ("e:a e:p '''\ne:c e:p 3 .", ["c p 3"], 1),
        ('e:a e:p "one\ntwo" .\ne:c e:p 3 .', ["c p 3"], 1),  # a text with a line end
        ("@base <http://e/x/> . <a> e:p 1 2 . @base <y/> . <b> e:p 3 .", ["x/y/b p 3"], 1),
        ("@base <http://e/\x0b/> .\n<http://e/c> e:p 3 .", ["c p 3"], 1),  # which is no base for what follows
        ("e:a e:p 1 ; e:q 2 ; e:r , 3 . e:c e:p 3 .", ["c p 3"], 1),  # left out whole
        ("e:a e:p 1 . e:b e:p 2", ["a p 1"], 1),
        ("_:x e:p 1 . e:a e:p . _:x e:p 2 .", ["_:x p 1", "_:x p 2"], 1),
    ],
)
def test_where_a_statement_ends(text: str, found: list[str], n_skipped: int) -> None:
    typed = "^^http://www.w3.org/2001/XMLSchema#integer"
    read = leniently(PREFIX + text)
    assert [each.replace(typed, "").replace('"', "") for each in read.found] == found
    assert read.n_skipped == n_skipped


def test_blank_nodes_of_two_statements_stay_one_and_differ_from_those_of_other_texts() -> None:
    text = f"{PREFIX}_:x e:p 1 . e:a e:p . _:x e:p 2 , _:y .".encode()
    once, again = ([*Parsed(text, "turtle", lenient=True)] for _ in range(2))
    assert len({quad.subject for quad in once}) == 1
    assert not {quad.subject for quad in once} & {quad.subject for quad in again}
    assert once[2].object != once[2].subject


@pytest.mark.parametrize(
    ("text", "graphs", "n_skipped"),
    [
        ("e:g { e:a e:p 1 . e:b e:p . e:c e:p 3 } e:d e:p 4 .", "g1 g3 4", 1),
        ("GRAPH e:g { e:a e:p 1 . e:b e:p } e:h { e:c e:p 2 . }", "g1 h2", 1),
        ("{ e:a e:p 1 . e:b } e:c e:p 2 .", "1 2", 1),
        ("'g' { e:a e:p 1 . e:b e:p 2 . } e:h { e:c e:p 3 . }", "h3", 1),
        ("e:a e:p 1\ne:g { e:b e:p 2 . }", "g2", 1),
        ("e:g { e:a e:p 1 . e:h { e:b e:p 2 . }", "g1 h2", 1),
        ("e:g { e:a e:p 1", "g1", 1),
        ("e:a e:p 1 } e:b e:p 2 .", "2", 1),
        ("e:g { e:a e:p 'x .\ne:b e:p 2 . # }\n } e:c e:p 3 .", "g2 3", 1),
        ("e:g { e:a e:p 1 }", "g1", 0),
    ],
)
def test_in_trig_each_statement_of_a_graph_counts(text: str, graphs: str, n_skipped: int) -> None:
    parsed = Parsed((PREFIX + text).encode(), "trig", lenient=True)
    found = [(getattr(quad.graph_name, "value", ""), str(quad.object).split('"')[1]) for quad in parsed]
    assert " ".join(graph.removeprefix("http://e/") + value for graph, value in found) == graphs
    assert parsed.n_skipped == n_skipped


def test_a_blank_graph_stays_one_graph() -> None:
    parsed = Parsed(
        f"{PREFIX}[] {{ e:a e:p 1 . e:b e:p . e:c e:p 3 }} [ ] {{ e:d e:p 4 }}".encode(), "trig", lenient=True
    )
    first, second, third = (str(quad.graph_name) for quad in parsed)
    assert first == second != third


def test_formulas_of_n3_are_left_out_and_counted() -> None:
    read = leniently(f"{PREFIX}{{ e:a e:p 1 . e:b e:p 2 }} => {{ e:c e:p 3 . }} .\ne:d e:p e:o .", "n3")
    assert read == (["d p o"], 1)


def test_n_triples_end_with_their_line() -> None:
    lines = ["<http://e/a> <http://e/p> <http://e/b>", "<http://e/a> <http://e/p> .", '<http://e/a> <http://e/p> "x .']
    good = "<http://e/a> <http://e/p> <http://e/c> ."
    assert leniently("\n".join([*lines, good]), "ntriples") == (["a p c"], 3)


@pytest.mark.parametrize(
    "line",
    ["e:a e:p 1\n", "e:a e:p 'x\n", '"""\n', "'''\\'''\n", "e:a e:p . e:b e:p 1 .\n", "e:a e:p 1 , \n", "[\n", "{ "],
)
def test_the_time_is_linear(line: str) -> None:
    def seconds(times: int) -> float:
        start = time.process_time()
        leniently(PREFIX + line * times)
        return time.process_time() - start

    few = min(seconds(1_000) for _ in range(3))
    assert seconds(16_000) < 16 * few * 4 + 0.5
