"""A ledger whose every text is one that a page, a file or a URL might stumble over."""

from __future__ import annotations

LONG = "L" * 10_000

TEXTS = {
    "image": "<img src=x onerror=alert(1)>",
    "script": "</script><script>alert(1)</script>",
    "attribute": "\"'><svg onload=alert(1)> onmouseover='alert(1)'",
    "template": "{{7*7}} {% raw %} ${7*7}",
    "scheme": "javascript:alert(1)",
    "hash": "0123456789abcdef0123456789abcdef",  # of 32 signs, as Fava's own entries have
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe \N{HEBREW LETTER ALEF}",
    "path": "../../etc/passwd/..",
    "percent": "100%25 %00 %2F a?b=c&d=e#f",
    "formula": '=HYPERLINK("http://x.test","L1")',
    "pattern": ".*[a-z]+(x|y)\\d$^",
    "lines": "two\nlines, and a\ttab",
    "spaces": "  out  side  ",
    "letters": "ﬁ Ⅻ é \N{COMBINING ACUTE ACCENT} 🥛 \N{ZERO WIDTH SPACE}",
    "null": "None",
    "long": LONG,
}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lot(text: str, place: int) -> str:
    """Receive a lot, sell some of it, bake with it, move it, write some off."""
    said = _quoted(text)
    return f"""
2025-01-02 custom "lot" "MILK" {said}
  plant: {said}
2025-01-01 commodity CAKE{place}
  name: {said}
2025-01-02 * {said} {said} ^po-{place}
  Assets:Inventory:Main    10 MILK @ 2.{place:02} USD
    lot: {said}
    expires: 2025-0{place % 8 + 2}-01
    certificate: {said}
    category: {said}
  Liabilities:Payable
2025-01-03 * {said} {said} ^inv-{place} #{"vip" if place else "new"}
  Assets:Inventory:Main    -1 MILK @ 5.00 USD
    lot: {said}
  Assets:Receivable
2025-01-03 * "Restock" {said}
  Assets:Inventory:Main    -2 MILK
    lot: {said}
  Assets:Inventory:Shop     2 MILK
2025-01-04 * {said} {said}
  Assets:Inventory:Main    -1 MILK
    lot: {said}
    reason: "damaged"
    evidence: {said}
2025-01-05 * {said} {said}
  Assets:Inventory:Main    -1 MILK
    lot: {said}
  Assets:Inventory:Main     1 CAKE{place}
    lot: {said}
    expires: 2025-12-01
2025-01-06 * {said} {said}
  Assets:Inventory:Main    -1 CAKE{place} @ 1.00 USD
    lot: {said}
  Assets:Receivable
"""


HEAD = f"""
option "title" {_quoted(TEXTS["image"])}
option "operating_currency" "USD"
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 custom "fava-extension" "fava_lotcost" "{{'days': 90}}"
2025-01-01 open Assets:Inventory
  lot-method: "fefo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
2025-01-01 open Assets:Inventory:Main
2025-01-01 open Assets:Inventory:Shop
2025-01-01 commodity MILK
  name: {_quoted(TEXTS["script"])}
2025-06-30 * "The last day"
  Assets:Cash          0.00 USD
"""

LEDGER = HEAD + "".join(_lot(text, place) for place, text in enumerate(TEXTS.values()))
