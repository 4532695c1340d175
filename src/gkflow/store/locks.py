"""
The order of all locks (锁的次序): every transaction takes them from the top down.

1. The office, shared or alone, as the first statement of a writing transaction. Verbs that
   enter something share it; a sweep, an adoption, a rebuild and a seal hold it alone, and so see one state of all
   clocks. The outbox (claiming, delivering, reviving notices) does not take it: a long write delays no mail.
2. The adopted calendar and rules editions, which decide the rules to write by (no lock; they change only under
   the office's lock, held alone).
3. The row of a sweep's day.
4. Named locks (``take_turns``): the idempotency key, then a chain. A case number is drawn without a lock.
5. Rows of ``entry``, by case and seq; then ``clock``, ``docket``, ``edition``, ``escalation``, ``notice``,
   ``heartbeat``. An import appends the cases of a batch in the order of their numbers.

A portal may hold row locks when it calls, and call several verbs in one transaction: a transaction that PostgreSQL then
aborts raises Conflict ("busy"); a call without a session is repeated. SQLite has one writer at a time, and takes its
only lock in place of the office's lock.
"""

from __future__ import annotations

from gkflow.store.dialect import Dialect


def office_lock(dialect: Dialect, alone: bool) -> str:
    """
    The lock of one office, until the end of the transaction: several may share a database. Its row has the isolation of
    the transaction as well, which is a caller's.
    """
    shared = "" if alone else "_shared"
    office = f"('{dialect.table('entry')}'::regclass::oid::bigint % 2147483647)::int"
    return f"SELECT pg_advisory_xact_lock{shared}(26991, {office}), current_setting('transaction_isolation')"


def migrating_lock(dialect: Dialect) -> str:
    """The lock of whoever creates or changes the tables: there is no table yet by which to name it."""
    place = f"'{dialect.schema}'" if dialect.schema else "coalesce(current_schema(), '')"
    return f"SELECT pg_advisory_xact_lock(26991, hashtext({place} || '{dialect.prefix}'))"
