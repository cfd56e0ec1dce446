/// The behaviour of pages: search, filters, folding, keys, copying. Strings are inserted as text, never as markup.
enum PageScript {
  /// The script shared by all pages. Groups draw their rows when they are unfolded, a few hundred at a time, so that
  /// ten thousand rows open at once.
  static let shared = """
    "use strict";
    document.documentElement.classList.add("scripts");
    const page = (() => {
      const $ = (id) => document.getElementById(id);
      const make = (tag, className, text) => {
        const made = document.createElement(tag);
        if (className) made.className = className;
        if (text !== undefined) made.textContent = text;
        return made;
      };
      const say = (text) => {
        $("said").textContent = text;
        clearTimeout(say.timer);
        say.timer = setTimeout(() => { $("said").textContent = ""; }, 1800);
      };
      const copy = async (text) => {
        try { await navigator.clipboard.writeText(text); } catch {
          const area = make("textarea");
          area.value = text;
          document.body.append(area);
          area.select();
          const done = document.execCommand("copy");
          area.remove();
          if (!done) { say("The browser does not allow copying"); return; }
        }
        const line = text.split("\\n")[0];
        say("Copied " + (line.length > 60 ? line.slice(0, 59) + "\\u2026" : line));
      };
      const nodes = (count) => count + (count === 1 ? " node" : " nodes");

      // A module's rows: { title, note, open, rows, draw(row), text(row) }.
      const STEP = 300;
      const group = (source) => {
        const holder = make("div", "group"), button = make("button"), box = make("div");
        const texts = source.rows.map((row) => source.text(row).toLowerCase());
        let shown = source.rows, open = false, round = 0;
        button.type = "button";
        const label = () => {
          const all = nodes(source.rows.length);
          const count = shown.length === source.rows.length ? all : shown.length + " of " + all;
          button.textContent = source.title + "  " + count + (source.note ? ", " + source.note : "");
        };
        const fill = () => {
          const mine = ++round;
          box.replaceChildren();
          if (!open) return;
          let next = 0;
          const step = () => {
            if (mine !== round) return;
            const part = document.createDocumentFragment();
            const end = Math.min(shown.length, next + STEP);
            while (next < end) part.append(source.draw(shown[next++]));
            box.append(part);
            if (next < shown.length) requestAnimationFrame(step);
          };
          step();
        };
        const toggle = (wanted) => {
          open = wanted;
          box.hidden = !open;
          button.setAttribute("aria-expanded", open);
          fill();
        };
        const filter = (wanted, keep, unfold) => {
          const before = shown;
          shown = !wanted && !keep ? source.rows
            : source.rows.filter((row, i) => (!wanted || texts[i].includes(wanted)) && (!keep || keep(row)));
          holder.hidden = shown.length === 0;
          label();
          if (unfold && shown.length && !open) toggle(true);
          else if (open && (before.length !== shown.length || before.some((row, i) => row !== shown[i]))) fill();
          return shown.length;
        };
        button.onclick = () => toggle(!open);
        holder.append(button, box);
        label();
        toggle(Boolean(source.open));
        return { holder, filter, toggle };
      };
      const groups = (root, sources) => {
        const made = sources.map(group);
        root.append(...made.map((g) => g.holder));
        return made;
      };

      // Keyboard shortcuts, except while typing in a field.
      const keys = (map) => {
        $("keys").onclick = () => $("help").showModal();
        document.addEventListener("keydown", (event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
          const field = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
          if (event.key === "Escape") { map.Escape(); document.activeElement.blur(); return; }
          if (field) return;
          if (event.key === "/") { event.preventDefault(); $("search").focus(); }
          else if (event.key === "?") $("help").showModal();
          else if (Object.hasOwn(map, event.key)) map[event.key](event);
        });
      };
      return { $, make, say, copy, groups, keys };
    })();
    """
}
