"""The command line `sts-kg`: parse, call, print.

Exit codes: 0 done, 1 the answer is no (violations, contradictions, ASK), 2 usage, 3 unreadable input, or a limit was
reached, 4 endpoint.

Everything except click is imported inside the commands, so that `--help` and completion are fast.
"""

from __future__ import annotations

from typing import Any

import click

from sts_kg.cli.cases import ask, explain, options_command, what_if
from sts_kg.cli.closure import close, prove
from sts_kg.cli.links import link
from sts_kg.cli.mappings import mappings_group
from sts_kg.cli.ontology import check, export, review, source_group, sources
from sts_kg.cli.push import push
from sts_kg.cli.queries import queries_command, query_group, sparql
from sts_kg.cli.shared import ENDPOINT, NO, UNREADABLE, USAGE, terminal
from sts_kg.errors import (
    CurieError,
    EndpointError,
    InconsistentError,
    MemoryLimitError,
    ParameterError,
    QueryError,
    ReadingError,
    StsKgError,
    UnknownNameError,
)
from sts_kg.guideline import version

__all__ = ["app", "main"]


class _App(click.Group):
    """The commands. An error becomes one line on standard error and an exit code, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StsKgError as error:
            terminal().error(str(error))
            ctx.exit(_code(error))
        except MemoryError:
            terminal().error(str(MemoryLimitError(ctx.command_path, None)))
            ctx.exit(UNREADABLE)
        except BrokenPipeError:
            raise  # click ends quietly when the reader of a pipe has gone
        except OSError as error:
            terminal().error(f"{error.filename or 'file'}: {error.strerror or error}")
            ctx.exit(UNREADABLE)


def _code(error: StsKgError) -> int:
    if isinstance(error, InconsistentError):
        return NO
    if isinstance(error, EndpointError):
        return ENDPOINT
    usage = UnknownNameError | ReadingError | CurieError | ParameterError | QueryError
    return USAGE if isinstance(error, usage) else UNREADABLE


@click.group(cls=_App, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version(), prog_name="sts-kg")
def app() -> None:
    """Treatments of stage 4 soft tissue sarcoma as a knowledge graph.

    What one page of patient information says may be offered, and under which conditions, traced to its
    sentences. Not medical advice: no clinician has reviewed it.

    \b
    Example:
      sts-kg options patient.yaml
      sts-kg explain patient.yaml pazopanib
      sts-kg query drugs/options-with-drug --drug doxorubicin
    """


@app.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print the script that lets a shell complete sts-kg.

    \b
    Example:
      eval "$(sts-kg completion bash)"
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None, f"click knows {shell}"
    click.echo(made(app, {}, "sts-kg", "_STS_KG_COMPLETE").source())


_CASES = (options_command, explain, ask, what_if)
_GRAPH = (queries_command, query_group, sparql, close, prove, sources, source_group, check, review, export)
_LINKS = (link, mappings_group, push)
for command in (*_CASES, *_GRAPH, *_LINKS):
    app.add_command(command)


def main() -> None:
    """Run the command line."""
    app(prog_name="sts-kg")
