"""Fetch the vendored files anew, by npm: `python sts_kg/display/vendor/update.py` takes what `VENDOR.json` names.

A file whose digest is another one than `VENDOR.json` has is refused. For another version, write it there with the
digests that this tells. The package itself never runs it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Write the files of each package beside this one; end with 1 if a digest is not the one that is written down."""
    wrong = []
    for package in json.loads((HERE / "VENDOR.json").read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            named = f"{package['name']}@{package['version']}"
            told = subprocess.run(["npm", "pack", named, "--silent"], cwd=folder, check=True, capture_output=True)
            archive = Path(folder, told.stdout.decode().split()[-1])
            with tarfile.open(archive) as files:
                for name, about in package["files"].items():
                    file = files.extractfile(f"package/{about['from']}")
                    content = file.read() if file is not None else b""
                    if (digest := hashlib.sha256(content).hexdigest()) != about["sha256"]:
                        wrong.append(f"{named}, {about['from']}: {digest}, not {about['sha256']}")
                    else:
                        (HERE / name).write_bytes(content)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
