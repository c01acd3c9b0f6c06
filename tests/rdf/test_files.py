"""Files: read with the place of what is wrong, written whole or not at all; where things lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sts_kg.errors import ParseError
from sts_kg.guideline.data import ontology_folder, queries_folder, source_page
from sts_kg.rdf.files import read_text, write_bytes

# --- reading


def test_read_text_keeps_line_ends_and_drops_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n\xef\xbb\xbf")
    assert read_text(path) == "a\r\nb\rc\n\ufeff"
    assert read_text(str(path)) == read_text(path)


@pytest.mark.parametrize(
    ("data", "line", "byte"),
    [(b"\xff", 1, "0xff"), (b"a\r\nb\n\xe9t\xe9", 3, "0xe9"), (b"a\n\xc3", 2, "0xc3"), (b"\xed\xa0\x80", 1, "0xed")],
)
def test_read_text_names_the_line_of_what_is_not_utf_8(tmp_path: Path, data: bytes, line: int, byte: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(ParseError) as caught:
        read_text(path)
    assert str(caught.value) == f"{path}, line {line}: is not UTF-8 text (byte {byte})"
    assert (caught.value.path, caught.value.line, caught.value.column) == (path, line, None)


def test_read_text_of_nothing_a_folder_and_what_cannot_be(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "nowhere.txt", "cannot be read: No such file or directory"),
        (tmp_path, "is a folder, a file was expected"),
        ("a\0b", "cannot be read: embedded null byte"),
    ):
        with pytest.raises(ParseError) as caught:
            read_text(path)
        assert (caught.value.reason, caught.value.path) == (reason, path)


def test_read_text_of_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert read_text(tmp_path / "empty") == ""


# --- writing


def test_write_bytes_makes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"one")
    write_bytes(str(path), b"two\r\n\x00")
    assert path.read_bytes() == b"two\r\n\x00"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o000, 0o666)])
def test_permissions_are_those_of_the_umask(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_bytes(tmp_path / "a.bin", b"x")
        assert os.umask(mask) == mask, "writing has changed the mask"
    finally:
        os.umask(before)
    assert (tmp_path / "a.bin").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("step", ["os.fdopen", "os.chmod", "os.replace"])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "key"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, fault: BaseException
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fails(*args: object) -> None:
        raise fault

    monkeypatch.setattr(f"sts_kg.rdf.files.{step}", fails)
    with pytest.raises(type(fault)):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_or_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_bytes(tmp_path / "no" / "a.bin", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_bytes(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


# --- where things lie


def test_the_source_page_is_the_one_given_or_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("STS_KG_SOURCE", raising=False)
    assert source_page() is None
    monkeypatch.setenv("STS_KG_SOURCE", "")
    assert source_page() is None
    monkeypatch.setenv("STS_KG_SOURCE", str(tmp_path / "named.txt"))
    assert source_page() == tmp_path / "named.txt"
    assert source_page(str(tmp_path / "given.txt")) == tmp_path / "given.txt"
    assert source_page(tmp_path / "given.txt") == tmp_path / "given.txt"


def test_ontology_and_queries_lie_beside_the_package_or_in_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (ontology_folder() / "sts.ttl").is_file()
    assert (queries_folder() / "check").is_dir()
    package = tmp_path / "sts_kg"
    (package / "data" / "ontology").mkdir(parents=True)
    (package / "data" / "queries").mkdir()
    monkeypatch.setattr("sts_kg.rdf.files.__file__", str(package / "rdf" / "files.py"))
    assert (ontology_folder(), queries_folder()) == (package / "data" / "ontology", package / "data" / "queries")
    (package / "data" / "ontology").rmdir()
    (package / "data" / "queries").rmdir()
    assert (ontology_folder(), queries_folder()) == (tmp_path / "ontology", tmp_path / "queries")
