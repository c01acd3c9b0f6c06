"""Files: read with the place of what is wrong, written whole or not at all; where things lie."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sts_kg.errors import ParseError
from sts_kg.guideline.data import ontology_folder, queries_folder, source_page
from sts_kg.rdf.files import _target, read_text, write_bytes, writing

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
def test_a_new_file_has_the_permissions_of_the_umask_which_is_never_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mask: int, mode: int
) -> None:
    before = os.umask(mask)
    try:
        with monkeypatch.context() as patched:
            patched.setattr("os.umask", None)
            write_bytes(tmp_path / "a.bin", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.bin").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_that_exists_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_bytes(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", mode)


def test_links_stay_and_lead_to_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, new = tmp_path / "folder" / "a.bin", tmp_path / "folder" / "new.bin"
    target.write_bytes(b"old")
    target.chmod(0o640)
    one, two, dangling = tmp_path / "one", tmp_path / "two", tmp_path / "dangling"
    one.symlink_to("folder/a.bin")
    two.symlink_to(one)
    dangling.symlink_to(new)
    write_bytes(two, b"x")
    write_bytes(dangling, b"y")
    assert (target.read_bytes(), target.stat().st_mode & 0o777, new.read_bytes()) == (b"x", 0o640, b"y")
    assert one.is_symlink() and two.is_symlink() and dangling.is_symlink()
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        *("a.bin", "dangling", "folder", "new.bin", "one", "two"),
    ]


def test_links_in_a_circle_name_the_path_that_was_given(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links") as caught:
        write_bytes(tmp_path / "a", b"x")
    assert caught.value.filename == str(tmp_path / "a")


def test_a_named_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        write_bytes(pipe, b"x" * 200_000)
        assert read.result() == b"x" * 200_000
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout")
def test_devices_are_written_into_and_what_stdout_has_is_kept(tmp_path: Path) -> None:
    link, log = tmp_path / "link", tmp_path / "log"
    link.symlink_to("/dev/stdout")
    for name in ("/dev/null", "/dev/stdout", "/dev/fd/1", link):
        assert _target(Path(name)) == (None, None), "root would replace the device of the machine"
    write_bytes("/dev/null", b"x")
    assert Path("/dev/null").is_char_device()
    log.write_bytes(b"before\n")
    for name in ("/dev/stdout", "/dev/fd/1", str(link)):
        code = f"from sts_kg.rdf import write_bytes; write_bytes({name!r}, b'x')"
        with log.open("ab") as file:
            subprocess.run([sys.executable, "-c", code], stdout=file, check=True)
        assert subprocess.check_output([sys.executable, "-c", code]) == b"x"
    assert log.read_bytes() == b"before\nxxx"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_names_what_was_to_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _target(Path("/dev/full")) == (None, None), "root would replace the device of the machine"
    with pytest.raises(OSError, match="No space left") as caught:
        write_bytes("/dev/full", b"x")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "/dev/full")
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    real = os.open
    monkeypatch.setattr(
        "os.open", lambda name, *args: real("/dev/full", os.O_WRONLY) if args[1:] else real(name, *args)
    )
    with pytest.raises(OSError, match="No space left") as caught:
        write_bytes(path, b"x")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_an_error_of_what_makes_the_data_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="of its own") as caught, writing(tmp_path / "a.bin"):
        raise OSError(5, "of its own", "other")
    assert caught.value.filename == "other"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PermissionError):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("step", ["io.BufferedWriter", "os.chmod", "os.replace"])
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
