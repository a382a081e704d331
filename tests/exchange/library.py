"""Conversations for these tests: one of everything by hand, and any by hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from chatgui.core.conversation import Conversation
from chatgui.core.errors import Failure, Kind
from chatgui.core.message import (
    Attachment,
    Image,
    Message,
    Reasoning,
    Refusal,
    Role,
    Sources,
    State,
    Text,
    Timing,
    ToolCall,
    ToolResult,
)
from chatgui.core.usage import Source, Usage
from chatgui.exchange.codec import Entry, Shelf

# A machine that is busy with other things is no fault of an example.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

# Storable text: no surrogates, no NUL; the odd ones are wanted often.
odd = st.sampled_from(
    [
        "\u2028",
        "\u0085",
        "\ufeff",
        "\u202e",
        "\ufffc",
        "😀",
        "👩‍👩‍👧",
        "你好",
        "مرحبا",
        "\x1b[31m",
        "```",
        "</script>",
        "\r\n",
        "\\",
        '"',
        "\x7f",
    ]
)
words = st.lists(
    st.one_of(odd, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)), max_size=5
)
texts = words.map("".join)
counts = st.one_of(st.none(), st.integers(0, 2**53))
amounts = st.one_of(st.none(), st.floats(0, 1e6))
values = st.dictionaries(
    texts, st.one_of(texts, st.integers(-(2**53), 2**53), st.floats(-1e9, 1e9), st.booleans(), st.none()), max_size=3
)

files = st.builds(
    Attachment,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    texts,
    texts.map(lambda t: t.replace("/", "").replace("\\", "")),
    st.integers(0, 2**40),
    st.integers(0, 9_999),
    st.integers(0, 9_999),
)
parts = st.one_of(
    st.builds(Text, texts),
    st.builds(Reasoning, texts, st.lists(values, max_size=2).map(tuple)),
    st.builds(Refusal, texts),
    st.builds(ToolCall, texts, texts, texts),
    st.builds(ToolResult, texts, texts),
    files,
    st.builds(Sources, st.lists(st.tuples(texts, texts), max_size=2).map(tuple)),
    st.builds(Image, texts),
)
usages = st.builds(
    Usage, counts, counts, counts, counts, counts, amounts, amounts, st.one_of(st.none(), st.just("EUR")),
    st.sampled_from(Source), st.sampled_from(Source), st.booleans(), counts, st.one_of(st.none(), values),
)  # fmt: skip
failures = st.builds(
    Failure, st.sampled_from(Kind), texts, st.one_of(st.none(), st.integers(400, 599)), st.one_of(st.none(), texts.filter(bool)),
    st.none(), st.booleans(), amounts, texts, texts,
)  # fmt: skip
moments = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)


@st.composite
def entries(draw: st.DrawFn, name: str = "c") -> Entry:
    """A conversation with any messages in any tree."""
    conversation = Conversation(
        name,
        draw(texts),
        draw(moments),
        draw(moments),
        model=draw(texts),
        system=draw(texts),
        params=draw(values),
        draft=draw(texts),
        draft_attachments=draw(st.lists(files, max_size=2, unique_by=lambda one: one.sha256).map(tuple)),
        assistant=draw(texts),
    )
    for number in range(draw(st.integers(0, 6))):
        parent = draw(st.sampled_from([None, *conversation.messages]))
        conversation.add(
            Message(
                f"{name}-{number}",
                draw(st.sampled_from(Role)),
                tuple(draw(st.lists(parts, max_size=3))),
                draw(moments),
                parent,
                draw(st.sampled_from([state for state in State if state is not State.STREAMING])),
                draw(texts),
                draw(texts),
                draw(usages),
                draw(st.builds(Timing, amounts, amounts, amounts, st.integers(0, 9))),
                draw(st.one_of(st.none(), texts.filter(bool))),
                draw(st.one_of(st.none(), failures)),
                draw(values),
                draw(st.booleans()),
            )
        )
    if conversation.messages:
        conversation.tip = draw(st.sampled_from(list(conversation.messages)))
    tags = draw(st.lists(texts, max_size=2, unique=True).map(tuple))
    return Entry(conversation, Shelf(draw(st.booleans()), draw(st.booleans()), draw(texts), tags))


def conversation(*messages: Message, title: str = "Tides", **fields: object) -> Conversation:
    """A conversation that shows its last message."""
    made = Conversation("c1", title, NOON, NOON, **fields)  # type: ignore[arg-type]
    made.extend(messages)
    made.tip = messages[-1].id if messages else None
    return made


def asked(text: str = "How do tides work?") -> Message:
    """A question."""
    return Message("q", Role.USER, (Text(text),), NOON)


def answered(
    text: str, *, reasoning: str = "", state: State = State.FINISHED, name: str = "a", parent: str = "q"
) -> Message:
    """Its answer."""
    thought = (Reasoning(reasoning),) if reasoning else ()
    usage = Usage(10, 20, 30, source=Source.REPORTED)
    return Message(name, Role.ASSISTANT, (*thought, Text(text)), NOON, parent, state, model="moon-1", usage=usage)
