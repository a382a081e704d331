"""`chatgui`: the window, or with a sub-command the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit status."""
    from chatgui.cli.main import parse, run

    options = parse(sys.argv[1:] if arguments is None else arguments)
    if options.command or options.version:
        return run(options)
    import logging

    from chatgui import app

    logging.basicConfig(level=options.log_level.upper())
    return app.main(options.profile, link=options.link)


if __name__ == "__main__":
    sys.exit(main())
