"""What costing takes: `make bench` prints a table of figures, each with what it is to reach.

Whoever has something to measure writes a module with a function `rows`, and names the module in
`SUBJECTS` of `__main__`. See `measuring` for what a row is, and `loading` for an example.
"""
