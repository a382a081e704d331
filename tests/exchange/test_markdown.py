"""Markdown exports: the answer as it was written, and nothing in it reaches beyond its place (rows 136, 138, 142)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgui.core.errors import Failure, Kind
from chatgui.core.markup import Code, Heading, Html, Paragraph, parse, parser, plain
from chatgui.core.message import Message, Role, State, Text, ToolCall
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporters.markdown import code, escaped
from chatgui.exchange.markup import contained, fenced
from tests.exchange.library import NOON, answered, asked, conversation, patient

fragments = st.lists(
    st.sampled_from(
        ["```", "~~~~", "````py\n", "\n", "\n\n", "    ", "> ", "- ", "1. ", "# ", "text", "<div>", "</div>", "<!--", "-->", "<script>",
         "<?php", "<![CDATA[", "![a](b)", "[x]: /u", "|a|b|\n|-|-|\n", "`", "$$", "$x$", "***", "---", "é你😀", "\\", "<b", "&lt;", "[^1]", "[^1]: "]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def export(*messages: Message, **options: bool) -> str:
    return by_name("markdown").export(conversation(*messages), Options(**options)).decode()


def test_the_answer_stands_as_it_was_written() -> None:
    """Headings, lists, code and formulas are not touched."""
    answer = "# Tides\n\n- moon\n- sun\n\n```py\nx < 1\n```\n\n$$F = G \\frac{m M}{r^2}$$"
    assert answer in export(asked(), answered(answer))


@given(fragments)
@settings(patient, max_examples=150)
def test_whatever_an_answer_holds_the_next_message_is_still_a_message(answer: str) -> None:
    """No fence, comment, tag or list of one answer swallows the next."""
    nodes = parse(export(asked(), answered(answer), answered("The end of it.", name="b", parent="a")))
    assert Paragraph((plain_run("The end of it."),)) in nodes
    assert [plain(node.runs) for node in nodes if isinstance(node, Heading) and node.level == 2].count(
        "Assistant (moon-1)"
    ) == 2


def plain_run(text: str) -> object:
    """The run of a plain paragraph."""
    return parse(text)[0].runs[0]  # type: ignore[union-attr]


@given(fragments)
@settings(patient, max_examples=150)
def test_nothing_in_an_export_loads_or_runs(answer: str) -> None:
    """No HTML and no image remains."""
    for event in parser().events(contained(answer)):
        name = next(iter(event)) if isinstance(event, dict) else event
        start = event.get("Start") if isinstance(event, dict) else None
        assert name not in {"Html", "InlineHtml"}
        assert not (isinstance(start, dict) and "Image" in start)


@given(fragments.filter(lambda text: not set(text) & {"<", "!"}))
@settings(patient, max_examples=150)
def test_an_answer_parses_back_to_the_same_blocks(answer: str) -> None:
    """Where there is no HTML and no image, nothing of it changes but the fence that was missing."""
    kept = contained(answer)
    assert parse(kept) == parse(answer if kept == answer else answer.removesuffix("\n") + "\n")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a ![x](y) <b>q</b>", "a [x](y) \\<b>q\\</b>"),
        ("one\n\n```py\nopen", "one\n\n```py\nopen\n```"),
        ("`````\n```\nopen", "`````\n```\nopen\n`````"),
        ("~~~\nclosed\n~~~\n", "~~~\nclosed\n~~~\n"),
        ("$a<b>c$ and `<b>`", "$a\\lt b>c$ and `<b>`"),
    ],
)
def test_what_is_changed_in_an_answer(text: str, result: str) -> None:
    """HTML is escaped, images become links, an open code block is closed; formulas and code are left alone."""
    assert contained(text) == result


@patient
@given(st.text("`~ \na", max_size=40))
def test_a_fence_is_longer_than_any_inside(text: str) -> None:
    """What is fenced parses back as one code block with the same text."""
    (block,) = parse(fenced(text))
    assert isinstance(block, Code)
    assert block.text.strip("\n") == text.strip("\n").rstrip("\n")


@patient
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=30))
def test_names_and_titles_are_never_markup(text: str) -> None:
    """Titles, models and tool names are text in a heading, and in inline code."""
    (heading,) = parse(f"# x{escaped(text)}x")
    assert isinstance(heading, Heading)
    assert plain(heading.runs) == f"x{text}x"
    (paragraph,) = parse(f"a {code(text)} b")
    assert isinstance(paragraph, Paragraph)
    assert paragraph.runs[1].text == text


def test_tool_calls_are_fenced() -> None:
    """With a fence longer than any inside the arguments."""
    call = Message("t", Role.ASSISTANT, (ToolCall("1", "run`it", '{"a": "```"}'),), NOON)
    nodes = parse(export(call))
    assert any(isinstance(node, Code) and "```" in node.text for node in nodes)
    assert not any(isinstance(node, Html) for node in nodes)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.STREAMING, "Unfinished"),
        (State.STOPPED, "Stopped"),
        (State.INTERRUPTED, "Interrupted"),
        (State.FAILED, "Failed"),
    ],
)
@pytest.mark.parametrize("form", ["markdown", "text", "html"])
def test_what_is_not_whole_is_marked(state: State, word: str, form: str) -> None:
    """An unfinished, stopped, interrupted or failed answer says so."""
    told = by_name(form).export(conversation(asked(), answered("Half", state=state)), Options()).decode()
    assert word in told
    assert word not in by_name(form).export(conversation(asked(), answered("Half")), Options()).decode()


@pytest.mark.parametrize("form", ["markdown", "text", "html"])
def test_each_option_lets_something_in_or_keeps_it_out(form: str) -> None:
    """Reasoning, usage, system prompt, times, branches."""
    made = conversation(asked(), answered("It is the moon.", reasoning="Gravity pulls."), title="T", system="Be brief.")
    made.add(Message("b", Role.ASSISTANT, (Text("It is the sun."),), NOON, "q"))
    signs = {
        "reasoning": "Gravity pulls.",
        "usage": "30 in all",
        "system": "Be brief.",
        "timestamps": "2026-11-20",
        "branches": "It is the sun.",
    }
    everything = by_name(form).export(made, Options(branches=True)).decode()
    for option, sign in signs.items():
        assert sign in everything
        assert sign not in by_name(form).export(made, Options(**{"branches": True, option: False})).decode()


def test_front_matter_is_yaml_that_cannot_be_escaped_from() -> None:
    """The title is a quoted string whatever it holds."""
    made = conversation(asked(), title='a: "b"\n---\n# x')
    told = by_name("markdown").export(made, Options(front_matter=True)).decode()
    assert told.split("\n")[:2] == ["---", 'title: "a: \\"b\\" --- # x"']


def test_a_damaged_message_is_marked() -> None:
    """What the database found wrong with it stands in the file."""
    message = replace(answered("Perhaps."), failure=Failure(Kind.STORE, "This text may be damaged."))
    assert "Damaged: This text may be damaged." in export(asked(), message)
