from .allocation import Allocation, Cap, allocate
from .board import Board, Rates, Terms
from .choosing import Chosen, Room, choose
from .codes import list_name, treatment_code
from .files import write_leads, write_rows
from .holdout import held_out
from .policy import apply_least, apply_permission, apply_rest
from .power import by_band, power_of
from .rule_queries import Flag
from .table import MEANING, lead_table
from .waterfall import WaterfallRow, refuse_wrong_counts
from .words import WORDS, Words

__all__ = [
    "MEANING", "WORDS", "Allocation", "Board", "Cap", "Chosen", "Flag", "Rates", "Room", "Terms",
    "WaterfallRow", "Words", "allocate", "apply_least", "apply_permission", "apply_rest", "by_band", "choose",
    "held_out", "lead_table", "list_name", "power_of", "refuse_wrong_counts", "treatment_code", "write_leads",
    "write_rows",
]  # fmt: skip
