"""Deliveries, opening lots and stock counts out of a file, as ledger text.

They are beangulp's importers, and stand beside others in an `import.py`:

    import beangulp
    from lotcost.importers import Counts, Deliveries, OpeningLots

    ingest = beangulp.Ingest([
        Deliveries("Assets:Inventory:Main", "dairy-farm.toml"),
        Counts("Assets:Inventory:Main"),
        OpeningLots("Assets:Inventory:Main", files="opening*"),
    ])

The command `lotcost import` uses the same ones.
"""

from lotcost.importers.importer import Counts, Deliveries, LotImporter, OpeningLots, importer_for

__all__ = ["Counts", "Deliveries", "LotImporter", "OpeningLots", "importer_for"]
