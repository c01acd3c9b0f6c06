// Fills the list of suggestions of each search field while somebody types. Without it the form works as it is.
const WAIT = 120; // milliseconds without a key before we ask

for (const field of document.querySelectorAll("input[data-suggest]")) {
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
      const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal: asking.signal });
      if (!answer.ok) return;
      const options = (await answer.json()).map((each) => {
        const option = document.createElement("option");
        option.value = each.label;
        option.label = [each.kind, each.by].filter(Boolean).join(", ");
        return option;
      });
      field.list.replaceChildren(...options);
    } catch (error) {
      if (error.name !== "AbortError") field.list.replaceChildren(); // no suggestions, then
    }
  }
}
