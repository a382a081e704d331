"""Where a later start knocks: the socket of most systems, and the pipe that Qt offers on the others."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.ui.single import PipeDoor, SocketDoor, address
from tests.ui.conftest import until

Door = type[SocketDoor | PipeDoor]
needs_sockets = pytest.mark.skipif(os.name == "nt", reason="Windows has no sockets in the file system")
# Qt's local sockets, which only Windows needs, ended a test process about once in thirty whole runs, in Qt itself.
at_length = pytest.mark.long if os.name != "nt" else ()
both = pytest.mark.parametrize(
    "kind", [pytest.param(SocketDoor, marks=needs_sockets), pytest.param(PipeDoor, marks=at_length)]
)


async def knock(door: SocketDoor | PipeDoor, place: str) -> list[bytes]:
    """What is heard at the door when a thread knocks, and is answered."""
    heard: list[bytes] = []
    connection = door.knocked.connect(heard.append)
    assert await asyncio.to_thread(door.call, place, b"raise\n")
    await until(lambda: heard)  # on a busy machine the caller gives up waiting for the answer
    door.knocked.disconnect(connection)
    return heard


@both
async def test_a_knock_is_heard_and_answered(qapp: QApplication, tmp_path: Path, kind: Door) -> None:
    place, door = str(tmp_path / "door"), kind()
    assert door.listen(place)
    assert os.stat(place).st_mode & 0o077 == 0  # for this user only
    assert await knock(door, place) == [b"raise\n"]
    assert await knock(door, place) == [b"raise\n"]
    door.close()
    with pytest.raises(FileNotFoundError):
        os.stat(place)
    assert not kind.call(place, b"raise\n")


@both
async def test_what_a_crashed_program_left_is_taken_away(qapp: QApplication, tmp_path: Path, kind: Door) -> None:
    place, door = tmp_path / "door", kind()
    place.write_text("left")
    assert not kind.call(str(place), b"raise\n")
    assert door.listen(str(place))
    assert await knock(door, str(place)) == [b"raise\n"]
    door.close()


@both
def test_a_place_that_cannot_be_used_is_said(qapp: QApplication, tmp_path: Path, kind: Door) -> None:
    door = kind()
    assert not door.listen(str(tmp_path / "no" / "such" / "folder" / "door"))
    door.close()


@both
@pytest.mark.parametrize(
    ("sent", "heard"), [(b"", []), (b"rai", []), (b"x" * 5000, []), (b"raise here\n", [b"raise here\n"])]
)
async def test_a_caller_that_does_not_wait_harms_nothing(
    qapp: QApplication, tmp_path: Path, kind: Door, sent: bytes, heard: list[bytes]
) -> None:
    place, door = str(tmp_path / "door"), kind()
    assert door.listen(place)
    knocks: list[bytes] = []
    connection = door.knocked.connect(knocks.append)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(place)
        caller.sendall(sent)
    assert await asyncio.to_thread(door.call, place, b"raise\n")
    await until(lambda: knocks == [*heard, b"raise\n"])
    door.knocked.disconnect(connection)
    door.close()


def test_each_profile_has_an_address_of_its_own(tmp_path: Path) -> None:
    assert address(tmp_path / "a") == address(tmp_path / "b" / ".." / "a")
    assert address(tmp_path / "a") != address(tmp_path / "b")
