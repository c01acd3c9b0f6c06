// Suggests terms in each search form while somebody types. Without it the form works as it is.
const WAIT = 120; // milliseconds without a key before we ask

for (const form of document.querySelectorAll('form[role=search][action$="/search"]')) {
  const field = form.elements.q;
  const list = document.createElement("datalist");
  list.id = `suggested-${field.id}`;
  field.after(list);
  field.setAttribute("list", list.id);
  let timer = 0;
  let asked = "";
  let asking = new AbortController();
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => suggest(field.value.trim()), WAIT);
  });

  async function suggest(text) {
    if (text === asked || text.length < 2) return;
    asked = text;
    asking.abort();
    asking = new AbortController();
    try {
      const address = new URL("suggest", form.action); // it stands beside the search
      address.searchParams.set("q", text);
      const answer = await fetch(address, { signal: asking.signal });
      if (!answer.ok) return;
      const options = (await answer.json()).map((each) => {
        const option = document.createElement("option");
        option.value = each.label;
        option.label = [each.label, each.kind, each.by].filter(Boolean).join(", ");
        return option;
      });
      list.replaceChildren(...options);
    } catch (error) {
      if (error.name !== "AbortError") list.replaceChildren(); // no suggestions, then
    }
  }
}
