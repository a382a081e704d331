"""`python -m chatgui.demo` as a child process: it says when it is ready, and never outlives its parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chatgui.demo.personalities import PERSONALITIES

COMMAND = [sys.executable, "-m", "chatgui.demo"]
ROOT = Path(__file__).resolve().parents[2]

PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-m", "chatgui.demo"], stdin=subprocess.PIPE).wait()
"""


def ready(process: subprocess.Popen[str]) -> int:
    """The port in the line it prints."""
    assert process.stdout
    words = process.stdout.readline().split()
    url = urlsplit(words[1])
    assert (words[0], url.scheme, url.hostname, url.path) == ("ready", "http", "127.0.0.1", "/v1")
    assert url.port
    return url.port


def test_it_serves_until_its_input_ends() -> None:
    with subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        with socket.create_connection(("127.0.0.1", ready(process)), timeout=10) as one:
            one.sendall(b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert one.recv(12) == b"HTTP/1.1 200"
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0


def test_an_open_stream_does_not_keep_it() -> None:
    body = b'{"model":"slow","stream":true,"messages":[{"role":"user","content":"think 600 s"}]}'
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(body)
    with (
        subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
        socket.create_connection(("127.0.0.1", ready(process)), timeout=10) as one,
    ):
        one.sendall(head + body)
        assert one.recv(12) == b"HTTP/1.1 200"
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0


def test_it_dies_with_a_parent_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        ready(parent)  # the child's words: it shares its parent's standard output
        parent.send_signal(signal.SIGKILL)
        assert parent.stdout
        assert parent.stdout.read() == ""  # comes back only when nobody holds that output any more


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started here can be interrupted, also where a shell started these tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_it_quietly() -> None:
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        ready(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_it_imports_only_the_standard_library() -> None:
    code = (
        "import sys, chatgui.demo.__main__ as m\n"
        "own = {n.partition('.')[0] for n in sys.modules if not n.startswith('_')}\n"
        "print(sorted(own - set(sys.stdlib_module_names)))"
    )
    # -S and -I: what the environment's site packages load at start is not the demo's doing.
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['chatgui']"


def test_list_names_every_model_with_a_sentence() -> None:
    done = subprocess.run([*COMMAND, "--list"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [one.name for one in PERSONALITIES]
    assert all(len(line.split()) > 4 for line in done.stdout.splitlines())


def test_wrong_use_is_told() -> None:
    done = subprocess.run([*COMMAND, "--nonsense"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr
