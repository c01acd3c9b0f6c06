"""Words for what goes wrong: the exceptions that sts_kg raises on purpose.

::

    StsKgError(Exception)                 everything raised on purpose; the command line catches only this
    ├── UnknownNameError(LookupError)     no such query, option, finding, case, segment or prefix; lists the near ones
    ├── ReadingError(LookupError)         a reading that cannot be used, and why
    ├── CurieError(ValueError)            not a CURIE, or its prefix is unknown
    ├── ParseError(ValueError)            a file that cannot be read: path, line, column, what was expected
    │   └── UnwritableError(ParseError)         what a syntax cannot express
    ├── CaseError(ValueError)             a patient fact: path, line, key, value, what would be right
    ├── MalformedListError(ValueError)    an rdf:List without end, or with two heads: its head
    ├── BuiltInUseError(ValueError)       a term of OWL used as data in a way that is not supported: which, and how
    ├── ParameterError(ValueError)        the query, the parameter, its type, the value given
    │   └── ArgumentError(ValueError)           the function, its argument, the value given
    ├── QueryError(ValueError)            the query's name, the position in its text
    │   └── QueriesError(QueryError)      several files of a folder: the error of each
    ├── NotEntailedError(LookupError)     a triple to be proven that the closure does not have
    ├── NotLinkedError(LookupError)       a query about mappings or a vocabulary that are not there
    ├── InconsistentError(ValueError)     the inconsistencies; only where an answer would mean nothing
    ├── SourceError(ValueError)           the page at hand is not the page that was modelled: both digests
    ├── LockError(ValueError)             a name that a links.lock does not pin, or whose document is another now
    ├── MissingLibraryError(ImportError)  an optional library that is not installed, what needs it, and its extra
    ├── PictureError(ValueError)          a picture that cannot be laid out or written, and why
    ├── WorkerDiedError(RuntimeError)     a process that worked for us ended by a signal: which one
    ├── LimitError(RuntimeError)          what was stopped, the limit, its unit, and how to raise it
    │   ├── QueryTimeoutError(TimeoutError)         a query that took longer than it may
    │   ├── MemoryLimitError(MemoryError)           more memory than is allowed, or than there is
    │   ├── TooManyRowsError(ValueError)            an answer with more rows or triples than are wanted
    │   ├── TooManyBytesError(ValueError)           an answer of more bytes than a service sends
    │   ├── TooManyTriplesError(ValueError)         equal terms that would be written out to more than anyone can hold
    │   ├── QueueFullError(ConnectionError)         more calls wait for a worker than may
    │   └── ShareFullError(ConnectionError)         more calls of one client at once than may
    ├── AddressError(OSError)             a host and port that cannot be listened at, and why
    └── EndpointError(OSError)            url, HTTP status, seconds waited, attempts
        ├── EndpointTimeoutError(TimeoutError)
        ├── EndpointUnreachableError(ConnectionError)   no such host, nothing listens, no trusted certificate
        ├── EndpointRefusedError(ValueError)            400: the server's own words about what was sent
        ├── EndpointUnauthorisedError(PermissionError)  401, 403: which credentials are looked for, and where
        ├── EndpointBusyError(ConnectionError)          429: the seconds that the server asks to wait
        ├── EndpointUnavailableError(ConnectionError)   5xx: the server cannot answer now
        ├── EndpointTooLargeError(ValueError)           an answer with more bytes than are allowed
        ├── EndpointAnswerError(ValueError)             an answer that is cut short, or not what was asked for
        └── EndpointRedirectError(ConnectionError)      sent on too often, or to where we do not go

Each also derives from the nearest built-in, so that ``except ValueError`` works; fields carry the data and
``str()`` makes the sentence: what was wrong, where, what would be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from sts_kg.safe import counted, is_address, visible, without_secrets

__all__ = [
    "AddressError",
    "ArgumentError",
    "BuiltInUseError",
    "CaseError",
    "CurieError",
    "EndpointAnswerError",
    "EndpointBusyError",
    "EndpointError",
    "EndpointRedirectError",
    "EndpointRefusedError",
    "EndpointTimeoutError",
    "EndpointTooLargeError",
    "EndpointUnauthorisedError",
    "EndpointUnavailableError",
    "EndpointUnreachableError",
    "InconsistentError",
    "LimitError",
    "LockError",
    "MalformedListError",
    "MemoryLimitError",
    "MissingLibraryError",
    "NotEntailedError",
    "NotLinkedError",
    "ParameterError",
    "ParseError",
    "PictureError",
    "QueriesError",
    "QueryError",
    "QueryTimeoutError",
    "QueueFullError",
    "ReadingError",
    "ShareFullError",
    "SourceError",
    "StsKgError",
    "TooManyBytesError",
    "TooManyRowsError",
    "TooManyTriplesError",
    "UnknownNameError",
    "UnwritableError",
    "WorkerDiedError",
    "nearest",
    "shown_size",
]


class StsKgError(Exception):
    """Everything that sts_kg raises on purpose; `str()` gives one sentence for a person, and no terminal obeys it.

    All of them can be copied and pickled, so that they pass from one process to another with their fields.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        said = cls.__dict__.get("__str__")
        if said is not None:
            cls.__str__ = lambda self: visible(said(self))  # type: ignore[method-assign]

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[StsKgError], args: tuple[Any, ...], fields: dict[str, Any]) -> StsKgError:
    """Return an error of a kind without its constructor, whose parameters are not its `args`."""
    maker: Any = kind
    while maker.__module__ != "builtins":  # the built-in whose instances it extends
        maker = maker.__base__
    error: StsKgError = maker.__new__(kind)
    super(StsKgError, error).__init__(*args)  # the built-in that it also is
    error.__dict__.update(fields)
    return error


def _shown(path: object) -> object:
    """Return where something was read from, an address without its secrets."""
    return without_secrets(path) if path is not None and is_address(path) else path


MOST_LISTED = 16  #: the most valid names that an error lists if none is near


def nearest(name: str, valid: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Return up to `count` of the valid names that look most like `name`, best first; empty if none comes near.

    Case does not count, and a name that contains the one given counts as near.

    Examples
    --------
    >>> nearest("unresectible", ["unresectable", "resectable", "stage4-sts"])
    ('unresectable', 'resectable')
    >>> nearest("xyz", ["unresectable"])
    ()
    """
    by_key = {candidate.casefold(): candidate for candidate in sorted(valid, reverse=True)}
    key = name.strip().casefold()
    found = get_close_matches(key, by_key, n=2 * count, cutoff=0.6)
    if len(key) > 2:
        found += [candidate for candidate in sorted(by_key) if key in candidate and candidate not in found]
    short = [name for name in found if not any(name.endswith(f"-{other}") for other in found)]  # not finding-x beside x
    return tuple(by_key[candidate] for candidate in short[:count])


def _plain(value: object) -> str:
    """Return a value as a person wrote it; an object without a form of its own is named by its type."""
    try:
        return f"<{type(value).__name__}>" if type(value).__repr__ is object.__repr__ else repr(value)
    except ValueError:  # a number of more than some thousand digits
        return f"<{type(value).__name__}>"


def _hint(near: Sequence[str]) -> str:
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _place(path: object, line: int | None, column: int | None = None) -> str:
    parts = [str(path)] if path is not None else []
    if line is not None:
        parts.append(f"line {line}")
    if column is not None:
        parts.append(f"column {column}")
    return ", ".join(parts)


class UnknownNameError(StsKgError, LookupError):
    """A name that nothing has: `kind` (query, option, finding, …), `name`, and the `near` valid ones.

    If none is near and there are few, `known` has all of them.
    """

    def __init__(self, kind: str, name: str, valid: Iterable[str] = ()) -> None:
        self.kind, self.name = kind, name
        names = tuple(valid)
        self.near = nearest(name, names)
        self.known = () if self.near or len(names) > MOST_LISTED else names
        super().__init__(kind, name, self.near or self.known)

    def __str__(self) -> str:
        known = f"; there are {', '.join(self.known)}" if self.known and not self.near else ""
        return f"there is no {self.kind} {self.name!r}{_hint(self.near)}{known}"


class ReadingError(StsKgError, LookupError):
    """A reading that cannot be used: `name` as it was given, `reason`."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(name, reason)

    def __str__(self) -> str:
        return f"the reading {self.name!r} cannot be used: {self.reason}"


class CurieError(StsKgError, ValueError):
    """A text that is neither an IRI nor a CURIE with a known prefix: `text`, `reason`."""

    def __init__(self, text: str, reason: str) -> None:
        self.text, self.reason = text, reason
        super().__init__(text, reason)

    def __str__(self) -> str:
        return f"{self.text!r} is not a CURIE or IRI that can be used here: {self.reason}"


class ParseError(StsKgError, ValueError):
    """A file or text that cannot be read: `path`, `line`, `column` (1-based, or None), `reason`."""

    def __init__(self, reason: str, *, path: object = None, line: int | None = None, column: int | None = None) -> None:
        path = _shown(path)
        self.reason, self.path, self.line, self.column = reason, path, line, column
        super().__init__(reason, path, line, column)

    def __str__(self) -> str:
        place = _place(self.path, self.line, self.column)
        return f"{place}: {self.reason}" if place else self.reason


class UnwritableError(ParseError):
    """A graph or table that a syntax cannot express: `reason`, which names syntaxes that can."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class CaseError(StsKgError, ValueError):
    """A patient fact that cannot be used: `path`, `line`, `key`, `value`, `reason`, and the `near` valid words."""

    def __init__(
        self,
        reason: str,
        *,
        path: object = None,
        line: int | None = None,
        key: str | None = None,
        value: Any = None,
        valid: Iterable[str] = (),
        wanted: str | None = None,
    ) -> None:
        path = _shown(path)
        self.reason, self.path, self.line, self.key, self.value = reason, path, line, key, value
        self.near = nearest(wanted if wanted is not None else str(value), valid)
        super().__init__(reason, path, line, key, value, self.near)

    def __str__(self) -> str:
        place = _place(self.path, self.line)
        return f"{place + ': ' if place else ''}{self.reason}{_hint(self.near)}"


class MalformedListError(StsKgError, ValueError):
    """An `rdf:List` that is not a list: `head` (its term as text) and `reason`."""

    def __init__(self, head: str, reason: str) -> None:
        self.head, self.reason = head, reason
        super().__init__(head, reason)

    def __str__(self) -> str:
        return f"the rdf:List that begins at {self.head} {self.reason}"


class BuiltInUseError(StsKgError, ValueError):
    """A built-in term in a place where no closure can follow: `term`, the `use` that is made of it, and a `remedy`."""

    def __init__(self, term: str, use: str, remedy: str) -> None:
        self.term, self.use, self.remedy = term, use, remedy
        super().__init__(term, use, remedy)

    def __str__(self) -> str:
        return f"{self.term} is used in a way that is not supported: {self.use}; {self.remedy}"


class WorkerDiedError(StsKgError, RuntimeError):
    """A process that worked for us and ended, or cannot be had: `what` it did, and the name of the `signal`, or why."""

    def __init__(self, what: str, signal: str) -> None:
        self.what, self.signal = what, signal
        super().__init__(what, signal)

    def __str__(self) -> str:
        if not self.signal.startswith(("SIG", "exit code")):
            return f"{self.what} gave no answer: {self.signal}"
        why = (
            "the system or someone stopped it, mostly since memory ran out"
            if self.signal in ("SIGKILL", "SIGTERM")
            else "native code gave up, mostly since the input is nested too deeply"
        )
        return f"{self.what} ended by {self.signal}: {why}; nothing of it is used"


class LimitError(StsKgError, RuntimeError):
    """Something that was stopped at a limit: `what`, the `limit`, its `unit`, and the `remedy`, how to raise it."""

    def __init__(self, what: str, limit: float | None, unit: str, remedy: str) -> None:
        self.what, self.limit, self.unit, self.remedy = what, limit, unit, remedy
        super().__init__(what, limit)

    def __str__(self) -> str:
        unit = self.unit.removesuffix("s") if self.limit == 1 else self.unit
        return f"{self.what} has more than {self.limit:,} {unit}; {self.remedy}"


class QueryTimeoutError(LimitError, TimeoutError):
    """A query that took longer than it may: `limit` in seconds; it was stopped, and nothing of its answer is used."""

    def __init__(self, what: str, limit: float) -> None:
        remedy = "ask for less, or allow more time with --timeout SECONDS (in Python: timeout_s)"
        super().__init__(what, limit, "seconds", remedy)

    def __str__(self) -> str:
        return f"{self.what} was stopped after {self.limit:g} second{'' if self.limit == 1 else 's'}; {self.remedy}"


class MemoryLimitError(LimitError, MemoryError):
    """What needs more memory than is allowed: `limit` in bytes, or None where the system itself had no more."""

    def __init__(self, what: str, limit: float | None) -> None:
        remedy = "give it less, or allow more memory with --memory SIZE (in Python: memory)"
        super().__init__(what, limit, "bytes", remedy if limit is not None else "give it less")

    def __str__(self) -> str:
        limit = "memory than there is" if self.limit is None else f"than {shown_size(self.limit)} of memory"
        return f"{self.what} was stopped: it needs more {limit}; {self.remedy}"


class TooManyRowsError(LimitError, ValueError):
    """An answer with more rows (of a table) or triples (of a graph, `unit`) than the `limit`; nothing of it is used."""

    def __init__(self, what: str, limit: int, unit: str = "rows") -> None:
        remedy = "add a LIMIT to the query, or allow more with --max-rows (in Python: max_rows)"
        super().__init__(f"the answer to {what}", limit, unit, remedy)


class TooManyBytesError(LimitError, ValueError):
    """An answer of more bytes than the `limit`; nothing of it is used."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"the answer to {what}", limit, "bytes", "add a LIMIT to the query")


class TooManyTriplesError(LimitError, ValueError):
    """Equal terms, each of which has the triples of all: `count` triples if they were written out, and the `limit`."""

    limit: float

    def __init__(self, count: int, limit: int) -> None:
        self.count: int = count
        remedy = "look for what makes so many terms equal (owl:sameAs, a functional property, a key)"
        super().__init__("a closure", limit, "triples", remedy)

    def __str__(self) -> str:
        triples = counted(self.count, "triple")
        return f"terms that are the same would be written out to {triples}, more than {self.limit:,}; {self.remedy}"


class QueueFullError(LimitError, ConnectionError):
    """A call that was not taken, since as many as the `limit` wait for a worker already."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what, limit, "waiting calls", "try again later")


class ShareFullError(LimitError, ConnectionError):
    """A call that was not taken, since as many as the `limit` of the same client run or wait already."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what, limit, "calls at once from one client", "try again later")


def shown_size(size: float) -> str:
    """Return a number of bytes for a person.

    Examples
    --------
    >>> shown_size(2_000_000_000), shown_size(1_500_000), shown_size(999)
    ('2 GB', '1.5 MB', '999 bytes')
    """
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size:g} byte{'' if size == 1 else 's'}"


class NotEntailedError(StsKgError, LookupError):
    """What was to be proven and is not in the closure: `what`, and the `reason` if there is a special one."""

    def __init__(self, what: str, reason: str = "") -> None:
        self.what, self.reason = what, reason
        super().__init__(what, reason)

    def __str__(self) -> str:
        return f"no proof of {self.what}: {self.reason or 'the closure does not have it'}"


class ParameterError(StsKgError, ValueError):
    """A value that a query's parameter cannot take: `query`, `parameter`, `type`, `value`, `reason`."""

    def __init__(
        self,
        query: str,
        parameter: str,
        reason: str,
        *,
        type: str | None = None,
        value: Any = None,
        near: Sequence[str] = (),
    ) -> None:
        self.query, self.parameter, self.reason = query, parameter, reason
        self.type, self.value, self.near = type, value, tuple(near)
        super().__init__(query, parameter, reason, type, value)

    def __str__(self) -> str:
        given = f" = {_plain(self.value)}" if self.value is not None else ""
        return f"query {self.query}, parameter {self.parameter}{given}: {self.reason}{_hint(self.near)}"


class ArgumentError(ParameterError):
    """A value that an argument cannot take: `query` is the function, `parameter` its argument, and the `reason`."""

    def __str__(self) -> str:
        given = f" = {_plain(self.value)}" if self.value is not None else ""
        return f"{self.query}, argument {self.parameter}{given}: {self.reason}{_hint(self.near)}"


class QueryError(StsKgError, ValueError):
    """A query that cannot be read or run: its `name`, `reason`, and `line` and `column` in its text, if known."""

    def __init__(self, name: str, reason: str, *, line: int | None = None, column: int | None = None) -> None:
        self.name, self.reason, self.line, self.column = name, reason, line, column
        super().__init__(name, reason, line, column)

    def __str__(self) -> str:
        place = _place(None, self.line, self.column)
        return f"query {self.name}{', ' + place if place else ''}: {self.reason}"


class QueriesError(QueryError):
    """Several query files of a folder that are wrong: `errors` has one for each; `name` is the folder."""

    def __init__(self, name: str, errors: Iterable[StsKgError]) -> None:
        self.errors = tuple(errors)
        super().__init__(name, f"{len(self.errors)} files are wrong: {'; '.join(map(str, self.errors))}")
        self.args = (name, self.errors)


class InconsistentError(StsKgError, ValueError):
    """Facts that contradict each other: `case` (an id, or None for a whole graph) and the `contradictions`.

    Each contradiction is one sentence that names the terms and where each side came from. `summary` is one short line.
    """

    def __init__(self, contradictions: Iterable[str], *, case: str | None = None, summary: str = "") -> None:
        self.case, self.contradictions = case, tuple(contradictions)
        self.summary = self._said(summary) if summary else str(self)
        super().__init__(case, self.contradictions)

    def _said(self, what: str) -> str:
        who = f"case {self.case}" if self.case is not None else "the graph"
        return f"{who} contradicts itself: {what}"

    def __str__(self) -> str:
        return self._said("; ".join(self.contradictions))


class SourceError(StsKgError, ValueError):
    """A page that is not the one that was modelled: `path`, the digest `expected` and the one `found` (SHA-256)."""

    def __init__(self, path: object, *, expected: str, found: str) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(path, expected, found)

    def __str__(self) -> str:
        return (
            f"{self.path} is not the page that was modelled: its SHA-256 is {self.found}, expected {self.expected}; "
            "give the unchanged file, or leave --source and STS_KG_SOURCE out"
        )


class LockError(StsKgError, ValueError):
    """A `links.lock` that does not allow what was asked for: `path`, the `name` of the ontology, `reason`."""

    def __init__(self, path: object, name: str, reason: str) -> None:
        self.path, self.name, self.reason = path, name, reason
        super().__init__(path, name, reason)

    def __str__(self) -> str:
        return f"{self.path}: {self.name} {self.reason}"


class MissingLibraryError(StsKgError, ImportError):
    """An optional library that is not installed: the `library`, `what` needs it, the `extra` that brings it, or ""."""

    def __init__(self, library: str, what: str, extra: str) -> None:
        self.library, self.what, self.extra = library, what, extra
        super().__init__(library, what, extra)

    def __str__(self) -> str:
        wanted = f"'sts-kg[{self.extra}]'" if self.extra else self.library
        return f"{self.what} needs {self.library}: pip install {wanted}"


class PictureError(StsKgError, ValueError):
    """A picture that cannot be laid out, or not be written as it was asked: the `reason`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        return self.reason


class NotLinkedError(StsKgError, LookupError):
    """A query needs the mapping sets, or terms of an external vocabulary, and the graph that is asked has none.

    Parameters
    ----------
    query : str
        Which query.
    needs : str
        The prefix of the vocabulary, `links` for any, or `mappings`.
    """

    def __init__(self, query: str, needs: str) -> None:
        super().__init__(query, needs)
        self.query, self.needs = query, needs

    def __str__(self) -> str:
        if self.needs == "mappings":
            return (
                f"{self.query} needs the mapping sets, and there are none where it is asked; put them there: "
                "sts-kg push --graphs asserted,inferred,mappings, with --store STORE or --endpoint URL"
            )
        wanted, one = f"terms of {self.needs}", "an ontology that has them"
        if self.needs == "links":
            wanted, one = "a linked ontology", "one that has terms of ours"
        return (
            f"{self.query} needs {wanted}, and none is linked; link {one}: "
            "sts-kg link FILE -o STORE, then ask with --store STORE (in Python: kg.link(FILE))"
        )


class AddressError(StsKgError, OSError):
    """A `host` and `port` that cannot be listened at, and the `reason`."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(f"{host}, port {port}", reason)

    def __str__(self) -> str:
        return f"cannot listen at {self.host}, port {self.port}: {self.reason}"


class EndpointError(StsKgError, OSError):
    """A SPARQL endpoint that gave no usable answer: `url`, `reason`, HTTP `status` or None, `waited_s`, `attempts`.

    `url` has neither user nor query string.
    """

    def __init__(
        self, url: str, reason: str, *, status: int | None = None, waited_s: float = 0.0, attempts: int = 1
    ) -> None:
        url = str(_shown(url))
        self.url, self.reason, self.status, self.waited_s, self.attempts = url, reason, status, waited_s, attempts
        super().__init__(url, reason)

    def __str__(self) -> str:
        status = f"HTTP {self.status}, " if self.status is not None else ""
        often = f", {self.attempts} attempts" if self.attempts > 1 else ""
        waited = (
            f" (after {self.waited_s:.1f} s{often})" if self.waited_s or often else ""
        )  # a folder is not waited for
        return f"{self.url}: {status}{self.reason}{waited}"


class EndpointTimeoutError(EndpointError, TimeoutError):
    """A SPARQL endpoint that did not answer in time."""


class EndpointUnreachableError(EndpointError, ConnectionError):
    """A SPARQL endpoint that no connection leads to: no such host, nothing that listens, no trusted certificate."""


class EndpointRefusedError(EndpointError, ValueError):
    """A SPARQL endpoint that refused what was sent (status 400), mostly for its syntax; `reason` has its words."""


class EndpointUnauthorisedError(EndpointError, PermissionError):
    """A SPARQL endpoint that wants a user and a password, or does not let this user in (status 401 or 403)."""


class EndpointBusyError(EndpointError, ConnectionError):
    """A SPARQL endpoint that got too many requests (status 429): `wait_s` it asks for, or None if it does not say."""

    wait_s: float | None = None


class EndpointUnavailableError(EndpointError, ConnectionError):
    """A SPARQL endpoint that cannot answer now (status 5xx): `wait_s` it asks for, or None if it does not say."""

    wait_s: float | None = None


class EndpointTooLargeError(EndpointError, ValueError):
    """A SPARQL endpoint whose answer has more bytes than are allowed; nothing of it is used."""


class EndpointAnswerError(EndpointError, ValueError):
    """A SPARQL endpoint whose answer is cut short, malformed, or of another content type than was asked for."""


class EndpointRedirectError(EndpointError, ConnectionError):
    """A SPARQL endpoint that sends on too often, from https to http, or to an address that is neither."""
