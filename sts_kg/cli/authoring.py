"""Commands for authors of a guideline: a new folder."""

from __future__ import annotations

from pathlib import Path

import click

from sts_kg.cli.shared import File, terminal

__all__ = ["new_guideline_command"]


@click.command(name="new-guideline")
@click.argument("name")
@click.argument("page", type=File)
@click.option("--into", type=File, default=Path(), help="Where the folder is made; here without it.")
@click.option("--prefix", help="The prefix of its names; the initials of NAME without it.")
@click.option("--base", metavar="IRI", help="What its names stand for; https://example.org/NAME/ without it.")
@click.option("--title", metavar="TEXT", help="Its title.")
@click.option("--license", metavar="IRI", help="The license of its files; CC BY 4.0 without it.")
@click.option("--keep-page", is_flag=True, help="Copy the page into the folder; only if you may pass it on.")
def new_guideline_command(
    name: str,
    page: Path,
    into: Path,
    prefix: str | None,
    base: str | None,
    title: str | None,
    license: str | None,
    keep_page: bool,
) -> None:
    """Begin a guideline: write the folder NAME from the text of a PAGE.

    It has all segments of the page by positions and digests, without their text, and stubs of all other files, which
    load as they are. A line of the page is a heading or a paragraph. Exit 3 if the page cannot be read or the folder is
    there.

    \b
    Example:
      sts-kg new-guideline marsh-fever page.txt
      sts-kg new-guideline marsh-fever page.txt --prefix mf --base https://guidelines.example/marsh-fever/
    """
    from sts_kg.authoring import new_guideline

    folder = new_guideline(
        name, page, into=into, prefix=prefix, base=base, title=title, license=license, keep_page=keep_page
    )
    terminal().note(f"{folder} written; what to do next: sts-kg check --guideline {folder} --watch")
