"""Partly audited rows, made once a file."""

import pytest

from tests.model_selection._shared import partly_audited


@pytest.fixture(scope="module")
def rows():
    return partly_audited()
