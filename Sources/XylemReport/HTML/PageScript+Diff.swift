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
      const groups = page.groups($("graph"), JSON.parse($("data").textContent).map(([module, rows]) => {
        const differing = rows.filter((r) => r[2] !== "same").length;
        return {
          title: module || "the root module", rows, draw, open: differing > 0 && rows.length <= 120,
          note: differing ? differing + (differing === 1 ? " differs" : " differ") : "",
          text: (r) => module + " " + (r[0] || "") + " " + (r[1] || "") + " " + r[3],
        };
      }));

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
