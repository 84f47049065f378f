"""Words in, words out. One verb a file, each its own Typer app; main.py has the one error boundary."""
