"""Scripts for the bulk loaders of stores, which load the files of a dump beside them."""

from __future__ import annotations

__all__ = ["scripts"]

_HEAD = """\
#!/bin/sh
# Load the graphs of this folder into {store}.
# Usage: {usage}
{notes}set -eu
files=$(cd "$(dirname "$0")" && pwd)
"""

_NEEDS = """\
command -v {program} >/dev/null 2>&1 || {{ echo "there is no {program}: {remedy}" >&2; exit 127; }}
"""

_DONE = """\
echo "loaded; compare: sts-kg push --verify-only, with --store or --endpoint, and the other options as for --files"
"""

_OXIGRAPH = """\
store=${1:?name the folder of the store}
oxigraph load --location "$store" --file "$files"/*.nq.gz
"""

_VIRTUOSO = r"""server=${1:-localhost:1111}
isql=$(command -v isql-vt || command -v isql-v || command -v isql) ||
    { echo "there is no isql: it comes with Virtuoso; put it on the PATH" >&2; exit 127; }
case $files in *"'"*) echo "the name of the folder has a quote: $files" >&2; exit 2 ;; esac
ask() {
    "$isql" "$server" "${VIRTUOSO_USER:-dba}" "${VIRTUOSO_PASSWORD:-dba}" VERBOSE=OFF PROMPT=OFF ERRORS=STDOUT EXEC="$1"
}
failed() { printf '%s\n' "$@" >&2; exit 1; }
# The list of files keeps what was loaded before, and what failed: this folder is listed anew.
listed="FROM DB.DBA.load_list WHERE ll_file LIKE '$files/%'"
said=$(ask "
DELETE $listed;
ld_dir('$files', '%.nq.gz', 'urn:sts-kg:default');
rdf_loader_run();
checkpoint;
SELECT 'failed: ' || ll_file || ': ' || ll_error $listed AND ll_error IS NOT NULL;
SELECT 'loaded: ' || CAST(COUNT(*) AS VARCHAR) $listed AND ll_state = 2;
") || failed "$said"
expected=$(ls "$files"/*.nq.gz | wc -l | tr -d ' ')
case $said in
*"failed: "* | *"*** Error"*) failed "$said" ;;
*"loaded: $expected"*) ;;
*) failed "$said" "not all of $expected files were loaded; is $files in DirsAllowed of virtuoso.ini?" ;;
esac
"""

_FUSEKI = """\
store=${1:?name the folder of the TDB2 database}
tdb2.tdbloader --loc "$store" "$files"/*.nq.gz
"""

_GRAPHDB = """\
repository=${1:?name the repository}
importrdf preload ${FORCE:+--force} --id "$repository" "$files"/*.nq.gz
"""

_QLEVER = """\
index=${1:-sts-kg}
cat "$files"/*.nq.gz | gzip -dc | qlever-index -i "$index" -F nq -f -
"""

# Name of the script: store, usage, notes, program and where it comes from, what it does.
_STORES = {
    "oxigraph": (
        "Oxigraph",
        "load-oxigraph.sh FOLDER",
        "FOLDER is that of the store; no server may have it open.",
        ("oxigraph", "pip install oxigraph"),
        _OXIGRAPH,
    ),
    "virtuoso": (
        "Virtuoso",
        "load-virtuoso.sh [HOST:PORT]",
        "HOST:PORT is that for SQL. VIRTUOSO_USER and VIRTUOSO_PASSWORD are those of an administrator, by default dba; "
        "other users of this machine can see them while it runs. The server must see this folder under the same name, "
        "and DirsAllowed in virtuoso.ini must have it.",
        None,
        _VIRTUOSO,
    ),
    "fuseki": (
        "Apache Jena TDB2, which Fuseki serves",
        "load-fuseki.sh FOLDER",
        "FOLDER is that of the database; stop Fuseki first, and start it again with --tdb2 --loc FOLDER.",
        ("tdb2.tdbloader", "it is in the folder bin of Apache Jena; put it on the PATH"),
        _FUSEKI,
    ),
    "graphdb": (
        "GraphDB",
        "load-graphdb.sh REPOSITORY",
        "REPOSITORY is its id; stop the server first. With FORCE=yes, what a repository has is replaced.",
        ("importrdf", "it is in the folder bin of GraphDB; put it on the PATH"),
        _GRAPHDB,
    ),
    "qlever": (
        "QLever",
        "load-qlever.sh [NAME]",
        "NAME is that of the index, written into the current folder.",
        ("qlever-index", "it comes with QLever (before 2025: IndexBuilderMain); put it on the PATH"),
        _QLEVER,
    ),
}


def scripts() -> dict[str, str]:
    """Return the scripts by file name, for /bin/sh."""
    texts = {}
    for name, (store, usage, notes, program, body) in _STORES.items():
        head = _HEAD.format(store=store, usage=usage, notes=_comments(notes))
        needs = _NEEDS.format(program=program[0], remedy=program[1]) if program else ""
        texts[f"load-{name}.sh"] = f"{head}{needs}{body}{_DONE}"
    return texts


def _comments(text: str) -> str:
    """Return a text as lines of comments, 100 characters wide."""
    lines, line = [], "#"
    for word in text.split():
        if len(line) + len(word) > 99:
            lines.append(line)
            line = "#"
        line += f" {word}"
    return "".join(f"{each}\n" for each in (*lines, line))
