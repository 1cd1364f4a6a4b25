"""SQL over a run folder: its tables as views, names in place of numbers; nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from glob import escape
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.calendar import DAY
from twin.folder import MANIFEST, open_run, read_manifest, table_files
from twin.journal import ACTIONS, TABLES, UNITS, Action, Journal, State
from twin.problems import InputError, did_you_mean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROWS_AT_ONCE = 10_000
# the number of a replication stands in the path of its tables
_REPLICATION = r"regexp_extract(filename, 'replication-(\d+)[/\\](parts[/\\])?[^/\\]+$', 1)::int"


class Answer:
    """Rows that a query found, fetched as they are asked for.

    Attributes:
        columns: their names.
        missing: what the run lacks, in words; "" for a finished one.
    """

    def __init__(self, connection: DuckDBPyConnection, sql: str, missing: str) -> None:
        self.missing = missing
        self._connection = connection
        self._sql = sql
        try:
            connection.execute(sql)
        except Exception as error:
            raise _explained(error, sql) from None
        self.columns = tuple(str(column[0]) for column in connection.description or ())

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows, once.

        Raises:
            InputError: a value cannot be what the query makes of it.
        """
        while True:
            try:
                some = self._connection.fetchmany(_ROWS_AT_ONCE)
            except Exception as error:
                raise _explained(error, self._sql) from None
            if not some:
                return
            yield from some


def query(folder: Path, sql: str) -> Answer:
    """Ask a run, finished or not, or all replications in a folder, which then have a column ``replication``.

    Tables and columns are those of the journal. Stations, buffers, reasons, gauges, units, actions and states are told
    by name, and what is -1 there, none, is null.

    Args:
        folder: a run folder.
        sql: one statement that reads.

    Raises:
        InputError: no run folder, a corrupt one, or a query that cannot be answered.
    """
    import duckdb

    journals = _runs(folder)
    # what is missing is not fetched from anywhere
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    for table in TABLES:
        connection.execute(_view(table, journals))
    _only_reads(connection, sql)
    return Answer(connection, sql, _missing(folder, journals))


def _runs(folder: Path) -> dict[int | None, Journal]:
    """Return the runs in a folder by number of replication; one that is alone has none.

    Raises:
        InputError: there are none.
    """
    if "replications" not in read_manifest(folder):
        return {None: open_run(folder)}
    begun = [path for path in sorted(folder.glob("replication-*")) if (path / MANIFEST).is_file()]
    if not begun:
        raise InputError(f"{folder} holds no replication yet; simulate with --resume --out {folder} to go on")
    return {int(path.name.removeprefix("replication-")): open_run(path) for path in begun}


def _missing(folder: Path, journals: Mapping[int | None, Journal]) -> str:
    """Return what an interrupted run lacks, or one that goes on."""
    asked = read_manifest(folder).get("replications", 1)
    made = sum(journal.complete for journal in journals.values())
    if made == asked:
        return ""
    if None in journals:
        return f"{folder} is not finished: its tables end with day {journals[None].end / DAY:.0f}"
    return f"{folder} is not finished: {made} of {asked} replications are"


def _only_reads(connection: DuckDBPyConnection, sql: str) -> None:
    """Refuse everything but one statement that reads."""
    import duckdb

    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise _explained(error, sql) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InputError(
            f"'{sql}' is not one statement that reads; expected such as 'select station, count(*) from visits "
            "group by station', 'describe visits' or 'show tables'"
        )


def _view(table: str, journals: Mapping[int | None, Journal]) -> str:
    """Return the SQL that makes a view of a table over the files of one run or several."""
    homes = [journal.folder for journal in journals.values() if journal.folder is not None]
    files = [file for home in homes for file in table_files(home, table)]
    number = "" if None in journals else f"{_REPLICATION} as replication, "
    if not files:
        columns = ", ".join(f"null::{_type(kind)} as {column}" for column, kind in TABLES[table].items())
        source = f"(select '' as filename, {columns} where false)"
    else:
        source = f"read_parquet([{', '.join(_text(escape(str(file))) for file in files)}], filename = true)"
    named = [f"{_named(column, table, journals)} as {column}" for column in TABLES[table] if column in _NAMED]
    replaced = f" replace ({', '.join(named)})" if named else ""
    return f"create view {table} as select {number}* exclude (filename){replaced} from {source}"


_NAMED = ("station", "family", "parent_family", "buffer", "place", "gauge", "reason", "action", "unit", "state")


def _named(column: str, table: str, journals: Mapping[int | None, Journal]) -> str:
    """Return the SQL that tells the name for a number in a column."""
    one = next(iter(journals.values()))
    names: Sequence[str]
    match column:
        case "buffer":
            names = one.buffers
        case "place":
            names = (*one.stations, *one.buffers)
        case "gauge":
            names = [name for _, name, _ in one.line.gauges]
        case "reason":
            return _reason(journals)
        case "action":
            names = [action.name.lower() for action in Action] if table == "rejects" else ACTIONS
        case "unit":
            names = UNITS
        case "state":
            names = [state.name.lower() for state in State]
        case _:
            names = one.stations
    return _chosen(names, column)


def _reason(journals: Mapping[int | None, Journal]) -> str:
    """Return the SQL that tells a reason; each replication has numbered those that it met in its own order."""
    names = [name for journal in journals.values() for name in journal.reasons]
    if None in journals:
        return _chosen(names, "reason")
    before = dict(zip(journals, accumulate((len(one.reasons) for one in journals.values()), initial=0), strict=False))
    places = ", ".join(str(before.get(number, 0)) for number in range(max(int(number or 0) for number in journals) + 1))
    return f"case when reason >= 0 then {_chosen(names, f'[{places}][{_REPLICATION} + 1] + reason')} end"


def _chosen(names: Sequence[str], number: str) -> str:
    return f"([{', '.join(map(_text, names))}]::varchar[])[{number} + 1]"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _type(kind: str) -> str:
    """Return DuckDB's name of what numpy calls "i8" or "f4"."""
    return {"i1": "tinyint", "i2": "smallint", "i4": "int", "i8": "bigint", "f4": "float", "f8": "double"}[kind]


def _explained(error: Exception, sql: str) -> Exception:
    """Return what is wrong with a query in our words, with a likely cure; what is no fault of it as it is."""
    import duckdb

    if not isinstance(error, duckdb.Error) or isinstance(error, duckdb.InternalException | duckdb.OutOfMemoryException):
        return error
    text = str(error)
    if unknown := re.search(r"Table with name (.+?) does not exist", text):
        return InputError(f"no table '{unknown[1]}' in this run{did_you_mean(unknown[1], TABLES)}")
    if unknown := re.search(r'(?:column|column named) "([^"]+)"(?: not found|$)', text, re.MULTILINE):
        asked = [table for table in TABLES if re.search(rf"\b{table}\b", sql, re.IGNORECASE)]
        columns = {column for table in asked for column in TABLES[table]}
        return InputError(f"no column '{unknown[1]}' in {' or '.join(asked)}{did_you_mean(unknown[1], columns)}")
    said = " ".join(text.split("\n\nLINE ")[0].split())
    return InputError(f"the query cannot be answered: {said}")
