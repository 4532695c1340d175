"""
The order of all locks (锁的次序): every transaction takes them from the top down.

1. The office (``OFFICE_SHARED`` or ``OFFICE_ALONE``), as the first statement of a writing transaction. Verbs that
   enter something share it; a sweep, an adoption, a rebuild and a seal hold it alone, and so see one state of all
   clocks. The outbox (claiming, delivering, reviving notices) does not take it: a long write delays no mail.
2. The adopted calendar and rules editions, which decide the rules to write by (no lock; they change only under
   ``OFFICE_ALONE``).
3. The row of a sweep's day.
4. Named locks (``take_turns``): the idempotency key, then a chain. A case number is drawn without a lock.
5. Rows of ``entry``, by case and seq; then ``clock``, ``docket``, ``edition``, ``escalation``, ``notice``,
   ``heartbeat``. An import appends the cases of a batch in the order of their numbers.

A portal may hold row locks when it calls, and call several verbs in one transaction: a transaction that PostgreSQL then
aborts raises Conflict ("busy"); a call without a session is repeated. SQLite has one writer at a time, and takes its
only lock in place of the office's lock.
"""

from __future__ import annotations

# The lock of one office: two offices may share a database, in separate schemas.
OFFICE_SHARED = "SELECT pg_advisory_xact_lock_shared(26991, ('entry'::regclass::oid::bigint % 2147483647)::int)"
OFFICE_ALONE = "SELECT pg_advisory_xact_lock(26991, ('entry'::regclass::oid::bigint % 2147483647)::int)"
# While the tables are being created there is no table yet to name the lock by.
MIGRATING = "SELECT pg_advisory_xact_lock(26991, hashtext(coalesce(current_schema(), '')))"
