extension PageScript {
  /// The script of a single trace's page.
  static let graph = """
    (() => {
      const { $, make, copy } = page;
      const MARKS = { requested: "\\u25C9", computed: "\\u25CF", pruned: "\\u25CB", opaque: "\\u25A0", hidden: "\\u25A8" };

      // The drawing, with a panel for the chosen node.
      const drawn = (nodes, levels) => {
        const short = (shape) => shape ? shape.replace(/^\\[(.*?)\\].*$/, "$1").replaceAll(", ", "\\u00D7") : "";
        const readers = nodes.map(() => []);
        nodes.forEach((n, i) => { for (const s of n[9]) readers[s].push(i); });
        const summaries = new Map();
        const states = (l) => {
          if (!summaries.has(l)) {
            const found = new Set();
            for (const [ref] of levels[l].children) for (const s of ref < 0 ? states(-ref) : nodes[ref][5]) found.add(s);
            summaries.set(l, found);
          }
          return summaries.get(l);
        };
        const links = (indices) => indices.map((i) => [nodes[i][0], () => made.choose(i, true)]);
        const choose = (i) => {
          const [name, what, rule, source, shape, found, keys, why, inputs, from, work, image] = nodes[i];
          page.panel({
            title: name, image, lists: [["Inputs", links(from)], ["Readers", links(readers[i])]],
            fields: [["State", found.join(", ")], ["Operation", what], ["Arguments", inputs, "code"], ["Value", shape, "code"],
              ["Multiply-adds", work], ["Source line", source, "code"], ["Rule", rule], ["Result", keys], ["Hidden because", why]],
          });
        };
        const requested = nodes.flatMap((n, i) => n[5].includes("requested") ? [i] : []);
        const made = page.drawing($("drawing"), levels, {
          lines: (i) => [page.last(nodes[i][0]), page.word(nodes[i][1])],
          words: (i) => [nodes[i][0], nodes[i][1], ...nodes[i][5]].join(", "),
          classes: (i) => nodes[i][5].join(" "),
          moduleClasses: (l) => { const s = states(l); return (s.has("requested") ? "requested " : "") + (s.has("pruned") && !s.has("computed") ? "pruned" : ""); },
          wireText: (i) => short(nodes[i][4]),
          wireClasses: (i) => nodes[i][5].includes("pruned") ? "pruned" : "",
          choose, unfolded: requested.slice(0, 12),
        });
        if (requested.length) made.choose(requested[requested.length - 1], false);
        return made;
      };

      // [name, what, rule, source, shape, states, keys, why hidden, arguments, inputs, multiply-adds, picture]
      const draw = ([name, what, rule, source, shape, states, keys, why]) => {
        const row = make("div", "node " + states.join(" "));
        const button = make("button", "name", name);
        button.type = "button";
        button.title = "Copy the name";
        button.dataset.name = name;
        const marks = make("span", "marks", states.map((s) => MARKS[s]).join(""));
        marks.setAttribute("role", "img");
        marks.setAttribute("aria-label", states.join(", ") || "node");
        marks.title = states.join(", ");
        const right = make("span", "what", what);
        for (const [text, kind] of [[shape, "shape"], [keys, "keys"], [rule, "rule"], [source, "source"], [why, "why"]]) {
          if (text) right.append(make("small", kind, text));
        }
        row.append(marks, button, right);
        return row;
      };
      const { groups: data, levels } = JSON.parse($("data").textContent);
      const count = (rows, state) => rows.filter((r) => r[5].includes(state)).length;
      const few = data.reduce((sum, [, , rows]) => sum + rows.length, 0) <= 60;
      const groups = page.groups($("graph"), data.map(([module, type, rows]) => {
        const notes = ["requested", "pruned", "hidden"].map((s) => [count(rows, s), s]).filter(([n]) => n).map(([n, s]) => n + " " + s);
        return {
          title: (module || "the root module") + (type ? " (" + type + ")" : ""), rows, draw, note: notes.join(", "),
          open: few || count(rows, "requested") > 0, text: (r) => r[0] + " " + r[1] + " " + (r[2] || "") + " " + (r[3] || "") + " " + (r[6] || ""),
        };
      }));
      const nodes = data.flatMap(([, , rows]) => rows);
      const drawing = levels && drawn(nodes, levels);
      const boxes = [...document.querySelectorAll(".state")];
      const filter = () => {
        const wanted = $("search").value.trim().toLowerCase();
        const off = boxes.filter((b) => !b.checked).map((b) => b.value);
        const keep = off.length ? (r) => (r[5].length ? r[5] : ["other"]).some((s) => !off.includes(s)) : null;
        let shown = 0;
        for (const g of groups) shown += g.filter(wanted, keep, Boolean(wanted));
        $("shown").textContent = String(shown);
        $("none").hidden = shown > 0;
      };
      const names = () => [...document.querySelectorAll("button.name")].filter((b) => b.offsetParent !== null);
      const move = (step) => {
        const list = names();
        if (!list.length) return;
        const at = list.indexOf(document.activeElement);
        const next = list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: "nearest" });
      };
      document.addEventListener("click", (event) => {
        const button = event.target.closest("button.name");
        if (button) copy(button.dataset.name);
      });
      $("search").addEventListener("input", filter);
      if (drawing) page.seek(drawing, nodes.map((n) => (n[0] + " " + n[1] + " " + (n[3] || "")).toLowerCase()), nodes.map((n) => n[0]));
      for (const box of boxes) box.addEventListener("input", filter);
      $("unfold").onclick = () => { for (const g of groups) g.toggle(true); };
      $("fold").onclick = () => { for (const g of groups) g.toggle(false); };
      page.keys({
        Escape: () => { $("search").value = ""; filter(); },
        j: () => move(1),
        k: () => move(-1),
        c: () => { const at = document.activeElement; if (at.dataset.name) copy(at.dataset.name); },
      });
      filter();
    })();
    """
}
