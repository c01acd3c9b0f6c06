"""The command serve: the knowledge graph by URL."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sts_kg.cli.shared import File, own_queries_option, size, terminal

__all__ = ["serve_command"]


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--timeout", "timeout_s", default=30.0, show_default=True, help="The most seconds for an answer.")
@click.option("--workers", type=click.IntRange(1), help="Long free queries at once.  [default: cores - 1]")
@click.option("--memory", callback=size, default="1GB", show_default=True, help="The most memory that an answer adds.")
@click.option("--store", type=File, metavar="DIR", help="Serve an Oxigraph folder, as push --store makes it.")
@click.option("--link", "links", multiple=True, metavar="FILE", help="Link an ontology, as link does; repeatable.")
@own_queries_option
@click.option("--guideline", type=File, metavar="DIR", help="Another guideline beside; it answers for cases.")
@click.option("--endpoint", metavar="URL", help="Serve what a SPARQL 1.1 endpoint holds.")
@click.option("--service", "services", multiple=True, metavar="URL", help="Allow SERVICE to ask it; repeatable.")
@click.option("--root-path", default="", metavar="PATH", help="Where a proxy puts it, such as /sts.")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help="A proxy that may name its clients.")
@click.option("--allowed-host", "allowed_hosts", multiple=True, metavar="NAME", help="A name of it; repeatable.")
@click.option("--log", type=click.Choice(["json", "off"]), default="json", show_default=True, help="Log each request.")
def serve_command(
    host: str,
    port: int,
    timeout_s: float,
    workers: int | None,
    memory: int | None,
    store: Path | None,
    links: tuple[str, ...],
    own: Path | None,
    guideline: Path | None,
    endpoint: str | None,
    services: tuple[str, ...],
    root_path: str,
    proxies: tuple[str, ...],
    allowed_hosts: tuple[str, ...],
    log: str,
) -> None:
    """Serve pages and a SPARQL 1.1 endpoint until Ctrl-C. Nothing can be written there, and nothing is kept.

    \b
    Example:
      sts-kg serve
      sts-kg serve --port 8080 --link chebi.obo --timeout 10
    """
    from sts_kg.server import Settings, serve

    settings = Settings(
        host=host,
        port=port,
        timeout_s=timeout_s,
        workers=workers,
        memory=memory,
        store=store,
        links=links,
        queries=own,
        guideline=guideline,
        endpoint=endpoint,
        services=services,
        root_path=root_path,
        proxies=proxies,
        allowed_hosts=allowed_hosts,
        log=log == "json",
    )

    def told(address: str) -> None:
        terminal().tell(f"Open {address} in a browser; Ctrl-C stops it. Not medical advice.")
        sys.stdout.flush()

    serve(settings, told=told)
