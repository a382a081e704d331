"""What stands where in a list, a quote or a footnote, before any block is made: rows with a left edge, a space above, a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtGui import QFontMetricsF

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
    Run,
    Table,
)
from chatgui.ui.transcript.style import Style

ALERTS = {"note": "accent", "tip": "good", "important": "thinking", "warning": "warning", "caution": "error"}


@dataclass(slots=True)
class Bar:
    """The line at the side of a quote: where it stands, and over which children."""

    x: float
    first: int
    last: int
    role: str


@dataclass(slots=True)
class Plan:
    """What a stack is made of, before any block is: node, left, space above, mark, kind of text."""

    rows: list[tuple[Node, float, float, str, float]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


def stands_apart(item: Item) -> bool:
    """Whether the next item keeps its distance: from several paragraphs, and from code or the like at the end."""
    last = item.children[-1] if item.children else None
    if isinstance(last, List) and last.items and stands_apart(last.items[-1]):
        return True
    several = sum(not isinstance(one, List) for one in item.children) > 1
    return several or isinstance(last, (Code, Quote, Table))


def plan(nodes: Sequence[Node], style: Style) -> Plan:
    """What stands where when `nodes` are set under each other."""
    planner = _Planner(style)
    planner.place(nodes, 0.0)
    return planner.made


class _Planner:
    """Flattens quotes, lists and footnotes into rows with a left edge, a space above and a mark."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.made = Plan()
        self.depth = 0  # of lists

    def place(self, nodes: Sequence[Node], left: float) -> None:
        """Add `nodes` at a left edge."""
        style, rows = self.style, self.made.rows
        for index, node in enumerate(nodes):
            space = style.px(style.block_space + (8 if isinstance(node, Heading) and index else 0))
            match node:
                case List():
                    self._place_list(node, left, style.px(4) if self.depth else space)
                case Quote():
                    self._place_quote(node, left)
                case Footnote(label, children):
                    self._place_marked(children, left, f"^{label}", space)
                case _:
                    rows.append((node, left, space, "", 0.0))

    def _place_quote(self, node: Quote, left: float) -> None:
        rows, children = self.made.rows, node.children
        first = len(rows)
        if node.alert:
            children = (Paragraph((Run(node.alert.capitalize(), strong=True),)), *children)
        self.place(children, left + self.style.px(16))
        if len(rows) > first:
            self.made.bars.append(Bar(left, first, len(rows) - 1, ALERTS.get(node.alert, "line")))
            if node.alert and len(rows) > first + 1:
                second = rows[first + 1]
                rows[first + 1] = (*second[:2], self.style.px(4), *second[3:])

    def _place_list(self, node: List, left: float, first_space: float) -> None:
        self.depth += 1
        space = first_space
        for index, item in enumerate(node.items):
            mark = "•" if node.start is None else f"{node.start + index}."
            if item.checked is not None:
                mark = "☑" if item.checked else "☐"
            self._place_marked(item.children, left, mark, space)
            space = self.style.px(self.style.block_space if stands_apart(item) else 4)
        self.depth -= 1

    def _place_marked(self, children: Sequence[Node], left: float, mark: str, space: float) -> None:
        style, rows = self.style, self.made.rows
        width = style.px(26)
        if mark.strip("^")[
            0
        ].isalnum():  # numbers below a hundred take the same room, so that all items begin below each other
            words = mark if len(mark) > len("00.") else "00."
            width = max(width, QFontMetricsF(style.font()).horizontalAdvance(words) + style.px(6))
        first = len(rows)
        if not children or not isinstance(children[0], (Paragraph, Heading, Html, Code)):
            rows.append((Paragraph(()), left + width, space, mark, width))
        self.place(children, left + width)
        node, at, *_ = rows[first]
        rows[first] = (node, at, space, mark, width)
