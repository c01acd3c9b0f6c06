"""What stands on the page of a case: the fields of its form as a browser would send them, and the status of options."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["errors_on", "fields_on", "statuses_on"]


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._inside, self._select = False, ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self._inside = given.get("id") == "case"
        if not self._inside:
            return
        name, kind = given.get("name") or "", given.get("type") or "text"
        if tag == "input" and name and (kind not in ("radio", "checkbox") or "checked" in given):
            self.found.append((name, given.get("value") or ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.found.append((self._select, given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def fields_on(page: str) -> list[tuple[str, str]]:
    """Return the names and values of the form of a case, as they are when nobody has touched the page."""
    reader = _Fields()
    reader.feed(page)
    return reader.found


def statuses_on(page: str) -> dict[str, str]:
    """Return the status of each option by its id; none if there are no answers."""
    found: dict[str, str] = {}
    for section in page.split('<section class="kind ')[1:]:
        status = section.partition('"')[0]
        found |= dict.fromkeys(re.findall(r'<li class="option" id="of-([^"]+)"', section), status)
    return found


def errors_on(page: str) -> dict[str, str]:
    """Return the errors beside fields, by the id of the field."""
    shown = re.findall(r'<p class="error" id="f-([^"]+)-error" data-live>([^<]+)</p>', page)
    return dict(shown)
