"""Lead lists: who is chosen, in which order, and the files that marketing opens."""

from leadlift.leads.files import write_leads, write_rows
from leadlift.leads.table import MEANING, ListFacts, lead_table
from leadlift.leads.waterfall import REMOVED_BY, Chosen, WaterfallRow, choose, held_out

__all__ = [
    "MEANING", "REMOVED_BY", "Chosen", "ListFacts", "WaterfallRow", "choose", "held_out", "lead_table", "write_leads",
    "write_rows",
]  # fmt: skip
