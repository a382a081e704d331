"""Markdown read into a tree (see `nodes`): what the transcript draws and the exporters write.

Raw HTML is text here, never obeyed (but for `<br>` in a table). Nothing is fetched or evaluated. Nesting deeper than `DEEPEST` is flattened.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from chatgui.core.addresses import linked
from chatgui.core.deadline import check
from chatgui.core.formulas import MASK, Formula, formulas, masked
from chatgui.core.nodes import (
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
    plain,
)
from chatgui.core.paragraphs import paragraphs

__all__ = [
    "FENCE",
    "Code",
    "Footnote",
    "Heading",
    "Html",
    "Item",
    "List",
    "Node",
    "Paragraph",
    "Quote",
    "Rule",
    "Run",
    "Runs",
    "Table",
    "closing_fence",
    "parse",
    "parser",
    "plain",
]

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SURROGATE = re.compile("[\ud800-\udfff]")
# The one tag that is obeyed, and only in tables: Markdown has no other way to break a line there, and models use it often.
_BREAK = re.compile(r"<br */?>", re.IGNORECASE)
DEEPEST = 16  # quotes and lists within each other


@cache
def parser() -> Any:
    """The Markdown parser with the extensions this program speaks; a list of (event, range in UTF-8 bytes)."""
    import pyromark

    options = pyromark.Options
    return pyromark.Markdown(
        options=options.ENABLE_TABLES
        | options.ENABLE_FOOTNOTES
        | options.ENABLE_STRIKETHROUGH
        | options.ENABLE_TASKLISTS
        | options.ENABLE_GFM
    )


def parse(markdown: str, links: str = "") -> tuple[Node, ...]:
    """The blocks of `markdown`. `links` are definitions of links and notes from elsewhere in the document, as Markdown."""
    text = _SURROGATE.sub("\ufffd", markdown).replace("\x00", "\u2400")
    code = _fenced(text)
    if code is not None:
        return (code,)
    found = formulas(text)
    hidden = masked(text, found) if found else text
    if links:
        hidden = f"{hidden}\n\n{links}"
    return _Builder(text, found, hidden).build()


FENCE = re.compile(r" {0,3}(?:(`{3,})([^`\n]*)|(~{3,})([^\n]*))(?:\n|$)")


def closing_fence(ticks: str) -> re.Pattern[str]:
    """What ends a code block that began with `ticks`."""
    return _closing(ticks[0], len(ticks))


@cache
def _closing(mark: str, count: int) -> re.Pattern[str]:
    return re.compile(rf"^ {{0,3}}{mark}{{{count},}}[ \t]*(?:\n|\Z)", re.MULTILINE)


def _fenced(text: str) -> Code | None:
    """A text that is one fenced block, closed or not, without asking the parser: it may be megabytes."""
    text = text.lstrip("\n")
    head = FENCE.match(text)
    if head is None:
        return None
    ticks, info = head[1] or head[3], head[2] if head[1] else head[4]
    end = closing_fence(ticks).search(text, head.end())
    if end and text[end.end() :].strip():
        return None
    body = text[head.end() : end.start() if end else len(text)]
    indent = len(head[0]) - len(head[0].lstrip(" "))
    if indent:
        body = re.sub(rf"^ {{1,{indent}}}", "", body, flags=re.MULTILINE)
    info = html.unescape(info) if "&" in info else info
    return Code(_with_newline(body), _ESCAPED.sub(r"\1", info.strip()))


def _with_newline(text: str) -> str:
    """Code ends in a newline even where the answer broke off in it."""
    return text if not text or text.endswith("\n") else f"{text}\n"


_Look: TypeAlias = tuple[str, bool, bool, bool, str, str]
_LEAVES = frozenset({"Paragraph", "Heading", "TableCell"})


@dataclass(slots=True)
class _Frame:
    """A block being read."""

    kind: str
    detail: Any = None
    children: list[Any] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    checked: bool | None = None
    pending: list[str] = field(default_factory=list)  # pieces of the run being read; joined once
    look: _Look | None = None

    def finish_run(self) -> None:
        """Join what has been read in one look."""
        if self.pending and self.look is not None:
            kind, strong, emphasis, struck, link, title = self.look
            self.runs.append(Run("".join(self.pending), kind, strong, emphasis, struck, link, title))
        self.pending = []
        self.look = None

    def finish_text(self) -> None:
        """Text that stands in a tight item or a quote without a paragraph of its own becomes one."""
        self.finish_run()
        if self.runs and self.kind not in _LEAVES:
            self.children += paragraphs(linked(self.runs))
            self.runs = []

    def node(self) -> Node | Item | Runs | tuple[Runs, ...] | None:
        """The finished block, but for a paragraph."""
        if self.kind in {"CodeBlock", "HtmlBlock"}:
            return self._verbatim()
        self.finish_text()
        match self.kind:
            case "Heading":
                return Heading(int(self.detail["level"][1:]), linked(self.runs))
            case "BlockQuote":
                return Quote(tuple(self.children), (self.detail or "").lower())
            case "List":
                return List(tuple(self.children), self.detail)
            case "Item":
                return Item(tuple(self.children), self.checked)
            case "FootnoteDefinition":
                return Footnote(self.detail, tuple(self.children))
            case "TableCell":
                return linked(self.runs)
            case "TableHead" | "TableRow":
                return tuple(self.children)
            case "Table":
                alignments = tuple("" if one == "None" else one.lower() for one in self.detail)
                head, *rows = self.children or [()]
                return Table(alignments, head, tuple(rows))
        return None

    def _verbatim(self) -> Code | Html:
        text = "".join(self.pending)
        if self.kind == "HtmlBlock":
            return Html(text)
        return Code(_with_newline(text), self.detail["Fenced"].strip() if isinstance(self.detail, dict) else "")


_BLOCKS = frozenset({
    "Paragraph", "Heading", "BlockQuote", "CodeBlock", "HtmlBlock", "List", "Item", "FootnoteDefinition",
    "Table", "TableHead", "TableRow", "TableCell",
})  # fmt: skip
_MARKS = {"Strong": "strong", "Emphasis": "emphasis", "Strikethrough": "struck"}


class _Builder:
    """Turns the parser's events into nodes."""

    def __init__(self, text: str, found: list[Formula], hidden: str) -> None:
        self.text, self.found, self.hidden = text, found, hidden
        self.frames = [_Frame("Document")]
        self.marks = {"strong": 0, "emphasis": 0, "struck": 0}
        self.links: list[tuple[str, str, str]] = []  # (kind, address, title)
        self.next_formula = 0
        self.skipped = 0  # containers nested too deep, opened and not yet closed
        self.limit = len(text)
        self.ascii = hidden.isascii()
        self.bytes = b"" if self.ascii else hidden.encode("utf-8", "replace")
        self.at = (0, 0)  # (byte, character), both of the last event: offsets only ever grow a little

    def build(self) -> tuple[Node, ...]:
        for number, (event, extent) in enumerate(parser().events_with_range(self.hidden)):
            if not number % 32:
                check()
            if (
                extent["start"] >= self.limit
                and self._char(extent["start"]) >= self.limit
                and self.limit < len(self.hidden)
            ):
                if isinstance(event, dict) and "End" in event and len(self.frames) > 1:
                    self._event(event, extent)
                    continue
                break  # the definitions that were put behind
            self._event(event, extent)
        return tuple(self.frames[0].children)

    def _char(self, offset: int) -> int:
        if self.ascii:
            return offset
        byte, char = self.at
        if offset >= byte:
            char += len(self.bytes[byte:offset].decode("utf-8", "replace"))
        else:
            char -= len(self.bytes[offset:byte].decode("utf-8", "replace"))
        self.at = (offset, char)
        return char

    def _event(self, event: Any, extent: dict[str, int]) -> None:
        if isinstance(event, str):
            self._sign(event)
            return
        ((name, value),) = event.items()
        if name == "Start":
            self._start(value, extent)
        elif name == "End":
            self._end(value)
        else:
            self._leaf(name, value, extent)

    def _sign(self, name: str) -> None:
        if name == "Rule":
            self.frames[-1].finish_text()
            self.frames[-1].children.append(Rule())
        elif name == "SoftBreak":
            self._run("\n", "text")  # shown as it was written: verses and addresses are, and hardly ever wrapped prose
        else:
            self._run("\n", "break")

    def _start(self, tag: Any, extent: dict[str, int]) -> None:
        name: str
        detail: Any
        name, detail = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if name in _MARKS:
            self.marks[_MARKS[name]] += 1
        elif name in {"Link", "Image"}:
            address = self._restore(detail["dest_url"], extent, from_end=True)
            if detail["link_type"] == "Email":
                address = f"mailto:{address}"
            self.links.append((name, address, detail["title"]))
        elif name in _BLOCKS:
            if name in {"BlockQuote", "List", "Item"} and (self.skipped or len(self.frames) > 2 * DEEPEST):
                self.skipped += 1
            else:
                self.frames[-1].finish_text()
                self.frames.append(_Frame(name, detail))

    def _end(self, tag: Any) -> None:
        name = tag if isinstance(tag, str) else next(iter(tag))
        if name in _MARKS:
            self.marks[_MARKS[name]] -= 1
        elif name in {"Link", "Image"}:
            kind, address, title = self.links.pop()
            if kind == "Image":
                self._end_image(address, title)
        elif name in _BLOCKS:
            if name in {"BlockQuote", "List", "Item"} and self.skipped:
                self.skipped -= 1
            else:
                self._close()

    def _end_image(self, address: str, title: str) -> None:
        """What was read since the image began is its description: one run."""
        if any(where == "Image" for where, _, _ in self.links):
            return  # an image within the description of another is words of it
        frame = self.frames[-1]
        frame.finish_run()
        words: list[str] = []
        while frame.runs and frame.runs[-1].kind == "_described":
            words.append(frame.runs.pop().text)
        link = self.links[-1][1] if self.links else ""  # an image within a link: its title says where that leads
        frame.runs.append(Run("".join(reversed(words)), "image", link=address, title=link or title))

    def _leaf(self, name: str, value: Any, extent: dict[str, int]) -> None:
        frame = self.frames[-1]
        if name == "TaskListMarker":
            next((one for one in reversed(self.frames) if one.kind == "Item"), frame).checked = value
        elif name == "FootnoteReference":
            self._run(value, "note")
        elif name in {"Text", "Code", "Html", "InlineHtml"}:
            if frame.kind in {"CodeBlock", "HtmlBlock"}:
                frame.pending.append(self._restore(value, extent))
            elif name == "Text":
                self._words(value, extent)
            elif name == "InlineHtml" and frame.kind == "TableCell" and _BREAK.fullmatch(value):
                self._run("\n", "break")
            else:
                self._run(self._restore(value, extent), "code" if name == "Code" else "text")

    def _run(self, text: str, kind: str) -> None:
        link, title = "", ""
        if self.links:
            _, link, title = self.links[-1]
            if any(where == "Image" for where, _, _ in self.links):
                kind, link, title = "_described", "", ""
        marks = self.marks
        look = (kind, marks["strong"] > 0, marks["emphasis"] > 0, marks["struck"] > 0, link, title)
        frame = self.frames[-1]
        if kind != "text" or look != frame.look:
            frame.finish_run()
            frame.look = look
        frame.pending.append(text)
        if kind != "text":
            frame.finish_run()

    def _words(self, value: str, extent: dict[str, int]) -> None:
        """Text that may hold masked formulas."""
        if not self.found or MASK not in value:
            self._run(value, "text")
            return
        position = self._char(extent["start"])
        end = position + len(value)
        for one in self._formulas_from(position):
            if one.start >= end:
                break
            if one.start > position:
                self._run(self.text[position : one.start], "text")
            self._run(one.latex.strip(), "display" if one.display else "math")
            position = one.end
        if position < end:
            self._run(self.text[position:end], "text")

    def _formulas_from(self, position: int) -> Iterator[Formula]:
        while self.next_formula < len(self.found) and self.found[self.next_formula].end <= position:
            self.next_formula += 1
        yield from self.found[self.next_formula :]

    def _restore(self, value: str, extent: dict[str, int], *, from_end: bool = False) -> str:
        """`value` as it stood in the text, where formulas were masked in what turned out to be no running text."""
        if not self.found or MASK not in value:
            return value
        start, end = self._char(extent["start"]), self._char(extent["end"])
        pairs = zip(self.hidden[start:end], self.text[start:end], strict=False)
        originals = [char for mask, char in pairs if mask == MASK]
        if from_end:
            originals = originals[-value.count(MASK) :]
        source = iter(originals)
        return "".join(next(source, "") if char == MASK else char for char in value)

    def _close(self) -> None:
        frame = self.frames.pop()
        if frame.kind == "Paragraph":
            frame.finish_run()
            self.frames[-1].children += paragraphs(linked(frame.runs))
        elif (node := frame.node()) is not None:
            self.frames[-1].children.append(node)
