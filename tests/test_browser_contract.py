"""Fava's own scripts take whatever figures the pages may give them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import expect, served
from fava_app import LEDGER, Pages, write
from fava_probe import AMOUNTS, COMPONENTS

PROBE = '\n2025-01-01 custom "fava-extension" "fava_probe"\n'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(Pages(write(tmp_path_factory.mktemp("site"), LEDGER + PROBE))) as address:
        yield address


@pytest.mark.parametrize("interval", ["day", "month", "year"])
def test_fava_draws_every_component_with_whatever_figures(
    tab: Any, site: str, interval: str
) -> None:
    tab.goto(f"{site}/extension/ContractProbe/?interval={interval}")
    for name in COMPONENTS:
        for case in AMOUNTS:
            component = tab.locator(f"#{name}-{case} svelte-component")
            # A treemap has no currency that is not the ledger's own, and then Fava says so in it.
            expect(component.locator("svg").first).to_be_visible()
    expect(tab.locator("article img")).to_have_count(0)
    expect(tab.locator("svelte-component.error")).to_have_count(0)
