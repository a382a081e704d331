"""The kernel's own word for it: rendering, hovering and copying hostile texts opens no file and no socket they name."""

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
import sys
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication

app = QApplication([])
from chatgui.core.markdown import blocks
from chatgui.ui.transcript.blocks import make_block
from chatgui.ui.transcript.style import Style

canvas = QImage(720, 400, QImage.Format.Format_RGB32)
text = sys.stdin.read()
print("BEGIN", file=sys.stderr, flush=True)
if sys.argv[1] == "weak":
    document = QTextDocument()
    document.setMarkdown(text)
    painter = QPainter(canvas)
    document.drawContents(painter)
    painter.end()
else:
    for source in blocks(text):
        block = make_block(source, Style())
        block.layout(600)
        painter = QPainter(canvas)
        block.paint(painter, QRectF(0, 0, 720, 400), (0, 5), [])
        painter.end()
        for x in range(0, 600, 20):
            block.hover(QPointF(x, 10)); block.link(QPointF(x, 10)); block.link_at(QPointF(x, 10))
        block.fragment(0, len(block.text))
        for action in block.actions():
            action.run()
    from chatgui.ui.transcript.blocks.errands import errands
    import time
    end = time.monotonic() + 8
    while not errands().idle and time.monotonic() < end:
        app.processEvents()
    errands().close()
print("END", file=sys.stderr, flush=True)
"""


def traced(folder: Path, markdown: str, how: str) -> str:
    """The system calls of a process that renders `markdown`."""
    log = folder / f"{how}.log"
    subprocess.run(
        ["strace", "-f", "-e", "trace=open,openat,connect,sendto,stat,newfstatat,access", "-s", "300", "-o", str(log),
         sys.executable, "-c", PROGRAM, how],
        input=markdown, text=True, check=True, timeout=100, cwd=folder, capture_output=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return log.read_text(errors="replace")


def hits(log: str) -> list[str]:
    return [line for line in log.splitlines() if "lure" in line or re.search(r"connect\(.*AF_INET", line)]


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_kernel_sees_nothing_opened(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    lure = tmp_path / "lure.png"
    lure.write_bytes(b"x")
    markdown = "\n\n".join(
        [
            f"![a]({lure})", f"![b](file://{lure})", "![c](lure.png)", f"[d]({lure}) [e](file://{lure}) <file://{lure}>",
            f'<img src="{lure}"><link rel="stylesheet" href="{lure}">', f"$\\input{{{lure}}}$ $\\includegraphics{{{lure}}}$",
            "![f](http://127.0.0.1:9/lure.png) https://127.0.0.1:9/lure", f"```html\n<img src='{lure}'>\n```", "![g](//lure.example/x.png)",
        ]
    )  # fmt: skip
    assert hits(traced(tmp_path, markdown, "weak")), "the check would not see a build that reads files"
    assert hits(traced(tmp_path, markdown, "ours")) == []
