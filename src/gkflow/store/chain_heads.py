"""Chain heads (链头): the last hashes of the sweeps and of the seals, kept outside of both chains."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from gkflow.application.ports import ChainHead
from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, bind, columns_of, inserted
from gkflow.store.tables import CHAIN_HEAD

_OF = Statement(select(*columns_of(CHAIN_HEAD, ChainHead)).where(CHAIN_HEAD.c.chain == bind("chain")), ChainHead)
_DROP = Statement(delete(CHAIN_HEAD).where(CHAIN_HEAD.c.chain == bind("chain")))
_PUT = Statement(insert(CHAIN_HEAD).values(inserted(CHAIN_HEAD)))


class ChainHeads(Part):
    """Chain heads in one transaction (链头)."""

    def of(self, chain: str) -> ChainHead | None:
        """The head of a chain; None if nothing was chained yet."""
        found: ChainHead | None = self.row(_OF, chain=chain)
        return found

    def move(self, head: ChainHead) -> None:
        """Record a new last link of the chain."""
        self.run(_DROP, chain=head.chain)
        self.run(_PUT, **head._asdict())
