"""``python -m gptutils``: see `gptutils.cli`."""

import sys

from gptutils.cli import main

if __name__ == "__main__":
    sys.exit(main())
