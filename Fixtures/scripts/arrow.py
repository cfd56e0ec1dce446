"""Arrow files and streams of pyarrow, for the reader of Arrow's IPC format."""
import datetime
import decimal
import json
import os

import pyarrow as pa

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "arrow")


def known():
    """A batch of every type that the reader reads, with nulls and notes."""
    columns = {"null": pa.nulls(3), "bool": pa.array([True, None, False])}
    for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]:
        columns[name] = pa.array([1, None, 100], getattr(pa, name)())
    for name in ["float16", "float32", "float64"]:
        columns[name] = pa.array([0.5, None, -2.0], getattr(pa, name)())
    columns["utf8"] = pa.array(["größe", None, ""])
    columns["large_utf8"] = pa.array(["a", None, "bc"], pa.large_string())
    columns["binary"] = pa.array([b"\xff\x00", None, b""])
    columns["large_binary"] = pa.array([b"\xff\x00", None, b""], pa.large_binary())
    columns["list"] = pa.array([[1.0, 2.0], None, []], pa.list_(pa.float32()))
    columns["large_list"] = pa.array([[1.0, None], None, []], pa.large_list(pa.float64()))
    columns["fixed_size_list"] = pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int32(), 2))
    image = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
    columns["struct"] = pa.array([{"bytes": b"PNG", "path": "a.png"}, None, {"bytes": None, "path": "b.png"}], image)
    schema = pa.schema(
        [pa.field(name, column.type, metadata={"note": "of " + name}) for name, column in columns.items()]
        + [pa.field("id", pa.string(), nullable=False)],
        metadata={"made by": "pyarrow"})
    return pa.record_batch([*columns.values(), pa.array(["x", "y", "z"])], schema=schema)


def other():
    """A batch of the types that are passed on."""
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5)
    columns = {
        "decimal": pa.array([decimal.Decimal("1.25"), None], pa.decimal128(10, 2)),
        "decimal256": pa.array([decimal.Decimal("1.25"), None], pa.decimal256(50, 2)),
        "date32": pa.array([moment.date(), None], pa.date32()),
        "date64": pa.array([moment.date(), None], pa.date64()),
        "time": pa.array([moment.time(), None], pa.time64("us")),
        "timestamp": pa.array([moment, None], pa.timestamp("us", "Europe/Berlin")),
        "duration": pa.array([datetime.timedelta(days=1), None], pa.duration("ns")),
        "interval": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
        "fixed_size_binary": pa.array([b"abcd", None], pa.binary(4)),
        "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int32())),
        "run_end_encoded": pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()), pa.array(["a"])),
        "utf8_view": pa.array(["a string that is longer than twelve bytes", None], pa.string_view()),
        "binary_view": pa.array([b"short", None], pa.binary_view()),
        "list_view": pa.array([[1, 2], None], pa.list_view(pa.int16())),
    }
    return pa.record_batch(list(columns.values()), names=list(columns))


def write(name, batches):
    schema = batches[0].schema
    with pa.ipc.new_file(os.path.join(FOLDER, name + ".arrow"), schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    with pa.ipc.new_stream(os.path.join(FOLDER, name + ".arrows"), schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def make(*_):
    os.makedirs(FOLDER, exist_ok=True)
    write("known", [known(), known().slice(1, 2), known().slice(0, 0)])
    write("other", [other()])
    words = pa.record_batch([pa.array(["a", "b", "a"]).dictionary_encode()], names=["word"])
    write("dictionary", [words])
    small = pa.record_batch([pa.array([1, 2], pa.int8())], names=["a"])
    with pa.ipc.new_stream(
        os.path.join(FOLDER, "compressed.arrows"), small.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")
    ) as writer:
        writer.write_batch(pa.record_batch([pa.array([1] * 1000, pa.int64())], names=["a"]).cast(
            pa.schema([("a", pa.int8())])))
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])
    write("union", [pa.record_batch([union], names=["u"])])


if __name__ == "__main__":
    make()
