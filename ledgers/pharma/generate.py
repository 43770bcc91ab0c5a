"""Write `trade.beancount`: a year's deliveries, routine invoices and payments.

    python ledgers/pharma/generate.py

The seed is fixed, so the same bytes come out on every machine. What happens to single lots stands
in `events.beancount`, which is written by hand: `kept` units of a lot are left for it, and some
lots are its own from the start.
"""

import random
from datetime import date, timedelta
from decimal import Decimal as D
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

WAREHOUSE, COLD = "Assets:Inventory:Warehouse", "Assets:Inventory:Cold"
RECEIVABLE, PAYABLE = "Assets:Receivable", "Liabilities:Payable"
FIRST_SALE, LAST_SALE = date(2025, 1, 16), date(2025, 12, 23)
QUARTERS = ((3, 31), (6, 30), (9, 30), (12, 31))
HOSPITALS_WANT = timedelta(days=300)  # left until the last day, by their contracts


class Good(NamedTuple):
    """Is sold at two prices, by tens to those who take much of it."""

    name: str
    account: str
    pharmacies: D
    hospitals: D
    step: int


class Lot(NamedTuple):
    """One lot of a delivery; released on a day, or never."""

    day: date
    supplier: str
    good: Good
    number: str
    units: int
    cost: D
    expires: date
    released: date | None
    kept: int = 0


AMOX = Good("AMOX", WAREHOUSE, D("3.40"), D("2.85"), 10)
PARA = Good("PARA", WAREHOUSE, D("2.30"), D("1.80"), 10)
OMEP = Good("OMEP", WAREHOUSE, D("4.20"), D("3.50"), 10)
METF = Good("METF", WAREHOUSE, D("3.10"), D("2.55"), 10)
SALB = Good("SALB", WAREHOUSE, D("5.10"), D("4.30"), 5)
HEPA = Good("HEPA", WAREHOUSE, D("26.00"), D("22.50"), 2)
INSU = Good("INSU", COLD, D("42.00"), D("37.80"), 1)
FLUV = Good("FLUV", COLD, D("79.00"), D("70.00"), 1)
GOODS = (AMOX, PARA, OMEP, METF, SALB, HEPA, INSU, FLUV)

GENERICA, AEROPHAR, INSULIS = "Generica", "Aerophar", "Insulis"
VAXIMA, HEPARIS = "Vaxima", "Heparis"


def lot(
    day: str, supplier: str, good: Good, number: str, units: int, cost: str, expires: str,
    released: str = "", kept: int = 0,
) -> Lot:  # fmt: skip
    """Read a line of the table below; days are of 2025."""
    on = date.fromisoformat(f"2025-{released}") if released else None
    came, ends = date.fromisoformat(f"2025-{day}"), date.fromisoformat(expires)
    return Lot(came, supplier, good, number, units, D(cost), ends, on, kept)


LOTS = (
    lot("01-08", GENERICA, AMOX, "AM-2501", 116, "2.10", "2025-08-31", "01-13", 26),
    lot("01-08", GENERICA, PARA, "PA-2501", 260, "1.35", "2026-02-28", "01-13", 60),
    lot("01-09", GENERICA, OMEP, "OM-2409", 300, "2.60", "2025-12-31", "01-14", 180),
    lot("01-09", GENERICA, METF, "ME-2501", 200, "1.90", "2026-01-10", "01-14", 34),
    lot("01-14", VAXIMA, FLUV, "F24-118", 40, "58.00", "2025-06-30", "01-16", 34),
    lot("01-15", AEROPHAR, SALB, "SB-2501", 110, "3.15", "2026-07-31", "01-20"),
    lot("01-15", INSULIS, INSU, "IN-2501", 30, "31.50", "2026-06-30", "01-17", 4),
    lot("02-05", HEPARIS, HEPA, "HP-2502", 50, "18.40", "2026-09-30", "02-12"),
    lot("03-04", AEROPHAR, SALB, "SB-2503", 300, "3.20", "2027-02-28", "03-07", 300),
    lot("04-07", GENERICA, AMOX, "AM-2504", 160, "2.15", "2026-05-31", "04-11"),
    lot("04-08", GENERICA, OMEP, "OM-2504", 150, "2.65", "2026-10-31", "04-11"),
    lot("04-15", INSULIS, INSU, "IN-2504", 30, "31.80", "2026-12-31", "04-17"),
    lot("05-06", GENERICA, PARA, "PA-2505", 240, "1.38", "2027-01-31", "05-09"),
    lot("06-03", GENERICA, METF, "ME-2506", 180, "1.95", "2027-02-28", "06-06"),
    lot("06-18", HEPARIS, HEPA, "HP-2506", 50, "18.70", "2027-04-30", "06-25"),
    lot("07-03", AEROPHAR, SALB, "SB-2507", 150, "3.25", "2027-05-31", "07-08"),
    lot("07-16", INSULIS, INSU, "IN-2507", 24, "31.80", "2027-01-31"),
    lot("08-05", INSULIS, INSU, "IN-2508", 20, "32.10", "2027-03-31", "08-07"),
    lot("08-11", GENERICA, AMOX, "AM-2508", 200, "2.18", "2026-11-30", "08-14"),
    lot("09-09", GENERICA, PARA, "PA-2509", 160, "1.40", "2027-06-30", "09-12"),
    lot("09-16", VAXIMA, FLUV, "F25-031", 40, "59.50", "2026-06-30", "09-18"),
    lot("10-07", GENERICA, OMEP, "OM-2510", 160, "2.70", "2027-03-31", "10-10"),
    lot("10-07", GENERICA, METF, "ME-2510", 160, "1.98", "2027-08-31", "10-10"),
    lot("10-14", VAXIMA, FLUV, "F25-044", 16, "59.50", "2026-06-30", "10-16"),
    lot("11-05", HEPARIS, HEPA, "HP-2511", 60, "18.90", "2027-09-30"),
)
OWN = {"SB-2503"}  # sold in events.beancount alone
PHARMACIES = ("Pharmacie du Pont", "Pharmacie Thiry", "Officine Outremeuse", "Apotheek De Lelie")
HOSPITALS = ("Clinique Saint-Lambert", "Polyclinique Vesdre")


def leg(account: str, number: object, rest: str, **card: object) -> str:
    """Write one posting and the metadata below it."""
    said = (f"    {k}: {v}" if isinstance(v, date) else f'    {k}: "{v}"' for k, v in card.items())
    return "\n".join([f"  {account:<27}{number:>9} {rest}", *said])


def deliveries() -> list[tuple[date, str]]:
    """Receive each delivery into quarantine, and release its lots when they are checked."""
    written = []
    arrivals = groupby(LOTS, key=lambda lot: (lot.day, lot.supplier))
    for order, ((day, supplier), group) in enumerate(arrivals, start=1):
        lots = list(group)
        legs = []
        for each in lots:
            card = {"lot": each.number, "expires": each.expires}
            if each.number != "HP-2511":  # its certificate never came
                card["certificate"] = f"CoA {each.number}"
            legs.append(
                leg(each.good.account, each.units, f"{each.good.name} @ {each.cost} EUR", **card)
            )
        total = sum(each.units * each.cost for each in lots)
        head = f'{day} * "{supplier}" "Delivery" ^po-25{order:02}'
        entry = [head, *legs, leg(PAYABLE, -total, "EUR")]
        for each in lots:
            status = f'custom "lot-status" "{each.good.name}" "{each.number}"'
            entry.append(f'{day} {status} "quarantine"')
            if each.released:
                released = f'{each.released} {status} "released"\n  released-by: "M. Dumont"\n'
                written.append((each.released, released))
        written.append((day, "\n".join([*entry, ""])))
    return written


def invoices(rng: random.Random) -> list[tuple[date, D, str]]:
    """Sell every few days: what expires first, to hospitals what keeps for long enough."""
    stock = {each: each.units - each.kept for each in LOTS if each.number not in OWN}
    written, day, number = [], FIRST_SALE, 1000
    while day <= LAST_SALE:
        hospital = rng.random() < 0.35
        customer = rng.choice(HOSPITALS if hospital else PHARMACIES)
        legs, total = [], D(0)
        for good in rng.sample(GOODS, k=rng.choice((2, 3, 3, 4))):
            ready = sorted(
                (each for each, units in stock.items() if each.good == good and units),
                key=lambda each: each.expires,
            )
            wanted = good.step * rng.randint(2, 5 if hospital else 3)
            needed = day + (HOSPITALS_WANT if hospital else timedelta(days=45))
            ready = [e for e in ready if e.released and e.released <= day and e.expires >= needed]
            if ready:
                units = min(stock[ready[0]], wanted)
                price = good.hospitals if hospital else good.pharmacies
                goods = f"{good.name} @ {price} EUR"
                legs.append(leg(good.account, -units, goods, lot=ready[0].number))
                stock[ready[0]] -= units
                total += units * price
        if legs:
            number += 1
            group = "hospital" if hospital else "pharmacy"
            income = f"Income:Sales:{'Hospitals' if hospital else 'Pharmacies'}"
            head = f'{day} * "{customer}" "Invoice {number}" ^inv-{number}'
            legs += [leg(RECEIVABLE, total, "EUR"), leg(income, -total, "EUR")]
            text = "\n".join([head, f'  customer-group: "{group}"', *legs, ""])
            written.append((day, total, text))
        day += timedelta(days=rng.randint(6, 9))
        day += timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)
    return written


def payments(sales: list[tuple[date, D, str]]) -> list[tuple[date, str]]:
    """Collect and pay at the end of each quarter what came before its last month."""
    written, paid = [], date(2025, 1, 1)
    for day in (date(2025, month, last) for month, last in QUARTERS):
        due = day.replace(day=1)
        collected = sum((total for at, total, _ in sales if paid <= at < due), D(0))
        owed = sum((e.units * e.cost for e in LOTS if paid <= e.day < due), D(0))
        paid = due
        legs = leg("Assets:Bank", collected, "EUR"), leg(RECEIVABLE, -collected, "EUR")
        written.append((day, "\n".join([f'{day} * "Customers" "Collected"', *legs, ""])))
        legs = leg(PAYABLE, owed, "EUR"), leg("Assets:Bank", -owed, "EUR")
        written.append((day, "\n".join([f'{day} * "Suppliers" "Paid"', *legs, ""])))
    return written


def write() -> str:
    """Return the ledger's text, day by day and month by month."""
    sales = invoices(random.Random(26))
    entries = deliveries() + [(day, text) for day, _, text in sales] + payments(sales)
    entries.sort(key=lambda entry: entry[0])
    text = [";; Written by generate.py: change that file, not this one.\n"]
    for month, group in groupby(entries, key=lambda entry: f"{entry[0]:%B}"):
        text += [f"\n; {month}\n", *(entry for _, entry in group)]
    return "\n".join(text)


if __name__ == "__main__":
    target = Path(__file__).parent / "trade.beancount"
    target.write_text(write(), encoding="utf-8", newline="\n")
