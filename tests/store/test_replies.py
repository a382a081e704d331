"""An answer on its way: what is on the disk at every moment, and what a crash leaves."""

from __future__ import annotations

from dataclasses import replace

from chatgui.core.errors import Kind
from chatgui.core.message import Reasoning, State, Text
from chatgui.store import conversations, usage
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from tests.store.samples import USAGE, conversation, running, user


async def begun(db: Database) -> tuple[str, str]:
    """A conversation with a running answer that has said a little."""
    talk, question = conversation(), user("Why?")
    reply = running(question.id)
    await db.write(conversations.create, talk)
    await db.write(conversations.insert_message, talk.id, question, durable=True)
    await db.write(conversations.begin_reply, talk.id, reply, durable=True)
    for seq, (kind, text) in enumerate([("reasoning", "Hm"), ("text", "Be"), ("reasoning", "m."), ("text", "cause")]):
        await db.write(conversations.append_chunks, reply.id, seq, [(kind, text)])
    return talk.id, reply.id


async def test_while_it_runs_it_can_be_read(db: Database) -> None:
    talk, reply = await begun(db)
    loaded = await db.call(conversations.load, talk)
    row = await db.call(conversations.summary, talk)
    assert loaded is not None
    assert row is not None
    assert loaded.messages[reply].parts == (Reasoning("Hmm."), Text("Because"))
    assert (row.state, row.messages, loaded.tip) == ("streaming", 2, reply)


async def test_at_the_end_its_chunks_are_gone_and_its_cost_is_kept(db: Database) -> None:
    talk, reply = await begun(db)
    final = replace(running(), id=reply, state=State.FINISHED, parts=(Text("Because."),), usage=USAGE)
    await db.write(conversations.finish_reply, talk, final, durable=True)
    loaded = await db.call(conversations.load, talk)
    row = await db.call(conversations.summary, talk)
    assert loaded is not None
    assert row is not None
    assert loaded.messages[reply] == final
    assert row.state == "idle"
    assert await db.call(lambda connection: connection.execute("SELECT count(*) FROM chunks").fetchone()) == (0,)
    await db.write(conversations.finish_reply, talk, final, durable=True)
    (total,) = await db.call(usage.totals, "model")
    assert (total.name, total.answers, total.total_tokens) == ("tour", 1, 30), "finishing twice costs once"


async def test_a_late_chunk_neither_resurrects_nor_raises(db: Database) -> None:
    talk, reply = await begun(db)
    await db.write(conversations.purge, [talk])
    await db.write(conversations.append_chunks, reply, 9, [("text", "late")])
    await db.write(conversations.finish_reply, talk, replace(running(), id=reply, state=State.FINISHED))
    assert await db.call(conversations.load, talk) is None
    assert await db.call(lambda connection: connection.execute("SELECT count(*) FROM chunks").fetchone()) == (0,)


async def test_an_answer_stopped_before_anything_came_is_taken_away(db: Database) -> None:
    talk, reply = await begun(db)
    await db.write(conversations.drop_reply, reply)
    loaded = await db.call(conversations.load, talk)
    row = await db.call(conversations.summary, talk)
    assert loaded is not None
    assert row is not None
    assert [message.text for message in loaded.branch()] == ["Why?"]
    assert (row.state, row.messages) == ("idle", 1)


async def test_a_continued_answer_begins_with_what_it_had(db: Database) -> None:
    talk, reply = await begun(db)
    half = replace(running(), id=reply, state=State.INTERRUPTED, parts=(Reasoning("Hmm."), Text("Because")))
    await db.write(conversations.finish_reply, talk, half)
    await db.write(conversations.begin_reply, talk, replace(half, state=State.STREAMING))
    await db.write(conversations.append_chunks, reply, 0, [("text", " it is so.")])
    loaded = await db.call(conversations.load, talk)
    row = await db.call(conversations.summary, talk)
    assert loaded is not None
    assert row is not None
    assert loaded.messages[reply].parts == (Reasoning("Hmm."), Text("Because it is so."))
    assert row.messages == 2


async def test_the_answer_of_a_dead_run_is_interrupted_with_all_it_said(db: Database, place: Profile) -> None:
    talk, reply = await begun(db)
    await db.write(
        lambda connection: connection.execute("UPDATE messages SET owner = 'gone' WHERE state = 'streaming'")
    )
    assert await db.write(conversations.recover, durable=True) == 1
    loaded = await db.call(conversations.load, talk)
    row = await db.call(conversations.summary, talk)
    assert loaded is not None
    assert row is not None
    message = loaded.messages[reply]
    assert (message.state, message.text, message.reasoning) == (State.INTERRUPTED, "Because", "Hmm.")
    assert message.failure is not None
    assert message.failure.kind is Kind.INTERRUPTED
    assert message.usage.partial
    assert row.state == "interrupted"
    assert await db.write(conversations.recover) == 0


async def test_the_answer_of_another_living_run_is_left_alone(db: Database, place: Profile) -> None:
    _, reply = await begun(db)
    other = Database(place.database)
    await other.open()
    assert await other.write(conversations.recover) == 0
    await other.write(conversations.append_chunks, reply, 4, [("text", "!")])
    await other.close()
    assert await db.write(conversations.recover) == 0
