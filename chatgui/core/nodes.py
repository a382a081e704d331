"""A Markdown text as a tree: blocks that hold blocks or runs of text. Values; equal trees are equal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. `kind` is text, code, math, display, image, note or break.

    `text` is what is read: for maths its LaTeX, for an image its description, for a note (a reference to a footnote) its
    label, for a break a newline; one within text is a line that was merely ended there. `link` is where it leads, or an image's address.
    """

    text: str
    kind: str = "text"
    strong: bool = False
    emphasis: bool = False
    struck: bool = False
    link: str = ""
    title: str = ""


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Code:
    """Code, verbatim, ending in a newline unless empty. `info` is all that stood behind the fence."""

    text: str
    info: str = ""

    @property
    def language(self) -> str:
        """The language as written, lower case, without a file’s name behind it; empty if none was."""
        word = re.split(r"[\s,{:]", self.info.strip(), maxsplit=1)[0]
        return word.lower()


@dataclass(frozen=True, slots=True)
class Html:
    """Raw HTML, to be shown as the text it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote; `alert` is note, tip, important, warning, caution or empty."""

    children: tuple[Node, ...]
    alert: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list. `checked` is None where it is no task."""

    children: tuple[Node, ...]
    checked: bool | None = None


@dataclass(frozen=True, slots=True)
class List:
    """A list. `start` is the first number, None for bullets."""

    items: tuple[Item, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `alignments` are left, center, right or empty, one for each column; rows are as long as the head."""

    alignments: tuple[str, ...]
    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True, slots=True)
class Footnote:
    """What a note's label stands for."""

    label: str
    children: tuple[Node, ...]


Node: TypeAlias = Paragraph | Heading | Code | Html | Rule | Quote | List | Table | Footnote


def plain(runs: Runs) -> str:
    """The words of `runs`."""
    return "".join(run.text for run in runs)
