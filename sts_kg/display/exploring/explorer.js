// The interactive view of a graph, for anywidget: `cytoscape` stands before this in the one module that is sent.
// It asks nothing of any server: neighbours and searches go to the kernel as messages of the model.

const widget = (() => {
  const WIDTH = 150;  // of a label before it is wrapped, in the units of the picture
  const GAP = 26;
  const READABLE = 0.7;  // of the natural size, at which letters have 12 pixels

  function made(tag, name, text) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function button(text, title, does) {
    const element = made("button", "", text);
    element.type = "button";
    element.title = title;
    element.addEventListener("click", does);
    return element;
  }

  // The front end says by the colour of its text whether it is dark.
  function isDark(el) {
    const parts = (getComputedStyle(el).color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
    return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] > 140;
  }

  function looks(dark) {
    const ink = dark ? "#e3e8ef" : "#1c2430";
    const ground = dark ? "#1a2028" : "#ffffff";
    const line = dark ? "#7c8a9a" : "#6b7785";
    const mark = dark ? "#85bdf0" : "#14558f";
    return [
      { selector: "node", style: {
        "label": node => `${node.data("label")}\n(${node.data("kind")})`,
        "shape": "data(shape)", "text-wrap": "wrap", "text-max-width": `${WIDTH}px`, "text-valign": "center",
        "text-halign": "center", "font-size": 12, "font-family": "system-ui, sans-serif", "color": ink,
        "width": node => size(node.data()).width, "height": node => size(node.data()).height,
        "background-color": ground, "border-width": 1.5, "border-color": line } },
      { selector: "node.open", style: { "border-width": 3 } },
      { selector: "node.chosen", style: { "border-color": mark, "border-width": 4 } },
      { selector: "edge", style: {
        "label": edge => edge.data("label") + (edge.data("is_inferred") ? " (inferred)" : ""),
        "curve-style": "bezier", "target-arrow-shape": "triangle", "arrow-scale": 0.9, "width": 1.3,
        "line-color": line, "target-arrow-color": line, "font-size": 10, "font-family": "system-ui, sans-serif",
        "color": ink, "text-rotation": "autorotate", "text-background-color": ground,
        "text-background-opacity": 0.9, "text-background-padding": 1 } },
      { selector: "edge[?is_inferred]", style: { "line-style": "dashed" } },
    ];
  }

  // The box that a label needs: lines of the label and one of the kind, with room for shapes that taper.
  function size(data) {
    const perLine = 24;
    const lines = Math.ceil(data.label.length / perLine) + Math.ceil((data.kind.length + 2) / perLine);
    const longest = Math.min(perLine, Math.max(data.label.length, data.kind.length + 2));
    const tapers = { "diamond": 1.7, "ellipse": 1.3, "hexagon": 1.25, "tag": 1.35 }[data.shape] || 1.08;
    return { width: (longest * 6.4 + 14) * tapers, height: (lines * 15 + 10) * tapers };
  }

  function overlaps(at, box, others) {
    return others.some(other =>
      Math.abs(at.x - other.x) < (box.width + other.width) / 2 + GAP &&
      Math.abs(at.y - other.y) < (box.height + other.height) / 2 + GAP);
  }

  // The first free place from a centre outwards; the same graph in the same order gives the same places.
  function place(centre, box, others, angle, many) {
    const across = Math.max(150 + 22 * many, (centre.width + box.width) / 2 + 115);
    const along = Math.max(90 + 11 * many, (centre.height + box.height) / 2 + 70);
    for (let far = 1; far < 12; far += 0.15) {
      const at = { x: centre.x + Math.cos(angle) * across * far, y: centre.y + Math.sin(angle) * along * far };
      if (!overlaps(at, box, others)) return at;
    }
    return { x: centre.x, y: centre.y };
  }

  // The directions in which a term has room: all around, or away from what is there already.
  function directions(centre, others, many) {
    const middle = key => others.reduce((sum, each) => sum + each[key], 0) / others.length;
    if (!others.length) return Array.from({ length: many }, (_, at) => 2 * Math.PI * (at + 0.5) / many);
    const away = Math.atan2(centre.y - middle("y") || 1e-6, centre.x - middle("x"));
    const spread = Math.min(4.2, 0.7 * (many - 1));
    return Array.from({ length: many }, (_, at) => away + (many > 1 ? spread * (at / (many - 1) - 0.5) : 0));
  }

  function render({ model, el }) {
    const root = made("div", "sts-kg-explorer");
    const bar = made("div", "bar");
    const search = made("input");
    search.type = "search";
    search.placeholder = "Find a term by its name";
    search.setAttribute("aria-label", "Find a term by its name");
    const found = made("ul", "found");
    found.setAttribute("aria-label", "terms that were found");
    const canvas = made("div", "canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "a picture of the graph; the list beside it has its terms");
    const side = made("div", "side");
    const about = made("div", "about");
    about.setAttribute("aria-live", "polite");
    const terms = made("ul", "terms");
    terms.setAttribute("aria-label", "terms that are shown");
    const note = made("div", "note quiet");
    note.setAttribute("role", "status");
    side.append(about, terms);
    root.append(bar, found, canvas, side, note);
    el.append(root);

    const cy = cytoscape({ container: canvas, style: looks(isDark(el)), userZoomingEnabled: false, maxZoom: 3,
      minZoom: 0.1, autoungrabify: false, boxSelectionEnabled: false });
    const zoom = by => cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    bar.append(search,
      button("+", "larger", () => zoom(1.25)), button("−", "smaller", () => zoom(0.8)),
      button("Fit", "show all of it", () => cy.fit(undefined, 20)),
      button("Start again", "show the first term and its neighbours alone", () => ask("restart", "")));
    // a page keeps scrolling under the pointer: only with Ctrl does the wheel zoom
    canvas.addEventListener("wheel", event => {
      if (event.ctrlKey) { event.preventDefault(); zoom(event.deltaY < 0 ? 1.1 : 0.9); }
    }, { passive: false });

    // All of it where that can be read, and else what is around the chosen term.
    function look() {
      cy.fit(undefined, 20);
      const chosen = cy.getElementById(model.get("selected"));
      if (cy.zoom() < READABLE && chosen.nonempty()) { cy.zoom(READABLE); cy.center(chosen); }
      if (cy.zoom() > 1.2) { cy.zoom(1.2); cy.center(); }
    }

    function ask(kind, text) { model.send({ kind, text }); }

    function choose(id) {
      if (model.get("selected") !== id) { model.set("selected", id); model.save_changes(); }
      if (!model.get("expanded").includes(id)) ask("expand", id);
    }

    function keep() {
      const positions = {};
      cy.nodes().forEach(node => { positions[node.id()] = { ...node.position() }; });
      model.set("positions", positions);
      model.save_changes();
    }

    function draw() {
      const nodes = model.get("nodes"), edges = model.get("edges"), kept = model.get("positions");
      const wanted = new Set([...nodes, ...edges].map(each => each.id));
      cy.elements().filter(each => !wanted.has(each.id())).remove();
      const boxes = cy.nodes().map(node => ({ id: node.id(), ...node.position(), ...size(node.data()) }));
      const waiting = nodes.filter(node => cy.getElementById(node.id).empty());
      for (const data of waiting.filter(node => kept[node.id])) {
        cy.add({ group: "nodes", data, position: { ...kept[data.id] } });
        boxes.push({ id: data.id, ...kept[data.id], ...size(data) });
      }
      const fresh = waiting.filter(node => !kept[node.id]);
      const boxOf = id => { const node = cy.getElementById(id); return { ...node.position(), ...size(node.data()) }; };
      const beside = data => {  // the first term that it is related to and that has its place
        const other = edge => edge.source === data.id ? edge.target : edge.source;
        const edge = edges.find(each => (each.source === data.id || each.target === data.id)
          && cy.getElementById(other(each)).nonempty());
        return edge && other(edge);
      };
      for (let left = fresh; left.length;) {
        const parent = beside(left[0]);
        const group = parent ? left.filter(each => beside(each) === parent) : [left[0]];
        const centre = parent && boxOf(parent);
        const angles = parent && directions(centre, boxes.filter(box => box.id !== parent), group.length);
        group.forEach((data, at) => {
          const box = size(data);
          const right = boxes.length ? Math.max(...boxes.map(each => each.x + each.width / 2)) + 250 : 0;
          const position = parent ? place(centre, box, boxes, angles[at], group.length) : { x: right, y: 0 };
          cy.add({ group: "nodes", data, position });
          boxes.push({ id: data.id, ...position, ...box });
        });
        left = left.filter(each => !group.includes(each));
      }
      const there = id => cy.getElementById(id).nonempty();
      for (const data of edges)
        if (!there(data.id) && there(data.source) && there(data.target)) cy.add({ group: "edges", data });
      if (fresh.length) keep();
      if (waiting.length) look();
      list();
    }

    function list() {
      const nodes = [...model.get("nodes")].sort((a, b) => a.label.localeCompare(b.label));
      const had = terms.contains(document.activeElement) ? document.activeElement.dataset.id : null;
      terms.replaceChildren(...nodes.map(node => {
        const item = made("li");
        const press = button(`${node.label} (${node.kind})`, `show ${node.curie} and its neighbours`,
          () => choose(node.id));
        press.dataset.id = node.id;
        item.append(press);
        return item;
      }));
      if (had) [...terms.querySelectorAll("button")].find(each => each.dataset.id === had)?.focus();
      mark();
    }

    function mark() {
      const id = model.get("selected"), expanded = new Set(model.get("expanded"));
      cy.nodes().forEach(node => {
        node.toggleClass("chosen", node.id() === id);
        node.toggleClass("open", expanded.has(node.id()));
      });
      terms.querySelectorAll("button").forEach(each =>
        each.setAttribute("aria-current", String(each.dataset.id === id)));
      const node = model.get("nodes").find(each => each.id === id);
      about.replaceChildren();
      if (node) about.append(made("div", "name", node.label), made("div", "quiet", `${node.kind} · ${node.curie}`),
        made("div", "", node.definition));
    }

    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { if (search.value.trim()) ask("find", search.value); else found.replaceChildren(); }, 150);
    });
    search.addEventListener("keydown", event => {
      if (event.key === "Enter") found.querySelector("button")?.click();
      if (event.key === "Escape") { search.value = ""; found.replaceChildren(); }
    });

    function onMessage(message) {
      if (message.kind !== "found" || message.text !== search.value) return;
      const items = message.nodes.map(node => {
        const item = made("li");
        item.append(button(`${node.label} (${node.kind})`, node.curie, () => {
          found.replaceChildren();
          search.value = "";
          choose(node.id);
        }));
        return item;
      });
      found.replaceChildren(...(items.length ? items : [made("li", "quiet", "nothing is called so")]));
    }

    const say = () => { note.textContent = model.get("note"); };
    cy.on("tap", "node", event => choose(event.target.id()));
    cy.on("dragfree", "node", keep);
    const heard = [["change:nodes", draw], ["change:edges", draw], ["change:selected", mark],
      ["change:expanded", mark], ["change:note", say], ["msg:custom", onMessage]];
    heard.forEach(([event, does]) => model.on(event, does));
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => cy.style(looks(isDark(el)));
    scheme.addEventListener("change", recolour);
    const watching = new ResizeObserver(() => { cy.resize(); look(); });
    watching.observe(canvas);
    draw();
    say();
    return () => {
      heard.forEach(([event, does]) => model.off(event, does));
      scheme.removeEventListener("change", recolour);
      watching.disconnect();
      cy.destroy();
    };
  }

  return { render };
})();

export default widget;
