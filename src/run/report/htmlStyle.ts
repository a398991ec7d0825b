/** The style sheet of a report. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --muted: #59636e; --back: #ffffff; --panel: #f6f8fa; --border: #d1d9e0;
  --blue: #0969da; --green: #1a7f37; --purple: #8250df; --red: #cf222e; --yellow: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --muted: #9198a1; --back: #0d1117; --panel: #151b23; --border: #3d444d;
  --blue: #4493f8; --green: #3fb950; --purple: #ab7df8; --red: #f85149; --yellow: #d29922; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; color: var(--text); background: var(--back); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; }
h1 { margin: 0 0 16px; font-size: 1.7em; }
h2 { margin: 0 0 8px; font-size: 1.15em; }
section { margin-bottom: 28px; }
p { margin: 4px 0; overflow-wrap: anywhere; }
.muted, .origin, caption, figcaption, dt { color: var(--muted); }
.verdict { padding: 14px 18px; border: 1px solid var(--border); border-left: 4px solid var(--blue); border-radius: 6px; background: var(--panel); }
.verdict-better { border-left-color: var(--green); }
.verdict-better h2 { color: var(--green); }
.verdict-worse, .verdict-atChance, .verdict-tooFew { border-left-color: var(--yellow); }
code, .prompt { font-family: ui-monospace, monospace; white-space: pre-wrap; }
.winner { font-size: 1.1em; }
.figures { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 8px 0 0; padding: 0; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { margin-bottom: 4px; text-align: left; font-size: 0.9em; }
th, td { padding: 4px 10px; border: 1px solid var(--border); text-align: left; vertical-align: top; }
thead th { background: var(--panel); }
.number { text-align: right; white-space: nowrap; }
.right { color: var(--green); }
.wrong { color: var(--red); }
figure { margin: 0 0 16px; }
svg { display: block; width: 100%; max-width: 760px; }
svg text { fill: var(--muted); font-size: 11px; }
.grid { stroke: var(--border); stroke-width: 1; }
.level { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 3 3; }
polyline { fill: none; stroke: var(--line); stroke-width: 2; }
.band { fill: var(--line); stroke: none; opacity: 0.18; }
.line-1 { --line: var(--blue); } .line-2 { --line: var(--green); } .line-3 { --line: var(--purple); } .line-4 { --line: var(--yellow); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 0; padding: 0; list-style: none; font-size: 0.9em; }
.legend i { display: inline-block; width: 18px; margin-right: 6px; border-top: 3px solid var(--line, var(--muted)); vertical-align: middle; }
.legend i.level { border-top-style: dashed; border-top-width: 1px; }
summary { cursor: pointer; }
@media print { body { padding: 0; } .verdict, figure, tr { break-inside: avoid; } }
`;
