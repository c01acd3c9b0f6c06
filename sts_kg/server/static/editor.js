// The editor of the page /sparql: CodeMirror over the text field of a form that works by itself, without this script.
//
// It keeps nothing: no storage, no cookie, and no query in the address unless someone asks for a link. It asks only our
// own server: /sparql for answers and examples, as the form would, and once for what can be completed.

import {
  EditorView, HighlightStyle, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, completionKeymap,
  defaultKeymap, drawSelection, EditorState, highlightSpecialChars, history as undoing, historyKeymap, keymap,
  lineNumbers, lintGutter, lintKeymap, setDiagnostics, sparql, styleTags, syntaxHighlighting, syntaxTree, tags,
} from "./codemirror.min.mjs";

const [form, field, examples, run, cancel, link, told] =
  ["ask", "query", "examples", "run", "cancel", "link", "told"].map(id => document.getElementById(id));
const answer = () => document.getElementById("answer");
const chooser = document.getElementById("example");
let example = { name: chooser.value, text: field.value };
let answered = field.value;  // the query whose answer is shown

// --- What can be completed

const KEYWORDS = `SELECT CONSTRUCT DESCRIBE ASK WHERE DISTINCT REDUCED FROM NAMED PREFIX BASE OPTIONAL UNION MINUS
  GRAPH FILTER BIND AS VALUES UNDEF EXISTS NOT IN GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET COUNT SUM MIN MAX AVG
  SAMPLE GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN
  UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS
  TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT sameTerm isIRI isBLANK isLITERAL
  isNUMERIC SUBSTR REPLACE REGEX true false a`.split(/\s+/).map(label => ({ label, type: "keyword" }));

let prefixes = {};  // prefix to namespace
let terms = [];  // completions: our prefixes, and what has a label

async function learn() {
  const known = await (await fetch(form.dataset.completions)).json();
  prefixes = known.prefixes;
  terms = [
    ...Object.entries(prefixes).map(([prefix, iri]) => ({ label: `${prefix}:`, detail: ` ${iri}`, type: "namespace" })),
    ...known.terms.map(([curie, label, kind]) => ({
      label: `${curie} ${label}`,  // found by either
      displayLabel: curie,
      apply: curie,
      detail: ` ${label} (${kind})`,  // the space is for those who hear it
      type: { class: "class", property: "property" }[kind] || "constant",
    })),
  ];
}

// Returns what can stand at the cursor: variables of the text after ? or $, else terms, prefixes and keywords.
function completions(context) {
  const word = context.matchBefore(/[?$]\w*|[\w-]*:?[\w.-]*/);
  if (/^(Comment|String|IriRef)$/.test(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const text = context.state.doc.toString();
  const others = text.slice(0, word.from) + text.slice(word.to);
  const variables = [...new Set(others.match(/[?$]\w+/g))].map(label => ({ label, type: "variable" }));
  if (/^[?$]/.test(word.text)) return { from: word.from, options: variables, validFor: /^[?$]\w*$/ };
  const isClass = /(\ba|\brdf:type)\s+$/.test(text.slice(0, word.from));
  const wanted = isClass ? terms.map(term => (term.type === "class" ? { ...term, boost: 50 } : term)) : terms;
  const options = [...(word.text ? [] : variables), ...(word.text.includes(":") ? [] : KEYWORDS), ...wanted];
  return { from: word.from, options, validFor: /^[\w-]*:?[\w.-]*$/ };
}

// Declares the prefixes of ours that a text uses, whether they were typed, pasted or completed.
const declaring = EditorState.transactionFilter.of(change => {
  if (!change.docChanged || !change.isUserEvent("input")) return change;
  const text = change.newDoc.toString().replace(/<[^<>\s]*>|"[^"\n]*"|'[^'\n]*'|#.*$/gm, " ");
  const used = new Set([...text.matchAll(/(?<![\w?$:.-])([A-Za-z][\w-]*):/g)].map(match => match[1]));
  const declared = new Set([...text.matchAll(/\bPREFIX\s+([\w-]*):/gi)].map(match => match[1]));
  const missing = [...used].filter(prefix => Object.hasOwn(prefixes, prefix) && !declared.has(prefix));
  if (!missing.length) return change;
  const insert = missing.map(prefix => `PREFIX ${prefix}: <${prefixes[prefix]}>\n`).join("");
  return [change, { changes: { from: 0, insert }, sequential: true }];
});

// Replaces a selection by what is typed. The browser would write the style of what it replaces into the text, which the
// policy of the page forbids.
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
    const typed = () => view.state.update(view.state.replaceSelection(event.data),
      { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);  // such as for brackets
    if (!handlers.some(handle => handle(view, from, to, event.data, typed))) view.dispatch(typed());
    return true;
  },
});

// --- How it looks: colours are variables of the page, so that light and dark are one matter of its style sheet

const language = sparql().language.configure({
  props: [styleTags({ "Pname_ln Pname_ns": tags.namespace, A_predicate: tags.keyword, Langtag: tags.annotation })],
});

const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--code-variable)" },
  { tag: [tags.string, tags.annotation], color: "var(--code-string)" },
  { tag: [tags.integer, tags.float, tags.bool], color: "var(--code-number)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--code-iri)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)", border: "1px solid var(--soft)",
    borderRadius: "4px", fontSize: "var(--code-size)" },
  "&.cm-focused": { outline: "3px solid var(--mark)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace", lineHeight: "1.5",
    maxHeight: "32em", overflow: "auto" },
  ".cm-content, .cm-gutter": { minHeight: "14em" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--tint)", borderRight: "1px solid var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--code-selection)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--code-selection)", outline: "1px solid var(--soft)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--card)", border: "1px solid var(--soft)",
    borderRadius: "4px", maxWidth: "95vw" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { maxWidth: "95vw", maxHeight: "16em", fontFamily: "inherit" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 6px", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]":
    { color: "var(--card)", backgroundColor: "var(--mark)" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { fontWeight: "600" },
  ".cm-diagnostic": { borderLeftColor: "var(--not-met-ink)", padding: ".4em .6em", maxWidth: "40em" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--not-met-ink)" },
});

// --- The editor. It stands in a shadow root, where CodeMirror adopts a style sheet instead of writing <style>, which
// the policy of the page forbids. Tab is not bound, so it leaves the editor as it leaves any field.

const host = document.createElement("div");
field.after(host);
const root = host.attachShadow({ mode: "open" });
const editor = new EditorView({
  doc: field.value,
  root,
  parent: root,
  extensions: [
    keymap.of([
      { key: "Mod-Enter", preventDefault: true, run: () => (form.requestSubmit(run), true) },
      ...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap,
    ]),
    lineNumbers(), undoing(), drawSelection(), highlightSpecialChars(), bracketMatching(), closeBrackets(),
    EditorView.lineWrapping, lintGutter(), language, syntaxHighlighting(highlighting), theme,
    declaring, replacing,
    autocompletion({ override: [completions], maxRenderedOptions: 60 }),
    EditorView.contentAttributes.of({
      tabindex: "0", "aria-label": "SPARQL query", "aria-description": "Ctrl-Enter runs it, Ctrl-Space completes, Tab leaves.",
      autocorrect: "off", autocapitalize: "none", spellcheck: "false",
    }),
    EditorView.updateListener.of(update => update.docChanged && changed()),
  ],
});
field.hidden = true;
document.querySelector("label[for=query]").addEventListener("click", () => editor.focus());
document.querySelectorAll("[data-scripted], [data-unscripted]").forEach(each => (each.hidden = !each.hidden));

function changed() {
  field.value = editor.state.doc.toString();
  named();
  if (location.search) history.replaceState(null, "", location.pathname);  // the address held another query
  if (answer().dataset.status && !working) told.textContent = "The query was changed after this answer.";
}

// Names the example only while it is the query.
function named() {
  chooser.value = field.value === example.text ? example.name : "";
}

function write(text) {
  editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });  // one step to undo
}

// Underlines where an error is, from the place on to the end of its line.
function mark() {
  const wrong = answer().querySelector("[data-line]");
  const { doc } = editor.state;
  if (!wrong || wrong.dataset.line > doc.lines) return editor.dispatch(setDiagnostics(editor.state, []));
  const line = doc.line(Number(wrong.dataset.line));
  const before = [...line.text].slice(0, Number(wrong.dataset.column) - 1).join("");  // columns count characters
  const from = line.from + before.length;
  const found = { from: from === line.to ? line.from : from, to: line.to, severity: "error", message: wrong.innerText };
  editor.dispatch(setDiagnostics(editor.state, [found]), { effects: EditorView.scrollIntoView(from) });
}

// --- Running

let working = null;  // what aborts the request under way

function busy(controller) {
  working = controller;
  cancel.disabled = !controller;
  answer().ariaBusy = String(Boolean(controller));
}

const seconds = since => `${((performance.now() - since) / 1000).toFixed(2)} s`;

// No answer stands below a query that it does not answer.
function unanswered(said = "") {
  const told = document.createElement("p");
  told.textContent = said;
  answer().replaceChildren(...(said ? [told] : []));
  delete answer().dataset.status;
}

// Sends the form as the browser would, and puts the answer of the page that comes back in the place of the last one.
async function ask(button) {
  working?.abort();
  const mine = new AbortController();
  busy(mine);
  const began = performance.now();
  told.textContent = "Running …";
  const asked = field.value;
  if (button === run || asked !== answered) unanswered();
  let end;
  try {
    const reply = await fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form, button)), headers: { Accept: "text/html" },
      signal: mine.signal, cache: "no-store",
    });
    const file = /filename="([^"]+)"/.exec(reply.headers.get("Content-Disposition"))?.[1];
    if (reply.ok && file) {
      save(await reply.blob(), file);
      end = `Saved as ${file} after ${seconds(began)}.`;
    } else {
      const text = await reply.text();
      const made = new DOMParser().parseFromString(text, "text/html").getElementById("answer");
      if (mine !== working) return;
      end = reply.ok ? `Answered after ${seconds(began)}.` : `Not answered (${reply.status}) after ${seconds(began)}.`;
      if (made) {
        answer().replaceWith(document.adoptNode(made));
        answered = asked;
      } else {
        end += ` ${text.slice(0, 300)}`;  // no page of ours: too large for the server, or it comes from a proxy
        unanswered("No answer.");
      }
      mark();
    }
  } catch (error) {
    const gone = "The server could not be reached; the query is still here.";
    end = error.name === "AbortError" ? `Cancelled after ${seconds(began)}.` : gone;
    if (mine === working && !answer().dataset.status) unanswered("No answer.");
  }
  if (mine !== working) return;  // another one was begun meanwhile
  busy(null);
  told.textContent = field.value === asked ? end : `${end} The query was changed meanwhile.`;
  if (answer().getBoundingClientRect().top > 0.8 * innerHeight) told.scrollIntoView();  // on a phone
}

function save(blob, name) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}

form.addEventListener("submit", event => {
  event.preventDefault();
  ask(event.submitter || run);
});
cancel.addEventListener("click", () => {
  working?.abort();
  editor.focus();
});
link.addEventListener("click", () => {
  history.replaceState(null, "", `${location.pathname}?${new URLSearchParams({ query: field.value })}`);
  told.textContent = "The address of this page now holds the whole query: copy it from there.";
});

// An example comes as the page that the list of examples leads to without this script.
examples.addEventListener("change", async () => {
  try {
    const address = `${examples.action}?${new URLSearchParams(new FormData(examples))}`;
    const reply = await fetch(address, { headers: { Accept: "text/html" } });
    const made = new DOMParser().parseFromString(await reply.text(), "text/html");
    example = { name: made.getElementById("example").value, text: made.getElementById("query").value };
    write(example.text);
    told.textContent = "The example is in the editor.";
  } catch {
    named();
    told.textContent = "The example could not be loaded.";
  }
});

learn().catch(() => (told.textContent = "Prefixes and terms could not be loaded, so they are not completed."));
mark();
