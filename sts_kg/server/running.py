"""Starts a service and keeps it until it is told to stop."""

from __future__ import annotations

import gc
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from sts_kg.errors import AddressError, ArgumentError, WorkerDiedError
from sts_kg.server.settings import Settings
from sts_kg.workers import Spawner

if TYPE_CHECKING:
    from sts_kg.server.site import Site

__all__ = ["serve"]

_OTHERS = 256  # files that are open beside connections
_STOP_S = 1.5  # that requests which run have to end, when we are told to stop


def serve(settings: Settings, *, told: Callable[[str], None] = print) -> None:
    """Serve until SIGINT or SIGTERM. `told` is called with the address when requests are taken.

    Raises
    ------
    MissingLibraryError
        The extra `server` is not installed.
    AddressError
        The address cannot be listened at.
    StsKgError
        What is to be served cannot be loaded.
    ArgumentError
        This process may open too few files.
    WorkerDiedError
        The process that holds the data ended.
    """
    import resource

    from sts_kg.tables import needed

    for library in ("httptools", "jinja2", "prometheus_client", "starlette", "uvicorn"):
        needed(library, "sts-kg serve", "server")
    most = min(settings.connections, _most_files() - _OTHERS)
    if most <= 0:
        reason = (
            f"this process may open {_most_files()} files, and needs more than {_OTHERS}; allow more with ulimit -n"
        )
        raise ArgumentError("serve", "connections", reason)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was asked
    listening = _listening(settings.host, settings.port)
    loading = _Loading(settings, listening)
    spawner = Spawner(loading.now, loading.later, memory=settings.memory)
    try:
        import uvicorn
        from uvicorn.middleware.proxy_headers import _TrustedHosts

        from sts_kg.server.addresses import both_ways
        from sts_kg.server.app import Service
        from sts_kg.server.connections import IDLE_S, Connection

        class Server(uvicorn.Server):
            """Gives up what waits, and after a while what runs, before it waits for connections to end."""

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                service.stop(_STOP_S)
                await super().shutdown(sockets)

        spawner.wait()
        service = Service(settings, spawner)
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what clients do wrong is in our own log
        proxies = both_ways(settings.proxies)
        trusted = _TrustedHosts(proxies)
        Connection.most, Connection.most_of_one = most, max(1, most // 8)
        Connection.is_proxy = staticmethod(trusted.__contains__)
        Connection.refused = staticmethod(service.refused_early)
        config = uvicorn.Config(
            service,
            http=Connection,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_keep_alive=int(IDLE_S),
            timeout_graceful_shutdown=int(_STOP_S) + 1,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
        )
        server = Server(config)
        service.serves_by(server)
        host, port = listening.getsockname()[:2]
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)  # requests leave no rings behind
        told(f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}/")
        server.run(sockets=[listening])
        if service.failed:
            raise WorkerDiedError("the service", service.failed)
    finally:
        listening.close()
        spawner.close()


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket at an address; who connects waits until we have loaded."""
    listening = None
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(4096)
        return listening
    except (OSError, UnicodeError) as error:
        if listening is not None:
            listening.close()
        said = getattr(error, "strerror", None) or str(error)
        raise AddressError(host, port, f"{said[:1].lower()}{said[1:]}; choose another with --host or --port") from None


def _most_files() -> int:
    """Return how many files may be open, after raising that as far as we may."""
    import resource

    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        few = most
    return 1 << 20 if few == resource.RLIM_INFINITY else few


class _Loading:
    """What the process does that forks the workers."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings, self._listening = settings, listening
        self._site: Site | None = None

    def now(self) -> tuple[Callable[..., object], object]:
        """Return what workers run, and what the process that serves must know."""
        self._listening.close()  # only who serves takes connections
        from sts_kg.server.site import Site

        self._site = site = Site(self._settings)
        site.warm()
        digest = None if site.has_cases else site.dataset.digest
        return site.answer, (digest, site.version, site.has_cases, f"Not medical advice; {site.review}")

    def later(self) -> Iterator[object]:
        """Load what the first requests can do without, step by step."""
        if self._site is not None:
            yield from self._site.warm_more()
