"""Accounts and what their providers offer, as rows. Keys are never here."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from chatgui.core.account import Account, Model
from chatgui.store.clean import clean, from_json, to_json
from chatgui.store.times import now_ms


def load(connection: sqlite3.Connection) -> list[Account]:
    """All accounts, in their order. A row that cannot be understood is left out, and left alone."""
    rows = connection.execute("SELECT account FROM accounts ORDER BY position, id")
    return [account for (text,) in rows if (account := from_json(text, Account)) is not None]


def save(connection: sqlite3.Connection, account: Account) -> None:
    """Add an account, or replace the one with its id; what was spent on it goes under its new name."""
    connection.execute(
        "UPDATE spending SET account = ?1 WHERE account IN (SELECT name FROM accounts WHERE id = ?2 AND name <> ?1)",
        (clean(account.name), account.id),
    )
    connection.execute(
        "INSERT INTO accounts (id, position, name, account) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET position = excluded.position, name = excluded.name, account = excluded.account",
        (account.id, account.position, clean(account.name), to_json(account)),
    )


def delete(connection: sqlite3.Connection, account_id: str) -> None:
    """Take an account and its model list away; conversations and what was spent stay."""
    connection.execute("DELETE FROM accounts WHERE id = ?", (account_id,))
    connection.execute("DELETE FROM model_lists WHERE account = ?", (account_id,))


def load_models(connection: sqlite3.Connection) -> dict[str, list[Model]]:
    """The model lists last fetched, by account id."""
    rows = connection.execute("SELECT account, models FROM model_lists")
    return {account: models for account, text in rows if (models := from_json(text, list[Model])) is not None}


def save_models(connection: sqlite3.Connection, account_id: str, models: Sequence[Model]) -> None:
    """Keep the model list of an account until the next one is fetched."""
    connection.execute(
        "INSERT OR REPLACE INTO model_lists VALUES (?, ?, ?)", (account_id, now_ms(), to_json(list(models)))
    )
