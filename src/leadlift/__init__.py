"""leadlift: marketing-response modelling for banks, from customer tables to ranked, explained lead lists."""

__version__ = "0.1.0"
