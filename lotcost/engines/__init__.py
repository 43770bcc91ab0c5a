"""Cost a history of movements on an engine, out of the ledger and with the ledger's own core.

history   a ledger's movements with what was written of each: the columns of a history
facts     what holds for the history as a whole: cents, weights, statuses
ties      which parts of a history have to be costed together
telling   rows -> events
parts     a part's events -> its rows, costed
duck      DuckDB, for one machine
spark     PySpark, for a cluster
"""
