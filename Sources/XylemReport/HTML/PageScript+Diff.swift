extension PageScript {
  /// The script of a diff's page.
  static let diff = """
    (() => {
      const { $, make, copy } = page;
      const articles = [...document.querySelectorAll("article")];
      const headings = [...document.querySelectorAll("h3.module")];
      const texts = articles.map((a) => a.textContent.toLowerCase());
      let current = -1;

      const draw = ([train, evaluation, kind, operation, finding]) => {
        const row = make("div", "row " + kind);
        const left = make("span", "", train === null ? "\\u2014" : train);
        const right = make("span", "", evaluation === null ? "\\u2014" : evaluation);
        const side = train === null ? right : left;
        side.append(make("small", "", "  " + operation));
        if (kind !== "same") side.append(make("small", "kind", "  " + kind));
        if (finding !== null) {
          const link = make("a", "", " finding " + (finding + 1));
          link.href = "#f" + finding;
          side.append(link);
        }
        row.append(left, right);
        return row;
      };
      const { groups: data, levels } = JSON.parse($("data").textContent);
      const groups = page.groups($("graph"), data.map(([module, rows]) => {
        const differing = rows.filter((r) => r[2] !== "same").length;
        return {
          title: module || "the root module", rows, draw, open: differing > 0 && rows.length <= 120,
          note: differing ? differing + (differing === 1 ? " differs" : " differ") : "",
          text: (r) => module + " " + (r[0] || "") + " " + (r[1] || "") + " " + r[3],
        };
      }));

      // Both graphs in one drawing, with a panel for the chosen node.
      const drawn = (rows, levels) => {
        const name = (r) => r[0] === null ? r[1] : r[0];
        const style = (kind) => kind === "same" || kind.startsWith("only-") ? kind : "differs";
        const readers = rows.map(() => []);
        rows.forEach((r, i) => { for (const s of r[5]) readers[s].push(i); });
        const summaries = new Map();
        const differs = (l) => {
          if (!summaries.has(l)) summaries.set(l, levels[l].children.some(([ref]) => ref < 0 ? differs(-ref) : rows[ref][2] !== "same"));
          return summaries.get(l);
        };
        const links = (indices) => indices.map((i) => [name(rows[i]), () => made.choose(i, true)]);
        const choose = (i) => {
          const [train, evaluation, kind, operation, finding, from] = rows[i];
          const lists = [["Inputs in either mode", links(from)], ["Readers in either mode", links(readers[i])]];
          if (finding !== null) lists.unshift(["Finding", [["finding " + (finding + 1), () => { location.hash = "#f" + finding; }]]]);
          page.panel({
            title: name(rows[i]), lists,
            fields: [["Comparison", kind.replaceAll("-", " ")], ["Operation", operation],
              ["In train mode", train || "not there", "code"], ["In eval mode", evaluation || "not there", "code"]],
          });
        };
        const changed = rows.flatMap((r, i) => r[2] === "same" ? [] : [i]);
        const made = page.drawing($("drawing"), levels, {
          lines: (i) => [page.last(name(rows[i])), page.word(rows[i][3])],
          words: (i) => [name(rows[i]), rows[i][3], rows[i][2].replaceAll("-", " ")].join(", "),
          classes: (i) => style(rows[i][2]), moduleClasses: (l) => differs(l) ? "differs" : "",
          wireText: () => "", wireClasses: () => "", choose, unfolded: changed.slice(0, 12),
        });
        page.seek(made, rows.map((r) => ((r[0] || "") + " " + (r[1] || "") + " " + r[3]).toLowerCase()), rows.map(name));
        if (changed.length) made.choose(changed[0], true);
      };
      if (levels) drawn(data.flatMap(([, rows]) => rows), levels);

      const shown = () => articles.filter((a) => !a.hidden);
      const filter = () => {
        const wanted = $("search").value.trim().toLowerCase();
        const rule = $("rule").value;
        const levels = new Set([...document.querySelectorAll(".level")].filter((b) => b.checked).map((b) => b.value));
        articles.forEach((a, i) => {
          a.hidden = !((!wanted || texts[i].includes(wanted)) && (!rule || a.dataset.rule === rule) && levels.has(a.dataset.level)
            && ($("accepted").checked || a.dataset.accepted !== "true") && (!$("new") || !$("new").checked || a.dataset.change !== "unchanged"));
        });
        for (const h of headings) {
          let next = h.nextElementSibling, any = false;
          while (next && next.tagName === "ARTICLE") { any = any || !next.hidden; next = next.nextElementSibling; }
          h.hidden = !any;
        }
        for (const g of groups) g.filter(wanted, null, false);
        const count = shown().length;
        $("shown").textContent = count === articles.length ? String(count) : count + " of " + articles.length;
        $("none").hidden = count > 0 || articles.length === 0;
      };
      const move = (step) => {
        const list = shown();
        if (!list.length) return;
        const at = list.indexOf(articles[current]);
        const next = list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
        articles.forEach((a) => a.classList.toggle("current", a === next));
        current = articles.indexOf(next);
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: "nearest" });
      };
      document.addEventListener("click", (event) => {
        const button = event.target.closest("button.copy");
        if (button) copy($(button.dataset.for).textContent);
      });
      for (const id of ["search", "rule", "accepted", "new"]) if ($(id)) $(id).addEventListener("input", filter);
      for (const box of document.querySelectorAll(".level")) box.addEventListener("input", filter);
      page.keys({
        Escape: () => { $("search").value = ""; filter(); },
        j: () => move(1),
        k: () => move(-1),
        c: () => { if (articles[current]) copy($("r" + articles[current].id.slice(1)).textContent); },
        Enter: () => {
          const fold = articles[current] && articles[current].querySelector("details");
          if (fold && document.activeElement === articles[current]) fold.open = !fold.open;
        },
      });
      const unfold = () => { const a = $(location.hash.slice(1)); if (a && a.tagName === "ARTICLE") a.querySelector("details").open = true; };
      addEventListener("hashchange", unfold);
      unfold();
      filter();
    })();
    """
}
