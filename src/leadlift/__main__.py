"""`python -m leadlift` is the command line."""

from leadlift.cli.main import run

run()
