"""Starts a service and keeps it until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from sts_kg.server.settings import Settings
from sts_kg.workers import Spawner

if TYPE_CHECKING:
    from sts_kg.server.site import Site

__all__ = ["serve"]


def serve(settings: Settings, *, told: Callable[[str], None] = print) -> None:
    """Serve until SIGINT or SIGTERM. `told` is called with the address when requests are taken.

    Raises
    ------
    MissingLibraryError
        The extra `server` is not installed.
    OSError
        The address cannot be listened at.
    StsKgError
        What is to be served cannot be loaded.
    """
    from sts_kg.tables import needed

    for library in ("httptools", "jinja2", "starlette", "uvicorn"):
        needed(library, "sts-kg serve", "server")
    loading = _Loading(settings)
    spawner = Spawner(loading.now, loading.later)
    try:
        import uvicorn

        from sts_kg.server.app import Service

        listening = socket.create_server((settings.host, settings.port), backlog=2048)
        spawner.wait()
        service = Service(settings, spawner)
        config = uvicorn.Config(
            service.app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=3,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
        )
        host, port = listening.getsockname()[:2]
        told(f"http://{host}:{port}{settings.root_path}/")
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        spawner.close()


class _Loading:
    """What the process does that forks the workers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._site: Site | None = None

    def now(self) -> tuple[Callable[..., object], object]:
        """Return what workers run, and what the process that serves must know."""
        from sts_kg.server.site import Site

        self._site = site = Site(self._settings)
        site.warm()
        return site.answer, (site.dataset.digest, site.version)

    def later(self) -> None:
        """Load what the first requests can do without."""
        if self._site is not None:
            self._site.warm_more()
