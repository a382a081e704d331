"""Write the fixture of the newest schema version: `python -m tests.store.make_version`. Once for each version, then kept."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Role, Text
from chatgui.store import connecting, conversations, schema
from tests.store.samples import NOON, USAGE

FOLDER = Path(__file__).parent / "versions"


def _dump(connection: sqlite3.Connection) -> Iterator[str]:
    """Tables, rows and indexes; virtual tables without what is inside them (the index of the search is made anew)."""
    objects = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    virtual = [name for _, name, sql in objects if sql.startswith("CREATE VIRTUAL")]
    for kind, name, sql in objects:
        if name.startswith("sqlite_") or any(name.startswith(f"{one}_") for one in virtual):
            continue
        yield f"{sql};"
        if kind == "table" and name not in virtual:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            quoted = " || ', ' || ".join(f"quote({column})" for column in columns)
            for (values,) in connection.execute(f"SELECT {quoted} FROM {name}"):
                yield f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({values});"


def main(version: int | None = None) -> None:
    """A small library, as SQL text."""
    version = version or schema.newest()
    with tempfile.TemporaryDirectory() as folder:
        connection = connecting.connect(Path(folder) / "chatgui.db", options="mode=rwc")
        schema.migrate(connection)
        talk = Conversation("1" * 24, "A first talk", NOON, NOON)
        question = Message("2" * 24, Role.USER, (Text("Why is the sky blue?"),), NOON)
        reply = Message(
            "3" * 24, Role.ASSISTANT, (Text("Because of Rayleigh scattering."),), NOON, question.id,
            account="Demo", model="tour", usage=USAGE, finish_reason="stop",
        )  # fmt: skip
        talk.extend([question, reply])
        talk.tip = reply.id
        conversations.create(connection, talk)
        lines = [*_dump(connection), f"PRAGMA user_version = {version};"]
        connection.close()
    (FOLDER / f"{version:04d}.sql").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
