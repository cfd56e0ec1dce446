extension PageScript {
  /// The script of a single trace's page.
  static let graph = """
    (() => {
      const { $, make, copy } = page;
      const MARKS = { requested: "\\u25C9", computed: "\\u25CF", pruned: "\\u25CB", opaque: "\\u25A0", hidden: "\\u25A8" };

      // The drawing, with a panel for the chosen node.
      const drawn = (nodes, levels) => {
        const last = (name) => name.split(/[.: ]/).filter(Boolean).pop() || "";
        const word = (what) => what.split(" ").length > 3 ? what.split(" ")[0] : last(what);
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
        const panel = $("panel");
        const field = (list, title, text, className) => { if (text) list.append(make("dt", "", title), make("dd", className || "", text)); };
        const links = (title, indices) => {
          const part = make("div", "links");
          part.append(make("h4", "", title));
          if (!indices.length) part.append(make("p", "hint", "none"));
          for (const i of indices.slice(0, 40)) {
            const link = make("button", "", nodes[i][0]);
            link.type = "button";
            link.onclick = () => made.choose(i, true);
            part.append(link);
          }
          if (indices.length > 40) part.append(make("p", "hint", "and " + (indices.length - 40) + " more"));
          return part;
        };
        const choose = (i) => {
          const [name, what, rule, source, shape, found, keys, why, inputs, from, work, png] = nodes[i];
          const list = make("dl"), title = make("h3", "", name), button = make("button", "", "Copy the name");
          button.type = "button";
          button.onclick = () => copy(name);
          field(list, "state", found.join(", "));
          field(list, "operation", what);
          field(list, "arguments", inputs, "code");
          field(list, "value", shape, "code");
          field(list, "multiply-adds", work);
          field(list, "source line", source, "code");
          field(list, "rule", rule);
          field(list, "result", keys);
          field(list, "hidden because", why);
          panel.replaceChildren(title, button, list);
          if (png) {
            const image = make("img");
            image.src = "data:image/png;base64," + png;
            image.alt = "The channels of " + name;
            panel.append(image);
          }
          panel.append(links("Inputs", from), links("Readers", readers[i]));
        };
        const requested = nodes.flatMap((n, i) => n[5].includes("requested") ? [i] : []);
        const made = page.drawing($("drawing"), levels, {
          lines: (i) => [last(nodes[i][0]), word(nodes[i][1])],
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
      // Enter goes from match to match in the drawing, by name.
      let match = -1, matched = "";
      $("search").addEventListener("keydown", (event) => {
        const wanted = $("search").value.trim().toLowerCase();
        if (event.key !== "Enter" || !wanted || !drawing) return;
        event.preventDefault();
        const found = nodes.flatMap((n, i) => (n[0] + " " + n[1] + " " + (n[3] || "")).toLowerCase().includes(wanted) ? [i] : []);
        if (!found.length) { page.say("No node matches"); return; }
        match = wanted === matched ? (match + (event.shiftKey ? found.length - 1 : 1)) % found.length : 0;
        matched = wanted;
        drawing.choose(found[match], true);
        page.say((match + 1) + " of " + found.length + ": " + nodes[found[match]][0]);
      });
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
