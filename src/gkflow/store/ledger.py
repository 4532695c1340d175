"""The ledger (账簿): one transaction on the store, with everything that a verb remembers or looks up."""

from __future__ import annotations

from gkflow.store.adoptions import Adoptions
from gkflow.store.beside import Beside
from gkflow.store.consistency import Consistency
from gkflow.store.guards import Guards
from gkflow.store.hour_limits import HourLimits
from gkflow.store.lists import Lists
from gkflow.store.moves import Moves
from gkflow.store.outbox import Outbox
from gkflow.store.record import Record
from gkflow.store.recount_queue import RecountQueue
from gkflow.store.settled import Settled


class Ledger(HourLimits, Record, Outbox, Lists, Beside, Adoptions, Moves, Guards, Consistency, Settled, RecountQueue):
    """One transaction on the store (账簿); see ``application.ports.Ledger``."""
