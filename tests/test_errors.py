"""Errors: one sentence each, the data in fields, and a built-in for a base."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sts_kg import errors
from sts_kg.errors import (
    AddressError,
    ArgumentError,
    BuiltInUseError,
    CaseError,
    CurieError,
    EndpointAnswerError,
    EndpointBusyError,
    EndpointError,
    EndpointRedirectError,
    EndpointRefusedError,
    EndpointTimeoutError,
    EndpointTooLargeError,
    EndpointUnauthorisedError,
    EndpointUnavailableError,
    EndpointUnreachableError,
    InconsistentError,
    LimitError,
    LockError,
    MalformedListError,
    MemoryLimitError,
    MissingLibraryError,
    NotEntailedError,
    NotLinkedError,
    ParameterError,
    ParseError,
    PictureError,
    QueriesError,
    QueryError,
    QueryTimeoutError,
    QueueFullError,
    ReadingError,
    ShareFullError,
    SourceError,
    StsKgError,
    TooManyBytesError,
    TooManyRowsError,
    TooManyTriplesError,
    UnknownNameError,
    UnwritableError,
    WorkerDiedError,
    nearest,
    shown_size,
)

VALID = ["unresectable", "resectable", "stage4-sts"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            UnknownNameError("finding", "unresectible", VALID),
            "there is no finding 'unresectible'; did you mean unresectable or resectable?",
        ),
        (UnknownNameError("query", "x"), "there is no query 'x'"),
        (ReadingError("D12", "it has two"), "the reading 'D12' cannot be used: it has two"),
        (LockError("links.lock", "obo:hp", "is not pinned"), "links.lock: obo:hp is not pinned"),
        (ArgumentError("plot", "option", "is missing", value="x"), "plot, argument option = 'x': is missing"),
        (MissingLibraryError("duckdb", "Parquet", "cohort"), "Parquet needs duckdb: pip install 'sts-kg[cohort]'"),
        (CurieError("a b", "no"), "'a b' is not a CURIE or IRI that can be used here: no"),
        (ParseError("is not text"), "is not text"),
        (ParseError("is not text", path="a.ttl"), "a.ttl: is not text"),
        (ParseError("is not text", path=Path("a.ttl"), line=2), "a.ttl, line 2: is not text"),
        (ParseError("is not text", path="a.ttl", line=2, column=3), "a.ttl, line 2, column 3: is not text"),
        (ParseError("is not text", line=2, column=3), "line 2, column 3: is not text"),
        (CaseError("is wrong"), "is wrong"),
        (CaseError("is wrong", path="a.yaml", line=1), "a.yaml, line 1: is wrong"),
        (
            CaseError("is wrong", value="resectible", valid=VALID),
            "is wrong; did you mean resectable or unresectable?",
        ),
        (CaseError("is wrong", value="x", wanted="stage4", valid=VALID), "is wrong; did you mean stage4-sts?"),
        (MalformedListError("_:b1", "has no end"), "the rdf:List that begins at _:b1 has no end"),
        (
            BuiltInUseError("rdf:type", "it follows that it is owl:sameAs", "look why"),
            "rdf:type is used in a way that is not supported: it follows that it is owl:sameAs; look why",
        ),
        (NotEntailedError("x p y"), "no proof of x p y: the closure does not have it"),
        (NotEntailedError("x p y", "no"), "no proof of x p y: no"),
        (
            TooManyTriplesError(4000, 30),
            "terms that are the same would be written out to 4,000 triples, more than 30; look for what makes so many "
            "terms equal (owl:sameAs, a functional property, a key)",
        ),
        (ParameterError("a/b", "drug", "a value is needed"), "query a/b, parameter drug: a value is needed"),
        (
            ParameterError("a/b", "drug", "there is none", value="x", near=("y", "z")),
            "query a/b, parameter drug = 'x': there is none; did you mean y or z?",
        ),
        (ParameterError("a/b", "n", "is wrong", value=0), "query a/b, parameter n = 0: is wrong"),
        (QueryError("a/b", "is wrong"), "query a/b: is wrong"),
        (
            QueriesError("own", [QueryError("a.rq", "x", line=2), ParseError("y", path="b.rq")]),
            "query own: 2 files are wrong: query a.rq, line 2: x; b.rq: y",
        ),
        (QueryError("a/b", "is wrong", line=2), "query a/b, line 2: is wrong"),
        (QueryError("a/b", "is wrong", line=2, column=3), "query a/b, line 2, column 3: is wrong"),
        (InconsistentError(iter(("one", "two")), case="f"), "case f contradicts itself: one; two"),
        (InconsistentError(["one"]), "the graph contradicts itself: one"),
        (
            SourceError("p.txt", expected="aa", found="bb"),
            "p.txt is not the page that was modelled: its SHA-256 is bb, expected aa; give the unchanged file, or leave"
            " --source and STS_KG_SOURCE out",
        ),
        (LimitError("x", 2000, "cows", "buy more"), "x has more than 2,000 cows; buy more"),
        (MemoryLimitError("x", None), "x was stopped: it needs more memory than there is; give it less"),
        (
            WorkerDiedError("x", "SIGKILL"),
            "x ended by SIGKILL: the system or someone stopped it, mostly since memory ran out; nothing of it is used",
        ),
        (EndpointError("http://x/", "is down"), "http://x/: is down"),
        (
            EndpointError("http://x/", "is busy", status=503, waited_s=1.25),
            "http://x/: HTTP 503, is busy (after 1.2 s)",
        ),
        (EndpointTimeoutError("http://x/", "no answer", waited_s=30), "http://x/: no answer (after 30.0 s)"),
    ],
)
def test_the_sentence(error: StsKgError, sentence: str) -> None:
    assert str(error) == sentence
    assert isinstance(error, StsKgError)


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (
            UnknownNameError("finding", "unresectible", VALID),
            {"kind": "finding", "name": "unresectible", "near": ("unresectable", "resectable")},
        ),
        (ReadingError("D12", "r"), {"name": "D12", "reason": "r"}),
        (CurieError("a b", "no"), {"text": "a b", "reason": "no"}),
        (ParseError("r", path="p", line=2, column=3), {"reason": "r", "path": "p", "line": 2, "column": 3}),
        (ParseError("r"), {"path": None, "line": None, "column": None}),
        (
            CaseError("r", path="p", line=2, key="k", value="v", valid=["vv"], wanted="vvv"),
            {"reason": "r", "path": "p", "line": 2, "key": "k", "value": "v", "near": ("vv",)},
        ),
        (MalformedListError("_:b", "r"), {"head": "_:b", "reason": "r"}),
        (BuiltInUseError("t", "u", "r"), {"term": "t", "use": "u", "remedy": "r"}),
        (NotEntailedError("t", "r"), {"what": "t", "reason": "r"}),
        (TooManyTriplesError(2, 1), {"count": 2, "limit": 1, "unit": "triples"}),
        (QueryTimeoutError("q", 2.5), {"what": "q", "limit": 2.5, "unit": "seconds"}),
        (MemoryLimitError("q", 10), {"what": "q", "limit": 10, "unit": "bytes"}),
        (TooManyRowsError("q", 10), {"what": "the answer to q", "limit": 10, "unit": "rows"}),
        (WorkerDiedError("q", "SIGSEGV"), {"what": "q", "signal": "SIGSEGV"}),
        (
            ParameterError("q", "p", "r", type="iri", value=1, near=["a"]),
            {"query": "q", "parameter": "p", "reason": "r", "type": "iri", "value": 1, "near": ("a",)},
        ),
        (QueryError("q", "r", line=1, column=2), {"name": "q", "reason": "r", "line": 1, "column": 2}),
        (InconsistentError(iter("ab"), case="c"), {"case": "c", "contradictions": ("a", "b")}),
        (SourceError("p", expected="e", found="f"), {"path": "p", "expected": "e", "found": "f"}),
        (
            EndpointError("u", "r", status=503, waited_s=1.5),
            {"url": "u", "reason": "r", "status": 503, "waited_s": 1.5},
        ),
    ],
)
def test_the_fields(error: StsKgError, fields: dict[str, object]) -> None:
    assert {name: getattr(error, name) for name in fields} == fields


BASES: dict[type[StsKgError], type[Exception]] = {
    UnknownNameError: LookupError,
    ReadingError: LookupError,
    CurieError: ValueError,
    ArgumentError: ValueError,
    LockError: ValueError,
    MissingLibraryError: ImportError,
    PictureError: ValueError,
    ParseError: ValueError,
    UnwritableError: ParseError,
    CaseError: ValueError,
    MalformedListError: ValueError,
    BuiltInUseError: ValueError,
    NotEntailedError: LookupError,
    NotLinkedError: LookupError,
    WorkerDiedError: RuntimeError,
    LimitError: RuntimeError,
    QueryTimeoutError: TimeoutError,
    MemoryLimitError: MemoryError,
    TooManyBytesError: ValueError,
    TooManyRowsError: ValueError,
    TooManyTriplesError: ValueError,
    QueueFullError: ConnectionError,
    ShareFullError: ConnectionError,
    AddressError: OSError,
    ParameterError: ValueError,
    QueriesError: QueryError,
    QueryError: ValueError,
    InconsistentError: ValueError,
    SourceError: ValueError,
    EndpointError: OSError,
    EndpointTimeoutError: TimeoutError,
    EndpointUnreachableError: ConnectionError,
    EndpointRefusedError: ValueError,
    EndpointUnauthorisedError: PermissionError,
    EndpointBusyError: ConnectionError,
    EndpointUnavailableError: ConnectionError,
    EndpointTooLargeError: ValueError,
    EndpointAnswerError: ValueError,
    EndpointRedirectError: ConnectionError,
}


@pytest.mark.parametrize(("kind", "base"), BASES.items())
def test_each_is_of_the_tree_and_of_a_built_in(kind: type[StsKgError], base: type[Exception]) -> None:
    assert issubclass(kind, StsKgError)
    assert issubclass(kind, base)
    assert f" {kind.__name__}(" in str(errors.__doc__)


def test_every_error_has_a_base_and_is_public() -> None:
    defined = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, StsKgError)}
    assert defined == {*BASES, StsKgError}
    assert sorted(errors.__all__) == sorted([*(each.__name__ for each in defined), "nearest", "shown_size"])
    assert issubclass(EndpointTimeoutError, EndpointError)
    assert StsKgError.__bases__ == (Exception,)


MADE = [
    QueriesError("mine", [ParseError("is not text", path="a.rq"), QueryError("b", "is wrong", line=2)]),
    *(
        LimitError("it", 3, "rows", "do"),
        QueueFullError("it", 3),
        ShareFullError("it", 3),
        WorkerDiedError("it", "SIGSEGV"),
    ),
    *(WorkerDiedError("it", "it is closed"), AddressError("localhost", 80, "it is taken")),
    *(QueryTimeoutError("query a", 2.0), MemoryLimitError("query a", 2_000), TooManyRowsError("query a", 3, "rows")),
    TooManyBytesError("query a", 3),
    *(UnknownNameError("finding", "unresectible", VALID), ReadingError("D12", "it has two"), CurieError("a b", "no")),
    LockError("links.lock", "obo:hp", "is not pinned"),
    ArgumentError("plot", "option", "is missing"),
    MissingLibraryError("duckdb", "Parquet", "cohort"),
    PictureError("a.pdf: the ending is wrong"),
    ParseError("is not text", path=Path("a.ttl"), line=2, column=3),
    UnwritableError("cannot be written"),
    CaseError("is wrong", path="a.yaml", line=1, key="k", value=["resectible"], valid=VALID, wanted="resectible"),
    *(MalformedListError("_:b1", "has no end"), TooManyTriplesError(4000, 30), NotEntailedError("x p y", "no")),
    BuiltInUseError("rdf:type", "it follows that it is owl:sameAs", "look why"),
    ParameterError("a/b", "drug", "there is none", type="iri", value="x", near=("y", "z")),
    *(QueryError("a/b", "is wrong", line=2, column=3), NotLinkedError("links/x", "CHEBI")),
    NotLinkedError("links/x", "mappings"),
    InconsistentError(["one", "two"], case="f", summary="one line"),
    *(SourceError("page.txt", expected="e", found="f"), StsKgError("anything")),
    *(
        kind("http://x/", "is down", status=503, waited_s=1.5, attempts=3)
        for kind in BASES
        if issubclass(kind, EndpointError)
    ),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy])
def test_each_is_the_same_after_pickling_and_copying(again: Callable[[Any], Any], error: StsKgError) -> None:
    if isinstance(error, EndpointBusyError):
        error.wait_s = 2.5
    error.add_note("while testing")
    made = again(error)
    assert type(made) is type(error)
    assert (str(made), repr(made.args), repr(vars(made))) == (str(error), repr(error.args), repr(vars(error)))
    for field in ("errno", "strerror", "filename"):
        assert getattr(made, field, None) == getattr(error, field, None)


def test_each_kind_was_made() -> None:
    assert {type(error) for error in MADE} == {*BASES, StsKgError}


# --- nearest


@pytest.mark.parametrize(
    ("name", "valid", "near"),
    [
        ("unresectible", VALID, ("unresectable", "resectable")),
        ("xyz", VALID, ()),
        ("", VALID, ()),
        ("x", [], ()),
        (" STAGE4-STS ", VALID, ("stage4-sts",)),  # case and blanks do not count
        ("sts", VALID, ("stage4-sts",)),  # part of a name
        ("st", VALID, ()),  # too short to be part of one
        ("sect", VALID, ("resectable", "unresectable")),
        ("abc", ["ABC", "abc"], ("ABC",)),  # of names that differ in case the first
        ("aaaa", ["aaab", "aaac", "aaad", "aaae"], ("aaae", "aaad", "aaac")),
        ("aaab", ["aaab", "xaaab"], ("aaab", "xaaab")),
    ],
)
def test_nearest(name: str, valid: list[str], near: tuple[str, ...]) -> None:
    assert nearest(name, iter(valid)) == near


def test_nearest_gives_as_many_as_asked_for() -> None:
    assert nearest("aaaa", ["aaab", "aaac", "aaad"], count=1) == ("aaad",)


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (2e9, "2 GB"), (18_240_000_000, "18.2 GB")]
)
def test_a_size_for_a_person(size: float, shown: str) -> None:
    assert shown_size(size) == shown
