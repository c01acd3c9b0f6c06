"""RxNorm as NLM releases it: RRF files, without a header, read by their columns.

The columns are those of the RxNorm Technical Documentation. In RXNREL, REL and RELA say what the *second* concept is to
the first: a row with RXCUI1 A, RELA has_tradename and RXCUI2 B means that B has the trade name A, and so it is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile

from sts_kg.errors import ParseError
from sts_kg.links.table_source import TableSource
from sts_kg.rdf import LITERAL, Prefixes, canonical, opened
from sts_kg.safe import counted

__all__ = ["RxNorm"]

_FILES = {
    "RXNCONSO": "RXCUI LAT TS LUI STT SUI ISPREF RXAUI SAUI SCUI SDUI SAB TTY CODE STR SRL SUPPRESS CVF",
    "RXNREL": "RXCUI1 RXAUI1 STYPE1 REL RXCUI2 RXAUI2 STYPE2 RELA RUI SRUI SAB SL DIR RG SUPPRESS CVF",
    "RXNATOMARCHIVE": "RXAUI AUI STR ARCHIVE_TIMESTAMP CREATED_TIMESTAMP UPDATED_TIMESTAMP CODE IS_BRAND LAT "
    "LAST_RELEASED SAUI VSAB RXCUI SAB TTY MERGED_TO_RXCUI",
    "RXNSAB": "VCUI RCUI VSAB RSAB SON SF SVER VSTART VEND IMETA RMETA SLC SCC SRL TFR CFR CXTY TTYL ATNL LAT CENC "
    "CURVER SABIN SSN SCIT",
}
#: Kinds of names (TTY) that are synonyms; the others are the names of concepts.
_SYNONYMS = (b"ET", b"PSN", b"SY", b"TMSY")
#: Sources whose codes become cross-references where they have no restriction, with the prefix of their vocabulary.
_CODES = {b"ATC": "atc", b"DRUGBANK": "drugbank", b"MSH": "mesh"}
_TERMS_OF_SERVICE = "https://www.nlm.nih.gov/research/umls/rxnorm/docs/termsofservice.html"
_CLASS = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Class>"
_LABEL, _SYNONYM = b"<http://www.w3.org/2000/01/rdf-schema#label>", b"<http://www.w3.org/2004/02/skos/core#altLabel>"
_OBSOLETE = b'<http://www.w3.org/2002/07/owl#deprecated> "true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
_REPLACED = b"<http://purl.obolibrary.org/obo/IAO_0100001>"
_XREF = b"<http://www.geneontology.org/formats/oboInOwl#hasDbXref>"
_BROADER = b"<http://www.w3.org/2004/02/skos/core#broader>"
_SUB_CLASS = b"<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
_ATC_CODE = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")
_ATC_LEVELS = (1, 3, 4, 5)  # how long the codes of classes are; one of seven is a substance
_NUMBER = re.compile(rb"[0-9]+")
_WORD = re.compile(rb"[A-Za-z0-9_]+")


class RxNorm(TableSource):
    """A release of RxNorm: RXNCONSO.RRF with what is beside it, their folder, or the archive as it is downloaded.

    Parameters
    ----------
    path : Path
        RXNCONSO.RRF, a folder that has it or has a folder `rrf` with it, or a `.zip` of such a folder.

    Raises
    ------
    ParseError
        There is no RXNCONSO.RRF.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._archive = path if path.suffix.lower() == ".zip" else None
        self._files = self._found()
        if self._archive is None:
            self.path, *beside = (Path(name) for name in self._files.values())
            self.beside = tuple(beside)
        if "prescribe" not in f"{path}/{self._files['RXNCONSO']}".lower():  # the subset of what is on the market
            self.owns = (_namespace("rxnorm"),)
        self._left_out: Counter[str] = Counter()
        self._n_relations = 0
        self._free: set[bytes] = {b"RXNORM"}
        self.header = {"iri": _namespace("rxnorm"), "title": "RxNorm", "license": _TERMS_OF_SERVICE}
        for row in self._rows("RXNSAB") if "RXNSAB" in self._files else ():
            if row[13] == b"0" and row[3] in _CODES:
                self._free.add(row[3])
            if row[3] == b"RXNORM" and row[6]:
                self.header["version"] = row[6].decode()

    @classmethod
    def is_at(cls, path: Path) -> bool:
        """Return whether a path is one of RxNorm: an RRF file, or an archive or folder that has some."""
        if path.is_dir():
            return any(path.glob("*.RRF")) or any(path.glob("rrf/*.RRF"))
        return re.search(r"(?i)\.(?:rrf|rrf\.gz|zip)$", path.name) is not None

    def _told(self) -> Iterator[str]:
        if "RXNREL" in self._files:
            relations = counted(self._n_relations, "relation")
            yield f"{relations} between concepts of RxNorm kept; not those of atoms, obsolete ones, and inverse_isa"
        else:
            yield "without RXNREL.RRF there are no brands, products and other relations"
        if "RXNSAB" not in self._files:
            yield "without RXNSAB.RRF only rows of RxNorm are kept, since it says which sources have no restriction"
        if self._left_out:
            told = ", ".join(f"{name} {count:,}" for name, count in self._left_out.most_common())
            yield f"rows of other sources, not kept: {told}"

    # --- files

    def _found(self) -> dict[str, str]:
        """Return where the files are that are read, by their names without the ending: all of one folder."""
        named = None if self._archive is not None or self.path.is_dir() else self.path
        if named is not None and _kind(named.name) != "RXNCONSO":
            raise ParseError("is not read alone: link RXNCONSO.RRF, and the others are found beside it", path=self.path)
        if self._archive is not None:
            with self._zipped() as archive:
                names = archive.namelist()
        else:
            folders = (self.path, self.path / "rrf") if named is None else (self.path.parent,)
            names = [str(each) for folder in folders if folder.is_dir() for each in folder.iterdir()]
        names.sort(key=lambda name: (name.count("/"), name))  # the prescribable subset is deeper in the archive
        first = str(named) if named is not None else next((each for each in names if _kind(each) == "RXNCONSO"), None)
        if first is None:
            raise ParseError("has no RXNCONSO.RRF; a release of RxNorm by NLM was expected", path=self.path)
        beside = [each for each in names if Path(each).parent == Path(first).parent and each != first]
        found = {kind: each for each in beside if (kind := _kind(each)) in _FILES and kind != "RXNCONSO"}
        return {"RXNCONSO": first} | {kind: found[kind] for kind in _FILES if kind in found}

    @contextmanager
    def _zipped(self) -> Iterator[ZipFile]:
        try:
            with ZipFile(cast(Path, self._archive)) as archive:
                yield archive
        except (BadZipFile, NotImplementedError, RuntimeError) as error:
            raise ParseError(f"is not a zip archive that can be read: {error}", path=self._archive) from error
        except OSError as error:
            raise ParseError(f"cannot be read: {error.strerror or error}", path=self._archive) from error

    @contextmanager
    def _opened(self, kind: str) -> Iterator[BinaryIO]:
        name = self._files[kind]
        if self._archive is None:
            with opened(name) as file:
                yield file
        else:
            with self._zipped() as archive, archive.open(name) as member:
                yield cast(BinaryIO, member)

    def _rows(self, kind: str, having: bytes = b"") -> Iterator[list[bytes]]:
        """Yield the rows of a file that have some bytes; each has the number of columns that it should have."""
        columns = _FILES[kind].split()
        width = len(columns) + 1  # each column ends with a bar
        with self._opened(kind) as file:
            for line, data in enumerate(file, 1):
                if having and having not in data and data.count(b"|") == len(columns):
                    continue
                row = data.rstrip(b"\r\n").split(b"|")
                if len(row) != width or row[-1]:
                    n = len(row) - (not row[-1])
                    reason = f"has {n} columns, {len(columns)} were expected, each ended by |: {'|'.join(columns)}|"
                    raise ParseError(reason, path=self._files[kind], line=line)
                yield row

    # --- triples

    def _lines(self) -> Iterator[bytes]:
        names, live = set[bytes](), set[bytes]()
        space = _namespace("rxnorm").encode()
        for line, row in enumerate(self._rows("RXNCONSO"), 1):
            self.n_rows += 1
            concept, source, kind, code, text = row[0], row[11], row[12], row[13], row[14]
            if source not in self._free:
                self._left_out[source.decode("utf-8", "replace")] += 1
            elif not _NUMBER.fullmatch(concept):
                self.skip(line, "RXCUI", concept.decode("utf-8", "replace"), "it is not a number")
            elif source != b"RXNORM":
                yield self._coded(line, b"<%b%b>" % (space, concept), source, kind, code, text)
            else:
                try:
                    label = canonical(LITERAL, text.decode())
                except UnicodeDecodeError:
                    self.skip(line, "STR", text.decode("utf-8", "replace"), "it is not UTF-8")
                    continue
                names.add(concept)
                if row[16] != b"O":
                    live.add(concept)
                term = b"<%b%b>" % (space, concept)
                yield b"%b %b %b .\n" % (term, _SYNONYM if kind in _SYNONYMS else _LABEL, label)
                if not _WORD.fullmatch(kind):
                    self.skip(line, "TTY", kind.decode("utf-8", "replace"), "it is no kind of names")
                elif kind not in _SYNONYMS:
                    yield b'%b %b .\n%b <%bTTY> "%b" .\n' % (term, _CLASS, term, space, kind)
        yield from (b"<%b%b> %b .\n" % (space, each, _OBSOLETE) for each in sorted(names - live))
        if "RXNREL" in self._files:
            yield from self._relations(names, space)
        if "RXNATOMARCHIVE" in self._files:
            yield from self._retired(names, space)

    def _relations(self, known: set[bytes], space: bytes) -> Iterator[bytes]:
        """Yield what RxNorm says of two concepts; what is obsolete or between atoms is left out."""
        for row in self._rows("RXNREL", b"|RXNORM|"):
            first, second, relation = row[0], row[4], row[7]
            if row[10] != b"RXNORM" or row[14] == b"O" or first not in known or second not in known:
                continue
            if not _WORD.fullmatch(relation) or relation == b"inverse_isa":  # the same as isa, turned
                continue
            self._n_relations += 1
            predicate = _SUB_CLASS if relation == b"isa" else b"<%b%b>" % (space, relation)
            yield b"<%b%b> %b <%b%b> .\n" % (space, second, predicate, space, first)

    def _retired(self, known: set[bytes], space: bytes) -> Iterator[bytes]:
        """Yield that concepts of earlier releases are obsolete, and what replaces them."""
        for row in self._rows("RXNATOMARCHIVE", b"|RXNORM|"):
            concept, into = row[12], row[15]
            if row[13] != b"RXNORM" or concept in known or not _NUMBER.fullmatch(concept) or row[14] in _SYNONYMS:
                continue
            term = b"<%b%b>" % (space, concept)
            label = canonical(LITERAL, row[2].decode("utf-8", "replace"))
            yield b"%b %b %b .\n%b %b .\n" % (term, _LABEL, label, term, _OBSOLETE)
            if into in known:
                yield b"%b %b <%b%b> .\n" % (term, _REPLACED, space, into)

    def _coded(self, line: int, term: bytes, source: bytes, kind: bytes, code: bytes, text: bytes) -> bytes:
        """Return what a row of another source gives: a cross-reference; of ATC also classes and their names."""
        prefix = Prefixes.shipped().find(_CODES[source])
        local = code.decode("utf-8", "replace")
        if prefix is None or not prefix.fits(local):
            self.skip(line, "CODE", local, f"it is not a code of {source.decode()}")
            return b""
        found = b'%b %b "%b:%b" .\n' % (term, _XREF, prefix.name.encode(), code)
        if source != b"ATC" or not _ATC_CODE.fullmatch(local):
            return found
        atc = prefix.iri.encode()
        levels = [code[:size] for size in _ATC_LEVELS if size < len(code)]
        if len(code) < 7:  # a class, and no drug
            name = canonical(LITERAL, text.decode("utf-8", "replace"))
            above = [code, *reversed(levels)]
            found = b"<%b%b> %b %b .\n" % (atc, code, _LABEL, name)
        else:
            above = [*reversed(levels)]
            found += b"%b %b <%b%b> .\n" % (term, _BROADER, atc, above[0])
        for lower, upper in pairwise(above):
            found += b"<%b%b> %b <%b%b> .\n" % (atc, lower, _BROADER, atc, upper)
        return found


def _kind(name: str) -> str:
    """Return the name of an RRF file without folder and ending, "" of any other file."""
    found = re.search(r"(?i)(?:^|[/\\])([a-z]+)\.rrf(?:\.gz)?$", name)
    return found[1].upper() if found else ""


def _namespace(name: str) -> str:
    prefix = Prefixes.shipped().find(name)
    assert prefix is not None, "it is shipped"
    return prefix.iri
