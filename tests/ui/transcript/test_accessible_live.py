"""What a screen reader is told of an answer while it comes, asked in process; through AT-SPI in tests/ui/test_screen_reader.py."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAccessibleTextInsertEvent,
    QAccessibleTextRemoveEvent,
)
from PySide6.QtTest import QTest

from chatgui.chat.turn import Phase
from chatgui.core.delta import ReasoningDelta, Retrying, TextDelta
from chatgui.core.errors import Failure, Kind
from chatgui.core.message import Message, Reasoning, Role, State, Text
from chatgui.core.reply import Reply
from chatgui.ui.transcript import accessible_live
from chatgui.ui.transcript.facet import ReasoningFacet
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, document, flush, message, shown, streaming, wait_for


class Heard:
    """What was told: sentences, and the text as somebody has it who only heard of its changes."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.text = ""
        self.pieces: list[str] = []
        self.other: list[QAccessible.Event] = []

    def take(self, event: QAccessibleEvent) -> None:
        match event:
            case QAccessibleTextInsertEvent():
                at, new = event.changePosition(), event.textInserted()
                assert at <= len(self.text)
                self.text = self.text[:at] + new + self.text[at:]
                self.pieces.append(new)
            case QAccessibleTextRemoveEvent():
                at, old = event.changePosition(), event.textRemoved()
                assert self.text[at : at + len(old)] == old
                self.text = self.text[:at] + self.text[at + len(old) :]
            case _:
                self.other.append(event.type())


@pytest.fixture
def heard(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """Assistive technology is listening."""
    one = Heard()
    monkeypatch.setattr(accessible_live, "tell", one.take)
    monkeypatch.setattr(accessible_live, "announce", lambda _, words: one.sentences.append(words))
    monkeypatch.setattr(accessible_live, "TELL_MS", 0)
    QAccessible.setActive(True)
    yield one
    QAccessible.setActive(False)


def begun(turn: Turn | None = None, facet: ReasoningFacet | None = None) -> tuple[TranscriptView, Reply]:
    """A view in which an answer has begun."""
    view, reply = (
        shown([message(0, Role.USER, "Go") if facet is None else answer("", reasoning="Before.")], facet=facet),
        Reply(),
    )
    view.begin_reply(streaming(7), reply, turn or Turn())
    return view, reply


def ended(text: str, state: State = State.FINISHED) -> Message:
    return message(7, Role.ASSISTANT, text, state=state)


@pytest.mark.parametrize("seed", range(6))
def test_the_words_that_were_told_are_the_words_that_came(heard: Heard, seed: int) -> None:
    chance = random.Random(seed)
    text = document(chance, 10)
    view, reply = begun()
    at = 0
    while at < len(text):
        step = chance.randint(1, 60)
        reply.apply(TextDelta(text[at : at + step]))
        at += step
        flush(view)
        if chance.random() < 0.3:
            view._flush()
            wait_for(lambda: not view.accessible._living._timer.isActive() if view.accessible else False)
    view.end_reply(ended(text))
    item = view.page.item(1)
    assert heard.text == item.text


def test_words_are_told_whole_and_not_one_by_one(heard: Heard) -> None:
    view, reply = begun()
    for delta in ("Two bul", "ges of ", "wat", "er follow the mo"):
        reply.apply(TextDelta(delta))
        flush(view)
    wait_for(lambda: bool(heard.pieces))
    assert heard.pieces == ["Two bulges of water follow the "]
    reply.apply(TextDelta("on."))
    flush(view)
    view.end_reply(ended("Two bulges of water follow the moon."))
    assert heard.pieces[1:] == ["moon."]


def test_what_was_thought_is_told_as_well(heard: Heard) -> None:
    view, reply = begun(facet=ReasoningFacet(heads=True))
    heard.text = view.accessible._all_text() if view.accessible else ""
    before = len(heard.text)
    reply.apply(ReasoningDelta("Let me think of the moon."))
    flush(view)
    reply.apply(TextDelta("Yes."))
    view.end_reply(replace(ended(""), parts=(Reasoning("Let me think of the moon."), Text("Yes."))))
    assert before > 0
    assert heard.text[before:] == "Let me think of the moon."
    assert heard.sentences == [], "the pane beside says nothing of its own"


def test_what_the_model_does_is_said_once_each(heard: Heard) -> None:
    turn = Turn(Phase.CONNECTING)
    view, reply = begun(turn)
    for phase, words in (
        (Phase.WAITING, []),
        (Phase.RETRYING, ["Too many requests. Trying again in 20 s."]),
        (Phase.THINKING, ["tide-1 is thinking."]),
        (Phase.ANSWERING, ["tide-1 is answering."]),
        (Phase.THINKING, []),
        (Phase.ANSWERING, []),
    ):
        before = len(heard.sentences)
        turn.phase = phase
        turn.retry = Retrying(1, 20.0, Failure(Kind.RATE_LIMITED, "Too many requests."))
        view.refresh()
        living = view.accessible._living if view.accessible else None
        assert living is not None
        wait_for(lambda living=living: not living._timer.isActive())
        assert heard.sentences[before:] == words, phase
    reply.apply(TextDelta("Yes."))
    view.end_reply(ended("Yes.", state=State.STOPPED))
    assert heard.sentences[-1] == "The answer by tide-1 was stopped, one word."


def test_an_answer_that_was_stopped_before_it_came_is_not_passed_over(heard: Heard) -> None:
    view, _reply = begun()
    question = view.messages[0]
    view.begin_reply(replace(streaming(7), parent=question.id), Reply(), Turn())
    view.show_messages([question])
    assert heard.sentences == [accessible_live.NOTHING_CAME]
    view.show_messages([answer("Another conversation.")])
    assert len(heard.sentences) == 1


def test_another_conversation_ends_the_telling_without_a_word(heard: Heard) -> None:
    view, reply = begun()
    reply.apply(TextDelta("Two bulges "))
    flush(view)
    view.show_messages([answer("Another conversation.")])
    assert heard.sentences == []


def test_another_style_tells_nothing_anew(heard: Heard) -> None:
    view, reply = begun()
    reply.apply(TextDelta("Two bulges of water. "))
    flush(view)
    wait_for(lambda: bool(heard.pieces))
    view.set_style(Style(zoom=1.5))
    reply.apply(TextDelta("They follow."))
    flush(view)
    view.end_reply(ended("Two bulges of water. They follow."))
    assert heard.text == "Two bulges of water. They follow."


def test_who_has_the_message_in_hand_keeps_it_when_it_ends(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatgui.ui.transcript.accessible_message.tell", heard.take)
    view, reply = begun()
    whole = QAccessible.queryAccessibleInterface(view)
    mine = whole.child(1)
    assert mine.state().busy
    reply.apply(TextDelta("Yes."))
    flush(view)
    before = [mine.child(at).text(QAccessible.Text.Name) for at in range(mine.childCount())]
    view.end_reply(ended("Yes."))
    assert whole.indexOfChild(mine) == 1
    after = [mine.child(at).text(QAccessible.Text.Name) for at in range(mine.childCount())]
    assert "Ask for another answer" in set(after) - set(before), "what can be done with it now is there"
    assert not mine.state().busy
    assert not mine.text(QAccessible.Text.Description).startswith("being written")
    assert set(heard.other) >= {QAccessible.Event.DescriptionChanged, QAccessible.Event.StateChanged}


def test_nothing_is_told_while_nobody_listens(heard: Heard) -> None:
    QAccessible.setActive(False)
    view, reply = begun()
    reply.apply(TextDelta("Two bulges of water. "))
    flush(view)
    view.end_reply(ended("Two bulges of water."))
    assert (heard.sentences, heard.pieces) == ([], [])


def test_what_is_selected_by_keys_is_said(heard: Heard) -> None:
    view = shown([message(0, Role.USER, "Go on"), answer("The moon pulls.\n\nSo does the sun.")])
    view.reader.by_keys = True
    view.reader.set_current(view.messages[1].id)
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    for key, held, words in (
        (Qt.Key.Key_Right, shift | control, "The, selected"),
        (Qt.Key.Key_Right, shift, "m, selected"),
        (Qt.Key.Key_Left, shift, "m, no longer selected"),
        (Qt.Key.Key_End, shift, "moon pulls., selected"),
        (Qt.Key.Key_End, shift | control, "So does the sun., selected"),
    ):
        QTest.keyClick(view, key, held)
        assert heard.sentences[-1] == words
    assert view.reader.taken() is not None
