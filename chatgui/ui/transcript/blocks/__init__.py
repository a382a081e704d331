"""Blocks: the parts of a message, each drawn by a class of its own. `make_block` chooses by the kind of the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatgui.core.markdown import Source
from chatgui.core.markup import Code, Heading, Html, Node, Paragraph, Rule, Table
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.blocks.base import Block, BlockAction, Fragment
from chatgui.ui.transcript.blocks.code import CodeBlock
from chatgui.ui.transcript.blocks.long_text import LongText
from chatgui.ui.transcript.blocks.note import TOO_LARGE, TOO_LONG, TOO_MANY
from chatgui.ui.transcript.blocks.stack import StackBlock
from chatgui.ui.transcript.blocks.table import TableBlock
from chatgui.ui.transcript.blocks.text import LiteralBlock, NothingBlock, RuleBlock, TextBlock
from chatgui.ui.transcript.style import Style

__all__ = ["Block", "BlockAction", "Fragment", "make_block", "make_node", "plain_block", "space_above"]

LONGEST = 60_000  # characters of running text shown as such; beyond it is literal text, laid out where it is seen
LINES = 2_000  # of literal text
LONGEST_TABLE = 150_000
MOST = 1_500  # blocks within one block
COLUMNS = 100  # of a table

_BUILDERS: dict[type, Callable[..., Block]] = {
    Paragraph: TextBlock,
    Heading: TextBlock,
    Html: TextBlock,
    Code: CodeBlock,
    Table: TableBlock,
}


def make_block(source: Source, style: Style) -> Block:
    """The block for one source."""
    with maths.writing(source.growing):
        block = _make(source, style)
    if block.source is None:
        block.source = source
    return block


def _make(source: Source, style: Style) -> Block:
    if source.kind == "plain":
        return _literal(source.markdown, style)
    if source.kind == "long":
        return _piece(source, style)
    if source.kind == "definitions":
        return NothingBlock(style)
    if source.kind == "rule":
        return RuleBlock(style)
    if source.kind == "table" and len(source.markdown) > LONGEST_TABLE:
        return _literal(source.markdown, style, TOO_LARGE)
    if source.kind not in ("table", "code") and len(source.markdown) > LONGEST:
        return _literal(source.markdown, style, TOO_LONG)
    if source.kind == "html" and source.markdown.count("\n") > LINES:
        return _literal(source.markdown, style)
    nodes = source.nodes()
    if _count(nodes) > MOST:
        return _literal(source.markdown, style, TOO_MANY)
    if any(isinstance(node, Table) and len(node.alignments) > COLUMNS for node in nodes):
        return _literal(source.markdown, style, TOO_LARGE)
    if len(nodes) == 1 and type(nodes[0]) in _BUILDERS:
        block = make_node(nodes[0], style)
        if isinstance(block, CodeBlock):
            block.open_as(source)
        return block
    return StackBlock(nodes, style)


def plain_block(source: Source, style: Style) -> Block:
    """The source itself, laid out only where it is seen: for what would take too long as what it is."""
    block = LongText(source.markdown.strip("\n"), style)
    block.source, block.excuse = source, TOO_LONG
    return block


def space_above(source: Source, style: Style) -> int:
    """Pixels between a block and the one above it in a message: items of a list stand close, headings apart."""
    match source.kind:
        case "definitions":
            return 0
        case "long" if not source.first:
            return 0
        case "item" if not source.first:
            return round(style.px(4))
        case "heading":
            return round(style.px(style.block_space + 8))
    return round(style.px(style.block_space))


def _literal(text: str, style: Style, excuse: str = "") -> Block:
    text = text.strip("\n")
    is_long = len(text) > LONGEST or text.count("\n") > LINES
    block = LongText(text, style) if is_long else LiteralBlock(text, style)
    block.excuse = excuse
    return block


def _piece(source: Source, style: Style) -> Block:
    """A piece of what is too long. Why it is shown so is said once, above the first."""
    block = LongText(source.markdown.strip("\n") if source.first else source.markdown.rstrip("\n"), style)
    if source.first and source.info != "plain":
        block.excuse = TOO_LARGE if source.info == "table" else TOO_LONG
    return block


def make_node(node: Node, style: Style) -> Block:
    """The block for one node of the tree."""
    if isinstance(node, Rule):
        return RuleBlock(style)
    builder = _BUILDERS.get(type(node))
    return builder(node, style) if builder else StackBlock((node,), style)


def _count(nodes: Sequence[Node]) -> int:
    """How many nodes there are, those within others and the cells of tables counted."""
    total = 0
    for node in nodes:
        total += 1
        inner: Sequence[Node] = getattr(node, "children", ()) or getattr(node, "items", ())
        total += _count(inner)
    return total
