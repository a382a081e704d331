"""What a screen reader meets, asked in process; the same through AT-SPI is in test_accessible_window.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface

from chatgui.core.delta import TextDelta
from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Message, Role, State
from chatgui.core.reply import Reply
from chatgui.core.usage import Source, Usage
from chatgui.ui.transcript import accessible
from chatgui.ui.transcript.accessible import finished_words
from chatgui.ui.transcript.facet import ReasoningFacet
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, flush, message, settle, shown, streaming, talk, wait_for

NAME, WORDS = QAccessible.Text.Name, QAccessible.Text.Description
ANSWER = "The moon pulls.\n\nSo does the sun: ☃ 日本."
CODE = "Run this:\n\n```python\nx = 1\n```\n"


@pytest.fixture(autouse=True)
def asked(qapp: object) -> Iterator[None]:
    """Assistive technology is listening."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def interface(view: TranscriptView) -> QAccessibleInterface:
    """The view as assistive technology has it."""
    return QAccessible.queryAccessibleInterface(view)


def children(of: QAccessibleInterface) -> list[QAccessibleInterface]:
    """What is inside."""
    return [of.child(index) for index in range(of.childCount())]


def test_messages_are_list_items_with_name_text_and_state() -> None:
    lost = Failure(Kind.INTERRUPTED, "The connection closed.")
    view = shown([message(0, Role.USER, "How do *tides* work?"), answer(ANSWER, state=State.INTERRUPTED, failure=lost)])
    whole = interface(view)
    assert (whole.role(), whole.text(NAME)) == (QAccessible.Role.List, "Transcript")
    question, said = children(whole)
    assert {question.role(), said.role()} == {QAccessible.Role.ListItem}
    assert (question.text(NAME), said.text(NAME)) == ("You", "tide-1")
    assert question.textInterface().text(0, -1) == "How do *tides* work?"
    assert "interrupted" in said.text(WORDS)
    assert "The connection closed." in said.text(WORDS)


def test_the_list_says_how_one_goes_about_in_it_and_a_message_how_it_begins() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("The moon pulls. " * 200)])
    whole = interface(view)
    assert "Ctrl+Up" in whole.text(WORDS)
    said = children(whole)[1].text(WORDS)
    assert "\nThe moon pulls. The moon" in said
    assert said.endswith(" …")
    assert len(said) < 1100


def test_an_answers_text_is_the_answer() -> None:
    view = shown([message(0, Role.USER, "Go"), answer(ANSWER)])
    text = children(interface(view))[1].textInterface()
    assert text.text(0, -1) == ANSWER
    assert text.characterCount() == len(ANSWER)
    assert text.text(4, 8) == "moon"


def test_code_usage_and_actions_are_inside_the_message() -> None:
    view = shown([message(0, Role.USER, "Go"), answer(CODE, usage=Usage(1, 2, 3, source=Source.REPORTED))])
    inside = {one.text(NAME): one for one in children(children(interface(view))[1])}
    code = inside["Code, python"]
    assert code.textInterface().text(0, -1) == "x = 1"
    usage = next(name for name in inside if name.startswith("Token usage"))
    assert inside[usage].role() == QAccessible.Role.StaticText
    button = inside["Ask for another answer"]
    assert button.role() == QAccessible.Role.Button
    told: list[tuple[str, str]] = []
    view.action_requested.connect(lambda *what: told.append(what))
    button.actionInterface().doAction(button.actionInterface().pressAction())
    wait_for(lambda: bool(told))
    assert told == [("m1", "regenerate")]
    assert all(inside)


def test_code_met_before_it_was_laid_out_has_its_actions_once_it_is() -> None:
    above = f"{CODE}\n" + "A line of text.\n\n" * 60
    view = shown([message(0, Role.USER, "Go"), message(1, Role.ASSISTANT, above), message(2, Role.USER, "On")])
    said = next(one for one in children(interface(view)) if "x = 1" in one.textInterface().text(0, -1))
    assert "Copy code" not in {one.text(NAME) for one in children(said)}
    view.to_start()
    assert "Copy code" in {one.text(NAME) for one in children(said)}


def test_everything_knows_its_parent_and_place() -> None:
    view = shown(talk(6))
    whole = interface(view)
    for index, one in enumerate(children(whole)):
        assert whole.indexOfChild(one) == index
        for within, part in enumerate(children(one)):
            assert one.indexOfChild(part) == within


def test_messages_that_went_out_of_reach_are_retired() -> None:
    view = shown(talk(500))
    whole = interface(view)
    assert whole.childCount() < 60
    names: set[str] = set()
    for _ in range(40):
        view.scroll_by(-3000)
        settle(view)
        names.update(one.textInterface().text(0, 20) for one in children(whole) if one.textInterface())
    assert len(names) > 100
    assert view.accessible is not None
    assert len(view.accessible._parts) < 80


def test_a_growing_answer_can_be_read_as_it_is_now() -> None:
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    for words in ("Two ", "bulges ", "of water."):
        reply.apply(TextDelta(words))
        flush(view)
    last = children(interface(view))[1]
    assert last.textInterface().text(0, -1) == "Two bulges of water."
    assert last.text(WORDS).startswith("being written")


def test_a_finished_answer_is_announced_once_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(accessible, "say", lambda _, words: told.append(words))
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    reply.apply(TextDelta("Two bulges."))
    flush(view)
    view.end_reply(answer("Two bulges."))
    view.replace(answer("Two bulges."))
    beside = shown([message(0, Role.USER, "Go")], facet=ReasoningFacet())  # the pane that shows what was thought
    beside.begin_reply(streaming(1), reply, Turn())
    beside.end_reply(answer("Two bulges."))
    assert len(told) == 1
    assert told[0].startswith("The answer by tide-1 is finished, 2 words.")


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (answer("Half of", state=State.STOPPED), "The answer by tide-1 was stopped, 2 words."),
        (
            answer("", state=State.FAILED, failure=Failure(Kind.RATE_LIMITED, "Too many requests.")),
            "The answer by tide-1 failed. Too many requests.",
        ),
        (answer("Yes."), "The answer by tide-1 is finished, one word."),
    ],
)
def test_the_announcement_says_how_it_ended(one: Message, words: str) -> None:
    view = shown([one])
    item: Item = view.page.item(0)
    assert finished_words(item.message) == words


def test_reasoning_is_one_text() -> None:
    view = shown([answer("Yes.", reasoning="Let me think.\n\nThe moon.")], facet=ReasoningFacet())
    view.setAccessibleName("Reasoning")
    whole = interface(view)
    assert whole.text(NAME) == "Reasoning"
    assert whole.textInterface().text(0, -1) == "Let me think.\n\nThe moon."


def test_an_empty_transcript_can_be_asked_anything() -> None:
    view = shown([])
    whole = interface(view)
    assert whole.childCount() == 0
    for kind in QAccessible.InterfaceType:
        whole.interface_cast(kind)
    assert whole.textInterface() is None
    assert whole.childAt(3, 3) is None
