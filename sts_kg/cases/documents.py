"""A case as the text of a case file, in YAML."""

from __future__ import annotations

import yaml

from sts_kg.cases.case import Case

__all__ = ["case_file"]


def case_file(case: Case, remark: str = "") -> str:
    """Return a case as a file in YAML, with a remark above it; read again it is the same case, but for its places.

    Raises
    ------
    CaseError
        The case has and lacks a finding, which only RDF can say.
    """
    above = "".join(f"# {line}\n" for line in remark.splitlines())
    return above + yaml.dump(case.as_dict(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Writes truth values as yes and no."""


_Dumper.add_representer(
    bool, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if value else "no")
)
