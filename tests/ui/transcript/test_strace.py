"""The kernel's own word for it: rendering, hovering, copying, finding, selecting and jumping in hostile texts open no file and
no socket they name. Each deed is also done by a build that was weakened in it, and then the kernel tells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import contextlib, os, socket, sys, time
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QPainter, QTextDocument, QImage
from PySide6.QtWidgets import QApplication

app = QApplication([])
from chatgui.core.message import Role
from chatgui.ui.transcript import copying, find, links, pointer
from chatgui.ui.transcript.blocks.errands import errands
from chatgui.ui.transcript.blocks.text import TextBlock
from tests.ui.transcript.scenes import answer, flush, message, settle, shown, streaming, Turn
from chatgui.core.delta import TextDelta
from chatgui.core.reply import Reply

text, weak = sys.stdin.read(), sys.argv[1]

def document(words):
    made, canvas = QTextDocument(), QImage(400, 400, QImage.Format.Format_RGB32)
    made.setMarkdown(words)
    painter = QPainter(canvas)
    made.drawContents(painter)
    painter.end()

def after(where, name, more):
    kept = getattr(where, name)
    def both(*args):
        more(*args)
        return kept(*args)
    setattr(where, name, both)

def knock(url):
    host = url.split("//")[-1].split("/")[0].split(":")
    with contextlib.suppress(OSError), socket.socket() as one:
        one.settimeout(0.2)
        one.connect_ex((host[0], int(host[1]) if len(host) > 1 else 80))

if weak == "render":
    after(TextBlock, "arrange", lambda block, _: document(block.source.markdown if block.source else ""))
elif weak == "hover":
    after(pointer.Pointer, "_show_link", lambda _, link: link and link.url and knock(link.url))
elif weak == "copy":
    after(copying, "_mime", lambda words, markdown, html: document(markdown))
elif weak == "find":
    after(find.Find, "_nth", lambda one, words, *_: [os.path.exists(word) for word in words.split()])
elif weak == "links":
    judge = links.judge
    def resolving(address, text=""):
        if address.startswith("http"):
            knock(address)
        return judge(address, text)
    links.judge = resolving

print("BEGIN", file=sys.stderr, flush=True)
view = shown([message(0, Role.USER, text), answer(text)])
view.to_start()
for _ in range(40):
    for y in range(0, 600, 12):
        for x in range(60, 840, 60):
            view.pointer.hover(QPoint(x, y))
    if view.page.value >= view.page.maximum:
        break
    view.scroll_by(500)
    settle(view)
view.select_all()
view.copy()
view.do("m1", "copy")
view.do("m1", "copy_markdown")
view.reader.quotation("m1")
view.search.start("lure")
while view.search.is_searching:
    view.search._search()
for _ in range(view.search.total):
    view.search.step(1)
    settle(view)
view.reader.set_current("m1")
view.setFocus()
while view.focusNextPrevChild(True) and view.reader.focused:
    pass
reply = Reply()
view.begin_reply(streaming(2), reply, Turn())
for at in range(0, len(text), 7):
    reply.apply(TextDelta(text[at : at + 7]))
    flush(view)
settle(view)
end = time.monotonic() + 8
while not errands().idle and time.monotonic() < end:
    app.processEvents()
errands().close()
print("END", file=sys.stderr, flush=True)
"""
DEEDS = ("render", "hover", "copy", "find", "links")


def traced(folder: Path, markdown: str, how: str) -> str:
    """The system calls of a process that shows `markdown`, between its beginning and its end."""
    log = folder / f"{how}.log"
    subprocess.run(
        ["strace", "-f", "-e", "trace=open,openat,connect,sendto,stat,newfstatat,access,readlink,write", "-s", "300",
         "-o", str(log), sys.executable, "-c", PROGRAM, how],
        input=markdown, text=True, check=True, timeout=200, cwd=folder, capture_output=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return log.read_text(errors="replace").partition('"BEGIN')[2].partition('"END')[0]


def hits(log: str) -> list[str]:
    """Calls that name what the text names, and connections anywhere."""
    named = [line for line in log.splitlines() if "lure" in line and "write(" not in line]
    return [*named, *re.findall(r"connect\(.*AF_INET.*", log)]


def lures(folder: Path) -> str:
    """A text that names a file and a host in every way there is."""
    lure = folder / "lure.png"
    lure.write_bytes(b"x")
    return "\n\n".join(
        [
            f"![a]({lure})", f"![b](file://{lure})", "![c](lure.png)", f"[d]({lure}) [e](file://{lure}) <file://{lure}>",
            f'<img src="{lure}"><link rel="stylesheet" href="{lure}">', f"$\\input{{{lure}}}$ $\\includegraphics{{{lure}}}$",
            "![f](http://127.0.0.1:9/lure.png) https://127.0.0.1:9/lure", f"```html\n<img src='{lure}'>\n```", "![g](//lure.example/x.png)",
            f"| ![h]({lure}) | [lure](http://127.0.0.1:9/x) |\n|---|---|\n| {lure} | <http://lure.example> |", f"- ![i]({lure})\n> {lure}",
            f"{lure} ![j](data:image/png;base64,iVBORw0KGgo=)",
        ]
    )  # fmt: skip


@pytest.mark.timeout(300)
def test_the_kernel_sees_nothing_opened(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    log = traced(tmp_path, lures(tmp_path), "ours")
    assert len(log) > 1_000, "nothing was traced"
    assert hits(log) == []


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("deed", DEEDS)
def test_the_kernel_sees_a_weaker_build(tmp_path: Path, deed: str) -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    assert hits(traced(tmp_path, lures(tmp_path), deed))
