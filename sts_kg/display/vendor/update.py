"""Make the vendored files anew, by npm: `python sts_kg/display/vendor/update.py` takes what `VENDOR.json` names.

A package whose archive, or a file whose content, has another digest than `VENDOR.json` says is refused. For another
version, write it there with the digests that this tells. The package itself never runs it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def main() -> None:
    """Write the files beside this one, if each digest is the one that is written down; end with 1 otherwise."""
    about = json.loads((HERE / "VENDOR.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder, "node_modules")
        wrong = [line for package in about["packages"] for line in fetch(package, modules)]
        made = {name: content_of(file, about, modules) for name, file in about["files"].items()}
    for name, content in made.items():
        wrong += different(name, content, about["files"][name]["sha256"])
    if not wrong:
        for name, content in made.items():
            (HERE / name).write_bytes(content)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    sys.exit(bool(wrong))


def fetch(package: dict[str, Any], modules: Path) -> Iterator[str]:
    """Put a package where Node.js looks for it, and yield what is wrong with its digest."""
    folder = modules / package["name"]
    folder.mkdir(parents=True)
    named = f"{package['name']}@{package['version']}"
    told = subprocess.run(["npm", "pack", named, "--silent"], cwd=folder, check=True, capture_output=True)
    archive = folder / told.stdout.decode().split()[-1]
    yield from different(named, archive.read_bytes(), package["sha256"])
    with tarfile.open(archive) as files:
        for member in files:  # npm puts everything below package/
            member.name = member.name.partition("/")[2]
            files.extract(member, folder, filter="data")


def different(name: str, content: bytes, sha256: str) -> Iterator[str]:
    """Yield a line if the digest of something is not the one that is written down."""
    if (digest := hashlib.sha256(content).hexdigest()) != sha256:
        yield f"{name}: {digest}, not {sha256}"


def content_of(file: dict[str, str], about: dict[str, Any], modules: Path) -> bytes:
    """Return a file as a package has it (`from`), a bundle of what packages export, or the licences of all packages."""
    if "from" in file:
        return (modules / file["from"]).read_bytes()
    if "by" in file:
        entry = "".join(
            f"export {{ {', '.join(package['exports'])} }} from {json.dumps(package['name'])};\n"
            for package in about["packages"]
            if "exports" in package
        )
        command = ["npx", "--yes", file["by"], *file["options"].split()]
        return subprocess.run(
            command, cwd=modules.parent, input=entry.encode(), check=True, stdout=subprocess.PIPE
        ).stdout
    texts: dict[str, list[str]] = {}
    for package in about["packages"]:
        text = (modules / package["name"] / "LICENSE").read_text(encoding="utf-8").strip()
        texts.setdefault(text, []).append(f"{package['name']} {package['version']}")
    return "\n\n".join(f"{', '.join(names)}\n\n{text}\n" for text, names in texts.items()).encode()


if __name__ == "__main__":
    main()
