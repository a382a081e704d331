"""The fault catalogue's rows 1 to 61 as far as they are the wire's: each test names its row. README.md has the table."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import sys
import time
import zlib
from typing import Any

import pytest

from chatgui.core.delta import Alive, ErrorDelta
from chatgui.core.errors import Kind
from tests.support.scripted import EACH_BYTE, HANG, RESET, Request, Script, answer, head, refusing, scripted, sse
from tests.wire.reading import account, chunk, request, stream
from tests.wire.talking import ANSWER, HELLO, KEY, Told, ask, client, told_in

STOP = chunk({}, finish="stop")
LONG = b"".join(HELLO)


async def played(script: Script, **options: Any) -> Told:
    """The answer of a server with this script, with the time limits in `options`."""
    async with scripted(script) as server, client(**options.pop("client", {})) as one:
        return await told_in(10, one, account(server.base_url, network=options.pop("network", {})), **options)


def told_error(told: Told) -> tuple[Kind, str | None]:
    assert told.error is not None
    assert told.error.message.endswith((".", "?", "…")) or ":" in told.error.message
    return told.error.kind, told.error.code


# ------------------------------------------------------------------------------------------- before the stream


async def test_row_1_a_name_nobody_knows() -> None:
    async with client() as one:
        told = await told_in(20, one, account("http://nowhere.invalid/v1", network={"connect_timeout": 5.0}))
        assert told_error(told) == (Kind.NOT_REACHED, "dns")
        assert "nowhere.invalid" in str(told.error)


async def test_row_2_refused() -> None:
    for host in ("127.0.0.1", "localhost"):
        with refusing() as port:
            async with client() as one:
                told = await told_in(5, one, f"http://{host}:{port}/v1")
            assert told_error(told) == (Kind.NOT_REACHED, "refused")
            assert str(told.error) == f"{host}:{port} refused the connection."
            assert told.error is not None
            assert told.error.advice == "Is the local server running?"
            assert not told.retries


async def test_row_3_a_black_hole() -> None:
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        fill = [socket.socket() for _ in range(4)]
        for one in fill:  # the queue of the kernel is full now: nobody answers any more
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.connect(hole.getsockname())
        async with client() as talking:
            started = time.monotonic()
            told = await told_in(
                5, talking, account(f"http://127.0.0.1:{hole.getsockname()[1]}/v1", network={"connect_timeout": 0.1})
            )
            assert told_error(told) == (Kind.TIMED_OUT, "connect_timeout")
            assert time.monotonic() - started >= 0.1
            assert told.retries == []  # this computer itself: a server that is not there does not come by waiting
        for one in fill:
            one.close()


async def test_row_4_ipv6_is_broken_and_ipv4_works() -> None:
    async with scripted(ANSWER) as server, client() as one:
        port = server.base_url.rsplit(":", 1)[1]
        assert (await told_in(5, one, f"http://localhost:{port}")).text == "Hello"
        six = await told_in(5, one, account(f"http://localhost:{port}", network={"ip_version": 6}))
        assert six.error is not None
        assert (await told_in(5, one, account(f"http://localhost:{port}", network={"ip_version": 4}))).text == "Hello"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
async def test_row_4_ipv6_alone() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"".join(one for one in ANSWER if isinstance(one, bytes)))
        writer.close()

    try:
        server = await asyncio.start_server(serve, "::1", 0)
    except OSError:
        pytest.skip("needs an IPv6 loopback")
    async with client() as one:
        assert (await told_in(5, one, f"http://[::1]:{server.sockets[0].getsockname()[1]}/v1")).text == "Hello"
    server.close()


async def test_row_8_an_address_that_is_none() -> None:
    for url in ("http://127.0.0.1:99999/v1", "http://exa mple/v1", "nonsense", "http:///v1"):
        async with client() as one:
            told = await told_in(5, one, url)
            assert told.error is not None, url


ROW_26 = [{"error": {"message": "No."}}, {"error": "No."}, {"error": ["No."]}, {"detail": "No."}, {"detail": [{"msg": "No."}]}, {"code": 7, "msg": "No."},
          {"object": "error", "message": "No."}, {"error_type": "x", "error_message": "No."}]  # fmt: skip


@pytest.mark.parametrize("body", ROW_26)
async def test_row_26_an_error_with_status_200(body: Any) -> None:
    told = await played([answer(body)])
    (failed,) = told.of(ErrorDelta)
    assert failed.failure.message == "No."
    assert told.error is None


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([answer("<html><title>Hotel WiFi</title>", content_type="text/html")], "web_page"),
        ([answer("")], "empty"),
        ([head(204, content_length="0")], "empty"),
        ([answer({"choices": None})], "not_understood"),
        ([answer({"choices": []})], "not_understood"),
        ([answer({"choices": {"a": 1}})], "not_understood"),
        ([answer([1, 2])], "not_understood"),
        ([answer("0")], "not_understood"),
    ],
    ids=[
        "row 23",
        "row 24",
        "row 24 (204)",
        "row 27 null",
        "row 27 empty",
        "row 27 object",
        "row 27 list",
        "row 27 number",
    ],
)
async def test_rows_23_24_27(script: Script, code: str) -> None:
    told = await played(script)
    assert told_error(told) == (Kind.PROTOCOL, code)


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/9.9 what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000,
        b"\x16\x03\x01\x02\x00",
    ],
    ids=["another protocol", "version", "two lengths", "chunk size", "header", "oversized head", "bytes"],
)
async def test_row_28_not_http(raw: bytes) -> None:
    told = await played([raw])
    assert told_error(told)[0] in {Kind.PROTOCOL, Kind.NOT_REACHED}
    assert told.retries == []


async def test_row_28_a_hundred_continues() -> None:
    told = await played([b"HTTP/1.1 100 Continue\r\n\r\n" * 100, *ANSWER])
    assert told.text == "Hello"


async def test_row_29_the_head_never_comes() -> None:
    told = await played([HANG], network={"first_byte_timeout": 0.1})
    assert told_error(told) == (Kind.TIMED_OUT, "first_byte_timeout")
    assert told.error is not None
    assert "billed" in told.error.advice
    assert told.retries == []


async def test_row_29_the_first_byte_of_the_body_never_comes() -> None:
    told = await played([head(), HANG], network={"first_byte_timeout": 0.1, "silence_timeout": None})
    assert told_error(told)[1] == "first_byte_timeout"


async def test_row_29_no_limit_is_no_limit() -> None:
    told = await played(
        [0.3, head(), 0.3, *HELLO],
        network={"first_byte_timeout": None, "silence_timeout": None, "connect_timeout": None},
    )
    assert told.text == "Hello"


# ------------------------------------------------------------------------------------------- in the middle


@pytest.mark.parametrize("end", [b"", RESET], ids=["row 31 FIN", "row 32 RST"])
@pytest.mark.parametrize("framing", ["close", "chunked", "length"])
async def test_rows_31_to_33_cut_at_every_event(end: Any, framing: str) -> None:
    for count in range(len(HELLO)):
        body = b"".join(HELLO[:count])
        match framing:
            case "close":
                said: list[Any] = [head(), body, end]
            case "chunked":
                said = [head(transfer_encoding="chunked"), (b"%x\r\n%s\r\n" % (len(body), body)) if body else b"", end]
            case _:
                said = [head(content_length=str(len(LONG))), body, end]
        told = await played([step for step in said if step != b""])
        finished = count >= 4  # the finish reason came
        assert told.reply.finish_reason == ("stop" if finished else None)
        if finished:
            assert told.error is None
        else:
            assert told.error is not None
            assert told.error.kind in (
                {Kind.INTERRUPTED} if count >= 2 else {Kind.INTERRUPTED, Kind.PROTOCOL, Kind.NOT_REACHED}
            )
            assert (
                told.text == ["", "", "Hel", "Hello"][count] or end is RESET
            )  # a reset may overtake what was on its way
        assert told.retries == []


async def test_row_31_cut_at_every_byte() -> None:
    cuts = iter(range(len(LONG)))

    def script(_: Request) -> Script:
        return [head(), LONG[: next(cuts)]]

    async with scripted(script) as server, client() as one:
        for cut in range(len(LONG)):
            told = await ask(one, server.base_url)
            assert "Hello".startswith(told.text)
            finished = told.reply.finish_reason is not None or b"[DONE]" in LONG[:cut]
            assert (told.error is None) == finished, cut


async def test_row_34_silence() -> None:
    told = await played([head(), *HELLO[:2], HANG], network={"silence_timeout": 0.1})
    assert told_error(told) == (Kind.INTERRUPTED, "silence")
    assert told.text == "Hel"


async def test_row_34_bytes_in_time_are_no_silence() -> None:
    steps: list[bytes | float] = [head()]
    for piece in [*HELLO[:2], *[b": hm\n\n"] * 10, *HELLO[2:]]:
        steps += [piece, 0.12]
    told = await played(steps, network={"silence_timeout": 1.0})
    assert (told.text, told.error) == ("Hello", None)


async def test_row_35_comments_are_life_but_not_for_ever() -> None:
    steps: list[bytes | float] = [head()]
    for _ in range(40):
        steps += [b": keep-alive\n\n", 0.05]
    told = await played([*steps, *HELLO], network={"silence_timeout": 1.5}, client={"comments_s": 0.5})
    assert told_error(told) == (Kind.INTERRUPTED, "comments_only")
    assert told.of(Alive)
    patient = await played([*steps[:13], *HELLO], network={"silence_timeout": 5.0}, client={"comments_s": 30.0})
    assert patient.text == "Hello"


async def test_rows_36_and_37_byte_by_byte() -> None:
    text = "é 漢字 👩‍👩‍👧 \u2028 end"
    told = await played([head(), EACH_BYTE, stream(chunk({"content": text}), STOP)])
    assert (told.text, told.error) == (text, None)


async def test_row_39_bad_json_in_the_middle() -> None:
    told = await played([head(), *sse(chunk({"content": "a"}), '{"choices":', chunk({"content": "b"}), STOP)])
    assert (told.text, told.error) == ("ab", None)


async def test_row_54_an_oversized_event() -> None:
    block = b"x" * (1 << 20)
    told = await played([head(), *HELLO[:2], b"data: ", *[block] * 20, HANG])
    assert told_error(told) == (Kind.PROTOCOL, "oversized_event")
    assert told.text == "Hel"


async def test_row_55_an_endless_stream() -> None:
    piece = stream(chunk({"content": "x" * (1 << 20)}), done=False)
    told = await played([head(), *[piece] * 40, HANG])
    assert told_error(told) == (Kind.PROTOCOL, "endless")
    assert len(told.text) >= 32 << 20


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br"])
async def test_row_56_a_compression_we_did_not_ask_for(encoding: str) -> None:
    told = await played([head(content_encoding=encoding), b"\x00\x01\x02"])
    assert told_error(told) == (Kind.PROTOCOL, "encoding")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate"])
async def test_row_56_gzip_all_the_same(encoding: str) -> None:
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(LONG),
        "deflate": zlib.compress(LONG),
        "raw deflate": raw.compress(LONG) + raw.flush(),
    }[encoding]
    told = await played([head(content_encoding=encoding.rsplit(" ", maxsplit=1)[-1]), EACH_BYTE, packed])
    assert (told.text, told.error) == ("Hello", None)


async def test_row_56_gzip_cut_short() -> None:
    packed = gzip.compress(stream(*[chunk({"content": f"{number} "}) for number in range(2000)]))
    told = await played([head(content_encoding="gzip"), packed[: len(packed) // 2]])
    assert told_error(told)[0] is Kind.INTERRUPTED
    assert told.text.startswith("0 1 2 ")


async def test_row_56_a_gzip_bomb() -> None:
    packed = gzip.compress(b": " + b"x" * (200 << 20), compresslevel=9) if sys.maxsize else b""
    told = await played([head(content_encoding="gzip"), packed])
    assert told_error(told)[0] is Kind.PROTOCOL
    assert told_error(told)[1] in {"bomb", "oversized_event"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/octet-stream", "text/event-stream; charset=utf-16", "text/event-stream; charset=nope", "text/html"])  # fmt: skip
async def test_rows_57_and_58_the_header_decides_nothing(content_type: str) -> None:
    told = await played([head(content_type=content_type), *sse(chunk({"content": "é漢"}), STOP)])
    assert (told.text, told.error) == ("é漢", None)
    whole = await played([answer({"choices": [{"message": {"content": "é漢"}}]}, content_type=content_type)])
    assert (whole.text, whole.error) == ("é漢", None)


async def test_row_59_ten_thousand_deltas_at_once() -> None:
    body = stream(*[chunk({"content": "x"})] * 10_000, STOP)
    started = time.process_time()
    told = await played([head(), body])
    assert (len(told.text), told.error) == (10_000, None)
    assert time.process_time() - started < 3.0


async def test_a_storm_of_429_ends_after_three_requests() -> None:
    async with (
        scripted([answer({"error": {"message": "Slow down."}}, 429, retry_after_ms="1")]) as server,
        client() as one,
    ):
        told = await told_in(10, one, server.base_url)
        assert told_error(told)[0] is Kind.RATE_LIMITED
        assert len(server.requests) == 3


async def test_many_answers_at_once_share_the_client() -> None:
    async with scripted(ANSWER) as server, client() as one:
        told = await asyncio.gather(*(ask(one, server.base_url) for _ in range(40)))
        assert {single.text for single in told} == {"Hello"}


async def test_memory_stays_bounded_whatever_comes() -> None:
    import psutil  # type: ignore[import-untyped]

    process = psutil.Process()
    event = (
        b"data: "
        + json.dumps(chunk({"images": [{"image_url": {"url": "data:image/png;base64," + "A" * (8 << 20)}}]})).encode()
        + b"\n\n"
    )
    await played([head(), *sse(STOP)])
    before = process.memory_info().rss
    told = await played([head(), event, *sse(STOP)])
    assert told.error is None
    del told
    assert process.memory_info().rss - before < 96 << 20  # the event itself is 8 MB, and is kept as the image


async def test_the_key_goes_to_the_account_s_own_host_and_nowhere_else() -> None:
    async with scripted([head(307, location="http://127.0.0.1:9/x")]) as server, client() as one:
        told = await ask(one, server.base_url, request(), KEY)
        assert told_error(told)[1] == "redirect"
        assert len(server.requests) == 1
