"""From what is allowed to who is on the list: the explore slice, the best assignment, the control, the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leadlift.leads.allocation import Allocation, Cap, allocate
from leadlift.leads.board import NOBODY, Board
from leadlift.leads.draws import controls, explored
from leadlift.leads.holdout import shares
from leadlift.names import CONTROL, EXPLORE, MODEL

Ints = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Room:
    """How many contacts there is room for.

    most: in all; None without a limit. offers, channels: by name. group: (n,), such as the branch of each customer,
    with in_group for each of its values; None without.
    """

    most: int | None = None
    offers: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    group: npt.NDArray[np.intp] | None = None
    in_group: int = 0


@dataclass(frozen=True, eq=False)
class Chosen:
    """The customers of a list, the best first.

    rows: (k,), their rows on the board. pair: (k,), what each gets. cell: (k,), model, explore or control. share: (k,),
    the chance of being contacted once chosen. allocation: how the model's part was found.
    """

    rows: npt.NDArray[np.intp]
    pair: npt.NDArray[np.int32]
    cell: npt.NDArray[np.str_]
    share: npt.NDArray[np.float64]
    allocation: Allocation

    @property
    def contacted(self) -> npt.NDArray[np.bool_]:
        """Who of them is contacted, (k,)."""
        return np.asarray(self.cell != CONTROL)


def choose(
    board: Board,
    room: Room,
    tie: npt.NDArray[np.float64],
    control: float,
    explore: float,
    key: str,
    spread: Ints,
) -> Chosen:
    """Choose whom the list holds and with what, and who of them is not contacted.

    tie: (n, o), raw scores, by which equal worth is told apart before the customer's id. control: share of those
    chosen who are not contacted; room is opened by as much, so that it holds for those who are. explore: share of the
    list drawn at random. key: of the draws. spread: (n,), what controls must be spread over evenly, such as the band.
    """
    rows = _in_order(board, tie)
    caps = _caps(board, room, control, rows)
    drawn = shares(board.customers.take(rows), key) if control or explore else np.zeros(len(rows))
    free = np.full(len(rows), NOBODY, dtype=np.int32)
    if explore and len(rows):
        size = _size(caps, len(rows))
        limits = [(cap.pairs, int(cap.most)) for cap in caps if cap.group is None]
        free = explored(board.allowed[rows], drawn, round(explore * size), limits)
    rest = free == NOBODY
    found = allocate(board.worth(rows[rest]), [_less(cap, free, rest) for cap in caps])
    pair = free.copy()
    pair[rest] = found.pair
    listed = np.flatnonzero(pair != NOBODY)
    if room.group is not None:
        listed = _within_groups(listed, room, rows, pair)
    kept, tossed = rows[listed], drawn[listed]
    cell = np.where(rest[listed], MODEL, EXPLORE).astype("<U7")
    groups = pair[listed].astype(np.int64) * 2 + (cell == EXPLORE)
    out = controls(groups, spread[kept], tossed, control) if control else np.zeros(len(kept), dtype=np.bool_)
    share = _contacted_share(groups, out)
    cell[out] = CONTROL
    order = _ranked(board, kept, pair[listed])
    return Chosen(kept[order], pair[listed][order], cell[order], share[order], found)


def _in_order(board: Board, tie: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Everyone who may get something: by the worth of the best, then the raw score, then the id."""
    rows = np.flatnonzero(board.alive)
    worth = board.worth(rows).max(axis=1)
    score = tie[rows, board.terms.offer[board.best[rows]]]
    # rows stand in the order of customer_id
    return np.asarray(rows[np.lexsort((rows, -score, -worth))])


def _ranked(board: Board, rows: npt.NDArray[np.intp], pair: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Stable: equal worth keeps the order of `_in_order`."""
    return np.argsort(-board.worth(rows)[np.arange(len(rows)), pair], kind="stable")


def _caps(board: Board, room: Room, control: float, rows: npt.NDArray[np.intp]) -> list[Cap]:
    terms, opened = board.terms, 1 / (1 - control)
    caps = [] if room.most is None else [Cap("all", int(room.most * opened), terms.of())]
    caps += [
        Cap(f"offer {name}", int(most * opened), terms.of(offers=[name]))
        for name, most in room.offers.items()
    ]
    caps += [
        Cap(f"channel {name}", int(most * opened), terms.of(channel=name))
        for name, most in room.channels.items()
    ]
    if room.group is not None:
        caps.append(Cap("group", room.in_group, terms.of(), room.group[rows]))
    return caps


def _size(caps: Sequence[Cap], customers: int) -> int:
    """About how many the list will hold."""
    limits = [int(cap.most) for cap in caps if cap.name == "all"]
    channels = [int(cap.most) for cap in caps if cap.name.startswith("channel ")]
    whole = np.zeros_like(caps[0].pairs) if caps else None
    for cap in caps:
        if cap.name.startswith("channel ") and whole is not None:
            whole = whole | cap.pairs
    if whole is not None and whole.all():
        limits.append(sum(channels))
    return min([customers, *limits])


def _less(cap: Cap, free: npt.NDArray[np.int32], rest: npt.NDArray[np.bool_]) -> Cap:
    """The cap after the explore slice took its part, for the rows of the rest."""
    taken = free[~rest]
    if cap.group is None:
        return Cap(cap.name, max(0, int(cap.most) - int(cap.pairs[taken].sum())), cap.pairs)
    counts = np.bincount(cap.group[~rest][cap.pairs[taken]], minlength=int(cap.group.max(initial=0)) + 1)
    return Cap(cap.name, np.maximum(0, np.asarray(cap.most) - counts), cap.pairs, cap.group[rest])


def _within_groups(
    listed: npt.NDArray[np.intp], room: Room, rows: npt.NDArray[np.intp], pair: npt.NDArray[np.int32]
) -> npt.NDArray[np.intp]:
    """No more of a group than it has room for, should the explore slice have drawn too many of one."""
    group = np.asarray(room.group)[rows[listed]]
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], group[order], side="left")
    return np.sort(listed[order[np.arange(len(order)) - starts < room.in_group]])


def _contacted_share(groups: npt.NDArray[np.int64], out: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    if not len(groups):
        return np.zeros(0)
    place = np.unique(groups, return_inverse=True)[1]
    return np.asarray(1 - np.bincount(place, weights=out) / np.bincount(place))[place]
