"""The files of the service itself: styles, scripts and pictures, read once."""

from __future__ import annotations

import hashlib
from importlib import resources

from sts_kg.server.messages import Response

__all__ = ["build", "static"]


def build() -> str:
    """Return what tells one build of the service from another of the same version: its own files."""
    found = hashlib.sha256()
    folders = [resources.files("sts_kg.server")]
    while folders:
        for each in sorted(folders.pop().iterdir(), key=lambda each: each.name):
            if each.is_dir():
                folders.append(each)
            elif each.name.endswith((".py", ".html")):
                found.update(each.read_bytes())
    return found.hexdigest()


def static() -> dict[str, tuple[Response, bytes]]:
    """Return the files of the service, read once, by name, and their ETags."""
    from sts_kg.display import stylesheet, vendored

    found = {"shown.css": stylesheet().encode(), "codemirror.min.mjs": vendored("codemirror.min.mjs").encode()}
    folders = [("", resources.files("sts_kg.server") / "static")]
    while folders:
        before, folder = folders.pop()
        for each in folder.iterdir():
            if each.is_dir():
                folders.append((f"{before}{each.name}/", each))
            else:
                found[f"{before}{each.name}"] = each.read_bytes()
    return {name: _file(name, body) for name, body in found.items()}


def _file(name: str, body: bytes) -> tuple[Response, bytes]:
    media = _MEDIA.get(name.rpartition(".")[2], "text/plain")
    return Response(200, body, media), b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode()


_MEDIA = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
