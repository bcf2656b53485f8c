"""What all end-to-end tests share."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness.faults import build_shim  # noqa: E402

ROUNDS = float(os.environ.get("PALOMA_ROUNDS", "1"))


def pytest_configure(config):
    for line in (
        "long: takes more than a few seconds; PALOMA_ROUNDS scales what it repeats",
        "damaged: leaves a damaged store behind on purpose, so the check at the end is left out",
    ):
        config.addinivalue_line("markers", line)


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The compiled crash lab."""
    return build_shim(tmp_path_factory.getbasetemp().parent)
