"""`chatgui ask --attach FILE`: what the server gets, what is kept, what is refused."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from tests.cli.conftest import Program, chunk
from tests.support import files
from tests.support.scripted import head, scripted, sse

GOOD = [head(), *sse(chunk({"content": "Hello"}), chunk(finish="stop"))]


def written(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


async def test_files_go_with_the_prompt_and_are_kept(chatgui: Program, tmp_path: Path) -> None:
    photo = files.png(4, 3)
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(photo).decode()}}
    attach = ("--attach", written(tmp_path, "a.png", photo), "--attach", written(tmp_path, "b.txt", b"words"))
    text = {"type": "text", "text": "b.txt:\n```\nwords\n```"}
    async with scripted(GOOD) as server:
        await chatgui.real("accounts", "add", "--name", "T", "--base-url", server.base_url, "--no-key", "--model", "m")
        done = await chatgui.real("ask", "--account", "T", *attach, "Look")
        assert (done.status, done.out, done.err) == (0, "Hello\n", "")
        wanted = [image, text, {"type": "text", "text": "Look"}]
        assert server.requests[-1].json["messages"] == [{"role": "user", "content": wanted}]
        (row,) = (await chatgui.real("conversations", "list", "--json")).json
        await chatgui.real("ask", "--account", "T", "--conversation", row["id"], "Again")
        assert server.requests[-1].json["messages"][0]["content"] == wanted
        await chatgui.real("ask", "--no-save", "--account", "T", "--conversation", row["id"], *attach[:2], "")
        assert [one["content"] for one in server.requests[-1].json["messages"][::2]] == [wanted, "Again", [image]]
    parts = (await chatgui.real("conversations", "show", row["id"], "--json")).json["messages"][0]["parts"]
    assert [(one["kind"], one.get("name")) for one in parts] == [
        ("attachment", "a.png"), ("attachment", "b.txt"), ("text", None),
    ]  # fmt: skip


async def test_a_dry_run_shows_the_parts_and_keeps_nothing(chatgui: Program, tmp_path: Path) -> None:
    done = await chatgui.real(
        "ask", "--dry-run", "--model", "m", "--base-url", "http://127.0.0.1:9/v1",
        "--attach", written(tmp_path, "a.png", files.png(4, 3)), "Look",
    )  # fmt: skip
    assert done.json["body"]["messages"][0]["content"][0]["type"] == "image_url"


async def test_what_cannot_be_attached_is_wrong_use(chatgui: Program, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (str(tmp_path / "pipe"), "“pipe” is a pipe, not a file."),
        ("/dev/zero", "“zero” is a device, not a file."),
        (str(tmp_path / "none"), "“none” cannot be read: No such file or directory."),
    ):
        done = await chatgui.real("ask", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--attach", path, "Hi")
        assert done.status == 2
        assert words in done.err
