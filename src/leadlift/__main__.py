"""`python -m leadlift` is the command line."""

import sys

from leadlift.cli.main import main

sys.exit(main())
