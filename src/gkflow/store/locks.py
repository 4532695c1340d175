"""
The order of all locks (锁的次序), in one place: every transaction takes them from the top down, and none of them up.

1. The office (``OFFICE_SHARED`` or ``OFFICE_ALONE``), as the first statement of a writing transaction. Verbs that
   enter something share it; a sweep, an adoption, a rebuilding and a seal have it alone, and so see one state of all
   clocks. The outbox (claiming, delivering, reviving notices) does not take it: a long write holds up no mail.
2. What is read to know by which rules to write: the adopted calendar and rules editions (no lock; they change only
   under ``OFFICE_ALONE``).
3. The row of a sweep's day.
4. Turns by name (``take_turns``): the idempotency key, then the prefix of a new case number, then a chain.
5. Rows of ``entry``, by case and seq; then ``clock``, ``docket``, ``edition``, ``escalation``, ``notice``,
   ``heartbeat``. An import appends the cases of a batch in the order of their numbers.

A portal may hold rows of its own when it calls, and call several verbs in one transaction: what PostgreSQL then
breaks off comes out as Conflict ("busy"), and a call without a session is made again. SQLite has one writer at a time,
and takes its one lock where the office's lock is.
"""

from __future__ import annotations

# The lock of one office: two may share a database, in schemas of their own.
OFFICE_SHARED = "SELECT pg_advisory_xact_lock_shared(26991, ('entry'::regclass::oid::bigint % 2147483647)::int)"
OFFICE_ALONE = "SELECT pg_advisory_xact_lock(26991, ('entry'::regclass::oid::bigint % 2147483647)::int)"
# While tables are made there is no table yet to name the lock by.
MIGRATING = "SELECT pg_advisory_xact_lock(26991, hashtext(coalesce(current_schema(), '')))"
