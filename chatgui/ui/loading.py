"""Takes out of `import` what Qt for Python puts there. Imported before anything large.

PySide6 replaces Python's import by its own, which reads the source of every module imported anywhere, and keeps it, to learn
whether the module might say `from __feature__ import …`. Nobody here does: that would be nine megabytes and a tenth of the start.
"""

from __future__ import annotations

import builtins
import linecache

import PySide6.QtCore  # noqa: F401  # it is this import that replaces the other

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
linecache.clearcache()  # of what was read meanwhile
