extension PageScript {
  /// The drawing of a graph: nested boxes that unfold where they are.
  ///
  /// Each level comes with the ranks of its boxes and the way of each edge through them. A box that is unfolded makes
  /// its rank wider and higher: boxes of a rank move apart as little as possible, and later ranks move down. Only the
  /// boxes of unfolded levels are drawn.
  static let drawing = """
    // The panel for a chosen node: { title, fields: [[name, text, class]], image, lists: [[title, [[text, action]]]] }.
    page.panel = ({ title, fields, image, lists }) => {
      const { $, make, copy } = page;
      const list = make("dl"), button = make("button", "", "Copy the name");
      button.type = "button";
      button.onclick = () => copy(title);
      for (const [name, text, className] of fields) if (text) list.append(make("dt", "", name), make("dd", className || "", text));
      $("panel").replaceChildren(make("h3", "", title), button, list);
      if (image) {
        const shown = make("img");
        shown.src = "data:image/png;base64," + image;
        shown.alt = "The channels of " + title;
        $("panel").append(shown);
      }
      const most = 40;
      for (const [heading, entries] of lists) {
        const part = make("div", "links");
        part.append(make("h4", "", heading));
        if (!entries.length) part.append(make("p", "hint", "none"));
        for (const [text, action] of entries.slice(0, most)) {
          const link = make("button", "", text);
          link.type = "button";
          link.onclick = action;
          part.append(link);
        }
        if (entries.length > most) part.append(make("p", "hint", "and " + (entries.length - most) + " more"));
        $("panel").append(part);
      }
    };
    // For Enter in the search: goes to the next of the nodes that match, by their texts.
    page.seek = (drawing, texts, names) => {
      const { $, say } = page;
      let match = -1, matched = "";
      $("search").addEventListener("keydown", (event) => {
        const wanted = $("search").value.trim().toLowerCase();
        if (event.key !== "Enter" || !wanted) return;
        event.preventDefault();
        const found = texts.flatMap((text, i) => text.includes(wanted) ? [i] : []);
        if (!found.length) { say("No node matches"); return; }
        match = wanted === matched ? (match + (event.shiftKey ? found.length - 1 : 1)) % found.length : 0;
        matched = wanted;
        drawing.choose(found[match], true);
        say((match + 1) + " of " + found.length + ": " + names[found[match]]);
      });
    };
    // The last part of a qualified name, and an operation in one word.
    page.last = (name) => name.split(/[.: ]/).filter(Boolean).pop() || "";
    page.word = (what) => {
      const words = what.split(" "), last = words[words.length - 1];
      return words.length > 3 ? words[0] : last.includes("::") ? last.slice(last.lastIndexOf("::") + 2).split(".")[0] : page.last(what);
    };
    page.drawing = (root, levels, source) => {
      const { make } = page;
      const BOX = 40, PORT = 6, HEAD = 34, PAD = 14, GAP = 36, SPACE = 16, NS = "http://www.w3.org/2000/svg";
      const parent = [], home = [], open = new Set([0]), box = new Map();
      levels.forEach((level, l) => level.children.forEach(([ref], i) => {
        if (ref < 0) parent[-ref] = l; else home[ref] = l;
      }));
      const svg = (tag, attributes, text) => {
        const made = document.createElementNS(NS, tag);
        for (const name in attributes) if (attributes[name] !== "") made.setAttribute(name, attributes[name]);
        if (text !== undefined) made.textContent = text;
        return made;
      };
      const clip = (text, width) => {
        const most = Math.max(3, Math.floor((width - 16) / 7));
        return text.length > most ? "\\u2026" + text.slice(text.length - most + 1) : text;
      };

      // Centres that keep the distances and are as near to the wanted ones as possible: isotonic regression.
      const spread = (wanted, widths) => {
        const offsets = [0];
        for (let i = 1; i < widths.length; i++) offsets[i] = offsets[i - 1] + (widths[i - 1] + widths[i]) / 2 + SPACE;
        const blocks = [];
        wanted.forEach((x, i) => {
          let last = { sum: x - offsets[i], count: 1 };
          while (blocks.length && blocks[blocks.length - 1].sum / blocks[blocks.length - 1].count > last.sum / last.count) {
            const before = blocks.pop();
            last = { sum: before.sum + last.sum, count: before.count + last.count };
          }
          blocks.push(last);
        });
        const centres = [];
        for (const b of blocks) for (let k = 0; k < b.count; k++) centres.push(b.sum / b.count + offsets[centres.length]);
        return centres;
      };
      const layout = (l) => {
        const level = levels[l], boxes = level.children.length, real = boxes + level.ins.length + level.outs.length;
        const inner = new Map(), at = [];
        const size = (i) => {
          if (i >= boxes) return [i < real ? PORT : 2, i < real ? PORT : 0];
          const [ref, width] = level.children[i];
          if (ref >= 0 || !open.has(-ref)) return [width, BOX];
          const made = layout(-ref);
          inner.set(i, made);
          return [made.w, made.h];
        };
        let y = l ? HEAD : PAD, left = Infinity, right = -Infinity;
        for (const rank of level.ranks) {
          const sizes = rank.map(([i]) => size(i));
          const xs = spread(rank.map(([, x]) => x), sizes.map(([w]) => w));
          const height = Math.max(...sizes.map(([, h]) => h));
          rank.forEach(([i], k) => {
            const [w, h] = sizes[k];
            at[i] = { x: xs[k], y, w, h, top: y, bottom: y + height };
            left = Math.min(left, xs[k] - w / 2);
            right = Math.max(right, xs[k] + w / 2);
          });
          y += height + GAP;
        }
        if (left > right) { left = 0; right = 0; }
        const title = l ? (level.name.length + 4) * 7 + 30 : 0, w = Math.max(right - left + 2 * PAD, title);
        const shift = (w - (right - left)) / 2 - left;
        for (const a of at) if (a) a.x += shift;
        return { l, w, h: Math.max(y - GAP + PAD, HEAD + PAD), at, inner };
      };
      const spot = (list, value, a) => a.x + (list.indexOf(value) - (list.length - 1) / 2) * Math.min(10, (a.w - 20) / Math.max(1, list.length));
      // Where a value enters or leaves an item, as a horizontal place in the level.
      const port = (level, made, i, value, side) => {
        const a = made.at[i], child = level.children[i];
        if (!child || child[0] >= 0) return a.x;
        const within = levels[-child[0]], list = within[side], inside = made.inner.get(i);
        if (!inside) return spot(list, value, a);
        const item = within.children.length + (side === "outs" ? within.ins.length : 0) + list.indexOf(value);
        return a.x - a.w / 2 + inside.at[item].x;
      };
      const path = (level, made, value, chain, down) => {
        const way = down ? chain : [...chain].reverse();
        const points = way.map((i, k) => {
          const a = made.at[i], end = k === 0 || k === way.length - 1;
          const x = end ? port(level, made, i, value, (k === 0) === down ? "outs" : "ins") : a.x;
          return [x, k === 0 ? a.y + a.h : a.top, k === way.length - 1 ? a.y : a.bottom, k];
        });
        let d = "M" + points[0][0].toFixed(1) + " " + points[0][1].toFixed(1) + "V" + points[0][2].toFixed(1);
        for (let k = 1; k < points.length; k++) {
          const [x0, , y0] = points[k - 1], [x1, y1, y2] = points[k], bend = (y1 - y0) / 2;
          d += "C" + [x0, y0 + bend, x1, y1 - bend, x1, y1].map((n) => n.toFixed(1)).join(" ");
          if (k < points.length - 1) d += "V" + y2.toFixed(1);
        }
        return d;
      };

      const view = { x: 0, y: 0, k: 1 };
      const picture = svg("svg", { class: "picture", role: "group", "aria-label": "Drawing of the graph", tabindex: "0" });
      const ends = svg("defs");
      const marker = svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" });
      marker.append(svg("path", { d: "M0 0L8 4L0 8z", class: "tip" }));
      ends.append(marker);
      const canvas = svg("g");
      picture.append(ends, canvas);
      let whole = null, chosen = null, focused = null;

      const button = (key, x, y, w, h, words, classes) => {
        const g = svg("g", { transform: "translate(" + x.toFixed(1) + " " + y.toFixed(1) + ")", class: classes, tabindex: "-1", role: "button", "aria-label": words });
        g.dataset.key = key;
        g.append(svg("rect", { width: w.toFixed(1), height: h.toFixed(1), rx: 6 }));
        box.set(key, { g, x, y, w, h });
        return g;
      };
      const drawNode = (ref, x, y, w) => {
        const [name, below] = source.lines(ref), g = button("n" + ref, x, y, w, BOX, source.words(ref), "item " + source.classes(ref));
        g.append(svg("text", { x: w / 2, y: 17, class: "first" }, clip(name, w)), svg("text", { x: w / 2, y: 32, class: "second" }, clip(below, w)));
        return g;
      };
      const drawClosed = (l, x, y, w) => {
        const level = levels[l], g = button("m" + l, x, y, w, BOX, "Unfold " + (level.path || level.name) + ", " + level.nodes + " nodes", "module closed " + source.moduleClasses(l));
        g.setAttribute("aria-expanded", "false");
        g.append(svg("text", { x: w / 2, y: 17, class: "first" }, clip("\\u25B8 " + level.name, w)),
          svg("text", { x: w / 2, y: 32, class: "second" }, clip(level.nodes + (level.nodes === 1 ? " node" : " nodes"), w)));
        return g;
      };
      const drawLevel = (made, x, y, into) => {
        const level = levels[made.l], boxes = level.children.length, ports = boxes + level.ins.length + level.outs.length;
        if (made.l) {
          const g = button("m" + made.l, x, y, made.w, made.h, "Fold " + (level.path || level.name), "module open " + source.moduleClasses(made.l));
          g.setAttribute("aria-expanded", "true");
          g.append(svg("text", { x: 10, y: 17, class: "title" }, "\\u25BE " + level.name));
          into.append(g);
        }
        const group = svg("g", { transform: "translate(" + x.toFixed(1) + " " + y.toFixed(1) + ")", class: "wires" });
        const labelled = new Set();
        for (const [value, kind, chain] of level.wires) {
          const a = chain[0], b = chain[chain.length - 1], down = made.at[a].top <= made.at[b].top;
          const style = ("wire " + kind + " " + source.wireClasses(value) + (a >= boxes && a < ports ? " short" : "")).trim();
          const line = svg("path", { d: path(level, made, value, chain, down), class: style });
          line.dataset.value = value;
          const target = level.children[b];
          if (target && !made.inner.has(b)) line.setAttribute(down ? "marker-end" : "marker-start", "url(#tip)");
          group.append(line);
          const text = source.wireText(value), key = a + " " + value;
          if (text && down && a < boxes && !labelled.has(key) && !made.inner.has(a)) {
            labelled.add(key);
            group.append(svg("text", { x: (port(level, made, a, value, "outs") + 4).toFixed(1), y: (made.at[a].y + made.at[a].h + 12).toFixed(1), class: "shape" }, text));
          }
        }
        for (let i = boxes; i < ports; i++) {
          const a = made.at[i], isIn = i < boxes + level.ins.length, value = isIn ? level.ins[i - boxes] : level.outs[i - boxes - level.ins.length];
          const dot = svg("circle", { cx: a.x.toFixed(1), cy: (a.y + a.h / 2).toFixed(1), r: PORT / 2, class: "port" });
          dot.append(svg("title", {}, source.lines(value)[0]));
          const stub = isIn ? "M" + a.x.toFixed(1) + " 0V" + a.y.toFixed(1) : "M" + a.x.toFixed(1) + " " + (a.y + a.h).toFixed(1) + "V" + made.h.toFixed(1);
          const line = svg("path", { d: stub, class: ("wire " + source.wireClasses(value)).trim() });
          line.dataset.value = value;
          group.append(line, dot);
        }
        into.append(group);
        level.children.forEach(([ref, width], i) => {
          const a = made.at[i], left = x + a.x - a.w / 2, top = y + a.y;
          if (made.inner.has(i)) drawLevel(made.inner.get(i), left, top, into);
          else into.append(ref < 0 ? drawClosed(-ref, left, top, width) : drawNode(ref, left, top, width));
        });
      };
      const place = () => canvas.setAttribute("transform", "translate(" + view.x.toFixed(2) + " " + view.y.toFixed(2) + ") scale(" + view.k.toFixed(4) + ")");
      const mark = () => {
        for (const [key, b] of box) {
          b.g.classList.toggle("chosen", key === chosen);
          b.g.setAttribute("tabindex", key === focused ? "0" : "-1");
        }
        const value = chosen && chosen[0] === "n" ? chosen.slice(1) : null;
        for (const line of canvas.querySelectorAll(".wire")) line.classList.toggle("lit", line.dataset.value === value);
      };
      const draw = (keep) => {
        const before = keep && box.get(keep);
        const old = before && { x: before.x + before.w / 2, y: before.y };
        box.clear();
        canvas.replaceChildren();
        whole = layout(0);
        drawLevel(whole, 0, 0, canvas);
        if (!box.has(focused)) focused = box.has(keep) ? keep : box.keys().next().value;
        const after = keep && box.get(keep);
        // The box that was unfolded stays where it is.
        if (old && after) { view.x += (old.x - after.x - after.w / 2) * view.k; view.y += (old.y - after.y) * view.k; }
        picture.setAttribute("viewBox", "0 0 " + picture.clientWidth + " " + picture.clientHeight);
        place();
        mark();
      };
      const zoom = (factor, x = picture.clientWidth / 2, y = picture.clientHeight / 2) => {
        const k = Math.min(4, Math.max(0.02, view.k * factor));
        view.x = x - (x - view.x) * k / view.k;
        view.y = y - (y - view.y) * k / view.k;
        view.k = k;
        place();
      };
      const fit = () => {
        const w = picture.clientWidth, h = picture.clientHeight;
        view.k = Math.min(1.2, Math.max(0.02, Math.min(w / whole.w, h / whole.h)));
        view.x = (w - whole.w * view.k) / 2;
        view.y = Math.max(0, (h - whole.h * view.k) / 2);
        place();
      };
      // The beginning of the graph at a size that can be read.
      const start = () => {
        fit();
        if (view.k < 0.7) {
          view.k = Math.min(1, Math.max(0.7, picture.clientWidth / whole.w));
          const first = box.get(focused);
          view.x = picture.clientWidth / 2 - (first ? first.x + first.w / 2 : whole.w / 2) * view.k;
          view.y = 4;
          place();
        }
      };
      const centre = (key) => {
        const b = box.get(key);
        if (!b) return;
        view.k = Math.max(view.k, 0.8);
        view.x = picture.clientWidth / 2 - (b.x + b.w / 2) * view.k;
        view.y = picture.clientHeight / 2 - (b.y + Math.min(b.h, 80) / 2) * view.k;
        place();
      };
      const toggle = (l, wanted = !open.has(l)) => {
        if (wanted) open.add(l); else open.delete(l);
        draw("m" + l);
      };
      const focus = (key) => {
        focused = key;
        mark();
        const b = box.get(key);
        if (b) b.g.focus({ preventScroll: true });
      };
      const choose = (ref, goes) => {
        let unfolded = false;
        for (let l = home[ref]; l; l = parent[l]) if (!open.has(l)) { open.add(l); unfolded = true; }
        chosen = "n" + ref;
        focused = chosen;
        if (unfolded) draw(); else mark();
        if (goes) centre(chosen);
        source.choose(ref);
      };
      const act = (key) => {
        if (key[0] === "n") choose(Number(key.slice(1)), false);
        else { toggle(Number(key.slice(1))); focus(key); }
      };
      const neighbour = (key, dx, dy) => {
        const b = box.get(key);
        if (!b) return null;
        const middle = (o) => [o.x + o.w / 2, o.y + Math.min(o.h, BOX) / 2], [x, y] = middle(b);
        let best = null, least = Infinity;
        for (const [other, o] of box) {
          if (other === key) continue;
          const [ox, oy] = middle(o), along = (ox - x) * dx + (oy - y) * dy, across = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
          if (along < 2) continue;
          const cost = along + 2 * across;
          if (cost < least) { least = cost; best = other; }
        }
        return best;
      };

      // Pointers: one drags, two zoom. A press that does not move is a click.
      const pointers = new Map();
      let moved = 0;
      picture.addEventListener("pointerdown", (event) => {
        pointers.set(event.pointerId, [event.clientX, event.clientY]);
        if (pointers.size === 1) moved = 0;
      });
      picture.addEventListener("pointermove", (event) => {
        const last = pointers.get(event.pointerId);
        if (!last) return;
        const dx = event.clientX - last[0], dy = event.clientY - last[1];
        moved += Math.abs(dx) + Math.abs(dy);
        if (moved > 4 && !picture.hasPointerCapture(event.pointerId)) picture.setPointerCapture(event.pointerId);
        if (pointers.size === 2) {
          const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
          const far = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]), frame = picture.getBoundingClientRect();
          zoom(far([event.clientX, event.clientY]) / Math.max(1, far(last)), other[0] - frame.left, other[1] - frame.top);
        } else { view.x += dx; view.y += dy; place(); }
        pointers.set(event.pointerId, [event.clientX, event.clientY]);
      });
      for (const type of ["pointerup", "pointercancel"]) picture.addEventListener(type, (event) => pointers.delete(event.pointerId));
      picture.addEventListener("click", (event) => {
        const g = event.target.closest("g[data-key]");
        if (g && moved <= 4) act(g.dataset.key);
      });
      picture.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const frame = picture.getBoundingClientRect();
        zoom(Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
      }, { passive: false });
      const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      picture.addEventListener("keydown", (event) => {
        const g = event.target.closest("g[data-key]"), step = STEPS[event.key];
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (step && g) {
          const next = neighbour(g.dataset.key, ...step);
          if (next) {
            focus(next);
            const r = box.get(next).g.getBoundingClientRect(), f = picture.getBoundingClientRect();
            if (r.left < f.left || r.right > f.right || r.top < f.top || r.top + 40 > f.bottom) centre(next);
          }
        } else if (step) { view.x -= 60 * step[0]; view.y -= 60 * step[1]; place(); }
        else if (event.key === "+" || event.key === "=") zoom(1.25);
        else if (event.key === "-") zoom(0.8);
        else if (event.key === "0") fit();
        else if (g && (event.key === "Enter" || event.key === " ")) act(g.dataset.key);
        else return;
        event.preventDefault();
        event.stopPropagation();
      });

      const bar = make("div", "zoom");
      for (const [text, words, does] of [["+", "Zoom in", () => zoom(1.25)], ["\\u2212", "Zoom out", () => zoom(0.8)], ["Fit", "Fit the whole graph", fit],
        ["Fold", "Fold all modules of the drawing", () => { open.clear(); open.add(0); draw(); start(); }]]) {
        const b = make("button", "", text);
        b.type = "button";
        b.setAttribute("aria-label", words);
        b.title = words;
        b.onclick = does;
        bar.append(b);
      }
      root.append(picture, bar);

      // At first modules are unfolded, outermost first, while the boxes can be taken in at a glance.
      let shown = levels[0].children.length;
      const queue = [0];
      while (queue.length) {
        for (const [ref] of levels[queue.shift()].children) {
          if (ref >= 0 || shown + levels[-ref].children.length > (source.most || 24)) continue;
          open.add(-ref);
          shown += levels[-ref].children.length;
          queue.push(-ref);
        }
      }
      for (const ref of source.unfolded || []) for (let l = home[ref]; l; l = parent[l]) open.add(l);
      draw();
      start();
      // Paper shows the whole drawing as it is unfolded.
      addEventListener("beforeprint", () => {
        picture.setAttribute("viewBox", "0 0 " + Math.ceil(whole.w) + " " + Math.ceil(whole.h));
        canvas.setAttribute("transform", "");
      });
      addEventListener("afterprint", () => { picture.setAttribute("viewBox", "0 0 " + picture.clientWidth + " " + picture.clientHeight); place(); });
      // The middle stays in the middle when the window changes.
      let [wide, high] = [picture.clientWidth, picture.clientHeight];
      new ResizeObserver(() => {
        if (matchMedia("print").matches) return;
        view.x += (picture.clientWidth - wide) / 2;
        view.y += (picture.clientHeight - high) / 2;
        [wide, high] = [picture.clientWidth, picture.clientHeight];
        picture.setAttribute("viewBox", "0 0 " + wide + " " + high);
        place();
      }).observe(picture);
      return { choose, fit, draw, open, home };
    };
    """
}
