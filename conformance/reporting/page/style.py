"""How the page looks: light and dark, on any width, and on paper."""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.reporting.page.markup import Markup

_COLOURS: Final = """
:root { color-scheme: light dark;
 --paper: #ffffff; --ink: #1c2128; --soft: #57606a; --rim: #d0d7de; --back: #f6f8fa; --link: #0a58ca;
 --pass: #1a7f37; --warning: #8a5a00; --fail: #b42318; --unclear: #7a3e9d; --none: #57606a;
 --pass-back: #dcf3e2; --warning-back: #fdf0d2; --fail-back: #fde7e4; --mark: #ffd33d; --mark-ink: #1c2128; }
@media (prefers-color-scheme: dark) { :root {
 --paper: #0f1318; --ink: #e6edf3; --soft: #9da7b3; --rim: #343b44; --back: #181d24; --link: #79b8ff;
 --pass: #5fd07f; --warning: #e8b34b; --fail: #ff8a7a; --unclear: #cf9bf0; --none: #9da7b3;
 --pass-back: #12331d; --warning-back: #3a2c0c; --fail-back: #42191a; --mark: #9e6a03; --mark-ink: #ffffff; } }
"""

_FRAME: Final = """
* { box-sizing: border-box; }
html { scroll-padding-top: 3.6rem; }
body { margin: 0; background: var(--paper); color: var(--ink);
 font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; font-size: .85em; }
pre { margin: 0; padding: .7rem .8rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere;
 background: var(--back); border: 1px solid var(--rim); border-radius: 6px; }
header, main > section { max-width: 80rem; margin: 0 auto; padding: 1.2rem clamp(.8rem, 3vw, 2rem); }
main > section { border-top: 1px solid var(--rim); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .4rem .8rem; z-index: 3; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; }
h2 { margin: .4rem 0 1rem; font-size: 1.45rem; }
h3 { margin: 0 0 .3rem; font-size: 1.1rem; }
h4 { margin: 1.1rem 0 .4rem; font-size: .95rem; }
h5 { margin: .8rem 0 .3rem; font-size: .85rem; color: var(--soft); }
.over { margin: 0 0 .2rem; color: var(--soft); }
.subject { margin: .2rem 0 1rem; font-size: 1.1rem; }
.verdict { border-top: 8px solid var(--none); max-width: none; padding-inline: max(clamp(.8rem, 3vw, 2rem), 50vw - 38rem); }
.verdict.pass { border-color: var(--pass); } .verdict.pass h1 { color: var(--pass); }
.verdict.warning { border-color: var(--warning); } .verdict.warning h1 { color: var(--warning); }
.verdict.fail { border-color: var(--fail); } .verdict.fail h1 { color: var(--fail); }
.verdict.inconclusive { border-color: var(--unclear); } .verdict.inconclusive h1 { color: var(--unclear); }
nav { position: sticky; top: 0; z-index: 2; background: var(--paper); border-block: 1px solid var(--rim); }
nav ul { display: flex; gap: .2rem 1.4rem; margin: 0 auto; max-width: 80rem; padding: .6rem clamp(.8rem, 3vw, 2rem);
 list-style: none; overflow-x: auto; white-space: nowrap; }
nav a { text-decoration: none; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem 1.2rem; margin: .8rem 0 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.note { padding: .6rem .8rem; border-left: 4px solid var(--warning); background: var(--warning-back); }
.bar { display: flex; gap: 2px; height: .7rem; border-radius: 6px; overflow: hidden; max-width: 60rem; }
.part { min-width: 4px; background: var(--none); }
.part.pass { background: var(--pass); } .part.warning { background: var(--warning); }
.part.fail { background: var(--fail); } .part.inconclusive { background: var(--unclear); }
.counts { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.counts .pass b, .says.pass { color: var(--pass); } .counts .warning b, .says.warning, .says.warning a { color: var(--warning); }
.counts .fail b, .says.fail, .says.fail a { color: var(--fail); }
.counts .inconclusive b, .says.inconclusive { color: var(--unclear); }
.says { white-space: nowrap; } .says.not-exercised { color: var(--none); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rim); font-weight: inherit; }
thead th { color: var(--soft); font-size: .85rem; }
tbody th { white-space: nowrap; font-family: ui-monospace, Consolas, "Liberation Mono", monospace; font-size: .85rem; }
td { overflow-wrap: anywhere; } .number { text-align: right; color: var(--soft); }
.requirements td { white-space: nowrap; } .requirements td:last-child { white-space: normal; min-width: 18rem; }
"""

_FINDINGS: Final = """
.contents { margin: 0 0 1.2rem; padding: 0; list-style: none; }
.contents li { padding: .15rem 0 .15rem .7rem; border-left: 4px solid var(--fail); margin-bottom: 2px; }
.contents li.warning { border-color: var(--warning); }
.finding { margin: 0 0 1.6rem; padding: 1rem 1.1rem 1.2rem; border: 1px solid var(--rim); border-left: 6px solid var(--fail);
 border-radius: 8px; content-visibility: auto; contain-intrinsic-size: auto 900px; }
.finding.warning { border-left-color: var(--warning); }
.finding h3 a { color: inherit; }
.finding .aside { float: right; font-size: .85rem; font-weight: normal; color: var(--soft); }
.sign { padding: .1rem .5rem; border-radius: 4px; font-size: .8rem; color: var(--fail); background: var(--fail-back); }
.warning .sign { color: var(--warning); background: var(--warning-back); }
.tag { padding: 0 .4rem; border: 1px solid var(--rim); border-radius: 4px; font-size: .8rem; font-weight: normal; }
.statement { margin: .2rem 0 0; }
.sides { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .4rem 1rem; }
.expected pre { border-color: var(--pass); background: var(--pass-back); }
.received pre { border-color: var(--fail); background: var(--fail-back); }
.warning .received pre { border-color: var(--warning); background: var(--warning-back); }
.hint pre { white-space: pre-wrap; }
.way { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.15fr); gap: 1rem; align-items: start; }
.steps { margin: 0; padding-left: 1.8rem; overflow-wrap: anywhere; }
.steps .shows { font-weight: bold; color: var(--fail); } .warning .steps .shows { color: var(--warning); }
.sequence { width: 100%; min-width: 30rem; display: block; }
.sequence text { font-size: 12.5px; fill: var(--ink); }
.sequence .lifeline line { stroke: var(--rim); stroke-width: 1.5; } .sequence .lifeline text { font-weight: bold; }
.sequence .line { stroke: var(--soft); fill: none; stroke-width: 1.4; } .sequence .head { fill: var(--soft); }
.sequence .back .line { stroke-dasharray: 5 3; }
.sequence .step text { fill: var(--soft); }
.sequence .shows .line { stroke: var(--fail); stroke-width: 2; } .sequence .shows .head { fill: var(--fail); }
.sequence .verdict text { fill: var(--fail); font-weight: bold; } .sequence .verdict.warn text { fill: var(--warning); }
details { margin: .3rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
.exchange { padding: .3rem .6rem; border: 1px solid var(--rim); border-radius: 6px;
 content-visibility: auto; contain-intrinsic-size: auto 2.2rem; }
.exchange .good { color: var(--pass); } .exchange .bad { color: var(--fail); }
mark { background: var(--mark); color: var(--mark-ink); border-radius: 2px; padding: 0 2px; font-weight: bold; }
.form { position: relative; } .copy { position: absolute; right: .5rem; top: .5rem; font: inherit; font-size: .8rem; }
.quiet { margin: .3rem 0; color: var(--soft); }
"""

_COVERAGE: Final = """
.figures { max-width: 44rem; margin-bottom: 1rem; } .figures th { font: inherit; }
meter { width: 12rem; max-width: 40vw; height: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; padding: 0; list-style: none; }
.swatch { display: inline-block; width: 1.6rem; height: .9rem; margin-right: .5rem; border: 2px solid; border-radius: 3px; }
.swatch.seen { border-color: var(--pass); background: var(--pass-back); }
.swatch.unseen { border: 2px dashed var(--none); }
.swatch.broken { border: 4px double var(--fail); background: var(--fail-back); }
.machine { margin: 1rem 0 1.6rem; } .machine figcaption { margin-bottom: .4rem; font-weight: bold; }
.machine svg { width: 100%; min-width: 56rem; height: auto; border: 1px solid var(--rim); border-radius: 8px; }
.machines .seen .box { fill: var(--pass-back); stroke: var(--pass); } .machines .seen .inner { stroke: var(--pass); }
.machines .unseen .box { fill: none; stroke: var(--none); stroke-dasharray: 5 4; } .machines .unseen .inner { stroke: none; }
.machines .broken .box { fill: var(--fail-back); stroke: var(--fail); stroke-width: 3.5; } .machines .broken .inner { stroke: var(--fail); }
.machines .seen.arrow, .machines .transition.seen .stroke { stroke: var(--pass); } .machines .seen.head { fill: var(--pass); }
.machines .unseen.arrow, .machines .transition.unseen .stroke { stroke: var(--none); stroke-dasharray: 2 4; }
.machines .unseen.head { fill: var(--none); } .machines .transition.unseen text { fill: var(--none); }
.machines .broken.arrow, .machines .transition.broken .stroke { stroke: var(--fail); stroke-width: 3; }
.machines .broken.head { fill: var(--fail); } .machines .transition.broken text { fill: var(--fail); font-weight: bold; }
.missed p { margin: .2rem 0 .6rem 1.2rem; color: var(--soft); overflow-wrap: anywhere; }
"""

_NARROW_AND_PAPER: Final = """
#filters { display: flex; flex-wrap: wrap; gap: .6rem 1.4rem; align-items: end; margin-bottom: 1rem; }
#filters[hidden], tr[hidden] { display: none; }
fieldset { margin: 0; padding: .1rem .6rem .3rem; border: 1px solid var(--rim); border-radius: 6px; }
fieldset label { margin-right: .8rem; white-space: nowrap; } legend { font-size: .8rem; color: var(--soft); }
input[type=search] { font: inherit; padding: .2rem .4rem; width: 12rem; max-width: 100%; } output { color: var(--soft); }
@media screen and (max-width: 52rem) {
 .sides, .way { grid-template-columns: minmax(0, 1fr); }
 .finding { padding: .8rem .7rem; } .finding .aside { float: none; display: block; }
 h1 { font-size: 1.6rem; } meter { width: 8rem; max-width: 22vw; }
 .requirements thead { position: absolute; left: -99rem; }
 .requirements tr { display: grid; grid-template-columns: auto auto auto auto 1fr; gap: 0 .7rem; padding: .4rem 0;
  border-bottom: 1px solid var(--rim); }
 .requirements td, .requirements th { border: 0; padding: 0; }
 .requirements td:last-child { grid-column: 1 / -1; min-width: 0; }
 .requirements .number { text-align: left; } .requirements .number:not(:empty)::after { content: "×"; }
}
@media print {
 :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --rim: #bbb; --back: #f6f6f6; --link: #000;
  --pass: #14632b; --warning: #7a4f00; --fail: #a01c12; --pass-back: #e6f5ea; --warning-back: #fdf3dc; --fail-back: #fdebe9;
  --mark: #ffe27a; --mark-ink: #000; }
 body { font-size: 10pt; } nav, #filters, .copy, .skip, .aside { display: none !important; }
 .finding, .exchange { content-visibility: visible; }
 .machine, tr, .sequence, .finding > .sides { break-inside: avoid; } h2, h3, h4, h5, summary { break-after: avoid; }
 pre { font-size: 7.5pt; } .way { grid-template-columns: minmax(0, 1fr); } .sequence { max-width: 34rem; }
 .scroll { overflow: visible; } .machine svg, .sequence { min-width: 0; }
 .bar, .part, mark, pre, .sign, .swatch { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""

STYLE: Final = Markup(_COLOURS + _FRAME + _FINDINGS + _COVERAGE + _NARROW_AND_PAPER)
