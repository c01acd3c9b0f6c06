"""The command line `sts-kg`: parse, call, print.

Exit codes: 0 done, 1 the answer is no (violations, contradictions, ASK), 2 usage, 3 unreadable input, or a limit was
reached, 4 endpoint or store, 141 the reader of standard output has gone (as by SIGPIPE).

Everything except click is imported inside the commands, so that `--help` and completion are fast.
"""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from contextlib import suppress
from typing import Any

import click

from sts_kg.cli.authoring import conditions, new_case_command, new_guideline_command, test_command
from sts_kg.cli.cases import ask, explain, options_command, questionnaire, what_if
from sts_kg.cli.closure import close, prove
from sts_kg.cli.cohorts import cohort_group
from sts_kg.cli.links import link
from sts_kg.cli.mappings import mappings_group
from sts_kg.cli.ontology import check, describe, export, review, source_group, sources
from sts_kg.cli.pictures import picture_group
from sts_kg.cli.push import push
from sts_kg.cli.queries import codes, queries_command, query_group, sparql
from sts_kg.cli.server import serve_command
from sts_kg.cli.shared import DONE, ENDPOINT, NO, UNREAD, UNREADABLE, USAGE, terminal
from sts_kg.cli.sites import concepts, example, plan, sql, views
from sts_kg.errors import (
    AddressError,
    CurieError,
    EndpointError,
    InconsistentError,
    MemoryLimitError,
    NotEntailedError,
    ParameterError,
    QueriesError,
    QueryError,
    ReadingError,
    StsKgError,
    UnknownNameError,
)
from sts_kg.guideline import version
from sts_kg.safe import visible, without_secrets

__all__ = ["app", "main"]


_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S*?(?=[)'\"]*(?:\s|$))")


class _App(click.Group):
    """The commands. An error becomes one line on standard error and an exit code, not a traceback."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except BrokenPipeError:  # the reader of --help has gone
            raise click.exceptions.Exit(UNREAD) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StsKgError as error:
            for each in error.errors if isinstance(error, QueriesError) else (error,):
                terminal().error(str(each))
            ctx.exit(_code(error))
        except click.UsageError as error:  # it may name any word that was given
            said = visible(_ADDRESS.sub(lambda found: without_secrets(found[0]), error.message))
            error.message = said  # type: ignore[misc] # the way to keep its context and kind
            raise
        except MemoryError:
            terminal().error(str(MemoryLimitError(ctx.command_path, None)))
            ctx.exit(UNREADABLE)
        except BrokenPipeError:  # the reader of a pipe has gone, and wants no more
            ctx.exit(UNREAD)
        except OSError as error:
            terminal().error(f"{error.filename or 'file'}: {error.strerror or error}")
            ctx.exit(UNREADABLE)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            terminal().error(f"standard output: {error.encoding} has no {character!r}; set PYTHONIOENCODING=utf-8")
            ctx.exit(UNREADABLE)
        except KeyboardInterrupt as error:
            ctx.exit(_told(error))


def _code(error: StsKgError) -> int:
    if isinstance(error, InconsistentError | NotEntailedError):
        return NO
    if isinstance(error, EndpointError | AddressError):
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


_CASES = (options_command, explain, ask, what_if, questionnaire, cohort_group)
_GRAPH = (queries_command, query_group, sparql, close, prove, sources, source_group, check, review, export, describe)
_AUTHORING = (new_guideline_command, conditions, new_case_command, test_command)
_LINKS = (codes, link, mappings_group, push)
for command in (*_CASES, *_AUTHORING, *_GRAPH, picture_group, serve_command, *_LINKS):
    app.add_command(command)


for command in (concepts, example, plan, sql, views):
    cohort_group.add_command(command)


class _Stopped(KeyboardInterrupt):
    """A signal that ends the process, raised to clean up as after Ctrl-C; `number` is its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _stop(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough; cleaning up is not interrupted
    raise _Stopped(number)


def _told(error: KeyboardInterrupt) -> int:
    """Say that the command was stopped, and return the exit code that shells give to its signal."""
    number = error.number if isinstance(error, _Stopped) else signal.SIGINT
    terminal().error("stopped; nothing was written by halves")
    return 128 + number


class _Out(io.FileIO):
    """Standard output; its errors name it."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from None


def _open_streams() -> None:
    """Give the process a standard output and error where they are closed; one that is closed cannot be written."""
    for name, mode in (("stdin", os.O_WRONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:  # no other file may get this number
            stream = open(os.open(os.devnull, mode), "r" if name == "stdin" else "w", encoding="utf-8")
            setattr(sys, name, stream)
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        before, raw = sys.stdout, _Out(sys.stdout.fileno(), "w", closefd=False)
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding=before.encoding, errors=before.errors)
        sys.__stdout__ = sys.stdout  # type: ignore[misc] # still the process's own


def main() -> None:
    """Run the command line."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, _stop)
    _open_streams()
    code: object = DONE
    try:
        app(prog_name="sts-kg")
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt as error:  # after the commands, or before
        code = _told(error)
    try:
        sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and not code:
            with suppress(OSError):
                sys.stderr.write(f"sts-kg: standard output: {error.strerror}\n")
        code = code or (UNREAD if isinstance(error, BrokenPipeError) else UNREADABLE)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where the rest goes at exit
    with suppress(OSError):
        sys.stderr.flush()
    sys.exit(code)  # type: ignore[arg-type] # what click gave
