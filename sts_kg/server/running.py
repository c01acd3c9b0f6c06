"""Starts a service and keeps it until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial

from sts_kg.server.settings import Settings
from sts_kg.workers import Spawner

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
    spawner = Spawner(partial(_loaded, settings))
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


def _loaded(settings: Settings) -> tuple[Callable[..., object], object]:
    """Return what workers run, and what the process that serves must know."""
    from sts_kg.server.site import Site

    site = Site(settings)
    site.warm()
    return site.answer, (site.dataset.digest, site.version)
