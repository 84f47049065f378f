"""Lead lists: the policy, who is chosen for what, in which order, and the files that marketing opens."""

from leadlift.leads.allocation import Allocation, Cap, allocate
from leadlift.leads.board import Board, Rates, Terms
from leadlift.leads.choosing import Chosen, Room, choose
from leadlift.leads.codes import list_name, treatment_code
from leadlift.leads.files import write_leads, write_rows
from leadlift.leads.holdout import held_out
from leadlift.leads.policy import apply_least, apply_permission, apply_rest
from leadlift.leads.power import by_band, power_of
from leadlift.leads.rule_queries import Flag
from leadlift.leads.table import MEANING, lead_table
from leadlift.leads.waterfall import WaterfallRow, refuse_wrong_counts
from leadlift.leads.words import WORDS, Words

__all__ = [
    "MEANING", "WORDS", "Allocation", "Board", "Cap", "Chosen", "Flag", "Rates", "Room", "Terms",
    "WaterfallRow", "Words", "allocate", "apply_least", "apply_permission", "apply_rest", "by_band", "choose",
    "held_out", "lead_table", "list_name", "power_of", "refuse_wrong_counts", "treatment_code", "write_leads",
    "write_rows",
]  # fmt: skip
