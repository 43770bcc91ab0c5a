"""Per-lot costing for Beancount: reads and writes its directives, knows no host program."""
