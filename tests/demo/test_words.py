"""What the demo says: useful, computed from the request, honest about itself, and counted by a rule one can check."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgui.demo.ask import Ask, NotAnAsk
from chatgui.demo.count import pieces
from chatgui.demo.personalities import PERSONALITIES
from chatgui.demo.personalities.base import Speech
from chatgui.demo.thoughts import thoughts
from chatgui.demo.topics import TOPICS, find, flow, for_turn
from chatgui.demo.words import answer

DEMO = PERSONALITIES[0]


def asked(*words: str, **more: Any) -> Ask:
    """A request whose user said `words`, one turn each, with answers between."""
    messages: list[dict[str, Any]] = []
    for word in words:
        messages += [{"role": "user", "content": word}, {"role": "assistant", "content": "…"}]
    return Ask.read({"model": "demo", "messages": messages[:-1], **more})


def test_the_first_answer_says_what_it_is() -> None:
    said = answer(asked("hello"))
    assert "It is not a language model." in said
    assert "leaves this computer" in said


def test_the_first_answer_shows_every_kind_of_text() -> None:
    said = answer(asked("hello"))
    for kind in ("\n## ", "\n### ", "\n| ", "\n- [ ] ", "\n> ", "\n```python\n", "\n$$\n", " $e^{", "](https://"):
        assert kind in "\n" + said


def test_it_repeats_and_counts_what_it_was_asked() -> None:
    said = answer(asked("One two three\nfour, five"))
    assert "> One two three\n> four, five\n" in said
    assert "5 words, 24 characters and 2 lines, in the first message of this conversation" in said


def test_a_long_question_is_repeated_in_part() -> None:
    assert "> " + "x" * 400 + " …\n" in answer(asked("x" * 1000))


def test_it_lists_the_parameters_it_received() -> None:
    said = answer(asked("hello", temperature=0.5, max_tokens=900, logit_bias={"a|b": "`1`"}))
    assert "| `temperature` | `0.5` | has no effect here |" in said
    assert "| `max_tokens` | `900` | ends the answer there |" in said
    assert '| `logit_bias` | `{"a¦b": "ˋ1ˋ"}` | has no effect here |' in said


def test_it_tells_of_a_system_prompt_and_of_files() -> None:
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {}}]},
    ]
    said = answer(Ask.read({"model": "demo", "messages": messages}))
    assert "A system prompt of 2 words came first." in said
    assert "1 file that I do not open" in said


def test_every_turn_has_its_topic_until_all_were_told() -> None:
    told = [answer(asked(*["tell me more"] * turn)) for turn in range(2, len(TOPICS) + 2)]
    assert [re.search("### (.*)", said)[1] for said in told] == [topic.title for topic in TOPICS]  # type: ignore[index]  # each has one
    assert for_turn(len(TOPICS) + 2) is TOPICS[0]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Where do I put my API key?", "Accounts and keys"),
        ("which keyboard shortcuts are there", "The keyboard"),
        ("How can I export as PDF?", "Exporting and importing"),
        ("what is reasoning?", "The reasoning pane"),
        ("Is my data private", "Where your words are kept"),
        ("How many tokens does it cost?", "Tokens and usage"),
        ("can I search old conversations", "Finding things again"),
        ("what happens after an error", "When things go wrong"),
        ("Can I use it in a shell script?", "The command line"),
        ("what does temperature do", "Parameters"),
        ("edit a message", "Edits and branches"),
        ("show me your tricks", "Tricks of this demo"),
    ],
)
def test_questions_find_their_topic_at_any_turn(question: str, title: str) -> None:
    for ask in (asked(question), asked("hello", question)):
        assert f"### {title}\n" in answer(ask)


def test_it_says_when_it_cannot_answer() -> None:
    assert "so I cannot answer that" in answer(asked("hello", "Why is the sky blue?"))
    assert "so I cannot answer that" not in answer(asked("hello", "thanks"))


def test_reasoning_tells_what_it_looks_at_and_grows_with_effort() -> None:
    off, low, usual, high = (
        thoughts(asked("Where is my key?", reasoning_effort=effort)) for effort in ("off", "low", "medium", "high")
    )
    assert off == ""
    assert 0 < len(low) < len(usual) < len(high)
    assert usual == thoughts(asked("Where is my key?", reasoning_effort="medium"))
    assert "“key”, pointing to “Accounts and keys”" in usual


def test_the_same_request_gets_the_same_words() -> None:
    assert DEMO.compose(asked("hello", seed=1)) == DEMO.compose(asked("hello", seed=1))


def test_each_provider_says_how_it_speaks() -> None:
    for one in PERSONALITIES[1:6]:
        said = one.compose(asked("hello")).answer
        assert "### How this model speaks" in said
        assert one.manner in said


def test_max_tokens_ends_the_answer() -> None:
    speech = DEMO.compose(asked("hello", max_tokens=200, reasoning_effort="low"))
    assert speech.finish == "length"
    assert DEMO.tally(asked("hello"), speech).completion == 200
    assert DEMO.compose(asked("hello", max_tokens=5)) == Speech("A reasoning model would", "", "length")


def test_stop_words_end_the_answer_before_them() -> None:
    speech = DEMO.compose(asked("hello", stop=["### What is where", "never said"]))
    assert speech.finish == "stop"
    assert speech.answer.endswith("in the first message of this conversation.\n\n")


@pytest.mark.parametrize("asks_in_words", [False, True])
def test_an_answer_goes_on_where_it_stopped(asks_in_words: bool) -> None:
    whole = DEMO.compose(asked("hello", max_tokens=5000)).answer
    for length in (10, 500, 1000):
        begun = whole[:length].rstrip()
        messages = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": begun}]
        if asks_in_words:
            messages.append({"role": "user", "content": "Continue exactly where you stopped. Do not repeat anything."})
        speech = DEMO.compose(Ask.read({"model": "demo", "messages": messages, "max_tokens": 5000}))
        assert begun + speech.answer == whole
        assert speech.reasoning == ""


@given(st.text())
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_a_piece_is_a_word_with_the_space_before_it_cut_after_six() -> None:
    assert pieces("A friendly\n  word ") == ["A", " friend", "ly", "\n  word", " "]


@given(st.text(), st.sampled_from(PERSONALITIES), st.sampled_from(["off", "low", "high"]), st.booleans())
def test_usage_adds_up_for_any_words(prompt: str, one: Any, effort: str, streamed: bool) -> None:
    ask = Ask.read(
        {
            "model": one.models[-1],
            "messages": [{"role": "user", "content": prompt}],
            "reasoning_effort": effort,
            "stream": streamed,
            "max_tokens": 400,
        }
    )
    tally = one.tally(ask, one.compose(ask))
    assert tally.usage()["total_tokens"] == tally.prompt + tally.completion
    assert 0 <= tally.reasoning <= tally.completion


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_json_is_answered_or_refused(value: Any) -> None:
    for body in (
        value,
        {"model": "demo", "messages": value},
        {"model": "demo", "messages": [{"content": value}], "stop": value},
    ):
        try:
            ask = Ask.read(body)
        except NotAnAsk:
            continue
        assert list(DEMO.stream(ask))


def test_no_text_of_a_topic_is_broken_within_a_paragraph() -> None:
    assert flow("\none\ntwo\n\n- a\n  b\n- c\n\n```text\nx\ny\n```\n") == "one two\n\n- a b\n- c\n\n```text\nx\ny\n```"


def test_words_have_no_exclamation_marks() -> None:
    for one in PERSONALITIES:
        text = one.sentence + one.manner + "".join(topic.body for topic in TOPICS) + answer(asked("hello"))
        assert "!" not in text


def test_most_keywords_win() -> None:
    found = find("api key for my account")
    assert found
    assert found[1] == ("account", "api", "key")
    assert find("nothing of the kind") is None
