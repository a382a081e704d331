"""Colours of highlighted code by what a piece of it is: the window's and those of exported files, which are paper or its like.

Every one is 4.5:1 or more on the ground code stands on, light or dark.
"""

from __future__ import annotations

LIGHT = {
    "keyword": "#8a2a83", "string": "#2b6a2f", "number": "#8a4b00", "comment": "#666661",
    "name": "#1f56ab", "builtin": "#0b6a70", "diff_added": "#1a7036", "diff_removed": "#b3261e",
}  # fmt: skip

DARK = {
    "keyword": "#d9a1e6", "string": "#9fd08c", "number": "#e6b673", "comment": "#a0a2a7",
    "name": "#8ab8ff", "builtin": "#7fd0d0", "diff_added": "#6cc98a", "diff_removed": "#ff938a",
}  # fmt: skip
