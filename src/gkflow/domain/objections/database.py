"""The database (数据库)."""

from __future__ import annotations

from gkflow.domain.errors import Conflict, Refused, Unfit
from gkflow.domain.sentences import said


class AsyncSessionHere(Refused):
    code = "async_session"
    sentence = said(
        "an AsyncSession: await office.aio.VERB(…, session=session), or call the verb inside session.run_sync with its "
        "sync_session"
    )


class BadDatabaseUrl(Unfit):
    code = "bad_database_url"
    sentence = said(
        "the database address cannot be read; write sqlite:///gkflow.db or "
        "postgresql+psycopg://user@host/name, with @ : / in a password as %40 %3A %2F (database.url)"
    )


class Busy(Conflict):
    code = "busy"
    sentence = said(
        "the database broke the call off: somebody else was writing. Nothing was written; try again ({reason})"
    )

    reason: str


class DatabaseDamaged(Unfit):
    code = "database_damaged"
    sentence = said("the database is damaged ({reason}): keep a copy as it is and restore a backup")

    reason: str


class DatabaseFailed(Unfit):
    code = "database_failed"
    sentence = said("the database refused: {reason}")

    reason: str


class DatabaseLost(Unfit):
    code = "database_lost"
    sentence = said(
        "the connection to the database {place} was cut: {reason}. Unless the call had ended, nothing was "
        "written; call again"
    )

    place: str
    reason: str


class DatabaseMissing(Unfit):
    code = "database_missing"
    sentence = said(
        "the database {place} is missing, though {settings} names it: restore it from a backup or correct the address"
    )
    in_terminal = said(
        "the database {place} is missing, though {settings} names it: restore it from a backup (gkflow "
        "restore) or correct the address; gkflow init --new-database begins an empty record"
    )

    place: str
    settings: str


class DatabaseReadonly(Unfit):
    code = "database_readonly"
    sentence = said(
        "the database cannot be written: who runs gkflow needs write access to its file and folder, and the "
        "disk must not be full"
    )


class DatabaseUnopened(Unfit):
    code = "database_unopened"
    sentence = said("the database cannot be opened: look at folder, permissions and disk ({reason})")

    reason: str


class DatabaseUnreachable(Unfit):
    code = "database_unreachable"
    sentence = said("the database {place} cannot be reached: {reason}")

    place: str
    reason: str


class DiskFull(Unfit):
    code = "disk_full"
    sentence = said("the disk is full: nothing was written; make room and try again")


class Forked(Unfit):
    code = "forked"
    sentence = said(
        "this office was opened in process {there} and is used in process {here}: connections cannot be "
        "shared across a fork; open the office in each process, after the fork"
    )

    place: str
    here: int
    there: int


class NotADatabase(Unfit):
    code = "not_a_database"
    sentence = said(
        "{file} is not a gkflow database: nothing was changed; restore it from a backup, or correct the "
        "address (database.url)"
    )

    file: str


class NoTables(Unfit):
    code = "no_tables"
    sentence = said("a session of a database without gkflow's tables ({reason}); gkflow.open(ENGINE) creates them")

    reason: str


class NotAtomic(Refused):
    code = "not_atomic"
    sentence = said(
        'Django commits every statement by itself here, and a call is written whole: call inside "with '
        'transaction.atomic(using={using!r}):"'
    )

    using: str


class NoTransaction(Refused):
    code = "no_transaction"
    sentence = said(
        "the connection commits every statement by itself; begin a transaction first, so that a call is written whole"
    )


class PoolExhausted(Unfit):
    code = "pool_exhausted"
    sentence = said(
        "every connection of the pool is in use ({reason}): nothing was written; close sessions sooner, or make the "
        "pool larger, and call again"
    )

    reason: str


class SchemaVersion(Unfit):
    code = "schema_version"
    sentence = said("the database has schema {found}, this gkflow needs {wanted}")
    in_terminal = said("the database has schema {found}, this gkflow needs {wanted}; run: {mend}")

    found: str
    wanted: str
    mend: str


class TransactionBroken(Conflict):
    code = "transaction_broken"
    sentence = said(
        "the caller's transaction had failed or ended before this call: roll it back and begin again ({reason})"
    )

    reason: str


class WorkerNeedsPostgres(Unfit):
    code = "worker_needs_postgres"
    sentence = said("a worker needs an office on PostgreSQL; on SQLite one process does all jobs")
    in_terminal = said("a worker needs an office on PostgreSQL; on SQLite one process does all jobs: gkflow daemon")
