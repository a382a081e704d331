"""Running text as paragraphs: a formula that has its lines for itself is one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chatgui.core.nodes import Paragraph, Run, Runs


def paragraphs(runs: Runs) -> Iterator[Paragraph]:
    """The paragraphs of `runs`: mostly one."""
    begin = 0
    for index, run in enumerate(runs):
        if run.kind != "display" or index < begin:
            continue
        before, after = runs[begin:index], runs[index + 1 :]
        if (before and not _ends_line(before[-1])) or (after and not _begins_line(after[0])):
            continue
        yield from _trimmed(before)
        yield Paragraph((run,))
        begin = index + 1
    yield from _trimmed(runs[begin:])


def _ends_line(run: Run) -> bool:
    return run.kind in {"text", "break"} and run.text.rstrip(" \t").endswith("\n")


def _begins_line(run: Run) -> bool:
    return run.kind in {"text", "break"} and run.text.lstrip(" \t").startswith("\n")


def _trimmed(runs: Runs) -> Iterator[Paragraph]:
    """`runs` as a paragraph without the line breaks at its ends, if anything is left."""
    while runs and runs[0].kind in {"text", "break"} and runs[0].text != (text := runs[0].text.lstrip()):
        runs = (replace(runs[0], text=text), *runs[1:]) if text else runs[1:]
    while runs and runs[-1].kind in {"text", "break"} and runs[-1].text != (text := runs[-1].text.rstrip()):
        runs = (*runs[:-1], replace(runs[-1], text=text)) if text else runs[:-1]
    if runs:
        yield Paragraph(runs)
