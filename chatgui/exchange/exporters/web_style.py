"""The style sheet of exported web pages: light, dark and paper."""

from __future__ import annotations

from collections.abc import Mapping

from chatgui.core import code_colours


def _named(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{role}: {colour};" for role, colour in colours.items())


_ROLES = "\n".join(f"pre .{role} {{ color: var(--{role}); }}" for role in code_colours.LIGHT)
_LIGHT, _DARK = _named(code_colours.LIGHT), _named(code_colours.DARK)

STYLE = (
    """
:root { --text: #1d2125; --quiet: #5c6570; --back: #ffffff; --tint: #f3f5f7; --line: #d5dae0; --link: #0b57d0; --mark: #9a3412; %light% }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7eb; --quiet: #9aa4b0; --back: #16191d; --tint: #20252b; --line: #39414a; --link: #8ab4f8; --mark: #fdba74; %dark% }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.6 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: anywhere; }
article + article { margin-top: 4rem; border-top: 2px solid var(--line); padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: .95rem; margin: 2rem 0 .25rem; color: var(--quiet); font-weight: 600; }
h3, h4, h5, h6 { margin: 1.4rem 0 .4rem; line-height: 1.3; font-size: 1.05rem; }
h3 { font-size: 1.25rem; }
h4 { font-size: 1.12rem; }
p, ul, ol, pre, blockquote, table { margin: .6rem 0; }
h1, h3, h4, h5, h6, p, li, th, td, .literal { unicode-bidi: plaintext; text-align: start; }
li > ul, li > ol { margin: .2rem 0; }
a { color: var(--link); }
.aside { color: var(--quiet); font-size: .85rem; font-weight: 400; }
.mark { color: var(--mark); font-weight: 600; }
.branch { margin-top: 3rem; border-top: 1px dashed var(--line); padding-top: 1rem; color: var(--quiet); }
.literal { white-space: pre-wrap; margin: .6rem 0; }
.user .literal { background: var(--tint); border-radius: 10px; padding: .6rem .9rem; }
.note { font-size: .9rem; color: var(--quiet); }
.note sup + p { display: inline; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "DejaVu Math TeX Gyre", "Noto Sans Math", math; }
code, pre { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", "Noto Sans Mono", monospace; font-size: .9em; }
code { background: var(--tint); border-radius: 4px; padding: .1em .3em; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; tab-size: 4; }
%roles%
pre .comment { font-style: italic; }
.hidden { unicode-bidi: isolate; }
.hidden::before { content: "⇄"; color: var(--mark); }
pre code { background: none; padding: 0; white-space: pre; overflow-wrap: normal; }
blockquote { border-left: 3px solid var(--line); padding-left: 1rem; margin-left: 0; color: var(--quiet); }
details { border-left: 3px solid var(--line); padding-left: 1rem; color: var(--quiet); }
summary { cursor: pointer; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .3rem .7rem; vertical-align: top; overflow-wrap: break-word; }
th { background: var(--tint); }
td.center, th.center { text-align: center; }
td.right, th.right { text-align: right; }
img { max-width: 100%; }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.5rem 0; }
@page { margin: 18mm 16mm; }
@media print {
  :root { --text: #000; --quiet: #444; --back: #fff; --tint: #f6f6f6; --line: #ccc; --link: #000; --mark: #000; %light% }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2, h3, h4, h5, h6 { break-after: avoid; }
  pre, tr, img { break-inside: avoid; }
  summary { break-after: avoid; }
  td { overflow-wrap: anywhere; min-width: 4em; }
  pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
  article + article { break-before: page; border: 0; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
""".replace("%light%", _LIGHT)
    .replace("%dark%", _DARK)
    .replace("%roles%", _ROLES)
)
