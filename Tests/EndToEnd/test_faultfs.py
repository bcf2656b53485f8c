"""The crash lab's own tests: each fault is really injected, and what is said to be dropped is really gone.

A lab that forgets to fail would let every other test of this folder pass. Here small programs run on the shim, whose right outcome
is known beforehand.
"""

import errno
import os
import subprocess
import sys

import pytest

from harness.faults import CRASHED, Faults

PAGE = 4096


@pytest.fixture
def lab(tmp_path, shim):
    data = tmp_path / "data"
    data.mkdir()

    def run(program, mode="count", at=0, seed=1, bad=None):
        faults = Faults(shim, data, tmp_path / "lab", mode=mode, at=at, seed=seed, armed=True, bad=bad)
        script = "import os, sys, errno\ndata = sys.argv[1]\nos.chdir(data)\n" + program
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", script, str(data)],
            env={**os.environ, **faults.environment()}, capture_output=True, text=True, timeout=60,
        )
        faults.output = done.stdout + done.stderr
        faults.status = done.returncode
        return faults

    lab = type("Lab", (), {})()
    lab.run, lab.data, lab.folder = run, data, tmp_path
    return lab


WRITE = """
file = os.open("a", os.O_CREAT | os.O_WRONLY)         # 1
directory = os.open(".", os.O_RDONLY)
os.fsync(directory)                                   # 2
os.write(file, b"first")                              # 3
os.fdatasync(file)                                    # 4
os.write(file, b"second")                             # 5
print("before", flush=True)
os.fsync(file)                                        # 6
print("after", flush=True)
"""


def test_counts_every_operation_and_changes_nothing(lab):
    faults = lab.run(WRITE)
    assert (faults.status, faults.count, faults.injected) == (0, 6, 0), faults.output
    assert (lab.data / "a").read_bytes() == b"firstsecond"


def test_what_lies_outside_is_left_alone(lab):
    faults = lab.run("open('../outside', 'wb').write(b'x')\nos.mkdir('../other')\nos.rename('../outside', '../other/outside')", "eio-on", 1)
    assert (faults.status, faults.count) == (0, 0), faults.output
    assert (lab.folder / "other" / "outside").read_bytes() == b"x"


def test_unarmed_is_not_counted_but_remembered(lab, shim):
    faults = Faults(shim, lab.data, lab.folder / "lab2", mode="crash", at=1, armed=False)
    script = (
        "import os, mmap\nos.chdir(os.environ['FAULTFS_DIR'])\n"
        "open('early', 'wb').write(b'never synced')\n"
        "state = os.open(os.environ['FAULTFS_STATE'], os.O_RDWR)\n"
        "mmap.mmap(state, 64)[0:8] = (1).to_bytes(8, 'little')\n"
        "open('late', 'wb')\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], env={**os.environ, **faults.environment()}, capture_output=True)
    assert done.returncode == CRASHED, done.stderr
    assert os.listdir(lab.data) == []


@pytest.mark.parametrize(
    "at, left",
    [
        (1, None),  # nothing was done yet
        (2, None),  # the name is not synced: the file vanishes
        (3, b""),
        (4, b""),  # written, not synced
        (5, b"first"),
        (6, b"first"),  # "second" was written, not synced
    ],
)
def test_a_crash_drops_what_is_not_synced(lab, at, left):
    faults = lab.run(WRITE, "crash", at)
    assert (faults.status, faults.injected) == (CRASHED, 1), faults.output
    path = lab.data / "a"
    assert (path.read_bytes() if path.exists() else None) == left
    assert "after" not in faults.output


def test_a_crash_beyond_the_end_never_happens(lab):
    faults = lab.run(WRITE, "crash", 7)
    assert (faults.status, faults.injected) == (0, 0)
    assert (lab.data / "a").read_bytes() == b"firstsecond"


OVERWRITE = """
file = os.open("a", os.O_RDWR)
os.pwrite(file, b"NEW" * 2000, 1000)                  # 1: blocks 0 and 1
os.pwrite(file, b"tail", 3 * 4096)                    # 2: beyond the end
os.ftruncate(file, 2000)                              # 3: shorter
os.ftruncate(file, 9000)                              # 4: longer again, zeros
os.write(file, b"xx")                                 # 5
os.fdatasync(file)                                    # 6
os.pwrite(file, b"later", 0)                          # 7
os.fsync(file)                                        # 8
"""


@pytest.mark.parametrize("at", range(1, 10))
def test_overwriting_and_truncating_are_undone(lab, at):
    old = os.urandom(2 * PAGE + 100)
    (lab.data / "a").write_bytes(old)
    lab.run(OVERWRITE, "crash", at)
    now = (lab.data / "a").read_bytes()
    new = bytearray(9000)
    new[0:1000] = old[0:1000]
    new[1000:2000] = (b"NEW" * 2000)[:1000]
    new[0:2] = b"xx"
    if at <= 6:
        assert now == old
    elif at <= 8:
        assert now == bytes(new)
    else:
        new[0:5] = b"later"
        assert now == bytes(new)


NAMES = """
directory = os.open(".", os.O_RDONLY)
os.rename("old", "target")                            # 1: replaces what was there
os.unlink("gone")                                     # 2
os.mkdir("sub")                                       # 3
os.close(os.open("sub/new", os.O_CREAT | os.O_WRONLY))# 4
os.fsync(directory)                                   # 5
os.rename("target", "last")                           # 6
os.fsync(directory)                                   # 7
"""


@pytest.mark.parametrize(
    "at, names",
    [
        (1, {"old": b"o", "target": b"t", "gone": b"g"}),
        (2, {"old": b"o", "target": b"t", "gone": b"g"}),
        (5, {"old": b"o", "target": b"t", "gone": b"g"}),
        (6, {"target": b"o", "sub": None}),
        (7, {"target": b"o", "sub": None}),
        (8, {"last": b"o", "sub": None}),
    ],
)
def test_names_live_from_the_sync_of_their_directory(lab, at, names):
    for name in ("old", "target", "gone"):
        (lab.data / name).write_bytes(name[:1].encode())
    faults = lab.run(NAMES, "crash", at)
    assert faults.status == (CRASHED if at <= 7 else 0), faults.output
    found = {path.name: None if path.is_dir() else path.read_bytes() for path in lab.data.iterdir()}
    assert found == names
    if at <= 7 and "sub" in names:
        assert os.listdir(lab.data / "sub") == []  # its own directory was never synced


def test_content_of_a_removed_file_goes_back_too(lab):
    (lab.data / "a").write_bytes(b"old content")
    lab.run("f = os.open('a', os.O_RDWR)\nos.pwrite(f, b'NEW', 0)\nos.unlink('a')\nos.mkdir('x')", "crash", 3)
    assert (lab.data / "a").read_bytes() == b"old content"


def test_opening_to_truncate_is_undone(lab):
    (lab.data / "a").write_bytes(b"old content")
    faults = lab.run("f = os.open('a', os.O_WRONLY | os.O_TRUNC)\nos.write(f, b'n')\nos.fsync(f)", "crash", 3)
    assert faults.status == CRASHED
    assert (lab.data / "a").read_bytes() == b"old content"
    lab.run("f = os.open('a', os.O_WRONLY | os.O_TRUNC)\nos.write(f, b'n')\nos.fsync(f)\nos.mkdir('x')", "crash", 4)
    assert (lab.data / "a").read_bytes() == b"n"


@pytest.mark.parametrize("flag", ["os.O_DSYNC", "os.O_SYNC"])
def test_a_file_opened_for_synchronous_writing_is_synced_by_each_write(lab, flag):
    (lab.data / "a").write_bytes(b"")
    lab.run(f"f = os.open('a', os.O_WRONLY | {flag})\nos.write(f, b'kept')\nos.mkdir('x')", "crash", 2)
    assert (lab.data / "a").read_bytes() == b"kept"


def test_pwritev2_with_dsync_syncs_its_own_blocks_only(lab):
    (lab.data / "a").write_bytes(b"o" * PAGE * 3)
    lab.run(
        "f = os.open('a', os.O_WRONLY)\nos.pwritev(f, [b'N' * 4096], 0)\n"
        "os.pwritev(f, [b'K' * 2000, b'K' * 2096], 4096, os.RWF_DSYNC)\nos.mkdir('x')",
        "crash", 3,
    )
    assert (lab.data / "a").read_bytes() == b"o" * PAGE + b"K" * PAGE + b"o" * PAGE


def test_some_blocks_reach_the_disk_all_the_same(lab):
    outcomes = set()
    for seed in range(12):
        (lab.data / "a").write_bytes(b"o" * PAGE * 4)
        lab.run("f = os.open('a', os.O_WRONLY)\nos.pwrite(f, b'N' * 4096 * 6, 0)\nos.mkdir('x')", "crash-some", 2, seed)
        now = (lab.data / "a").read_bytes()
        assert len(now) % PAGE == 0 and PAGE * 4 <= len(now) <= PAGE * 6
        blocks = [now[start:start + PAGE] for start in range(0, len(now), PAGE)]
        for index, block in enumerate(blocks):
            assert block in ([b"N" * PAGE, b"o" * PAGE] if index < 4 else [b"N" * PAGE, bytes(PAGE)])
        outcomes.add(tuple(block[:1] for block in blocks))
    assert len(outcomes) > 4


@pytest.mark.parametrize("code, name", [("eio", errno.EIO), ("enospc", errno.ENOSPC)])
@pytest.mark.parametrize("at", range(1, 7))
def test_the_nth_operation_fails_once(lab, code, name, at):
    program = "failed = []\nnumber = 0\ndef attempt(call):\n    global number\n    number += 1\n    try: return call()\n" \
        "    except OSError as error: failed.append((number, error.errno))\n" \
        "f = attempt(lambda: os.open('a', os.O_CREAT | os.O_WRONLY))\n" \
        "if f is None: f = os.open('a', os.O_CREAT | os.O_WRONLY)\n" \
        "attempt(lambda: os.write(f, b'one'))\nattempt(lambda: os.fsync(f))\nattempt(lambda: os.ftruncate(f, 10))\n" \
        "attempt(lambda: os.rename('a', 'b'))\nattempt(lambda: os.mkdir('c'))\nprint(failed)"
    faults = lab.run(program, code, at)
    assert faults.status == 0, faults.output
    assert faults.output.strip() == f"[({at}, {int(name)})]"
    assert faults.injected == 1 and faults.last


def test_from_then_on(lab):
    program = "f = os.open('a', os.O_CREAT | os.O_WRONLY)\nos.write(f, b'12345')\nresults = []\n" \
        "for what in (b'6789', b'x'):\n    try: os.write(f, what); results.append(0)\n    except OSError as e: results.append(e.errno)\n" \
        "try: os.pwrite(f, b'abc', 0); results.append(0)\nexcept OSError as e: results.append(e.errno)\nprint(results)"
    assert lab.run(program, "eio-on", 3).output.strip() == f"[{errno.EIO}, {errno.EIO}, {errno.EIO}]"
    (lab.data / "a").unlink()
    # A full disk still lets one write where there is something already.
    assert lab.run(program, "enospc-on", 3).output.strip() == f"[{errno.ENOSPC}, {errno.ENOSPC}, 0]"
    assert (lab.data / "a").read_bytes() == b"abc45"


def test_a_write_is_cut_short(lab):
    program = "f = os.open('a', os.O_CREAT | os.O_WRONLY)\nprint(os.write(f, b'12345678'))\n" \
        "try: os.write(f, b'x')\nexcept OSError as e: print(e.errno)"
    assert lab.run(program, "short", 2).output.split() == ["4", str(int(errno.ENOSPC))]
    assert (lab.data / "a").read_bytes() == b"1234"


def test_a_failed_sync_has_lost_the_data_and_says_so_once(lab):
    program = "f = os.open('a', os.O_CREAT | os.O_RDWR)\nos.write(f, b'12345678')\n" \
        "try: os.fsync(f)\nexcept OSError as e: print(e.errno)\nos.fsync(f)\nprint(os.pread(f, 8, 0))"
    assert lab.run(program, "eio", 3).output.split() == [str(int(errno.EIO)), "b''"]


def test_a_full_disk_can_be_emptied(lab, shim):
    faults = Faults(shim, lab.data, lab.folder / "lab3")
    faults.full(True)
    script = "import os\nos.chdir(os.environ['FAULTFS_DIR'])\n" \
        "try: open('a', 'wb')\nexcept OSError as e: print(e.errno, flush=True)\ninput()\nopen('a', 'wb').write(b'x')"
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", script], env={**os.environ, **faults.environment()},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    assert process.stdout.readline().strip() == str(int(errno.ENOSPC))
    faults.full(False)
    process.communicate("\n", timeout=30)
    assert (lab.data / "a").read_bytes() == b"x"


def test_a_bad_sector_is_not_given_back(lab):
    (lab.data / "a").write_bytes(b"x" * PAGE + b"y" * PAGE + b"z" * PAGE)
    (lab.data / "b").write_bytes(b"b" * 3 * PAGE)
    program = "results = []\nfor name, offset in (('a', 0), ('a', 4000), ('a', 4096), ('a', 8191), ('a', 8192), ('b', 4096)):\n" \
        "    f = os.open(name, os.O_RDONLY)\n" \
        "    try: results.append(len(os.pread(f, 5000, offset)))\n    except OSError as e: results.append(-e.errno)\nprint(results)"
    faults = lab.run(program, bad=("a", 5000))
    assert faults.output.strip() == str([4096, 96, -errno.EIO, -errno.EIO, 4096, 5000])
    assert faults.count == 0


SQLITE = """
import sqlite3
base = sqlite3.connect("t.db", isolation_level=None)
base.execute("PRAGMA journal_mode=WAL")
base.execute("PRAGMA synchronous=%s")
base.execute("CREATE TABLE IF NOT EXISTS t(n)")
for number in range(40):
    base.execute("INSERT INTO t VALUES(?)", (number,))
    print("committed", number, flush=True)
os.mkdir("end")
"""


def committed_and_kept(lab, synchronous, at):
    import sqlite3

    faults = lab.run(SQLITE % synchronous, "crash", at)
    assert faults.status == CRASHED, faults.output
    told = faults.output.count("committed")
    if not (lab.data / "t.db").exists():
        return told, 0
    base = sqlite3.connect(lab.data / "t.db")
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept = base.execute("SELECT count(*) FROM t").fetchone()[0] if base.execute("SELECT 1 FROM sqlite_master").fetchone() else 0
    base.close()
    return told, kept


@pytest.mark.parametrize("where", [0.3, 0.5, 0.7, 0.9, 1.0])
def test_sqlite_keeps_what_it_says_when_it_syncs_and_loses_it_when_not(tmp_path, lab, where):
    """The proof that SQLite's own calls are seen: with FULL nothing committed is lost, with OFF it is."""
    whole = lab.run(SQLITE % "FULL").count
    for path in list(lab.data.iterdir()):
        path.rmdir() if path.is_dir() else path.unlink()
    told, kept = committed_and_kept(lab, "FULL", int(whole * where))
    assert told > 0 and told <= kept <= told + 1
    for path in list(lab.data.iterdir()):
        path.rmdir() if path.is_dir() else path.unlink()
    fewer = lab.run(SQLITE % "OFF").count
    for path in list(lab.data.iterdir()):
        path.rmdir() if path.is_dir() else path.unlink()
    told, kept = committed_and_kept(lab, "OFF", int(fewer * where))
    assert told > 0 and kept < told
