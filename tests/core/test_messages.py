"""A conversation's messages are the same whether they are in memory or read when asked for; and a long one takes little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgui.core import messages as module
from chatgui.core.message import Attachment, Message, Part, Reasoning, Role, Text
from chatgui.core.messages import UNREADABLE, Branch, Messages
from chatgui.core.names import NONE, Names
from chatgui.core.outline import Outline

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf:
    """A source that counts what is asked of it, and has lost some."""

    def __init__(self, messages: Iterable[Message], lost: Collection[str] = ()) -> None:
        self.all = {message.id: message for message in messages if message.id not in lost}
        self.asked: list[list[str]] = []

    def messages(self, ids: Collection[str]) -> Iterable[Message]:
        self.asked.append(list(ids))
        return [self.all[one] for one in ids if one in self.all]

    def parts(self, ids: Collection[str]) -> Mapping[str, tuple[Part, ...]]:
        self.asked.append(list(ids))
        return {one: self.all[one].parts for one in ids if one in self.all}


def said(number: int, parent: str | None, length: int = 5, role: Role = Role.USER) -> Message:
    parts = (Reasoning("because"), Text("x" * length)) if role is Role.ASSISTANT else (Text("x" * length),)
    return Message(f"m{number}", role, parts, NOW + timedelta(seconds=number), parent)


def chain(count: int) -> list[Message]:
    return [said(n, f"m{n - 1}" if n else None, role=Role.ASSISTANT if n % 2 else Role.USER) for n in range(count)]


def stored(messages: Iterable[Message], lost: Collection[str] = ()) -> tuple[Messages, Shelf]:
    """The same messages as they are when only their outline was read."""
    shelf = Shelf(messages, lost)
    made = Messages(shelf)
    for message in messages:
        made.outline.put_message(message)
    return made, shelf


@given(st.lists(st.text(max_size=8), max_size=200))
def test_names_are_numbered_as_they_come(names: list[str]) -> None:
    known = Names()
    numbers = {name: known.put(name) for name in names}
    distinct = list(dict.fromkeys(names))
    assert list(known) == distinct
    assert [numbers[name] for name in distinct] == list(range(len(distinct)))
    assert [known.find(name) for name in distinct] == list(range(len(distinct)))
    assert known.find("not among them, it is longer") == NONE


def test_names_with_half_a_character_are_kept() -> None:
    known = Names()
    assert known[known.put("\ud800")] == "\ud800"


def test_a_hundred_thousand_messages_are_few_bytes() -> None:
    tracemalloc.start()
    outline, before = Outline(), None
    for number in range(100_000):
        name = f"{number:024x}"
        outline.put(name, before, Role.USER, number, said=10, thought=0, reasoned=False)
        before = name
    path = outline.path(99_999)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(path) == 100_000
    assert taken < 9_500_000


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.data())
def test_messages_that_are_read_are_those_that_were_stored(parents: list[int], data: st.DataObject) -> None:
    tree = [said(0, None), *(said(n, f"m{parent % n}") for n, parent in enumerate(parents, 1))]
    whole, (read, _) = Messages(), stored(tree)
    for message in tree:
        whole[message.id] = message
    assert dict(read) == dict(whole) == {message.id: message for message in tree}
    tip = data.draw(st.sampled_from(tree)).id
    assert read.branch(tip) == whole.branch(tip)
    assert read.take(tip) == whole.take(tip)
    assert list(read) == list(whole)
    assert len(read) == len(whole)


def test_only_what_is_near_is_read_and_only_once() -> None:
    read, shelf = stored(chain(1_000))
    branch = read.branch("m999")
    assert branch[500].id == "m500"
    assert [len(asked) for asked in shelf.asked] == [2 * module.AROUND + 1]
    assert [message.id for message in branch[490:510]] == [f"m{n}" for n in range(490, 510)]
    assert len(shelf.asked) == 1


def test_what_is_read_with_a_message_is_not_long() -> None:
    long = module.AROUND_CHARS
    read, shelf = stored([said(n, f"m{n - 1}" if n else None, length=long if n % 3 else 5) for n in range(100)])
    assert read["m50"].text == "x" * long
    assert shelf.asked == [["m50"]]
    assert read["m51"].text == "xxxxx"
    assert all(name != "m52" for name in shelf.asked[-1])
    assert len(shelf.asked[-1]) > 5  # the short ones near it came along


def test_what_is_asked_of_the_outline_reads_nothing() -> None:
    messages = chain(300)
    read, shelf = stored(messages)
    branch = read.branch("m299")
    assert len(branch) == 300
    assert branch.id(7) == "m7"
    assert branch.index_of("m7") == 7
    assert branch.index_of("elsewhere") is None
    assert [branch.role(at) for at in (0, 1)] == [Role.USER, Role.ASSISTANT]
    assert [(branch.said(at), branch.thought(at)) for at in (0, 1)] == [(5, 0), (5, 7)]
    assert (branch.reasoned, branch.by(Role.USER).reasoned) == (True, False)
    assert branch.at_hand(7) is None
    answers = branch.by(Role.ASSISTANT)
    assert (len(answers), answers.id(0)) == (150, "m1")
    assert len(branch.far()) == 300
    assert shelf.asked == []


def test_memory_is_bounded_by_number_and_by_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD", 100)
    read, _ = stored(chain(1_000))
    branch = read.branch("m999")
    assert [message.id for message in branch] == [f"m{n}" for n in range(1_000)]
    assert len(branch.far()) >= 900
    monkeypatch.setattr(module, "HELD_CHARS", 10_000)
    read, _ = stored([said(n, f"m{n - 1}" if n else None, length=1_000) for n in range(500)])
    branch = read.branch("m499")
    assert [message.id for message in branch] == [f"m{n}" for n in range(500)]
    assert len(branch.far()) >= 500 - 2 * module.AROUND - 2


def test_what_was_said_here_is_never_read_again() -> None:
    """It may not be in the database yet: the disk may be full."""
    read, shelf = stored(chain(2_000))
    read["mine"] = Message("mine", Role.USER, (Text("new"),), NOW, "m1999")
    changed = Message("m3", Role.USER, (Text("other words"),), NOW, "m2")
    read["m3"] = changed
    for at in range(2_000):
        read.branch("m1999")[at]
    assert (read["mine"].text, read["m3"]) == ("new", changed)
    assert all("m3" not in asked and "mine" not in asked for asked in shelf.asked)


def test_what_cannot_be_read_says_so_and_is_asked_for_again() -> None:
    read, shelf = stored(chain(3), lost=["m1"])
    assert read["m1"].failure == UNREADABLE
    assert (read["m1"].parent, read["m1"].role, read["m1"].created) == (
        "m0",
        Role.ASSISTANT,
        NOW + timedelta(seconds=1),
    )
    shelf.all["m1"] = chain(3)[1]
    assert read["m1"] == chain(3)[1]


def test_one_without_its_parent_stands_where_the_outline_says() -> None:
    orphan = said(1, "gone")
    read = Messages(Shelf([orphan]))
    read.outline.put("m1", None, Role.USER, 0, said=5, thought=0, reasoned=False)
    assert read["m1"].parent is None


def test_texts_of_many_are_gone_through_without_being_held() -> None:
    messages = chain(1_200)
    read, _ = stored(messages)
    branch = read.branch("m1199")
    assert list(branch.parts(100, 1_200)) == [message.parts for message in messages[100:]]
    assert len(branch.far()) == 1_200


def test_a_branch_changed_here_leaves_the_tree_as_it_is() -> None:
    read, _ = stored(chain(5))
    branch = read.branch("m4")
    mine = Branch.of(branch)
    changed = Message("m2", Role.USER, (Text("other words"),), NOW, "m1")
    new = Message("new", Role.ASSISTANT, (Text("!"),), NOW, "m4")
    mine.put(2, changed)
    mine.append(new)
    assert list(mine) == [*chain(5)[:2], changed, *chain(5)[3:], new]
    assert (mine.index_of("new"), mine.index_of("m2"), mine.id(5), mine[-1]) == (5, 2, "new", new)
    assert list(mine.parts(2, 6)) == [one.parts for one in mine[2:6]]
    assert mine.only(lambda at: at in {0, 2, 5}) == [chain(5)[0], changed, new]
    assert branch == chain(5)


def test_a_branch_of_any_messages() -> None:
    some = [chain(6)[n] for n in (4, 1, 5)]
    branch = Branch.of(some)
    assert branch == some
    assert [branch.index_of(f"m{n}") for n in (4, 1, 5, 2)] == [0, 1, 2, None]


def test_files_and_such_are_no_running_text() -> None:
    outline = Outline()
    number = outline.put_message(
        Message("a", Role.USER, (Attachment("0" * 64, "text/plain", "a.txt", 3), Text("yes")), NOW)
    )
    assert outline.said[number] == 3
