"""One customer, as known on a day: what the sources say, what was done, what may be offered and why not."""
