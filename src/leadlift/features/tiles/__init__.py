"""Tiles: a source's rows arranged by customer once, piece by piece, and one compiled pass over them for any dates.

Imported only where tiles are used: the compiled pass takes a second to load.
"""
