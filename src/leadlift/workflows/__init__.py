"""One verb a file, told top to bottom. The only place that executes, saves and logs."""
