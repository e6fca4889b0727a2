"""Access to the BigQuery service: counted jobs, reads without a job, and tables."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import google.auth
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from google.api_core import exceptions as google_errors
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryReadClient, types

from courtside.warehouse.bigquery.errors import explained, missing_dataset

EMULATOR, EMULATOR_READS = "BIGQUERY_EMULATOR_HOST", "BIGQUERY_STORAGE_EMULATOR_HOST"
PATIENCE_SECONDS = 120.0
"""Time, in seconds, for which a request is retried after a transient error."""


@dataclass(frozen=True)
class Job:
    """A finished job: `query` (a statement or script, in `sql`) or `load`, with the bytes that the service reports."""

    kind: str
    bytes_processed: int
    bytes_billed: int
    seconds: float
    sql: str = ""


class Service:
    """One dataset of BigQuery, or of an emulator where `BIGQUERY_EMULATOR_HOST` is set."""

    def __init__(self, project: str, dataset: str) -> None:
        self.project, self.dataset = project, dataset
        self.jobs: list[Job] = []
        self.reads = 0
        with explained(project, dataset):
            self.client = _client(project)
            self._reader = _reader()
            try:
                self.location = str(self.client.get_dataset(dataset).location or "US")
            except google_errors.NotFound as error:
                raise missing_dataset(project, dataset) from error

    def query(self, sql: str) -> pl.DataFrame:
        """Run a statement or a script as one job and return the rows of its last SELECT."""
        with self._counted("query", sql) as done:
            job = self.client.query(sql, job_config=self._config(), location=self.location, job_retry=None)
            rows = job.result(job_retry=None)
            done += [job.total_bytes_processed or 0, job.total_bytes_billed or 0]
            if not rows.schema:
                return pl.DataFrame()
            return _polars(rows.to_arrow(bqstorage_client=None, create_bqstorage_client=False))

    def dry_run(self, sql: str) -> int:
        """Return the bytes that a statement would process; nothing is run and nothing is billed."""
        with explained(self.project, self.dataset):
            job = self.client.query(sql, job_config=self._config(dry_run=True), location=self.location)
            return int(job.total_bytes_processed or 0)

    def load(self, frame: pl.DataFrame, table: bigquery.Table) -> None:
        """Create `table` and load `frame` into it as Parquet, in one load job."""
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        buffer.seek(0)
        with self._counted("load"):
            self.client.create_table(table)
            config = bigquery.LoadJobConfig(
                source_format=bigquery.SourceFormat.PARQUET,
                write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
                schema=table.schema,
            )
            self.client.load_table_from_file(
                buffer, table.reference, job_config=config, location=self.location
            ).result()

    def read(self, table: str, columns: Sequence[str], restriction: str = "") -> pl.DataFrame:
        """Return columns of a stored table as Arrow through the Storage Read API, which needs no job."""
        if self._reader is None:
            names = ", ".join(f"`{name}`" for name in columns)
            return self.query(f"SELECT {names} FROM `{table}` WHERE {restriction or 'TRUE'}")
        self.reads += 1
        options = types.ReadSession.TableReadOptions(selected_fields=list(columns), row_restriction=restriction)
        wanted = types.ReadSession(
            table=f"projects/{self.project}/datasets/{self.dataset}/tables/{table}",
            data_format=types.DataFormat.ARROW,
            read_options=options,
        )
        with explained(self.project, self.dataset):
            session = self._reader.create_read_session(
                parent=f"projects/{self.project}", read_session=wanted, max_stream_count=1
            )
            if not session.streams:
                return pl.DataFrame()
            shape = pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema))
            stream: Any = self._reader.read_rows(session.streams[0].name)  # type: ignore[no-untyped-call]
            batches = [
                pa.ipc.read_record_batch(pa.py_buffer(part.arrow_record_batch.serialized_record_batch), shape)
                for part in stream
            ]
        return _polars(pa.Table.from_batches(batches, shape)).select(columns)

    def reference(self, table: str) -> str:
        """Return the full name of a table of the dataset."""
        return f"{self.project}.{self.dataset}.{table}"

    def table_names(self) -> set[str]:
        """Return the names of the tables of the dataset."""
        with explained(self.project, self.dataset):
            return {item.table_id for item in self.client.list_tables(self.dataset)}

    def table(self, name: str) -> bigquery.Table:
        """Return the service's description of a stored table."""
        with explained(self.project, self.dataset):
            return self.client.get_table(self.reference(name))

    def create(self, table: bigquery.Table) -> None:
        """Create a table, unless it exists."""
        with explained(self.project, self.dataset):
            self.client.create_table(table, exists_ok=True)

    def widen(self, table: bigquery.Table) -> None:
        """Add the columns of `table` that the stored table lacks, after its existing ones."""
        with explained(self.project, self.dataset):
            stored = self.client.get_table(table.reference)
            known = {field.name for field in stored.schema}
            stored.schema = [*stored.schema, *(field for field in table.schema if field.name not in known)]
            self.client.update_table(stored, ["schema"])

    def drop(self, name: str) -> None:
        """Delete a table."""
        with explained(self.project, self.dataset):
            self.client.delete_table(self.reference(name))

    def close(self) -> None:
        """Close the connections."""
        if self._reader is not None:
            self._reader.transport.close()  # type: ignore[no-untyped-call]
        self.client.close()  # type: ignore[no-untyped-call]

    def _config(self, *, dry_run: bool = False) -> bigquery.QueryJobConfig:
        config = bigquery.QueryJobConfig(
            default_dataset=bigquery.DatasetReference(self.project, self.dataset), labels={"app": "courtside"}
        )
        if dry_run:
            config.dry_run, config.use_query_cache = True, False
        return config

    @contextmanager
    def _counted(self, kind: str, sql: str = "") -> Iterator[list[int]]:
        begun = time.perf_counter()
        sizes: list[int] = []
        try:
            with explained(self.project, self.dataset):
                yield sizes
        finally:
            processed, billed = sizes or (0, 0)
            self.jobs.append(Job(kind, processed, billed, time.perf_counter() - begun, sql))


def _client(project: str) -> bigquery.Client:
    if host := os.environ.get(EMULATOR):
        endpoint = host if "://" in host else f"http://{host}"
        return bigquery.Client(
            project=project,
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            client_options=ClientOptions(api_endpoint=endpoint),
        )
    return bigquery.Client(project=project)


def _reader() -> BigQueryReadClient | None:
    """Return the client of the Storage Read API; None with an emulator whose read port is not set."""
    if host := os.environ.get(EMULATOR_READS):
        import grpc
        from google.cloud.bigquery_storage_v1.services.big_query_read.transports import (
            BigQueryReadGrpcTransport,
        )

        channel = grpc.insecure_channel(host, options=[("grpc.max_receive_message_length", -1)])
        return BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))  # type: ignore[no-untyped-call]
    if os.environ.get(EMULATOR):
        return None
    credentials, _ = google.auth.default()
    return BigQueryReadClient(credentials=credentials)  # type: ignore[no-untyped-call]


def _polars(table: pa.Table) -> pl.DataFrame:
    """Return Arrow rows as Polars, without the service's type metadata."""
    bare = pa.schema([field.remove_metadata() for field in table.schema])
    frame = pl.from_arrow(table.replace_schema_metadata(None).cast(bare))
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.col(pl.Datetime).dt.replace_time_zone(None).cast(pl.Datetime("us")))
