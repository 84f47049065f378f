"""The ledger: which lists were written and what came back from them, in the workspace's files or in a database."""

from leadlift.ledger.files import FileLedger
from leadlift.ledger.opening import open_ledger
from leadlift.ledger.protocol import Adding, Ledger

__all__ = ["Adding", "FileLedger", "Ledger", "open_ledger"]
