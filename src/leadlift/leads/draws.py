"""Random draws that anybody can repeat: the explore slice before the choice, the control after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.floating]


def explored(
    allowed: npt.NDArray[np.bool_],
    draw: Floats,
    count: int,
    rooms: Sequence[tuple[npt.NDArray[np.bool_], int]],
) -> npt.NDArray[np.int32]:
    """Draw customers whatever their score, and a pair for each among those allowed.

    allowed: (n, p). draw: (n,), in [0, 1), each customer's own number: the lowest are drawn, and its further digits
    choose the pair. rooms: (which pairs, how many at most), such as a channel's capacity. Returns (n,), -1 for most.
    """
    taken = np.full(len(allowed), -1, dtype=np.int32)
    left = [most for _, most in rooms]
    found = 0
    for row in np.argsort(draw, kind="stable"):
        if found == count:
            break
        open_pairs = [
            pair
            for pair in np.flatnonzero(allowed[row])
            if all(left[place] > 0 for place, (which, _) in enumerate(rooms) if which[pair])
        ]
        if not open_pairs:
            continue
        pair = open_pairs[int(draw[row] * 1e9) % len(open_pairs)]
        for place, (which, _) in enumerate(rooms):
            left[place] -= int(which[pair])
        taken[row], found = pair, found + 1
    return taken


def controls(group: Ints, spread: Ints, draw: Floats, share: float) -> npt.NDArray[np.bool_]:
    """Who of the chosen is not contacted.

    group: (n,), whom a control is drawn for apart, such as an offer on a channel: of each group the same share, rounded
    up, so that a capacity which was opened by it holds. spread: (n,), what the control must be like the others in,
    such as the band: a group is sorted by it, at random within, and every so manieth is taken (systematic sampling;
    Cochran, 1977, chapter 8). Everybody in a group has the same chance to be drawn. draw: (n,), in [0, 1), own numbers.
    """
    drawn = np.zeros(len(group), dtype=np.bool_)
    for one in np.unique(group):
        rows = np.flatnonzero(group == one)
        count = int(np.ceil(share * len(rows) - 1e-9))
        if count == 0:
            continue
        ordered = rows[np.lexsort((draw[rows], spread[rows]))]
        # where to begin is drawn too, by the digits that order nobody
        start = float((draw[rows].sum() * 1e6) % 1.0)
        places = np.floor((np.arange(count) + start) * len(rows) / count).astype(int)
        drawn[ordered[places]] = True
    return drawn
