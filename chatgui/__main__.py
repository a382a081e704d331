"""`chatgui`: the window, or with a sub-command the command line."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit status."""
    write_utf8()
    given = sys.argv[1:] if arguments is None else arguments
    if not given:  # from a menu: nothing to read
        from chatgui import app

        return app.main()
    from chatgui.cli.main import parse, run

    options = parse(given)
    if options.command or options.version:
        return run(options)
    from chatgui import app

    return app.main(options.profile, options.log_level, options.link)


def write_utf8() -> None:
    """In a locale of another encoding Qt would do this, and say so on four lines at every start."""
    if sys.platform not in ("win32", "darwin") and locale.getencoding().lower() not in ("utf-8", "utf8"):
        os.environ["LC_ALL" if os.environ.get("LC_ALL") else "LC_CTYPE"] = "C.UTF-8"


if __name__ == "__main__":
    sys.exit(main())
