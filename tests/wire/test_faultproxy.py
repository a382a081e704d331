"""The same answer through ../shared/tools/faultproxy.py, which breaks things between client and server its own way."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chatgui.core.errors import Kind
from tests.support.scripted import Request, Script, head, scripted, sse
from tests.wire.reading import account, chunk
from tests.wire.talking import client, told_in

# The proxy leaves a file of its own to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
WORDS = [f"wörd{number} " for number in range(100)]
BODY = b"".join(
    sse(
        *[chunk({"content": word}) for word in WORDS],
        {**chunk({}, finish="stop"), "usage": {"prompt_tokens": 1, "completion_tokens": 100}},
    )
)
TEXT = "".join(WORDS)


@pytest.fixture(scope="module")
def faultproxy(shared: Path) -> ModuleType:
    path = shared / "tools" / "faultproxy.py"
    spec = importlib.util.spec_from_file_location("faultproxy", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def chunked(_: Request) -> Script:
    pieces = [BODY[start : start + 700] for start in range(0, len(BODY), 700)]
    return [
        head(transfer_encoding="chunked"),
        *(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces),
        b"0\r\n\r\n",
    ]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (["piece=1", "gap=0"], None), (["piece=3", "gap=0"], None), (["piece=1400"], None), (["crlf"], None), (["comments=0.01", "delay=0.1"], None), (["nodone"], None),
        (["connect-delay=0.05"], None), (["throttle=200000"], None), (["nofinal"], None), (["garbage=2000"], None), (["429=1:0.01"], None), (["503=2:0.01"], None),
        (["cut-body=3000"], Kind.INTERRUPTED), (["rst-body=3000"], Kind.INTERRUPTED), (["stall-body=3000"], Kind.INTERRUPTED),
        (["close"], Kind.NOT_REACHED), (["reset"], Kind.NOT_REACHED), (["blackhole"], Kind.TIMED_OUT), (["refuse"], Kind.NOT_REACHED),
        (["status=418:teapot"], Kind.INVALID_REQUEST), (["html502"], Kind.UNAVAILABLE), (["redirect=http://127.0.0.1:9"], Kind.PROTOCOL),
        (["429=9:0.01"], Kind.RATE_LIMITED), (["tls-expired"], Kind.TLS), (["tls-wronghost"], Kind.TLS), (["tls-stall"], Kind.TIMED_OUT),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, list) else "",
)  # fmt: skip
async def test_fault(faultproxy: ModuleType, faults: list[str], expected: Kind | None) -> None:
    async with scripted(chunked) as server, client() as one:
        port = int(server.url.rsplit(":", 1)[1])
        proxy: Any
        async with faultproxy.FaultProxy(("127.0.0.1", port), *faults) as proxy:
            limit = 20.0 if expected is None else 1.0
            limits: dict[str, Any] = {"connect_timeout": limit, "first_byte_timeout": limit, "silence_timeout": limit}
            if proxy.ca:
                limits["ca_file"] = proxy.ca
            told = await told_in(30, one, account(f"{proxy.url}/v1", network=limits))
            if expected is None:
                assert (told.error, told.text) == (None, TEXT)
                assert told.reply.usage.completion_tokens == 100
            else:
                assert told.error is not None
                assert told.error.kind is expected
                assert TEXT.startswith(told.text)
