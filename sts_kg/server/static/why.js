// Unfolds a proof below its statement, and copies names. Without it "why?" is a link to the same proof.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a.why");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const open = link.parentElement.querySelector(":scope > .proof");
  if (open) {
    open.hidden = !open.hidden;
    link.setAttribute("aria-expanded", String(!open.hidden));
    return;
  }
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const proof = document.createElement("div");
    proof.className = "proof";
    proof.append(...page.querySelector("#proof").childNodes);
    link.parentElement.append(proof);
    link.setAttribute("aria-expanded", "true");
  } catch {
    location.href = link.href; // the page says what is wrong
  } finally {
    link.removeAttribute("aria-busy");
  }
});

for (const link of document.querySelectorAll("a.why")) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
}

if (navigator.clipboard) {
  for (const name of document.querySelectorAll("code.copied")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${name.textContent}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(name.textContent);
      button.textContent = "Copied";
    });
    name.after(" ", button);
  }
}
