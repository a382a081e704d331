"""The reasoning pane: which turn it shows, what its head says, and words where there is nothing to read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chatgui.chat.turn import Phase
from chatgui.core.delta import ReasoningDelta, TextDelta
from chatgui.core.event import Event
from chatgui.core.message import Message, Reasoning, Role, Text, Timing
from chatgui.core.reply import Reply
from chatgui.core.usage import Source, Usage
from chatgui.ui.panels.reasoning import ReasoningPane, absent, head
from chatgui.ui.transcript.style import Style
from tests.ui.transcript.scenes import Turn, answer, flush, message, seen_text, streaming

pytestmark = pytest.mark.usefixtures("qapp")

USAGE = Usage(12, 418, 430, 1204, source=Source.REPORTED)


class LiveTurn(Turn):
    """A turn with a reply."""

    def __init__(self, of: Message) -> None:
        super().__init__(Phase.THINKING)
        self.message_id = of.id
        self.reply = Reply()
        self.changed: Event[None] = Event()


def talked() -> list[Message]:
    """Two turns with reasoning, one without."""
    first = answer("Yes.", reasoning="About the moon.", timing=Timing(thinking_ms=12_000), usage=USAGE)
    return [
        message(0, Role.USER, "How do tides work?"),
        replace(first, parent="m0"),
        message(2, Role.USER, "And the sun?"),
        message(3, Role.ASSISTANT, "", parts=(Reasoning("About the sun."), Text("It pulls.")), parent="m2"),
        message(4, Role.USER, "Thanks"),
        message(5, Role.ASSISTANT, "You are welcome.", parent="m4"),
    ]


def pane(messages: list[Message]) -> ReasoningPane:
    """A pane that shows these messages."""
    made = ReasoningPane(Style())
    made.resize(360, 600)
    made.show()
    made.show_messages(messages)
    return made


def begin(made: ReasoningPane, turn: Any, of: Message) -> None:
    """An answer begins."""
    made.begin_reply(of, turn)


def test_it_shows_the_turn_the_reader_chose() -> None:
    made = pane(talked())
    made.show_message("m1")
    assert seen_text(made.view) == "About the moon."
    assert made._head.text() == "Thought for 12 s · 1,204 tokens"
    made.show_message("m3")
    assert seen_text(made.view) == "About the sun."
    made.show_message("m2")  # the user's: nothing to show instead
    assert seen_text(made.view) == "About the sun."


def test_it_follows_the_turn_being_written() -> None:
    made, one = pane(talked()), streaming(7)
    turn = LiveTurn(one)
    begin(made, turn, one)
    assert made._words.text() == "No reasoning has come yet."
    turn.reply.apply(ReasoningDelta("Let me think "))
    turn.thought = 2_000.0
    turn.changed.emit(None)
    flush(made.view)
    assert seen_text(made.view) == "Let me think"
    assert made._head.text() == "Thinking 2.0 s"
    turn.reply.apply(ReasoningDelta("again."))
    turn.reply.apply(TextDelta("Yes."))
    flush(made.view)
    made.end_reply(message(7, Role.ASSISTANT, "", parts=turn.reply.parts, timing=Timing(thinking_ms=2_000)))
    assert seen_text(made.view) == "Let me think again."
    assert made._head.text() == "Thought for 2.0 s"


def test_streaming_into_it_does_not_move_one_who_reads_another_turn() -> None:
    made, one = pane(talked()), streaming(7)
    turn = LiveTurn(one)
    begin(made, turn, one)
    made.show_message("m1")
    turn.reply.apply(ReasoningDelta("Let me think."))
    turn.changed.emit(None)
    assert made.view.page.live is None
    assert seen_text(made.view) == "About the moon."
    made.show_message("m7")
    flush(made.view)
    assert seen_text(made.view) == "Let me think."


def test_the_whole_conversation_is_grouped_by_turn() -> None:
    made = pane(talked())
    made.set_whole(True)
    assert [one.id for one in made.view.messages] == ["m1", "m3"]
    heads = [one.row.question for one in made.view.page.placed if hasattr(one.row, "question")]
    assert heads == ["How do tides work?", "And the sun?"]
    made.set_whole(False)
    assert len(made.view.messages) == 1


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (None, "Reasoning shows here when a model says what it thinks."),
        (answer("Yes."), "This answer came without reasoning."),
        (answer("Yes.", usage=USAGE), "The provider counted reasoning tokens and did not show what was thought."),
        (
            message(1, Role.ASSISTANT, "", parts=(Reasoning("", ({"data": "x"},)), Text("Yes."))),
            "The provider keeps this reasoning encrypted. It goes back with the next request, and cannot be read.",
        ),
        (answer("Yes.", reasoning="Hm."), ""),
    ],
)
def test_what_cannot_be_read_is_said_in_words(one: Message | None, words: str) -> None:
    assert absent(one, None) == words


def test_the_head_is_quiet_without_reasoning() -> None:
    assert head(answer("Yes."), None) == ""
    assert head(None, None) == ""


def test_its_text_has_a_name_for_screen_readers() -> None:
    assert pane(talked()).view.accessibleName() == "Reasoning"
