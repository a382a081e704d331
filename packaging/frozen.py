"""Where the frozen program begins: it also plays `python -m` and `python -c` for the child processes it starts itself."""

from __future__ import annotations

import runpy
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["-m"] and sys.argv[2].startswith("chatgui."):
        module = sys.argv.pop(2)
        del sys.argv[1]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    elif sys.argv[1:2] == ["-c"]:
        exec(sys.argv[2], {"__name__": "__main__"})
    else:
        from chatgui.__main__ import main

        sys.exit(main())
