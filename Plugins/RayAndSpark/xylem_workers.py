"""Features of Xylem in Ray Data and Spark.

A worker is a process, `xylem worker`, that gets record batches through a pipe and returns one for each, with the same rows
in the same order. So a crash stays in that process, and no library of Xylem is loaded into Python.
"""
import subprocess
import tempfile

import pyarrow as pa

__all__ = ["Worker", "WorkerError", "XylemActor", "spark_features"]


class WorkerError(RuntimeError):
    """A batch that no worker could compute, with the last worker's error."""


class Worker:
    """Computes features of record batches in a process that is started again if it ends.

    Only the column of the inputs goes to the process. Other columns stay here, of whatever type they are.

    Arguments:
        model: what `xylem worker` takes: a saved extractor or an archive.
        options: further arguments, such as ["--return", "layer4=embedding", "--reduce", "gap"].
        column: the column with encoded images, or with tensors as lists of numbers.
        program: the executable.
    """

    attempts = 4

    def __init__(self, model, options=(), column="bytes", program="xylem"):
        self._command = [program, "worker", model, "--column", column, *options]
        self._column = column
        self._process = None

    def features(self, table):
        """A table with the features in place of the inputs, followed by `error` and `message`."""
        if self._column not in table.column_names:
            raise WorkerError(f"there is no column '{self._column}'; the columns are {', '.join(table.column_names)}")
        inputs = table.select([self._column]).combine_chunks()
        batches = inputs.to_batches() or [pa.RecordBatch.from_pylist([], schema=inputs.schema)]
        found = pa.Table.from_batches([self._compute(batch) for batch in batches])
        result = table.drop_columns([self._column])
        for name in found.column_names:
            if name in result.column_names:
                raise WorkerError(f"the table has a column '{name}', which is the name of a feature or of its error")
            result = result.append_column(found.schema.field(name), found.column(name))
        return result

    def _compute(self, batch):
        for attempt in range(self.attempts):
            try:
                return self._send(batch)
            # A process that ended shows as the end of its output, as a message that is cut off, or as a broken pipe.
            except (OSError, StopIteration, EOFError, pa.ArrowInvalid) as error:
                reason = self._end() or str(error) or type(error).__name__
        raise WorkerError(f"a batch of {batch.num_rows} rows failed {self.attempts} times: {reason}")

    def _send(self, batch):
        if self._process is None or batch.schema != self._schema:
            self.close()
            self._start(batch.schema)
        self._writer.write_batch(batch)
        self._process.stdin.flush()
        if self._reader is None:
            self._reader = pa.ipc.open_stream(self._process.stdout)
        result = self._reader.read_next_batch()
        if result.num_rows != batch.num_rows:
            raise pa.ArrowInvalid(f"a batch of {batch.num_rows} rows gave one of {result.num_rows}")
        return result

    def _start(self, schema):
        # A file and not a pipe: nobody reads while the process works.
        self._log = tempfile.TemporaryFile()
        # With buffers: pyarrow takes a short read of a pipe for the end of the data.
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        self._schema = schema
        self._writer = pa.ipc.new_stream(self._process.stdin, schema)
        # Opened after the first batch: pyarrow does not write a schema before it, and the worker answers that.
        self._reader = None

    def _end(self):
        """Ends a process that failed. Returns its error."""
        if self._process is None:
            return None
        process, self._process = self._process, None
        process.stdout.close()
        try:
            process.stdin.close()
        except OSError:
            pass  # What was not written has no reader.
        try:
            code = process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").splitlines()
        self._log.close()
        errors = [index for index, line in enumerate(lines) if line.startswith("error: ")]
        text = "\n".join(lines[errors[-1]:]) if errors else "\n".join(lines[-5:])
        return f"the worker ended with code {code}" + (f"\n{text}" if text else "")

    def close(self):
        """Lets the process end, once it has written everything."""
        if self._process is not None:
            try:
                self._writer.close()
            except OSError:
                pass  # It has ended by itself.
            self._end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_process", None) is not None:
            self._process.kill()
            self._process.wait()


class XylemActor:
    """For Ray Data: `ds.map_batches(XylemActor, fn_constructor_kwargs={…}, batch_format="pyarrow", compute=…)`.

    The arguments are those of `Worker`. Each actor has a process of its own.
    """

    def __init__(self, model, options=(), column="bytes", program="xylem"):
        self._worker = Worker(model, options, column, program)

    def __call__(self, table):
        return self._worker.features(table)


def spark_features(model, options=(), column="bytes", program="xylem"):
    """For Spark: `df.mapInArrow(spark_features(…), schema)`.

    The arguments are those of `Worker`. Each partition has a process of its own. The schema has the columns of the input
    without the column of the images, then the features, `error string` and `message string`.
    """

    def features(batches):
        with Worker(model, options, column, program) as worker:
            for batch in batches:
                yield from worker.features(pa.Table.from_batches([batch])).to_batches()

    return features
