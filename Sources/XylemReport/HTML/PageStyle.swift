/// The style of pages: light and dark, for desktops and phones.
enum PageStyle {
  static let text = """
    :root { color-scheme: light dark; --back: #fdfdfb; --text: #1c1c1a; --soft: #66655f; --line: #deddd5; --panel: #f4f3ee;
      --error: #b3261e; --warning: #9a5b00; --info: #2c5a8c; --accepted: #4b6b3c; --only: #fdeec8; --changed: #e2ecf8; }
    @media (prefers-color-scheme: dark) { :root { --back: #161614; --text: #eceae3; --soft: #a3a198; --line: #37362f;
      --panel: #201f1b; --error: #ff8a80; --warning: #f2b14c; --info: #8fbdf0; --accepted: #a5cc90; --only: #4a3a12; --changed: #1f3248; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
    header, main { max-width: 72rem; margin: 0 auto; padding: 1rem 1.25rem; }
    header { border-top: .4rem solid var(--accepted); }
    header.warning { border-color: var(--warning); } header.error { border-color: var(--error); }
    h1 { font-size: 1rem; font-weight: 500; color: var(--soft); margin: .5rem 0 0; overflow-wrap: anywhere; }
    h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; } h3.module { font: 600 .95rem ui-monospace, monospace; margin: 1.25rem 0 .4rem; overflow-wrap: anywhere; }
    .verdict { font-size: 1.6rem; line-height: 1.25; font-weight: 650; margin: .25rem 0 .75rem; }
    .counts { display: flex; gap: 1.25rem; list-style: none; padding: 0; margin: 0 0 .5rem; flex-wrap: wrap; }
    .counts b { font-size: 1.25rem; } .error b, .error .tag { color: var(--error); } .warning b, .warning .tag { color: var(--warning); }
    .info b, .info .tag { color: var(--info); } .accepted .tag { color: var(--accepted); }
    code, pre, .row { font-family: ui-monospace, monospace; font-size: .875rem; overflow-wrap: anywhere; }
    pre { white-space: pre-wrap; margin: .25rem 0; padding: .4rem .6rem; background: var(--panel); border-radius: .3rem; }
    .tools { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .6rem .9rem; align-items: center; background: var(--back);
      padding: .6rem 0; border-bottom: 1px solid var(--line); }
    .tools input[type=search] { flex: 1 1 14rem; } input, select, button { font: inherit; color: inherit; background: var(--panel);
      border: 1px solid var(--line); border-radius: .35rem; padding: .3rem .6rem; }
    select { max-width: 100%; } button { cursor: pointer; } :focus-visible { outline: 2px solid var(--info); outline-offset: 2px; }
    article { border: 1px solid var(--line); border-left-width: .3rem; border-radius: .4rem; margin: .4rem 0; padding: .3rem .8rem;
      content-visibility: auto; contain-intrinsic-size: auto 2.6rem; }
    article.error { border-left-color: var(--error); } article.warning { border-left-color: var(--warning); }
    article.info { border-left-color: var(--info); } article.accepted { border-left-color: var(--accepted); }
    article.current { box-shadow: 0 0 0 2px var(--info); } summary { cursor: pointer; padding: .25rem 0; overflow-wrap: anywhere; }
    .tag { font-weight: 650; margin-right: .3rem; } .source, .small, .hint, .count { color: var(--soft); } .small { font-size: .8rem; }
    .count { font-weight: 400; font-size: .9rem; } .remedy { display: flex; gap: .6rem; align-items: flex-start; flex-wrap: wrap; } .remedy pre { flex: 1 1 18rem; }
    .heads, .row { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; } .heads { font-weight: 650; padding: 0 .6rem; }
    .group { border-top: 1px solid var(--line); } .group > button { all: unset; box-sizing: border-box; cursor: pointer; display: block; width: 100%; padding: .3rem .6rem;
      font: 500 .875rem ui-monospace, monospace; overflow-wrap: anywhere; } .group > button:focus-visible { outline: 2px solid var(--info); }
    .group > button::before { content: "\\25B8  "; color: var(--soft); } .group > button[aria-expanded=true]::before { content: "\\25BE  "; }
    .row { padding: .1rem .6rem .1rem 1.6rem; } .row small { color: var(--soft); } .row.only-in-train, .row.only-in-eval { background: var(--only); }
    .row.changed, .row.rewired, .row.renamed, .row.moved { background: var(--changed); } .row a { color: inherit; }
    #said { position: fixed; bottom: 1rem; left: 50%; transform: translateX(-50%); background: var(--text); color: var(--back); border-radius: .4rem;
      padding: .4rem .9rem; } #said:empty { display: none; } dialog { border: 1px solid var(--line); border-radius: .5rem; background: var(--back); color: var(--text); }
    dl { display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; } dd { margin: 0; } dt { font-family: ui-monospace, monospace; }
    .row .kind { color: var(--warning); } .change { color: var(--soft); } .marks { color: var(--soft); letter-spacing: .1em; }
    .node { display: grid; grid-template-columns: 3.2rem minmax(10rem, 22rem) 1fr; gap: 0 .75rem; padding: .1rem .6rem .1rem 1.2rem; align-items: baseline;
      font: .875rem/1.5 ui-monospace, monospace; content-visibility: auto; contain-intrinsic-size: auto 1.6rem; }
    .node .name { all: unset; cursor: pointer; overflow-wrap: anywhere; font-weight: 600; } .node .name:focus-visible { outline: 2px solid var(--info); }
    .node .what { overflow-wrap: anywhere; } .node small { margin-left: .75rem; color: var(--soft); } .node small.shape { color: var(--info); }
    .node small.keys { color: var(--accepted); font-weight: 650; } .node small.why { color: var(--warning); } .node.requested { background: var(--changed); }
    .node.requested .marks { color: var(--accepted); } .node.pruned .name, .node.pruned .what { color: var(--soft); font-weight: 400; text-decoration: line-through; text-decoration-color: var(--line); }
    .node.opaque .what { font-style: italic; } .node.hidden .marks { color: var(--warning); } .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .25rem 0; }
    .stage { display: grid; grid-template-columns: minmax(0, 1fr) 19rem; border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; height: min(78vh, 46rem); }
    #drawing { position: relative; min-width: 0; background: var(--back); } .picture { display: block; position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: grab; user-select: none; }
    .picture:active { cursor: grabbing; } .picture:focus-visible { outline-offset: -2px; } .zoom { position: absolute; right: .6rem; bottom: .6rem; display: flex; gap: .3rem; } .zoom button { padding: .15rem .6rem; }
    #panel { border-left: 1px solid var(--line); background: var(--panel); padding: .75rem 1rem; overflow: auto; font-size: .875rem; } #panel h3 { font: 600 .95rem ui-monospace, monospace; margin: 0 0 .5rem; overflow-wrap: anywhere; }
    #panel h4 { font-size: .8rem; font-weight: 600; color: var(--soft); margin: .9rem 0 .2rem; } #panel dl { grid-template-columns: 1fr; gap: 0; margin: .6rem 0; } #panel dt { font: .8rem system-ui, sans-serif; color: var(--soft); margin-top: .45rem; }
    #panel dd { overflow-wrap: anywhere; } #panel .code { font-family: ui-monospace, monospace; } #panel img { width: 100%; border-radius: .3rem; } #panel .hint { margin: .2rem 0; }
    #panel .links button { display: block; width: 100%; text-align: left; background: none; border: 0; padding: .15rem 0; font: .825rem ui-monospace, monospace; color: var(--info); overflow-wrap: anywhere; }
    .picture text { font: 11.5px ui-monospace, monospace; fill: var(--text); text-anchor: middle; pointer-events: none; } .picture text.second { fill: var(--soft); font-size: 10.5px; } .picture text.title { text-anchor: start; font-weight: 600; }
    .picture text.first { font-weight: 600; } .picture text.shape { text-anchor: start; font-size: 9.5px; fill: var(--info); paint-order: stroke; stroke: var(--back); stroke-width: 3px; }
    .picture g[data-key] { cursor: pointer; outline: none; } .picture rect { fill: var(--back); stroke: var(--soft); } .picture .module > rect { fill: var(--panel); stroke: var(--line); stroke-width: 1.5; } .picture .module.closed > rect { stroke: var(--soft); }
    .picture .computed > rect { stroke: var(--text); } .picture .opaque > rect { fill: var(--changed); } .picture .hidden > rect { stroke: var(--warning); stroke-dasharray: 2 2; }
    .picture .pruned > rect { stroke: var(--line); stroke-dasharray: 5 3; } .picture .pruned > text { fill: var(--soft); } .picture .requested > rect { stroke: var(--accepted); stroke-width: 2.5; } .picture .module.open > rect { stroke: var(--line); stroke-width: 1.5; }
    .picture .only-in-train > rect, .picture .only-in-eval > rect { fill: var(--only); stroke: var(--warning); } .picture .differs > rect { stroke: var(--info); fill: var(--changed); }
    .picture g:focus-visible > rect { stroke: var(--info); stroke-width: 3; } .picture .chosen > rect { stroke: var(--info); stroke-width: 3; }
    .wire { fill: none; stroke: var(--soft); stroke-width: 1.2; } .wire.pruned { stroke: var(--line); stroke-dasharray: 5 3; } .wire.lit { stroke: var(--info); stroke-width: 2.5; } .wire.train, .wire.eval { stroke: var(--warning); stroke-width: 1.8; } .wire.eval { stroke-dasharray: 2 3; }
    .tip { fill: var(--soft); } .port { fill: var(--soft); stroke: none; } .key { display: inline-block; width: 1.5rem; height: .8rem; border: 1px solid var(--soft); border-radius: .2rem; margin-right: .4rem; vertical-align: -.05rem; }
    .key.module { background: var(--panel); } .key.requested { border: 2px solid var(--accepted); } .key.computed { border-color: var(--text); } .key.pruned { border: 1px dashed var(--soft); } .key.opaque { background: var(--changed); }
    .key.hidden { border: 1px dotted var(--warning); } .key.port { width: .5rem; height: .5rem; border-radius: 50%; background: var(--soft); } .key.only { background: var(--only); border-color: var(--warning); } .key.differs { background: var(--changed); border-color: var(--info); }
    .key.line { border: 0; border-top: 2px solid var(--warning); height: 0; border-radius: 0; vertical-align: .25em; } .key.line.eval { border-top-style: dotted; } .picture .module.closed.differs > rect { fill: var(--changed); stroke: var(--info); }
    .legend { color: var(--soft); font-size: .85rem; } .scripted { display: none; } .scripts .scripted { display: block; }
    @media (max-width: 60rem) { .stage { grid-template-columns: 1fr; grid-template-rows: minmax(0, 60vh) auto; height: auto; } #panel { border-left: 0; border-top: 1px solid var(--line); max-height: 45vh; } #drawing { height: 60vh; } }
    @media print { .tools, #panel, .zoom, #said, .scripted > .hint { display: none; } .stage { display: block; border: 0; height: auto; overflow: visible; } #drawing { height: auto; }
      .picture { position: static; width: 100%; height: auto; max-height: 18cm; } h2 { break-after: avoid; } :root { --back: #fff; --panel: #f4f3ee; --text: #000; --soft: #555; --line: #bbb; } }
    @media (max-width: 40rem) { .node { grid-template-columns: 2.4rem 1fr; } .node .what { grid-column: 2; } }
    @media (max-width: 40rem) { .verdict { font-size: 1.3rem; } .heads, .row { grid-template-columns: 1fr; } .heads span + span { display: none; } .tools { position: static; } }
    """
}
