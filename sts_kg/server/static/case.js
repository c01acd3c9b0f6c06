// The answers as they are clicked. Without this module the buttons of the form do the same.
// Facts leave this page by POST only, to the address of the form; nothing is stored.

const form = document.getElementById("case");
const status = document.getElementById("status");
let asked = 0;

const pairs = (extra) => {
  const data = new URLSearchParams(new FormData(form));
  for (const [name, value] of extra ?? []) data.append(name, value);
  return data;
};

// Put what the server says of the form in the place of what it said before: answers, errors, what follows.
const put = (made) => {
  const active = document.activeElement;
  const inside = active?.closest("#answers") ? active.id || "next" : null;
  const open = [...document.querySelectorAll("#answers details")].map((each) => [each.id, each.open]);
  for (const fresh of made.querySelectorAll("[data-live]")) {
    const old = document.getElementById(fresh.id);
    if (!old) continue;
    old.replaceChildren(...fresh.childNodes);
    old.hidden = fresh.hidden;
  }
  for (const [id, was] of open) {
    const each = id && document.getElementById(id);
    if (each) each.open = was;
  }
  for (const input of form.querySelectorAll("input")) {
    const fresh = input.id && made.getElementById(input.id);
    if (!fresh) continue;
    if (fresh.hasAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  if (inside) (document.getElementById(inside) ?? document.getElementById("next") ?? document.getElementById("answers-title"))?.focus({ preventScroll: true });
  const wrong = document.querySelector("#wrong h2")?.textContent;
  const clash = document.querySelector("#contradictions h3")?.textContent;
  const counts = document.getElementById("summary")?.textContent;
  status.textContent = [wrong, clash, counts].filter(Boolean).join(". ").replace(/[✓✗?!]/g, "").replace(/\s+/g, " ").trim();
};

const refresh = async () => {
  const turn = ++asked;
  const answers = document.getElementById("answers");
  answers.classList.add("waiting");
  try {
    const answer = await fetch(form.action.split("#")[0], {
      method: "POST", body: pairs([["do", "answers"]]), headers: { Accept: "text/html" },
      cache: "no-store", referrerPolicy: "no-referrer", credentials: "same-origin",
    });
    const text = await answer.text();
    if (turn !== asked) return; // a later click is on its way
    const made = new DOMParser().parseFromString(text, "text/html");
    if (!made.getElementById("answers")) throw new Error("no answers");
    put(made);
  } catch {
    if (turn === asked) status.textContent = "The answers could not be fetched. They are those from before; “Show the answers” tries again.";
  } finally {
    if (turn === asked) answers.classList.remove("waiting");
  }
};

form.addEventListener("change", (event) => {
  if (event.target.name === "reading") form.requestSubmit(); // another reading may ask other questions
  else refresh();
});

// Who leaves while something is answered that is in no file is asked first; our own buttons carry the answers along.
const answered = () => `${new URLSearchParams([...pairs()].filter(([name, value]) => value && name !== "reading"))}`;
let saved = "saved" in form.dataset ? answered() : "";
let sending = false;
addEventListener("beforeunload", (event) => {
  if (!sending && answered() && answered() !== saved) event.preventDefault();
});
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.submitter?.formAction.endsWith("/case/file")) saved = answered();
  sending = true;
  setTimeout(() => (sending = false), 1000); // a file is saved, and a picture opened, without leaving
});

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name === "set") {
    event.preventDefault();
    for (const each of button.value.trim().split(" ")) {
      const [name, value] = each.split("=");
      for (const radio of form.elements[name] ?? []) radio.checked = radio.value === value;
    }
    refresh();
  } else if (button?.value === "answers") {
    event.preventDefault();
    refresh().then(() => {
      const to = document.querySelector("#wrong .notice") ?? document.getElementById("answers-title");
      to.focus({ preventScroll: true });
      const { top, bottom } = to.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight) to.scrollIntoView({ block: "start" });
    });
  }
});

// What was answered and what was not is printed though it is folded; a “Why” only if it is open.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("#answers .record details:not([open])")];
  for (const each of folded) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of folded) each.open = false;
});

const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());

// A link holds the form behind “#”, which browsers send to no server. It is made on a click only.
const link = document.getElementById("link");
link.hidden = false;
link.addEventListener("click", () => {
  const data = new URLSearchParams([...pairs()].filter(([, value]) => value));
  const field = document.getElementById("address");
  field.value = `${form.action.split("#")[0]}#case?${data}`;
  document.getElementById("linked").hidden = false;
  field.focus();
  field.select();
});

// A page that was opened by such a link: the facts are taken out of the address, then sent as if they had been typed.
if (location.hash.startsWith("#case?")) {
  const data = new URLSearchParams(location.hash.slice("#case?".length));
  history.replaceState(null, "", location.pathname);
  const sent = document.createElement("form");
  sent.method = "post";
  sent.action = form.action;
  for (const [name, value] of data) {
    const input = document.createElement("input");
    input.type = "hidden";
    [input.name, input.value] = [name, value];
    sent.append(input);
  }
  document.body.append(sent);
  sent.submit();
}
