"""One reader for the files that come with the program; test_wheel.py asks the same of an installed one."""

from __future__ import annotations

import pytest

from chatgui import resources


def test_a_resource_is_read() -> None:
    assert resources.read_text("icons/send.svg").startswith("<svg")
    assert resources.read_bytes("icons/send.svg") == resources.path("icons/send.svg").read_bytes()


@pytest.mark.parametrize(
    "name", ["/etc/hostname", "../LICENSE", "icons/../../LICENSE", "C:\\x", "icons\\send.svg", "no"]
)
def test_nothing_outside_is_reached(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        resources.path(name)
