"""Jobs on a local Ray and a local Spark, whose workers are killed meanwhile.

    XYLEM=.build/debug/xylem python -m unittest discover -s Plugins/RayAndSpark/tests
"""
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import pyarrow as pa

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent
sys.path.insert(0, str(PACKAGE))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH")]))

from xylem_workers import Worker, WorkerError, XylemActor, spark_features  # noqa: E402

PROGRAM = os.path.abspath(os.environ.get("XYLEM", CHECKOUT / ".build/debug/xylem"))
MODEL = str(CHECKOUT / "Fixtures/constructs/root_sequential.pt")
IMAGES = ["--resize", "16", "--crop", "16"]
OPTIONS = ["--return", "2=embedding", *IMAGES, "--batch-size", "1", "--threads", "1", "--workers", "1"]
COUNT = 60
BROKEN = 7


def png(index):
    """A small image of its own colours, without a library for images."""
    import struct
    import zlib

    rows = b"".join(
        b"\0" + bytes((index * 37 + x * 5 + y * 11 + c * 60) % 256 for x in range(16) for c in range(3)) for y in range(16))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Killer:
    """Kills the first workers of a job, each a while after its start."""

    def __init__(self, folder, delays):
        self.program = os.path.join(folder, "xylem")
        self.pids = os.path.join(folder, "pids")
        os.makedirs(self.pids)
        with open(self.program, "w") as file:
            # `exec` keeps the number of the process.
            file.write(f'#!/bin/sh\n: > "{self.pids}/$$"\nexec "{PROGRAM}" "$@"\n')
        os.chmod(self.program, stat.S_IRWXU)
        self.delays = list(delays)
        self.killed = 0
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        seen = set()
        while self.delays and not self.ends.is_set():
            for name in sorted(set(os.listdir(self.pids)) - seen)[:1]:
                seen.add(name)
                time.sleep(self.delays.pop(0))
                try:
                    os.kill(int(name), signal.SIGKILL)
                    self.killed += 1
                except ProcessLookupError:
                    pass
            time.sleep(0.01)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = cls.holder.name
        photos = pathlib.Path(cls.folder, "photos")
        photos.mkdir()
        cls.paths = []
        for index in range(COUNT):
            path = photos / f"{1000 + index}.png"
            path.write_bytes(b"no image" if index == BROKEN else png(index))
            cls.paths.append(str(path))
        good = [path for index, path in enumerate(cls.paths) if index != BROKEN]
        cls.wanted = dict(zip(good, cls.extracted(good)))

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def extracted(cls, paths):
        """The features of `xylem extract`, which computes all images at once, as lists."""
        out = os.path.join(cls.folder, "x.safetensors")
        subprocess.run(
            [PROGRAM, "extract", MODEL, "--return", "2=embedding", *IMAGES, "-o", out, "--input", *paths],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        import json
        import struct

        data = pathlib.Path(out).read_bytes()
        size, = struct.unpack("<Q", data[:8])
        entry = json.loads(data[8:8 + size])["embedding"]
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        numbers = struct.unpack(f"<{(end - start) // 4}f", data[start:end])
        width = len(numbers) // len(paths)
        return [numbers[row * width:(row + 1) * width] for row in range(len(paths))]

    def check(self, rows, key="path"):
        """Every image once, with the features of `xylem extract` up to the last bits."""
        found = {row[key].removeprefix("file:"): row for row in rows}
        self.assertEqual(len(rows), COUNT)
        self.assertEqual(sorted(found), self.paths)
        for index, path in enumerate(self.paths):
            row = found[path]
            if index == BROKEN:
                self.assertIsNone(row["embedding"])
                self.assertEqual(row["error"], "file.unsupported")
                continue
            self.assertIsNone(row["error"])
            self.assertEqual(len(row["embedding"]), len(self.wanted[path]))
            for value, wanted in zip(row["embedding"], self.wanted[path]):
                self.assertLessEqual(abs(value - wanted), 1e-6 + 1e-5 * abs(wanted))

    def table(self, rows=None):
        paths = self.paths if rows is None else self.paths[rows]
        return pa.table({"path": paths, "bytes": [pathlib.Path(path).read_bytes() for path in paths]})


class WorkerTests(Case):
    def test_other_columns_stay_whatever_they_are(self):
        table = self.table(slice(0, 9)).append_column("word", pa.array(["a"] * 9).dictionary_encode())
        with Worker(MODEL, OPTIONS, program=PROGRAM) as worker:
            result = worker.features(table)
            self.assertEqual(result.column_names, ["path", "word", "embedding", "error", "message"])
            self.assertEqual(result.column("word").type, table.column("word").type)
            self.assertEqual(worker.features(table), result)
            self.assertEqual(worker.features(table.slice(0, 0)).schema, result.schema)

    def test_a_worker_that_is_killed_between_batches_is_started_again(self):
        with Worker(MODEL, OPTIONS, program=PROGRAM) as worker:
            rows = worker.features(self.table(slice(0, 30))).to_pylist()
            worker._process.kill()
            rows += worker.features(self.table(slice(30, None))).to_pylist()
        self.check(rows)

    def test_a_worker_that_never_works_is_an_error_with_its_own_words(self):
        with Worker("missing.xylem", program=PROGRAM) as worker, self.assertRaises(WorkerError) as caught:
            worker.features(self.table(slice(0, 2)))
        self.assertIn("failed 4 times", str(caught.exception))
        self.assertIn("(file.not-found)", str(caught.exception))

    def test_a_column_that_is_missing_is_an_error(self):
        with Worker(MODEL, OPTIONS, column="image", program=PROGRAM) as worker, self.assertRaises(WorkerError):
            worker.features(self.table(slice(0, 2)))


class RayTests(Case):
    def test_every_image_is_computed_once_though_workers_are_killed(self):
        import ray
        from ray.data import ActorPoolStrategy

        ray.init(num_cpus=2, include_dashboard=False, logging_level="error", log_to_driver=False)
        self.addCleanup(ray.shutdown)
        with tempfile.TemporaryDirectory() as folder, Killer(folder, [0, 1]) as killer:
            images = ray.data.from_arrow([self.table(slice(start, start + 15)) for start in range(0, COUNT, 15)])
            rows = images.map_batches(
                XylemActor,
                fn_constructor_kwargs={"model": MODEL, "options": OPTIONS, "program": killer.program},
                batch_format="pyarrow", batch_size=10, num_cpus=0.5, compute=ActorPoolStrategy(size=2),
            ).take_all()
            self.assertGreater(killer.killed, 0)
        self.check(rows)


class SparkTests(Case):
    def test_every_image_is_computed_once_though_workers_are_killed(self):
        from pyspark.sql import SparkSession

        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        # For the executors, which else take the system's.
        os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
        spark = (
            SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", 10)
            .config("spark.log.level", "ERROR").getOrCreate())
        self.addCleanup(spark.stop)
        with tempfile.TemporaryDirectory() as folder, Killer(folder, [0, 1]) as killer:
            images = spark.read.format("binaryFile").load(os.path.dirname(self.paths[0])).select("path", "content")
            rows = images.repartition(2).mapInArrow(
                spark_features(MODEL, OPTIONS, column="content", program=killer.program),
                "path string, embedding array<float>, error string, message string").collect()
            self.assertGreater(killer.killed, 0)
        self.check([row.asDict() for row in rows])


if __name__ == "__main__":
    unittest.main()
