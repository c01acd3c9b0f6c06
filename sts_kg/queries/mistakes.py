"""What is wrong with a text that no parser takes as a query: the place, and what to write there instead.

Oxigraph says how far its parser read, which may be some tokens behind the mistake, and each keyword that it tried. So
the text is parsed once more with its tokens far apart: then how far the parser read falls on the first token that
cannot stand where it stands.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Sequence

from sts_kg.errors import QueryError, nearest
from sts_kg.queries.tokens import Token, prologue_end, spread, tokens_of
from sts_kg.rdf import PREFIXES, Prefixes

__all__ = ["UPDATES", "known_prefixes", "mistake", "placed", "read_only"]

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
_FUNCTIONS = (
    "STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE "
    "ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ NOW "
    "UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL "
    "ISNUMERIC REGEX SUBSTR REPLACE"
).split()
_KEYWORDS = (
    *FORMS,
    *("WHERE FILTER OPTIONAL UNION MINUS GRAPH SERVICE BIND VALUES GROUP ORDER HAVING LIMIT OFFSET FROM NAMED").split(),
    *("DISTINCT REDUCED BY ASC DESC AS NOT EXISTS IN UNDEF SEPARATOR PREFIX BASE").split(),
    *_AGGREGATES,
)
_OTHER_WORDS = {  # of other languages: what SPARQL writes
    "AND": "in a condition write &&; patterns need no word between them",
    "OR": "in a condition write ||; between patterns write { … } UNION { … }",
    "LIKE": 'write CONTAINS(STR(?x), "…") or REGEX(STR(?x), "…", "i")',
    "IS": "write =, or isIRI(?x), or BOUND(?x)",
    "NULL": "write !BOUND(?x)",
    "JOIN": "patterns that share a variable are joined",
}
_CLOSING = {"(": ")", "{": "}", "[": "]"}
_TERMS = ("variable", "name", "iri", "string")
_QUOTES = "“”„‟‘’‚«»`´"
_GAP = " " * 24  # more than the longest keyword
_LONGEST = 20_000  #: characters of a text that is parsed again for the place of its mistake
_LONGEST_SHOWN = 80  #: characters of a token
_LONGEST_REASON = 400
_NOT = "is not SPARQL 1.1 Query: "


def known_prefixes(text: str) -> dict[str, str]:
    """Return the prefixes that a text uses and does not declare, with the IRIs that the prefix map has for them.

    Those that the project itself uses (`PREFIXES`) are not among them: they need no declaration.
    """
    unknown = [prefix for prefix in _undeclared(tokens_of(text)) if prefix not in PREFIXES]
    found = {prefix: Prefixes.shipped().find(prefix) for prefix in unknown if prefix}
    return {prefix: each.iri for prefix, each in found.items() if each is not None}


def _undeclared(tokens: Sequence[Token]) -> dict[str, Token]:
    """Return the prefixes that a text uses and does not declare, each with its first token."""
    end = prologue_end(tokens)
    declared = {token.key for token in tokens[:end] if token.kind == "name"}
    used: dict[str, Token] = {}
    for token in tokens[end:]:
        prefix, colon, _ = token.key.partition(":")
        if token.kind == "name" and f"{prefix}{colon}" not in declared and prefix != "_":
            used.setdefault(prefix, token)
    return used


def mistake(text: str, parse: Callable[[str], object], error: SyntaxError, name: str) -> QueryError:
    """Return the error, for a person, of a text that does not parse.

    Parameters
    ----------
    text : str
        The text.
    parse : callable
        Oxigraph's parser; it raises SyntaxError.
    error : SyntaxError
        What it raised for the text.
    name : str
        What to call the query.
    """
    tokens = tokens_of(text)
    first = prologue_end(tokens)
    for at, token in enumerate(tokens[first:], first):
        begins = at == first or tokens[at - 1].key == ";"
        if begins and token.kind == "word" and token.key in UPDATES:
            return placed(name, text, token.start, read_only(token.key))
    end, said = len(text.rstrip()), str(error.msg)
    start = _offset(text, said)
    if len(text) <= _LONGEST:
        wide, places = spread(text, _GAP)
        try:
            parse(wide)
        except SyntaxError as again:
            start = places[max(0, bisect(places, (_offset(wide, str(again.msg)), len(text))) - 1)][1]
            said = str(again.msg)
    start = min(start, end)
    index = bisect([token.start for token in tokens], start - 1) if start < end else len(tokens)
    place, reason = _Advice(text, tokens, index, said).given()
    reason = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
    return placed(name, text, place.start if place else start, f"{_NOT}{reason}")


def read_only(update: str) -> str:
    """Return the sentence about a text that is an update."""
    return f"the graph is read-only, and {update} would change it; ask with {_or(FORMS)}"


def placed(name: str, text: str, start: int, reason: str) -> QueryError:
    """Return the error of a query at a character of its text, counted from 0."""
    line, column = _place(text, start)
    return QueryError(name, reason, line=line, column=column)


def _place(text: str, start: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def _offset(text: str, said: str) -> int:
    """Return how far Oxigraph read, which it says in lines and columns."""
    place = re.match(r"error at (\d+):(\d+): ", said)
    if place is None:
        return len(text)
    start = 0
    for _ in range(int(place[1]) - 1):
        start = text.index("\n", start) + 1
    return start + int(place[2]) - 1


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


class _Advice:
    """The token at which a text stops being SPARQL, what stands around it, and what to say of it."""

    def __init__(self, text: str, tokens: list[Token], index: int, said: str) -> None:
        self.text, self.tokens, self.index, self.said = text, tokens, index, said
        self.token = tokens[index] if index < len(tokens) else None
        self.before = tokens[index - 1] if index else None
        self.clause = ""  # the last keyword before that no brace has ended
        for each in tokens[:index]:
            if each.kind == "word" and each.key in _KEYWORDS:
                self.clause = each.key
            elif each.key == "}" or (each.key == "{" and self.clause != "VALUES"):
                self.clause = ""

    def given(self) -> tuple[Token | None, str]:
        """Return the token to look at, None if it is the one at which parsing stopped, and what to write."""
        if not self.tokens:
            return None, f"there is no query in it; {_or(FORMS)} was expected"
        for found in (self._quote(), self._prefix(), self._bracket(), self._meaning()):
            if found is not None:
                return found
        if self.token is None:
            behind = f" behind {self._written(self.before)}" if self.before else ""
            return None, f"it ends too early{behind}{self._expected()}"
        return None, self._of_word() or self._of_mark() or self._of_term() or self._plain()

    # --- what may be wrong anywhere

    def _prefix(self) -> tuple[Token, str] | None:
        for prefix, token in _undeclared(self.tokens).items():
            if self._written(token).startswith(("http://", "https://", "urn:")):
                return token, f"an IRI stands in angle brackets: <{self._written(token)}>"
            if "Prefix not found" in self.said and prefix not in PREFIXES and Prefixes.shipped().find(prefix) is None:
                return token, unknown_prefix(prefix)
        if self.token is not None and self._written(self.token).startswith(("http://", "https://")):
            return self.token, f"an IRI stands in angle brackets: <{self._written(self.token)}>"
        return None

    def _written(self, token: Token) -> str:
        found = re.compile(r"[^\s<>{}()\"]+").match(self.text, token.start)
        written = (found.group().rstrip(".;,") if found else "") or token.key
        written = written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"
        return "".join(each if each.isprintable() else f"U+{ord(each):04X}" for each in written)

    def _quote(self) -> tuple[Token, str] | None:
        for token in self.tokens[: self.index + 1]:
            if odd := next((character for character in _QUOTES if character in token.key[:1]), None):
                return (token, f'{odd} is no quotation mark here; write "…"') if token.kind != "string" else None
            if token.kind == "rest" and token.key in "\"'":
                again = " inside a text write \\' or put the text into double quotes" if token.key == "'" else ""
                return token, f"the text that begins with {token.key} does not end in its line;{again}".rstrip(";")
            letter = self.text[token.start + 1 : token.start + 2].isalpha()
            if token.key == "<" and letter and ('">"' in self.said or "IRI parsing failed" in self.said):
                return token, "the IRI that begins with < has no > behind it; an IRI has no blanks"
        return None

    def _bracket(self) -> tuple[Token | None, str] | None:
        opened: list[Token] = []
        for token in self.tokens[: self.index + 1]:
            if token.kind == "rest" and token.key in _CLOSING:
                opened.append(token)
            elif token.kind == "rest" and token.key in _CLOSING.values():
                if not opened:
                    return token, f"this {token.key} closes nothing; leave it out"
                if _CLOSING[opened[-1].key] != token.key:
                    line, column = _place(self.text, opened[-1].start)
                    wanted = _CLOSING[opened[-1].key]
                    closed = f"to close {opened[-1].key} of line {line}, column {column}"
                    return token, f"{wanted} is missing before {token.key}, {closed}"
                opened.pop()
        if self.token is None and opened:
            line, column = _place(self.text, opened[-1].start)
            wanted = _CLOSING[opened[-1].key]
            return None, f"{wanted} is missing at the end, to close {opened[-1].key} of line {line}, column {column}"
        return None

    def _meaning(self) -> tuple[Token | None, str] | None:
        """Return what Oxigraph says of a text that has the form of a query and yet no meaning."""
        if "variable that is unbound" in self.said:
            return self._ungrouped()
        if "Duplicated variable" in self.said or "overrides an existing variable" in self.said:
            return None, "SELECT names one variable twice; after AS take a new name"
        if "IRI parsing failed" in self.said:
            broken = self.before if self.token is None or self.token.kind != "iri" else self.token
            return broken, f"{broken.key if broken else 'it'} is no whole IRI; write all of it, or declare a BASE"
        if found := re.search(r"\b(?:The|An?) [a-z][^,\[]{15,}", self.said):  # its other sentences
            return None, found.group()[0].lower() + found.group()[1:].strip()
        return None

    def _ungrouped(self) -> tuple[Token | None, str]:
        at = next(at for at, token in enumerate(self.tokens) if token.key == "SELECT")
        depth, grouped = 0, {token.key for token in self._after("GROUP", "BY") if token.kind == "variable"}
        for token in self.tokens[at + 1 :]:
            depth += (token.key == "(") - (token.key == ")")
            if token.key in ("WHERE", "{"):
                break
            if token.kind == "variable" and not depth and token.key not in grouped:
                wanted = f"GROUP BY {' '.join(dict.fromkeys([*sorted(grouped), token.key]))}"
                return token, f"{token.key} is neither counted nor grouped; add {wanted}, or SAMPLE({token.key})"
        return None, "SELECT names a variable that is neither grouped nor counted"

    def _after(self, *words: str) -> list[Token]:
        """Return the tokens after the last place where some words follow each other."""
        keys = [token.key for token in self.tokens]
        for at in range(len(keys) - len(words), -1, -1):
            if tuple(keys[at : at + len(words)]) == words:
                return self.tokens[at + len(words) :]
        return []

    # --- the token itself

    def _of_word(self) -> str | None:
        token, before = self.token, self.before
        assert token is not None, "the text does not end here"
        if token.kind != "word":
            return None
        word, following = self._written(token), self.tokens[self.index + 1 : self.index + 2]
        call = bool(following) and following[0].key == "("
        if self.index == prologue_end(self.tokens):
            if word.casefold().startswith("@"):
                return f"write {token.key[1:]} without @, and without . behind it"
            near = nearest(word, FORMS, 1)
            return f"{word} does not begin a query; {f'did you mean {near[0]}?' if near else f'{_or(FORMS)} does'}"
        if token.key in _OTHER_WORDS:
            return f"{word} is no word of SPARQL here; {_OTHER_WORDS[token.key]}"
        if self.clause in ("LIMIT", "OFFSET") and before and before.key == self.clause:
            return f"{self.clause} takes a whole number, not {word}"
        behind = ("LIMIT", "OFFSET", "BY", "DESC", "ASC")
        if token.key in ("ORDER", "GROUP", "HAVING") and self.clause in behind:
            return f"{token.key} comes before {'LIMIT' if self.clause in ('LIMIT', 'OFFSET') else 'ORDER BY'}"
        if token.key in _AGGREGATES and call:
            return f"write ({token.key}(…) AS ?name)"
        if token.key in ("ORDER", "GROUP", "LIMIT", "OFFSET"):
            return f"{token.key} stands behind the last }}"
        if token.key in ("NOT", "EXISTS") and not self.clause:
            return f"FILTER is missing before {token.key}"
        if token.key == "A" and word == "A":
            return "rdf:type is written as a small a"
        if before and before.key == "PREFIX":
            return f"a colon is missing: PREFIX {word}: <…>"
        if word.startswith("-") and before and before.kind == "variable":
            return f"a variable has no hyphen; write {before.key}_{word[1:]}"
        if before and before.key == "/":
            return f"a / ends a name; write the whole IRI in angle brackets instead of …/{word}"
        known = [*_KEYWORDS, *_FUNCTIONS]
        near = () if token.key in known else nearest(word, _FUNCTIONS if call else known, 1)
        if near:
            return f"{word} is no {'function' if call else 'keyword'} of SPARQL; did you mean {near[0]}?"
        if call and token.key not in known:
            return f"{word} is no function of SPARQL"
        if self.clause in ("SELECT", "DISTINCT", "REDUCED", "BY", "VALUES", "DESCRIBE") and token.key not in known:
            return f"{word} is no variable; write ?{word}"
        if token.key not in known and word.isidentifier():
            return f'{word} is no variable, name or text; write ?{word}, sts:{word} or "{word}"'
        return None

    def _of_mark(self) -> str | None:
        token, before = self.token, self.before
        assert token is not None, "the text does not end here"
        if token.kind not in ("rest", "word"):
            return None
        after = self.text[token.start : token.start + 2]
        earlier = self.text[max(0, token.start - 1) : token.start + 1]
        if token.key == "," and self.clause in ("SELECT", "DISTINCT", "REDUCED", "VALUES", "BY"):
            return "no comma here; blanks separate variables and values"
        if earlier == "==" or after == "==":
            return "equal is written ="
        if earlier in ("=>", "=<"):
            return f"this comparison is written {earlier[::-1]}"
        within = [each.key for each in self._in_call()] == ["{"]
        if within and token.key in ("}", ".", ";", ",") and before and (before.kind in _TERMS or before.key == "A"):
            return f"a triple has three parts, and there is no more behind {self._written(before)}; add what is missing"
        if token.key == "." and before and before.key in (".", ";", ","):
            return f"one {before.key} is enough"
        if token.key in ("&", "|"):
            return f"write {token.key * 2}"
        if token.key == ";":
            return "no semicolon here; leave it out"
        earlier_keys = [each.key for each in self.tokens[max(0, self.index - 3) : self.index]]
        if token.key == ")" and before and before.kind == "variable" and earlier_keys[1:2] == ["("]:
            return f"no parentheses around {before.key} here"
        if earlier_keys[:1] == ["AS"] and before and before.key == ")":
            return f"{earlier_keys[1]} has a value already; behind AS take a new variable"
        if token.key == ")" and self.clause in (*_AGGREGATES, "SELECT", "DISTINCT"):
            return "a column that is computed needs a name: (… AS ?name)"
        if token.key == "{" and before and before.key in ("GRAPH", "SERVICE"):
            return f"{before.key} needs a name before {{: {before.key} ?g {{ … }}"
        if token.key == "{" and before and before.key in ("SELECT", "DISTINCT", "REDUCED"):
            return "name the variables to show, or write *"
        if token.key == "@":
            return 'a language stands right behind @, as in "text"@en'
        return None

    def _of_term(self) -> str | None:
        token, before = self.token, self.before
        assert token is not None, "the text does not end here"
        if before and before.key == "PREFIX":
            return "a name is missing: PREFIX name: <…>"
        if self.index >= 2 and self.tokens[self.index - 2].key == "PREFIX":
            return f"an IRI in angle brackets is missing behind {before.key if before else ''}"
        if self.index == prologue_end(self.tokens):
            return f"{self._written(token)} does not begin a query; {_or(FORMS)} does"
        if before and before.key in ("FILTER", "HAVING", "BIND") and token.key != "(":
            return f"{before.key} takes parentheses: {before.key}(…)"
        if before and before.key in ("ORDER", "GROUP"):
            return f"BY is missing behind {before.key}"
        if self._expected():
            return f"{{ is missing before {self._written(token)}"
        open_call = "(" in [each.key for each in self._in_call()]
        if token.kind in _TERMS and before and (before.kind in _TERMS or before.key in ")]"):
            missing = "a comma" if open_call else ". (or ; or ,)"
            return f"{missing} is missing before {self._written(token)}"
        return None

    def _in_call(self) -> list[Token]:
        """Return the brackets that are open, from the last brace on."""
        opened: list[Token] = []
        for token in self.tokens[: self.index]:
            if token.kind == "rest" and token.key in _CLOSING:
                opened.append(token)
            elif token.kind == "rest" and token.key in _CLOSING.values() and opened:
                opened.pop()
        return opened[-1:]

    def _expected(self) -> str:
        return "; { is missing" if re.search(r'expected (?:one of )?"\{"', self.said) else ""

    def _plain(self) -> str:
        assert self.token is not None, "the text does not end here"
        behind = f" behind {self._written(self.before)}" if self.before else ""
        return f"{self._written(self.token)} cannot stand here{behind}{self._expected()}"


def unknown_prefix(prefix: str) -> str:
    """Return the sentence about a prefix that nobody knows."""
    known = {name: each.name for each in Prefixes.shipped() for name in (each.name, *each.names)}
    known |= {name: name for name in PREFIXES}
    near = [*dict.fromkeys(known[each] for each in nearest(prefix, known) if abs(len(each) - len(prefix)) < 2)]
    hint = f"did you mean {_or(near) if len(near) > 1 else near[0]}? If not, declare it" if near else "declare it"
    return f"the prefix {prefix}: is unknown; {hint}: PREFIX {prefix}: <…>"
