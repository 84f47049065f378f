from .files import FileLedger
from .opening import open_ledger
from .protocol import Adding, Ledger

__all__ = ["Adding", "FileLedger", "Ledger", "open_ledger"]
