/// What pages do: search, filters, folding, keys, copying. It writes text as text, and never as markup.
enum PageScript {
  static let text = """
    "use strict";
    (() => {
      const $ = (id) => document.getElementById(id);
      const groups = JSON.parse($("data").textContent);
      const articles = [...document.querySelectorAll("article")];
      const headings = [...document.querySelectorAll("h3.module")];
      const texts = articles.map((a) => a.textContent.toLowerCase());
      let current = -1;

      const say = (text) => { $("said").textContent = text; clearTimeout(say.timer); say.timer = setTimeout(() => { $("said").textContent = ""; }, 1800); };

      // The graphs: a group's rows are drawn when it is unfolded.
      const cell = (name) => { const c = document.createElement("span"); c.textContent = name === null ? "\\u2014" : name; return c; };
      const draw = (box, rows) => {
        const part = document.createDocumentFragment();
        for (const [train, evaluation, kind, operation, finding] of rows) {
          const row = document.createElement("div");
          row.className = "row " + kind;
          const left = cell(train), right = cell(evaluation);
          const what = document.createElement("small");
          what.textContent = "  " + operation;
          (train === null ? right : left).append(what);
          if (finding !== null) {
            const link = document.createElement("a");
            link.href = "#f" + finding;
            link.textContent = " finding " + (finding + 1);
            (train === null ? right : left).append(link);
          }
          row.append(left, right);
          part.append(row);
        }
        box.append(part);
      };
      const shells = groups.map(([module, rows]) => {
        const differing = rows.filter((r) => r[2] !== "same").length;
        const group = document.createElement("div");
        group.className = "group";
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = (module || "the root module") + "  " + rows.length + (rows.length === 1 ? " node" : " nodes") + (differing ? ", " + differing + " differ" : "");
        const box = document.createElement("div");
        const toggle = (open) => {
          if (open && !box.firstChild) draw(box, rows);
          box.hidden = !open;
          button.setAttribute("aria-expanded", open);
        };
        button.onclick = () => toggle(button.getAttribute("aria-expanded") !== "true");
        group.append(button, box);
        toggle(differing > 0 && rows.length <= 200);
        return { group, toggle, text: (module + " " + rows.map((r) => (r[0] || "") + " " + (r[1] || "") + " " + r[3]).join(" ")).toLowerCase() };
      });
      $("graph").append(...shells.map((s) => s.group));

      const shown = () => articles.filter((a) => !a.hidden);
      const filter = () => {
        const wanted = $("search").value.trim().toLowerCase();
        const rule = $("rule").value;
        const levels = new Set([...document.querySelectorAll(".level")].filter((b) => b.checked).map((b) => b.value));
        articles.forEach((a, i) => {
          a.hidden = !((!wanted || texts[i].includes(wanted)) && (!rule || a.dataset.rule === rule) && levels.has(a.dataset.level)
            && ($("accepted").checked || a.dataset.accepted !== "true"));
        });
        for (const h of headings) {
          let next = h.nextElementSibling, any = false;
          while (next && next.tagName === "ARTICLE") { any = any || !next.hidden; next = next.nextElementSibling; }
          h.hidden = !any;
        }
        for (const s of shells) s.group.hidden = Boolean(wanted) && !s.text.includes(wanted);
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
      const copy = async (id) => {
        const text = $(id).textContent;
        try { await navigator.clipboard.writeText(text); } catch {
          const area = document.createElement("textarea");
          area.value = text;
          document.body.append(area);
          area.select();
          const done = document.execCommand("copy");
          area.remove();
          if (!done) { say("The browser does not let the page copy"); return; }
        }
        say("Copied");
      };
      document.addEventListener("click", (event) => { const b = event.target.closest("button.copy"); if (b) copy(b.dataset.for); });
      for (const id of ["search", "rule", "accepted"]) $(id).addEventListener("input", filter);
      for (const box of document.querySelectorAll(".level")) box.addEventListener("input", filter);
      $("keys").onclick = () => $("help").showModal();
      document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
        if (event.key === "Escape") { $("search").value = ""; filter(); document.activeElement.blur(); return; }
        if (typing) return;
        const fold = articles[current] && articles[current].querySelector("details");
        if (event.key === "/") { event.preventDefault(); $("search").focus(); }
        else if (event.key === "j") move(1);
        else if (event.key === "k") move(-1);
        else if (event.key === "?") $("help").showModal();
        else if (event.key === "c" && fold) copy("r" + articles[current].id.slice(1));
        else if (event.key === "Enter" && fold && document.activeElement === articles[current]) fold.open = !fold.open;
      });
      const unfold = () => { const a = $(location.hash.slice(1)); if (a && a.tagName === "ARTICLE") a.querySelector("details").open = true; };
      addEventListener("hashchange", unfold);
      unfold();
      filter();
    })();
    """
}
