"""Markdown cut into its top-level blocks while it is still being written: closed blocks never change, one tail is open.

    splitter = Splitter()
    splitter.feed("# Tides\\n\\nTwo bul")   # splitter.closed: the heading; splitter.open: the paragraph so far
    splitter.feed("ges of water.")
    splitter.end()                        # everything is closed

A block closes when the next one begins and the first line of that is complete: before that a lone `|` might still be
the head of a table, or a dash the underline of a heading. The items of a top-level list are blocks of their own, so
that a long list stays as cheap as a short one. `blocks(text)` gives the same blocks for the whole text at once.

No block but fenced code is longer than LONGEST (tables: LONGEST_TABLE): what is becomes several of kind `long`, so that nobody
ever parses, lays out or wraps more than that in one go.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chatgui.core import formulas
from chatgui.core.definitions import LATE, Definitions
from chatgui.core.markup import FENCE, Item, List, Node, closing_fence, parse
from chatgui.core.pieces import cut_at
from chatgui.core.starts import Start, blank_lines, first_line, settled, top_level
from chatgui.core.unfinished import closed_for_display

CREDIT = 8  # characters the parser may read for each character that came, on the average
FREE = 65_536  # … and this many before anything is counted
MOST_CREDIT = 1_000_000
# Characters that are read at any time and cost nothing: what comes letter by letter must not use up the credit.
SHORT = 256
CHUNK = 32_768  # how much of a finished text is looked at in one go
LONGEST, LONGEST_TABLE = 64_000, 160_000  # characters of one block


@dataclass(frozen=True, slots=True)
class Source:
    """A top-level block as it was written. The sources of a text, joined, are the text.

    `kind` is paragraph, heading, item, quote, code, table, rule, html, footnote, math (display maths of its own),
    definitions (of links: nothing to see), plain (literal text, no Markdown) or long (a piece of what is too long for one
    block). `info` is a code block's info string, a footnote's label or what a long one is a piece of. `number` is an ordered
    item's number, or whether a piece that goes on begins a line. `first` marks the first item of its list, or the first
    piece. `links` holds definitions of links and notes the block needs from elsewhere. `growing` is the block still being
    written.
    """

    kind: str
    markdown: str
    info: str = ""
    number: int | None = None
    first: bool = False
    links: str = ""
    growing: bool = False

    def nodes(self) -> tuple[Node, ...]:
        """The block as a tree; while it grows, with what is open in it closed."""
        text = closed_for_display(self.markdown, self.kind) if self.growing else self.markdown
        made = parse(text, self.links)
        if self.kind == "item" and self.number is not None and made and isinstance(made[0], List):
            return (replace(made[0], start=self.number), *made[1:])
        return made


def blocks(text: str, *, whole: bool = False) -> list[Source]:
    """The top-level blocks of `text`; `whole` cuts none of them, however long."""
    splitter = Splitter(whole=whole)
    splitter.feed(text)
    splitter.end()
    return splitter.closed


def document(text: str) -> list[Node]:
    """`text` as a tree, lists whole again: what exporters write."""
    made: list[Node] = []
    for source in blocks(text, whole=True):
        nodes = source.nodes()
        if source.kind == "item" and not source.first and made and nodes:
            last, item = made[-1], nodes[0]
            if isinstance(last, List) and isinstance(item, List):
                items: tuple[Item, ...] = (*last.items, *item.items)
                made[-1] = replace(last, items=items)
                nodes = nodes[1:]
        made.extend(nodes)
    return made


_MATH_HEAD = re.compile(f"^{formulas.OPENER.pattern}", re.MULTILINE)
_LETTER = re.compile(r"[^\W\d_]")  # a line that begins so goes on with the paragraph above it, whatever follows
_SURROGATE = re.compile("[\ud800-\udfff]")  # should have been replaced at the entrance; the parser would refuse them
_NOTHING = Start(0, "paragraph")
UNLINKED = {"code", "html", "math", "definitions", "long"}  # kinds that refer to nothing


class Splitter:
    """Cuts growing text into blocks. `closed` only grows until `end`; `open` is what is still being written."""

    def __init__(self, *, whole: bool = False) -> None:
        self.closed: list[Source] = []
        self._whole = whole  # whether no block is ever too long
        self.linked: list[int] = []  # those of the closed that may need definitions: the end may change them
        self._long = ""  # what the tail may go on with, after a piece was cut off
        self._begins_line = False  # and whether with a new line
        self._tail = ""
        self._head = _NOTHING  # what the tail begins with
        self._carried: Start | None = None  # the list item the tail begins with, as its list counts it
        self._following: list[Start] = []  # what began in the tail behind its first block when it was last parsed
        self._seen = 0  # length of the tail that need not be looked at again
        self._credit = FREE
        self._fence: re.Pattern[str] | None = None  # what closes the code block the tail is in
        self._definitions = Definitions()
        self.late: list[int] = []  # closed blocks that have taken in definitions later; whoever shows them empties it

    @property
    def open(self) -> Source | None:
        """All that is not closed yet, as the block it begins with; None before the first character of one."""
        return replace(_source(self._tail, self._head), growing=True) if self._tail.strip() else None

    @property
    def tail(self) -> tuple[Source, ...]:
        """All that is not closed yet, block by block: for showing. Mostly one; the last but one closes with the line."""
        if not self._tail.strip():
            return ()
        starts = (self._head, *self._following)
        ends = [one.at for one in self._following]
        made = [
            self._with_links(_source(self._tail[one.at if index else 0 : end], one), growing=True)
            for index, (one, end) in enumerate(zip(starts, (*ends, len(self._tail)), strict=True))
        ]
        made[-1] = replace(made[-1], growing=True)
        return tuple(made)

    @property
    def waiting(self) -> int:
        """How many characters are not closed yet."""
        return len(self._tail)

    @property
    def text(self) -> str:
        """All that came."""
        return "".join(one.markdown for one in self.closed) + self._tail

    def feed(self, text: str) -> None:
        """Take in what came. The cost is bounded by the length of all that came, whatever it is."""
        start = 0
        while start < len(text):
            end = start + max(CHUNK, len(self._tail))  # as much again of long code: it is copied seldom
            self._feed(text[start:end])
            start = end

    def _feed(self, text: str) -> None:
        self._tail += _SURROGATE.sub("\ufffd", text) if not text.isascii() else text
        self._credit = min(self._credit + len(text) * CREDIT, MOST_CREDIT)
        while self._tail and self._step(final=False):
            pass

    def end(self) -> None:
        """Nothing more will come: close what is open, and give every block the definitions it needs."""
        while self._tail and self._step(final=True):
            pass
        for index in self.linked:
            self.closed[index] = self._with_links(self.closed[index])

    # -------------------------------------------------------------------------------------------- cutting

    def _step(self, *, final: bool) -> bool:
        """Look at the tail; True if something was cut off and what is left deserves another look."""
        if self._fence is None:
            self._enter_fence(final=final)
        if self._fence is not None:
            return self._step_fence(self._fence, final=final)
        is_long = len(self._tail) > self._longest
        if not (final or is_long or self._worth_parsing()):
            return False
        math = formulas.display_end(self._tail, blank_lines(self._tail), final=final)
        if math:
            self._cut(math, Start(0, "math"))
            return bool(self._tail)
        if math == 0 and not is_long:
            self._head, self._following = Start(0, "math"), []
            return False
        if is_long:
            return self._step_long() or (final and self._step_parsed(final=True))
        return self._step_parsed(final=final)

    @property
    def _longest(self) -> int:
        """How long the block may become that the tail begins with."""
        if self._whole:
            return sys.maxsize
        return LONGEST_TABLE if self._head.kind == "table" else LONGEST

    def _step_long(self) -> bool:
        """The tail is longer than a block may be: cut off what is complete in its first part, or else a piece of that."""
        limit = self._longest
        rest, self._tail = self._tail[limit:], self._tail[:limit]
        closed = len(self.closed)
        again = self._step_parsed(final=False)
        if not again and len(self.closed) == closed and self._longest == limit:
            self._cut_piece()
            again = True
        self._tail += rest
        return again or len(self.closed) > closed or len(self._tail) > self._longest

    def _cut_piece(self) -> None:
        """Cut off as much as a block may be; if another begins in it that is not surely one, what stands before that."""
        head, tail = self._head, self._tail
        if self._following:
            self._cut(self._following[0].at, head)
        elif not tail[len(tail) // 2 :].strip():  # a block, and empty lines without end
            self._cut(len(tail), head if tail.strip() else Start(0, "definitions"))
        elif head.kind == "definitions":
            self._cut(cut_at(tail), head)
        else:
            end = cut_at(tail[:LONGEST])
            kind = head.info if head.kind == "long" else head.kind
            begins = int(head.kind != "long" or bool(head.number))
            self._cut(end, Start(0, "long", kind, begins, first=head.kind != "long"))
            self._long = kind
            self._begins_line = tail[end - 1] == "\n"

    def _worth_parsing(self) -> bool:
        """Whether what came since the last look can have changed where blocks begin, and may be paid for."""
        if len(self._tail) < SHORT:
            return True
        end = self._tail.rfind("\n", self._seen)
        if end < 0:  # the first sign behind an empty line mostly begins something else
            is_new = self._tail.endswith("\n\n", 0, self._seen) and not self._following
            return is_new and bool(self._tail[self._seen :].strip()) and self._credit >= len(self._tail)
        if self._surely_goes_on(end):
            self._seen = end + 1
            return False
        return self._credit >= len(self._tail)

    def _surely_goes_on(self, end: int) -> bool:
        """Whether all new lines belong to the open block, told without parsing."""
        start = self._tail.rfind("\n", 0, self._seen) + 1
        before = self._tail[self._tail.rfind("\n", 0, max(0, start - 1)) + 1 : start]
        if self._following or not before.strip():
            return False
        lines = self._tail[start:end].split("\n")
        if self._head.kind == "table":
            return all(line.startswith("|") for line in lines)
        return self._head.kind == "paragraph" and all(_LETTER.match(line) and "|" not in line for line in lines)

    def _step_parsed(self, *, final: bool) -> bool:
        tail = self._tail
        self._credit -= len(tail) if len(tail) >= SHORT else 0
        self._seen = len(tail)
        starts: list[Start] = []
        for one in self._starts():
            starts.append(replace(one, at=starts[-1].end) if starts and starts[-1].end else one)
        if not starts:
            starts = [Start(0, "definitions" if tail.strip() else "blank")]
        if self._long:
            starts[0] = self._gone_on(starts[0])
        index = 0
        while index + 1 < len(starts) and (final or settled(tail, starts[index + 1])):
            self._close(starts[index].at if index else 0, starts[index + 1].at, starts[index])
            index += 1
        self._head = starts[index]
        self._following = [replace(one, at=one.at - (self._head.at if index else 0)) for one in starts[index + 1 :]]
        if index:
            self._drop(starts[index].at)
            if self._head.kind in {"fence", "math"}:
                return True
            self._carried = self._head if self._head.kind == "item" else None
        if final:
            self._cut(len(self._tail), self._head)
        return False

    def _gone_on(self, start: Start) -> Start:
        """What the tail begins with, as it goes on with a block of which a piece was cut off, if it does."""
        line = self._tail[: self._tail.find("\n") + 1]
        if line and not line.strip():
            self._long = ""  # that block ended where it was cut
        if not self._long or start.kind not in {"paragraph", "code", self._long}:
            return start
        return Start(0, "long", self._long, int(self._begins_line))

    def _starts(self) -> Iterator[Start]:
        """Where blocks begin in the tail, in order, up to the first that is read by other rules."""
        tail, behind, note = self._tail, 0, False
        for at, end, found in top_level(tail, self._carried):
            line = tail.rfind("\n", 0, at) + 1
            gap = tail[behind:line] if found.kind != "item" or found.first else ""
            if gap.strip():
                definition = first_line(tail, behind, line)
                if gap.split("\n")[-2].strip() or tail[at] in "\"'(":
                    # not parted from the definition: this may yet become its title, or be read otherwise without it
                    behind = end
                    yield replace(found, at=definition)
                    continue
                yield Start(definition, "definitions")
            if (
                behind and note and (tail[line : line + 4].isspace() or tail[line : line + 1] == "\t")
            ):  # belongs to the footnote above, or is read in its light
                behind = end
                continue
            behind, note = end, found.kind == "footnote"
            own = self._read_otherwise(found, line, end)
            yield from own or (found if found.at == line else replace(found, at=line),)
            if own and not own[-1].end:
                return
        if behind and tail[behind:].strip():
            yield Start(first_line(tail, behind, len(tail)), "definitions")

    def _read_otherwise(self, found: Start, line: int, end: int) -> list[Start]:
        """What stands in a block the parser has found at `line`, where it is read by rules of its own: a fence, or maths."""
        tail = self._tail
        if found.kind == "code" and (head := FENCE.match(tail, line)):
            closed = closing_fence(head[1] or head[3]).search(tail, head.end())
            return [Start(line, "fence", end=self._same_end(closed.end() if closed else 0, end))]
        math = line if line and found.kind != "item" and formulas.OPENER.match(tail, line) else 0
        if not math and found.kind in {"paragraph", "heading"} and (later := _MATH_HEAD.search(tail, line + 1, end)):
            math = later.start()
        if not math:
            return []
        made = Start(math, "math", end=self._same_end(formulas.display_end(tail, math, final=False) or 0, end))
        return [made] if math == line else [Start(line, "paragraph"), made]

    def _same_end(self, own: int, end: int) -> int:
        """`own`, if a block that ends there by our rules ends at `end` by the parser's; else 0."""
        return own if self._tail[own - 1 : own] == "\n" and not self._tail[min(own, end) : max(own, end)].strip() else 0

    # -------------------------------------------------------------------------------------------- fences and maths

    def _enter_fence(self, *, final: bool) -> None:
        match = FENCE.match(self._tail, blank_lines(self._tail))
        if match is None or match.end() > self._longest or not (final or match.group().endswith("\n")):
            return
        self._fence, self._long = closing_fence(match[1] or match[3]), ""
        self._seen = match.end()
        self._head = Start(0, "code", (match[2] if match[1] else match[4]).strip())

    def _step_fence(self, closing: re.Pattern[str], *, final: bool) -> bool:
        match = closing.search(self._tail, self._seen)
        if match is not None and (match.group().endswith("\n") or final):
            self._fence = None
            self._cut(match.end(), self._head)
            return bool(self._tail)
        if final:
            self._fence = None
            self._cut(len(self._tail), self._head)
            return False
        self._seen = max(self._seen, self._tail.rfind("\n") + 1)  # whole lines are not looked at again
        return False

    # -------------------------------------------------------------------------------------------- closing

    def _cut(self, end: int, head: Start) -> None:
        self._close(0, end, head)
        self._drop(end)
        self._head, self._following, self._carried = _NOTHING, [], None

    def _drop(self, end: int) -> None:
        self._long = ""
        self._tail = self._tail[end:]
        self._seen = max(0, self._seen - end)

    def _close(self, start: int, end: int, head: Start) -> None:
        text = self._tail[start:end]
        if head.kind == "blank":  # nothing but empty lines at the end of the text
            if self.closed:
                self.closed[-1] = replace(self.closed[-1], markdown=self.closed[-1].markdown + text)
            return
        source = _source(text, head)
        if "[" in text and source.kind not in UNLINKED:
            self.linked.append(len(self.closed))
            self._definitions.wait(len(self.closed), text)
        self.closed.append(self._with_links(source, growing=True))
        if source.kind == "footnote":
            self._take_in(self._definitions.take_note(source.info))
        elif "]:" in text and source.kind not in {"code", "html", "math", "long"}:
            self._take_in(self._definitions.take(text))

    def _take_in(self, waiting: set[int]) -> None:
        """What these closed blocks wait for has come. The last of them take it in at once, the others at the end."""
        for index in sorted(waiting, reverse=True)[: LATE - len(self.late)]:
            if (source := self._with_links(self.closed[index], growing=True)) is not self.closed[index]:
                self.closed[index] = source
                self.late.append(index)

    def _with_links(self, source: Source, *, growing: bool = False) -> Source:
        """The source with the definitions it needs."""
        if "[" not in source.markdown or source.kind in UNLINKED:
            return source
        links = self._definitions.needed(source.markdown, growing=growing)
        return replace(source, links=links) if links != source.links else source


def _source(text: str, head: Start) -> Source:
    if head.kind != "fence":
        return Source(head.kind, text, head.info, head.number, head.first)
    match = FENCE.match(text, blank_lines(text))
    info = (match[2] if match[1] else match[4]).strip() if match else ""
    return Source("code", text, info)
