"""``python -m luodi.cli`` does the same as ``luodi``."""

import sys

from luodi.cli import main

sys.exit(main())
