"""A Markdown tree written again: as plain text, as Markdown and as clean HTML, whole or in part.

The HTML holds no colours and nothing that loads or runs: images become links, raw HTML is escaped.
"""

from __future__ import annotations

import html as letters
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from chatgui.core.markup import (
    Code,
    Footnote,
    Heading,
    Html,
    Item,
    List,
    Node,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>~$|])")
_LINE_START = re.compile(r"^(\s*)([#>+-]|\d+[.)])(?=\s|$)", re.MULTILINE)
_WEB = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)


def source_of(run: Run) -> str:
    """What a run is in the text of its block: maths in its delimiters, an image its description, else what is read."""
    match run.kind:
        case "math":
            return f"${run.text}$"
        case "display":
            return f"$${run.text}$$"
        case "image":
            return run.text or "image"
    return run.text


def cut(runs: Runs, start: int, end: int) -> Runs:
    """The part of `runs` between two positions of their text. What cannot be cut, as a formula, is taken whole."""
    made: list[Run] = []
    position = 0
    for run in runs:
        length = len(source_of(run))
        first, last = max(0, start - position), min(length, end - position)
        position += length
        if first >= last:
            continue
        whole = run.kind in {"math", "display", "image", "note"}
        made.append(run if whole else replace(run, text=run.text[first:last]))
    return tuple(made)


# ------------------------------------------------------------------------------------------------ plain text


def plain(nodes: Iterable[Node]) -> str:
    """`nodes` as a person would type them without any markup."""
    return "\n\n".join(_plain(node) for node in nodes)


def _plain(node: Node) -> str:
    match node:
        case Paragraph(runs) | Heading(_, runs):
            return _plain_runs(runs)
        case Code(text) | Html(text):
            return text.rstrip("\n")
        case Rule():
            return "———"
        case Quote(children):
            return _prefixed(plain(children), "> ", "> ")
        case Footnote(label, children):
            return _prefixed(plain(children), f"[{label}] ", "    ")
        case List():
            return "\n".join(_listed(node, plain))
        case Table(_, head, rows):
            return "\n".join("\t".join(_cell(_plain_runs(cell)) for cell in row) for row in (head, *rows))


def _plain_runs(runs: Runs) -> str:
    return "".join(f"[{run.text}]" if run.kind == "note" else source_of(run) for run in runs)


def _listed(node: List, write: object) -> list[str]:
    made = []
    for index, item in enumerate(node.items):
        mark = "- " if node.start is None else f"{node.start + index}. "
        if item.checked is not None:
            mark += "[x] " if item.checked else "[ ] "
        words = plain(item.children) if write is plain else markdown(item.children)
        tight = "\n" if write is plain else "\n\n"
        made.append(
            _prefixed(
                words.replace("\n\n", tight) if write is plain else words, mark, "  " if node.start is None else "   "
            )
        )
    return made


def _prefixed(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        (first if index == 0 else others if line else others.rstrip()) + line for index, line in enumerate(lines)
    )


def _cell(text: str) -> str:
    return " ".join(text.split())


# ------------------------------------------------------------------------------------------------ Markdown


def markdown(nodes: Iterable[Node]) -> str:
    """`nodes` as Markdown that reads the same."""
    return "\n\n".join(_markdown(node) for node in nodes)


def _markdown(node: Node) -> str:
    match node:
        case Paragraph(runs):
            return _LINE_START.sub(_escaped_start, _markdown_runs(runs))
        case Heading(level, runs):
            return f"{'#' * level} {_cell(_markdown_runs(runs))}"
        case Code(text, info):
            longest = max((len(one) for one in re.findall(r"^ {0,3}(`{3,})", text, re.MULTILINE)), default=2)
            fence = "`" * max(3, longest + 1)
            body = text if text.endswith("\n") or not text else f"{text}\n"
            return f"{fence}{info}\n{body}{fence}"
        case Html(text):
            return text.rstrip("\n")
        case Rule():
            return "---"
        case Quote(children, alert):
            head = f"[!{alert.upper()}]\n" if alert else ""
            return _prefixed(head + markdown(children), "> ", "> ")
        case Footnote(label, children):
            return _prefixed(markdown(children), f"[^{label}]: ", "    ")
        case List():
            return "\n".join(_listed(node, markdown))
        case Table(alignments, head, rows):
            return _markdown_table(alignments, head, rows)


def _escaped_start(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}\\{mark}" if not mark[0].isdigit() else f"{match[1]}{mark[:-1]}\\{mark[-1]}"


def _markdown_table(alignments: Sequence[str], head: Sequence[Runs], rows: Sequence[Sequence[Runs]]) -> str:
    lines = [_markdown_row(head)]
    dashes = {"left": ":---", "center": ":---:", "right": "---:"}
    lines.append("| " + " | ".join(dashes.get(one, "---") for one in alignments) + " |")
    lines += [_markdown_row(row) for row in rows]
    return "\n".join(lines)


def _markdown_row(cells: Sequence[Runs]) -> str:
    return "| " + " | ".join(_cell(_markdown_runs(cell).replace("\\\n", "<br>")) for cell in cells) + " |"


def _markdown_runs(runs: Runs) -> str:
    made: list[str] = []
    for run in runs:
        text = _markdown_run(run)
        if run.link and run.kind not in {"image", "break"}:
            address = run.link.replace("\\", "\\\\").replace("<", "\\<").replace(">", "\\>")
            text = (
                f"<{run.link}>"
                if run.text == run.link
                else f"[{text}](<{address}>)"
                if " " in address
                else f"[{text}]({address})"
            )
        made.append(text)
    return "".join(made)


def _markdown_run(run: Run) -> str:
    match run.kind:
        case "code":
            ticks = "`" * (max((len(one) for one in re.findall("`+", run.text)), default=0) + 1)
            space = " " if run.text.startswith("`") or run.text.endswith("`") else ""
            return f"{ticks}{space}{run.text}{space}{ticks}"
        case "math" | "display":
            return source_of(run)
        case "image":
            return f"![{run.text}]({run.link})"
        case "note":
            return f"[^{run.text}]"
        case "break":
            return "\\\n"
    text = _SPECIAL.sub(r"\\\1", run.text)
    for on, mark in ((run.struck, "~~"), (run.emphasis, "*"), (run.strong, "**")):
        if on and text.strip():
            inner = text.strip()
            lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            text = f"{lead}{mark}{inner}{mark}{trail}"
    return text


# ------------------------------------------------------------------------------------------------ HTML


def html(nodes: Iterable[Node], line_end: str = "\n") -> str:
    """`nodes` as HTML. `line_end` stands where a line was merely ended: `<br>` to have the lines that are shown."""
    return "\n".join(_html(node, line_end) for node in nodes)


def _html(node: Node, line_end: str) -> str:
    match node:
        case Paragraph(runs):
            return f"<p>{html_runs(runs, line_end)}</p>"
        case Heading(level, runs):
            return f"<h{level}>{html_runs(runs, line_end)}</h{level}>"
        case Code(text):
            language = f' class="language-{letters.escape(node.language)}"' if node.language else ""
            return f"<pre><code{language}>{letters.escape(text, quote=False)}</code></pre>"
        case Html(text):
            return f"<pre>{letters.escape(text, quote=False)}</pre>"
        case Rule():
            return "<hr>"
        case Quote(children):
            return f"<blockquote>\n{html(children, line_end)}\n</blockquote>"
        case Footnote(label, children):
            return f"<p><sup>{letters.escape(label)}</sup></p>\n{html(children, line_end)}"
        case List(items, start):
            tag, number = ("ul", "") if start is None else ("ol", f' start="{start}"' if start != 1 else "")
            inner = "\n".join(f"<li>{_html_item(item, line_end)}</li>" for item in items)
            return f"<{tag}{number}>\n{inner}\n</{tag}>"
        case Table(alignments, head, rows):
            lines = ["<table>", f"<tr>{_html_cells(head, 'th', alignments)}</tr>"]
            lines += [f"<tr>{_html_cells(row, 'td', alignments)}</tr>" for row in rows]
            return "\n".join((*lines, "</table>"))


def _html_item(item: Item, line_end: str) -> str:
    mark = "" if item.checked is None else "☑ " if item.checked else "☐ "
    children = item.children
    if children and isinstance(children[0], Paragraph):
        rest = html(children[1:], line_end)
        return f"{mark}{html_runs(children[0].runs, line_end)}" + (f"\n{rest}" if rest else "")
    return mark + html(children, line_end)


def _html_cells(cells: Sequence[Runs], tag: str, alignments: Sequence[str]) -> str:
    made = []
    for cell, alignment in zip(cells, (*alignments, *[""] * len(cells)), strict=False):
        align = f' align="{alignment}"' if alignment else ""
        made.append(f"<{tag}{align}>{html_runs(cell)}</{tag}>")
    return "".join(made)


def html_runs(runs: Runs, line_end: str = "\n") -> str:
    """Runs as inline HTML."""
    return "".join(_html_run(run, line_end) for run in runs)


def _html_run(run: Run, line_end: str) -> str:
    text = letters.escape(source_of(run), quote=False)
    if run.kind == "text":
        text = text.replace("\n", line_end)
    match run.kind:
        case "break":
            return "<br>"
        case "code" | "math" | "display":
            text = f"<code>{text}</code>"
        case "note":
            text = f"<sup>{text}</sup>"
    for on, tag in ((run.strong, "strong"), (run.emphasis, "em"), (run.struck, "del")):
        if on:
            text = f"<{tag}>{text}</{tag}>"
    if run.link and _WEB.fullmatch(run.link):
        text = f'<a href="{letters.escape(run.link)}">{text}</a>'
    return text


def html_text(text: str) -> str:
    """Literal text as HTML: line breaks and spaces kept."""
    return f"<pre>{letters.escape(text, quote=False)}</pre>"
