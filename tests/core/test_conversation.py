"""The tree of a conversation: branches, siblings, removal and putting back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Role, Text

NOW = datetime.now(UTC)


def said(name: str, parent: str | None) -> Message:
    return Message(name, Role.USER, (Text(name),), NOW, parent)


def tree(*edges: tuple[str, str | None]) -> Conversation:
    conversation = Conversation("c", "t", NOW, NOW)
    conversation.extend(said(*edge) for edge in edges)
    conversation.tip = edges[-1][0]
    return conversation


def ids(messages: Sequence[Message]) -> list[str]:
    return [message.id for message in messages]


def paths(conversation: Conversation) -> dict[str, list[str]]:
    return {one: ids(conversation.branch(one)) for one in conversation.messages}


def families(conversation: Conversation) -> dict[str, list[str]]:
    return {one: conversation.siblings(one) for one in conversation.messages}


def test_a_branch_runs_from_the_root_to_the_tip() -> None:
    conversation = tree(("q", None), ("a1", "q"), ("a2", "q"), ("q2", "a2"))
    assert ids(conversation.branch()) == ["q", "a2", "q2"]
    assert ids(conversation.branch("a1")) == ["q", "a1"]
    assert conversation.siblings("a1") == ["a1", "a2"]
    assert conversation.deepest("q") == "q2"


def test_removing_the_shown_version_shows_its_neighbour() -> None:
    conversation = tree(("q", None), ("a1", "q"), ("a2", "q"))
    assert conversation.remove("a2") == ["a2"]
    assert conversation.tip == "a1"


def test_removing_takes_everything_below_and_the_last_message_leaves_none() -> None:
    conversation = tree(("q", None), ("a", "q"), ("q2", "a"))
    assert conversation.remove("q") == ["q", "a", "q2"]
    assert conversation.tip is None
    assert conversation.branch() == []


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30), st.data())
def test_removing_and_putting_back_gives_the_same_tree(parents: list[int], data: st.DataObject) -> None:
    edges: list[tuple[str, str | None]] = [("m0", None)]
    edges += [(f"m{i}", f"m{parent % i}") for i, parent in enumerate(parents, 1)]
    conversation = tree(*edges)
    branches, siblings = paths(conversation), families(conversation)
    chosen = data.draw(st.sampled_from(sorted(conversation.messages)))
    conversation.put_back(conversation.remove(chosen))
    assert (paths(conversation), families(conversation)) == (branches, siblings)
