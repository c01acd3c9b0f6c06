"""User and password for a server, from the environment or the netrc file, as Basic or Digest authentication.

They are not printed or stored, and no error contains them.
"""

from __future__ import annotations

import base64
import hashlib
import netrc
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult

__all__ = ["Login", "authorization", "basic", "login_for", "sent_at_once"]

_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


@dataclass(frozen=True)
class Login:
    """A user and a password; `bound` if they were given for this host only."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    bound: bool


def login_for(parts: SplitResult) -> Login | None:
    """Return the user and password for a host, from the environment or the netrc file; None if there are none.

    STS_KG_USER and STS_KG_PASSWORD are for the host in STS_KG_HOST, or for any host if that is not set. The netrc file
    is the one in NETRC, or `~/.netrc`; a file that cannot be read is ignored.
    """
    host = parts.hostname or ""
    user, password = os.environ.get("STS_KG_USER"), os.environ.get("STS_KG_PASSWORD")
    only = os.environ.get("STS_KG_HOST", "").strip().lower()
    if user and password is not None and only in ("", host, parts.netloc.lower()):
        return Login(user, password, bool(only))
    try:
        known = netrc.netrc(os.environ.get("NETRC") or os.path.expanduser("~/.netrc"))
    except (OSError, ValueError, netrc.NetrcParseError):
        return None
    found = known.authenticators(host)
    return Login(found[0], found[2] or "", host in known.hosts) if found is not None and found[0] else None


def sent_at_once(login: Login, parts: SplitResult) -> bool:
    """Return whether the first request has the password: it is for this host only, and nobody can intercept it."""
    host = parts.hostname or ""
    private = parts.scheme == "https" or host in ("localhost", "::1") or host.startswith("127.")
    return login.bound and private


def basic(login: Login) -> str:
    """Return the header for Basic authentication."""
    return "Basic " + base64.b64encode(f"{login.user}:{login.password}".encode()).decode()


def authorization(login: Login, offers: Sequence[str], method: str, path: str, before: str | None) -> str | None:
    """Return the header that answers a challenge; None if there is no answer, or the answer is already in `before`.

    `offers` are the `WWW-Authenticate` headers; without one, Basic is assumed. `path` includes the query string.
    """
    offered = ", ".join(offers)
    found = re.split(r"(?:^|,)\s*(Basic|Digest|Bearer|Negotiate|NTLM)\b", offered, flags=re.IGNORECASE)[1:]
    schemes = [(name.lower(), text) for name, text in zip(found[::2], found[1::2], strict=True)]
    for name, text in schemes:
        pairs = re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', text)
        given = {key.lower(): quoted or bare for key, quoted, bare in pairs}
        stale = given.get("stale", "").lower() == "true"
        if name == "digest" and (not before or before.startswith("Basic") or stale):
            answer = _digest(login, given, method, path)
            if answer is not None:
                return answer
    wanted = not offered or any(name == "basic" for name, _ in schemes)
    return basic(login) if wanted and before is None else None


def _digest(login: Login, given: Mapping[str, str], method: str, path: str) -> str | None:
    """Return the answer to a Digest challenge (RFC 7616); None if its algorithm or mode is unknown."""
    algorithm = given.get("algorithm", "MD5")
    name, session = algorithm.upper().removesuffix("-SESS"), algorithm.upper().endswith("-SESS")
    offered = [each.strip() for each in given.get("qop", "").split(",") if each.strip()]
    if name not in _HASHES or "nonce" not in given or (offered and "auth" not in offered):
        return None

    def hashed(*words: str) -> str:
        return hashlib.new(_HASHES[name], ":".join(words).encode(), usedforsecurity=False).hexdigest()

    realm, nonce, ours, count = given.get("realm", ""), given["nonce"], secrets.token_hex(16), "00000001"
    key = hashed(login.user, realm, login.password)
    if session:
        key = hashed(key, nonce, ours)
    middle = (nonce, count, ours, "auth") if offered else (nonce,)
    said = {"username": login.user, "realm": realm, "nonce": nonce, "uri": path}
    said["response"] = hashed(key, *middle, hashed(method, path))
    if "opaque" in given:
        said["opaque"] = given["opaque"]
    if offered or session:
        said["cnonce"] = ours
    fields = [f'{key}="{value}"' for key, value in said.items()]
    fields += [f"algorithm={algorithm}"] if "algorithm" in given else []
    return "Digest " + ", ".join(fields + (["qop=auth", f"nc={count}"] if offered else []))
