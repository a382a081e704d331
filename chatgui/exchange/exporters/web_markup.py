"""Markdown as HTML in which every element is ours and every character of the text is escaped."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

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
    parse,
)
from chatgui.exchange.exporters.base import REORDERING
from chatgui.exchange.exporters.formulas import mathml
from chatgui.exchange.rendering import coloured

_LONGEST = 2_000_000  # characters set as Markdown; a longer text is shown as it is


def rendered(markdown: str) -> str:
    """The blocks of `markdown` as HTML."""
    if len(markdown) > _LONGEST:
        return f'<div class="literal">{escape(markdown)}</div>'
    return "".join(map(_node, parse(markdown)))


def _node(node: Node) -> str:
    match node:
        case Paragraph(runs):
            return f"<p>{_runs(runs)}</p>"
        case Heading(level, runs):
            name = f"h{min(level + 2, 6)}"  # below the conversation's and the speaker's
            return f"<{name}>{_runs(runs)}</{name}>"
        case Code():
            language = re.sub("[^a-z0-9+#-]", "", node.language)[:30]
            named = f' class="language-{language}"' if language else ""
            return f'<pre dir="ltr"><code{named}>{coloured_code(node.text, node.language)}</code></pre>'
        case Html(text):
            return f'<div class="literal">{escape(text.strip(chr(10)))}</div>'
        case Rule():
            return "<hr>"
        case Quote():
            name = f"<p><strong>{escape(node.alert.capitalize())}</strong></p>" if node.alert else ""
            return f"<blockquote>{name}{''.join(map(_node, node.children))}</blockquote>"
        case List(items, start):
            return _list(items, start)
        case Table():
            return _table(node)
        case Footnote():
            return f'<div class="note"><sup>{escape(node.label)}</sup> {"".join(map(_node, node.children))}</div>'


def coloured_code(text: str, language: str) -> str:
    """Code as HTML, with a class on every piece of it that has a colour."""
    return "\n".join(
        "".join(f'<span class="{role}">{_exact(piece)}</span>' if role else _exact(piece) for piece, role in line)
        for line in coloured(language, text)
    )


def _exact(code: str) -> str:
    """Code in which what would show it in another order is seen, and does nothing; copied it is as it was."""
    return REORDERING.sub(r'<span class="hidden">\g<0></span>', escape(code))


def _list(items: tuple[Item, ...], start: int | None) -> str:
    inside = "".join(f"<li>{_item(item)}</li>" for item in items)
    if start is None:
        return f"<ul>{inside}</ul>"
    first = f' start="{start}"' if start != 1 else ""
    return f"<ol{first}>{inside}</ol>"


def _item(item: Item) -> str:
    box = {None: "", True: "☑ ", False: "☐ "}[item.checked]
    first, *others = item.children or (Paragraph(()),)
    # A single paragraph stands on the bullet's own line.
    opening = _runs(first.runs) if isinstance(first, Paragraph) else _node(first)
    return box + opening + "".join(map(_node, others))


def _table(table: Table) -> str:
    sides = [f' class="{side}"' if side in ("center", "right") else "" for side in table.alignments]

    def row(cells: tuple[Runs, ...], name: str) -> str:
        parts = (f"<{name}{side}>{_runs(cell)}</{name}>" for cell, side in zip(cells, sides, strict=False))
        return f"<tr>{''.join(parts)}</tr>"

    rows = "".join(row(cells, "td") for cells in table.rows)
    return f'<div class="wide"><table><thead>{row(table.head, "th")}</thead><tbody>{rows}</tbody></table></div>'


def _runs(runs: Runs) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    text = escape(run.text)
    match run.kind:
        case "break":
            return "<br>"
        case "code":
            text = f'<code dir="ltr">{_exact(run.text)}</code>'
        case "math" | "display":
            text = mathml(run.text, display=run.kind == "display") or f'<code dir="ltr">{text}</code>'
        case "note":
            text = f"<sup>{text}</sup>"
        case "image":
            text = f"Image: {text or escape(run.link)}"
        case _:
            text = text.replace("\n", "<br>")
    for wanted, name in ((run.struck, "del"), (run.emphasis, "em"), (run.strong, "strong")):
        if wanted:
            text = f"<{name}>{text}</{name}>"
    return link(run.link, text) if run.link else text


def link(address: str, inside: str) -> str:
    """`inside` (HTML) leading to `address` if that is a web or mail address, else `inside` alone."""
    try:
        parts = urlsplit(address)
        safe = parts.scheme in ("http", "https", "mailto") and not re.search(r"[\s\x00-\x1f]", address)
        safe = safe and (parts.scheme == "mailto" or bool(parts.hostname))
    except ValueError:
        safe = False
    return f'<a href="{escape(address)}" rel="noreferrer noopener">{inside}</a>' if safe else inside
