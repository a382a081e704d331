"""Colours of code in files: asked of a child process, the same each time, plain where a lexer takes too long (row 120)."""

from __future__ import annotations

import re
import time

import pytest

from chatgui.core import code_colours
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporters.web_style import STYLE
from chatgui.exchange.rendering import _renderer, at_work, coloured, formula
from chatgui.ui.theme import contrast
from tests.exchange.library import answered, asked, conversation

REDOS = "a" * 20_000  # takes Pygments' lexer for makefiles minutes


def test_a_line_is_cut_where_its_colour_changes() -> None:
    """The pieces, joined, are the text."""
    text = 'def f(x):  # <why>\n    return "a😀"\n'
    with at_work():
        lines = list(coloured("python", text))
    assert lines[0] == [
        ("def", "keyword"), (" ", ""), ("f", "name"), ("(x):  ", ""), ("# <why>", "comment"),
    ]  # fmt: skip
    assert "\n".join("".join(piece for piece, _ in line) for line in lines) == text


@pytest.mark.parametrize(
    ("language", "text"), [("jsonc", '{"a": 1} // b'), ("kt", "val a = 1"), ("svelte", "<p>a</p>"), ("patch", "+a"), ("dotenv", "A=1")]
)  # fmt: skip
def test_a_language_is_known_by_what_models_call_it(language: str, text: str) -> None:
    with at_work():
        assert any(role for _, role in next(iter(coloured(language, text))))


@pytest.mark.parametrize("language", ["", "no-such-language", "../x", "text"])
def test_what_no_lexer_knows_is_plain(language: str) -> None:
    with at_work():
        assert list(coloured(language, "a\nb")) == [[("a", "")], [("b", "")]]


def test_what_takes_too_long_is_plain_and_the_next_is_coloured() -> None:
    """One block costs a child process, never the export."""
    began = time.monotonic()
    with at_work():
        assert list(coloured("makefile", REDOS)) == [[(REDOS, "")]]
        assert next(coloured("python", "return")) == [("return", "keyword")]
    assert time.monotonic() - began < 25


def test_formulas_come_the_same_way() -> None:
    with at_work():
        made = formula("\\frac{a}{b}", display=True)
        assert made
        assert "<svg" in made["svg"]
        assert formula("\\def\\x{1}", display=True) is None


def test_no_child_is_left() -> None:
    """It ends with the last export; outside of one nothing is asked."""
    with at_work():
        with at_work():
            assert next(coloured("python", "return")) == [("return", "keyword")]
        child = _renderer._process
        assert child is not None
        assert child.poll() is None
    assert child.returncode is not None
    assert next(coloured("python", "return")) == [("return", "")]
    assert _renderer._process is None


def test_a_page_has_a_colour_for_every_class_in_every_light() -> None:
    """Light, dark and paper; the classes are in the one style block."""
    code = "```python\ndef f(x=1):  # why\n    return 'a'\n```\n\n```diff\n+a\n-b\n```"
    page = by_name("html").export(conversation(asked(), answered(code)), Options()).decode()
    used = set(re.findall(r'<span class="(\w+)"', page)) - {"aside"}
    assert {"keyword", "name", "number", "comment", "string", "diff_added", "diff_removed"} <= used
    for role in code_colours.LIGHT:
        assert f"pre .{role} {{ color: var(--{role}); }}" in STYLE
        assert STYLE.count(f"--{role}: {code_colours.LIGHT[role]};") == 2  # light, paper
        assert STYLE.count(f"--{role}: {code_colours.DARK[role]};") == 1


@pytest.mark.parametrize(
    ("colours", "ground"),
    [(code_colours.LIGHT, "#f3f5f7"), (code_colours.LIGHT, "#f6f6f6"), (code_colours.DARK, "#20252b")],
)
def test_every_colour_can_be_read_on_the_ground_of_code(colours: dict[str, str], ground: str) -> None:
    assert ground in STYLE
    assert min(contrast(colour, ground) for colour in colours.values()) >= 4.5
