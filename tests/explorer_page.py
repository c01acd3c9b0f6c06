"""A page that runs the explorer in a browser: the module by a blob, as anywidget loads it, and a model that answers."""

from __future__ import annotations

import json
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--virtual-time-budget=10000"),
)
#: No address may be asked, and no text be run: a violation is an error of the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' blob:"
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>explorer</title>
<meta http-equiv="Content-Security-Policy" content="POLICY">
<style>:root { color-scheme: light dark; } body { margin: 1rem; font-family: sans-serif; } #told { display: none; }
CSS</style></head><body><div id="here"></div><pre id="told">nothing</pre>
<script id="source" type="text/plain">SOURCE</script>
<script id="state" type="application/json">STATE</script>
<script type="module">
const errors = [];
addEventListener("error", event => errors.push(event.message));
addEventListener("unhandledrejection", event => errors.push(String(event.reason)));
addEventListener("securitypolicyviolation", event => errors.push(`${event.violatedDirective} ${event.blockedURI}`));
let state = JSON.parse(document.getElementById("state").textContent);
const sent = [], heard = {};
const fire = (event, message) => heard[event]?.forEach(does => does(message));
const model = {
  get: name => state[name],
  set: (name, value) => { state = { ...state, [name]: value }; fire(`change:${name}`); },
  save_changes: () => {},
  send: message => sent.push(message),
  on: (event, does) => (heard[event] ??= new Set()).add(does),
  off: (event, does) => heard[event]?.delete(does),
};
const wait = ms => new Promise(done => setTimeout(done, ms));
const receive = async changes => {
  state = { ...state, ...changes };
  Object.keys(changes).forEach(name => fire(`change:${name}`));
  await wait(100);
};
try {
  const source = document.getElementById("source").textContent;
  const { default: widget } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const here = document.getElementById("here");
  const show = async () => {
    const el = here.appendChild(document.createElement("div"));
    const gone = widget.render({ model, el });
    await wait(300);
    return { el, gone };
  };
  const told = await (async () => { STEPS })();
  document.getElementById("told").textContent = JSON.stringify({ told, sent, errors, state });
} catch (error) {
  document.getElementById("told").textContent = JSON.stringify({ errors: [...errors, String(error.stack || error)] });
}
</script></body></html>"""


def page(explorer: Any, steps: str) -> str:
    """Return a page that shows a widget and takes steps, which may `return` something (JavaScript)."""
    names = ("nodes", "edges", "positions", "expanded", "selected", "note")
    state = json.dumps({name: getattr(explorer, name) for name in names}).replace("<", "\\u003c")
    assert "</script" not in explorer._esm
    made = PAGE.replace("POLICY", POLICY).replace("CSS", explorer._css).replace("STEPS", steps)
    return made.replace("STATE", state, 1).replace("SOURCE", explorer._esm, 1)


def run(explorer: Any, steps: str, folder: Path) -> dict[str, Any]:
    """Return what the steps returned (`told`), the messages that were sent, the errors, and the state at the end."""
    assert CHROMIUM is not None
    file = folder / "page.html"
    file.write_text(page(explorer, steps), encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    told: dict[str, Any] = json.loads(unescape(done.stdout.partition('<pre id="told">')[2].partition("</pre>")[0]))
    return told
