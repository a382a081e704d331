"""A library of this test's own, open and closed again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatgui.store.database import Database
from chatgui.store.profile import Profile


@pytest.fixture
def place(tmp_path: Path) -> Profile:
    """A new profile."""
    return Profile(tmp_path / "profile")


@pytest.fixture
def db(place: Profile, runner: asyncio.Runner) -> Iterator[Database]:
    """An open database in it."""
    database = Database(place.database)
    runner.run(database.open())
    yield database
    runner.run(database.close())
