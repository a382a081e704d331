"""`chatgui`: the window, or with a sub-command the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit status."""
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


if __name__ == "__main__":
    sys.exit(main())
