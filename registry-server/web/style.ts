// The one style sheet. Colours have at least 4.5:1 against their ground in both schemes; nothing needs a script.

export const STYLE = `
:root { color-scheme: light dark;
  --bg: #ffffff; --panel: #f5f7f9; --text: #1a1f26; --muted: #535d69; --line: #d3d9e0; --accent: #0a57a4;
  --accent-ink: #ffffff; --high: #a1161d; --medium: #7a4a00; --low: #1a6638; --mark: #e7f0fb; }
@media (prefers-color-scheme: dark) { :root {
  --bg: #0f1317; --panel: #181d23; --text: #e7eaee; --muted: #a3aeba; --line: #303842; --accent: #86bdff;
  --accent-ink: #0b1726; --high: #ff9a9a; --medium: #f2c274; --low: #86dba6; --mark: #1b2b3f; } }
*, ::before, ::after { box-sizing: border-box; }
html { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; background: var(--bg);
  color: var(--text); -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; }
a { color: var(--accent); text-underline-offset: .16em; text-decoration-thickness: .06em; }
a:hover { text-decoration-thickness: .12em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--bg); padding: .5rem; }
.wide { width: 100%; max-width: 68rem; margin-inline: auto; padding-inline: 1rem; }
header.site { border-bottom: 1px solid var(--line); }
header.site .wide { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; align-items: center; padding-block: .7rem; }
.brand { font-weight: 700; color: var(--text); text-decoration: none; display: inline-flex; gap: .5rem; align-items: center;
  margin-right: auto; padding-block: .3rem; }
.brand img { width: 1.5rem; height: 1.5rem; }
header nav { display: flex; gap: 1.1rem; } header nav a { padding-block: .4rem; }
main { flex: 1; padding-block: 1.6rem 3rem; }
footer.site { border-top: 1px solid var(--line); color: var(--muted); font-size: .9rem; }
footer.site .wide { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; padding-block: 1.1rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.2rem 0 .7rem; }
h3 { font-size: 1.03rem; margin: 1.4rem 0 .5rem; }
p { margin: 0 0 .9rem; overflow-wrap: anywhere; }
.lead, .hits p, .note p, .readme :is(h2, h3, h4, h5, h6, p, li, td, th) { unicode-bidi: plaintext; } .lead { font-size: 1.08rem; color: var(--muted); max-width: 46rem; }
.muted { color: var(--muted); } .small { font-size: .9rem; }
code, pre, kbd { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .9em; }
code { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .75rem .9rem; overflow-x: auto;
  margin: 0 0 .9rem; }
pre code { overflow-wrap: normal; }
form.search { display: grid; gap: .8rem; margin-block: 1rem 1.2rem; }
.bar { display: flex; gap: .5rem; }
input[type=search], input[type=text], select { font: inherit; color: inherit; background: var(--bg); border: 1px solid
  var(--muted); border-radius: 8px; padding: .55rem .75rem; min-height: 2.75rem; min-width: 0; }
input[type=search] { flex: 1; font-size: 1.05rem; }
button { font: inherit; font-weight: 600; background: var(--accent); color: var(--accent-ink); border: 0; border-radius: 8px;
  padding: .55rem 1.1rem; min-height: 2.75rem; cursor: pointer; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1.2rem; align-items: center; } form.filters { margin-bottom: 1rem; }
.filters label { display: inline-flex; gap: .45rem; align-items: center; min-height: 2.75rem; }
.filters input[type=checkbox] { width: 1.15rem; height: 1.15rem; }
.hits { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
.hits li { border-bottom: 1px solid var(--line); padding: .85rem 0; }
.hits .name { font-weight: 650; font-size: 1.06rem; overflow-wrap: anywhere; }
.hits p { margin: .15rem 0 .3rem; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
.facts { display: flex; flex-wrap: wrap; gap: .15rem .95rem; color: var(--muted); font-size: .9rem; list-style: none; margin: 0;
  padding: 0; }
.facts li { border: 0; padding: 0; } .summary { margin: 0 0 1.4rem; } .summary strong { color: var(--text); }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 99px; padding: 0 .6rem; font-size: .85rem;
  background: var(--panel); color: var(--text); }
.good { color: var(--low); font-weight: 600; }
.columns { display: grid; gap: 0 2.5rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 56rem) { .columns { grid-template-columns: minmax(0, 1fr) 18rem; } .two { display: grid; gap: 0 2.5rem;
  grid-template-columns: 1fr 1fr; } }
aside h2, .columns h2:first-child { margin-top: 0; } aside dl { margin: 0; }
aside dt { color: var(--muted); font-size: .88rem; } aside dd { margin: 0 0 .7rem; overflow-wrap: anywhere; }
.note { border: 1px solid var(--line); border-left: 5px solid var(--medium); border-radius: 8px; padding: .7rem .95rem;
  margin: 0 0 1.1rem; background: var(--panel); }
.note p:last-child { margin: 0; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; } main > table { margin-bottom: 1.1rem; }
th, td { text-align: left; padding: .5rem .8rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; font-size: .88rem; white-space: nowrap; }
td.nowrap { white-space: nowrap; } td, td code { overflow-wrap: break-word; }
.high { color: var(--high); font-weight: 600; } .medium { color: var(--medium); font-weight: 600; } .low { color: var(--low); }
.command { display: flex; gap: .5rem; align-items: stretch; margin: 0 0 .9rem; } .command pre { flex: 1; min-width: 0; margin: 0;
  white-space: pre-wrap; } .command code { overflow-wrap: anywhere; }
.command button { padding: .2rem .7rem; font-size: .85rem; font-weight: 500; }
details { margin: 0 0 .9rem; } summary { cursor: pointer; padding-block: .4rem; }
.readme { border-top: 1px solid var(--line); margin-top: 1rem; padding-top: 1.2rem; overflow-wrap: anywhere; }
.readme > :first-child { margin-top: 0; }
.readme img { max-width: 100%; height: auto; } .readme table { display: block; overflow-x: auto; }
.readme blockquote { margin: 0 0 .9rem; padding-left: 1rem; border-left: 4px solid var(--line); color: var(--muted); }
.readme li { margin-block: .2rem; }
.bars { width: 100%; height: 3.2rem; display: block; } .bars rect { fill: var(--accent); }
.big { font-size: clamp(1.9rem, 5vw, 2.6rem); }
.pager { margin-top: 1.1rem; }
@media (prefers-reduced-motion: no-preference) { #results { transition: opacity .12s; } }
#results[aria-busy=true] { opacity: .6; } #found:empty { display: none; }
@media print { header.site, footer.site, form.search { display: none; } }
`

export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M16 2 4 7v8c0 7.5 5 13 12 15 7-2 12-7.500 12-15V7z" ' +
  'fill="#0a57a4"/><path d="m10.500 16 4 4 7.500-8" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" ' +
  'stroke-linejoin="round"/></svg>'
