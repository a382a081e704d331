"""A chosen file is looked at before it is opened, read to a limit, and nothing that has no end is waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from chatgui.core.errors import UsageError
from chatgui.store.reading import read_file
from tests.support import files


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 10_000)
    assert read_file(path) == bytes(range(256)) * 10_000


def refused(path: Path, most: int = 1000) -> str:
    with pytest.raises(UsageError) as caught:
        read_file(path, most)
    return caught.value.message


def test_folders_pipes_sockets_and_devices_are_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for ever: nobody writes
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)  # the address of a socket is short
        listener.bind("sock")
        assert refused(tmp_path / "sock") == "“sock” is a socket, not a file."
    assert refused(tmp_path) == f"“{tmp_path.name}” is a folder."
    assert refused(tmp_path / "pipe") == "“pipe” is a pipe, not a file."
    assert refused(Path("/dev/zero")) == "“zero” is a device, not a file."


def test_a_link_to_a_device_is_the_device(tmp_path: Path) -> None:
    (tmp_path / "innocent.txt").symlink_to("/dev/zero")
    assert "device" in refused(tmp_path / "innocent.txt")


def test_what_is_too_large_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    files.hole(tmp_path / "five.bin", request)
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("opened"))
    assert refused(tmp_path / "five.bin") == "“five.bin” has 5.0 GB; the most that can be attached is 1.0 kB."


def test_a_file_that_grows_while_it_is_read_is_read_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 900)
    honest = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        seen = honest(descriptor)
        with path.open("ab") as file:
            file.write(b"y" * 50_000_000)
        return seen

    monkeypatch.setattr(os, "fstat", grow)
    assert "the most that can be attached" in refused(path)


def test_what_is_not_there_or_may_not_be_read_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.txt") == "“none.txt” cannot be read: No such file or directory."
