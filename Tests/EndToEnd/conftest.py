"""What all end-to-end tests share: the server as a process, started, stopped and checked around each of them.

    PALOMA_BIN      the binary to test (default: the debug build of this checkout)
    PALOMA_ROUNDS   multiplies what the random tests repeat (default 1)
    PALOMA_JUDGED   `dovecot`: the IMAP tests run against Debian's Dovecot, so that they are judged themselves
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness.dovecot import Dovecot  # noqa: E402
from harness.faults import build_shim  # noqa: E402
from harness.server import PalomaServer  # noqa: E402


def pytest_configure(config):
    for line in (
        "long: takes more than a few seconds; PALOMA_ROUNDS scales what it repeats",
        "damaged: damages the store on purpose, so the check at its end is left out",
    ):
        config.addinivalue_line("markers", line)


def rounds(number):
    """`number`, more or fewer by PALOMA_ROUNDS."""
    return max(1, int(number * float(os.environ.get("PALOMA_ROUNDS", "1"))))


@pytest.fixture(scope="session")
def binary():
    path = Path(os.environ.get("PALOMA_BIN") or HERE.parent.parent / ".build" / "debug" / "paloma").resolve()
    assert path.exists(), f"there is no {path}; build it, or set PALOMA_BIN"
    return path


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The compiled crash lab."""
    return build_shim(tmp_path_factory.getbasetemp().parent)


@pytest.fixture
def home(tmp_path):
    """A folder for one test, removed again: some tests make gigabytes."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def make_server(home, binary, request):
    """Makes servers; each is stopped and checked at the end of the test."""
    made = []

    def make(name="paloma", settings=None, accounts=("ana", "ben"), start=True, **more):
        server = PalomaServer(home / name, binary, settings, **more)
        made.append(server)
        server.init()
        for account in accounts:
            server.account(account)
        if start:
            server.start()
        return server

    yield make
    failures = []
    for server in made:
        try:
            server.stop()
            server.audit(checked=request.node.get_closest_marker("damaged") is None and not server.damaged)
        except AssertionError as error:
            failures.append(str(error))
        finally:
            server.clean_up()
    assert not failures, "\n".join(failures)


@pytest.fixture
def server(make_server):
    """A server of this test's own, with the accounts ana and ben."""
    return make_server()


def judges_dovecot():
    return os.environ.get("PALOMA_JUDGED") == "dovecot"


@pytest.fixture
def make_imap_server(request):
    """Makes servers that speak IMAP: ours, or the other one that PALOMA_JUDGED names."""
    if not judges_dovecot():
        yield request.getfixturevalue("make_server")
        return
    made = []

    def make(accounts=("ana", "ben")):
        server = Dovecot(accounts)
        made.append(server)
        return server.start()

    yield make
    for server in made:
        try:
            server.audit()
        finally:
            server.stop()


@pytest.fixture
def imap_server(make_imap_server):
    """A server of this test's own that speaks IMAP, with the accounts ana and ben."""
    return make_imap_server()


@pytest.fixture(scope="module")
def shared_imap(request):
    """The like of `shared` for tests of IMAP."""
    if not judges_dovecot():
        yield request.getfixturevalue("shared")
        return
    server = Dovecot().start()
    try:
        yield server
        server.audit()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory, binary):
    """One server for all tests of a file that leave nothing behind that another would mind."""
    folder = tmp_path_factory.mktemp("shared")
    server = PalomaServer(folder / "paloma", binary)
    try:
        server.init()
        for account in ("ana", "ben", "carla"):
            server.account(account)
        server.start()
        yield server
        server.stop()
        server.audit()
    finally:
        server.clean_up()
        shutil.rmtree(folder, ignore_errors=True)
