"""What stands in `display/vendor`: the files that are written down, their licences, and nothing else."""

from __future__ import annotations

import hashlib
import json
from importlib import util
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "sts_kg" / "display" / "vendor"
ABOUT = json.loads((VENDOR / "VENDOR.json").read_text())


def test_each_file_is_the_one_that_is_written_down() -> None:
    digests = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in ABOUT["files"]}
    assert digests == {name: file["sha256"] for name, file in ABOUT["files"].items()}
    assert {path.name for path in VENDOR.iterdir() if path.name != "__pycache__"} == {
        *("VENDOR.json", "__init__.py", "update.py"),
        *digests,
    }


def test_each_package_has_its_version_source_and_licence() -> None:
    told, notice = (VENDOR / "LICENSE").read_text(), (ROOT / "NOTICE").read_text()
    for package in ABOUT["packages"]:
        name, version = package["name"], package["version"]
        assert package["source"] == f"https://registry.npmjs.org/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        assert package["licence"] == "MIT" and len(package["sha256"]) == 64
        assert f"{name} {version}" in told and f"{name} {version}" in notice, name
    for holder in ("The Cytoscape Consortium", "Marijn Haverbeke", "Achraf Atauil"):
        assert holder in told and holder in notice


def test_what_is_bundled_exports_what_is_written_down_and_runs_no_text() -> None:
    bundle = (VENDOR / "codemirror.min.mjs").read_text()
    exported = bundle.rpartition("export{")[2].partition("}")[0].split(",")
    asked = {name for package in ABOUT["packages"] for name in package.get("exports", ())}
    assert {each.rpartition(" as ")[2] for each in exported} == asked
    for each in ("eval(", "new Function(", "import(", "XMLHttpRequest", "fetch(", "localStorage", "sessionStorage"):
        assert each not in bundle


def test_a_file_with_another_digest_is_told() -> None:
    spec = util.spec_from_file_location("update", VENDOR / "update.py")
    assert spec is not None and spec.loader is not None
    update = util.module_from_spec(spec)
    spec.loader.exec_module(update)
    digest = hashlib.sha256(b"x").hexdigest()
    assert list(update.different("a", b"x", digest)) == []
    assert list(update.different("a", b"x", "0")) == [f"a: {digest}, not 0"]
