"""Write `year.beancount`: six months of a food distributor in Ghent.

    python ledgers/food/generate.py

The seed is fixed, so the same bytes come out on every machine. The stock is kept per warehouse and
lot and leaves first expired, first out, as `fefo` does: nothing is oversold, no lot is sold expired
or in quarantine, and a write-off names a lot that is there.
"""

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

START, END = date(2025, 1, 1), date(2025, 6, 30)
MAIN, SHOP = "Assets:Inventory:Main", "Assets:Inventory:Shop"
BANK, CASH = "Assets:Bank", "Assets:Cash"
RECEIVABLE, PAYABLE = "Assets:Receivable", "Liabilities:Payable"
CARRIAGE = D("18.00")  # added for each good by a supplier who invoices totals


class Supplier(NamedTuple):
    """Delivers from a first day on."""

    name: str
    first: date
    form: str  # how his price is written: "@", "{}", or "@@" with the carriage in it
    plants: tuple[str, ...] = ()


class Good(NamedTuple):
    """Is bought from one supplier and sold at one list price."""

    name: str
    code: str
    supplier: Supplier
    shelf_life: int
    every: int  # days between deliveries
    units: int  # per delivery
    cost: D
    price: D
    case: int  # invoices are multiples of it; 0 for a good sold by weight
    demand: int  # how often an invoice has it, against the other goods


class Lot(NamedTuple):
    """One good of one delivery; the unit cost is without the carriage."""

    good: Good
    number: str
    expires: date
    cost: D
    link: str


class Sale(NamedTuple):
    """The part of an invoice's line that one lot supplied, and may come back to it."""

    customer: str
    warehouse: str
    link: str
    lot: Lot
    units: D
    price: D


class Bill(NamedTuple):
    """An amount owed to us (positive) or by us (negative)."""

    day: date
    party: str
    account: str
    link: str
    amount: D


LINDE = Supplier("Hoeve De Linde", date(2025, 1, 2), "@", ("Lochristi", "Eeklo"))
CHEESERY = Supplier("Kaasmakerij Het Hof", date(2025, 1, 3), "@", ("Maldegem",))
MILL = Supplier("Molen Ter Leie", date(2025, 1, 3), "{}")
ROASTER = Supplier("Branderij Korenmarkt", date(2025, 1, 6), "@@", ("Ghent",))
ORCHARD = Supplier("Bijenhof Melle", date(2025, 1, 7), "{}")
SAPORI = Supplier("Sapori del Sud", date(2025, 1, 8), "@@")

GOODS = (
    Good("MILK", "ML", LINDE, 28, 14, 200, D("0.92"), D("1.25"), 12, 7),
    Good("YOGHURT", "YG", LINDE, 35, 21, 130, D("1.40"), D("2.10"), 6, 5),
    Good("CREAM", "CR", LINDE, 42, 28, 90, D("1.75"), D("2.60"), 6, 4),
    Good("BUTTER", "BT", LINDE, 90, 35, 200, D("2.15"), D("2.85"), 10, 4),
    Good("CHEESE", "CH", CHEESERY, 75, 35, 40, D("9.60"), D("14.40"), 0, 5),
    Good("FLOUR", "FL", MILL, 270, 63, 420, D("1.10"), D("1.60"), 10, 4),
    Good("COFFEE", "CF", ROASTER, 365, 63, 180, D("9.20"), D("14.50"), 4, 4),
    Good("HONEY", "HN", ORCHARD, 720, 98, 230, D("4.80"), D("7.50"), 6, 3),
    Good("JAM", "JM", ORCHARD, 540, 70, 170, D("2.35"), D("3.90"), 6, 3),
    Good("OIL", "OL", SAPORI, 540, 98, 260, D("6.90"), D("9.80"), 6, 3),
    Good("RICE", "RC", SAPORI, 720, 98, 300, D("1.95"), D("2.90"), 8, 3),
    Good("PESTO", "PS", SAPORI, 60, 77, 96, D("2.70"), D("4.40"), 6, 1),  # the slow one
)
NAMED = {good.name: good for good in GOODS}
WEIGHTS = [D(text) for text in ("0.5", "0.8", "1.2", "1.5", "2.5", "3", "0.75", "2.25", "1.235")]
CUSTOMERS = (
    ("Cafe Rose", MAIN, RECEIVABLE),
    ("Brasserie Sint-Jacobs", MAIN, RECEIVABLE),
    ("Hotel Graslei", MAIN, RECEIVABLE),
    ("School Canteen Muide", MAIN, RECEIVABLE),
    ("Bakkerij Patershol", MAIN, RECEIVABLE),
    ("Buurtwinkel Ledeberg", MAIN, RECEIVABLE),
    ("Deli Vrijdagmarkt", SHOP, RECEIVABLE),
    ("Shop counter", SHOP, CASH),
)
NOTICES = {  # about the lot of that good that came last; "returned" without units is the whole lot
    date(2025, 2, 14): ("MILK", "quarantine", None),
    date(2025, 2, 18): ("MILK", "released", None),
    date(2025, 3, 7): ("YOGHURT", "quarantine", None),
    date(2025, 3, 12): ("YOGHURT", "returned", None),
    date(2025, 4, 18): ("BUTTER", "returned", D(20)),
    date(2025, 4, 25): ("CREAM", "quarantine", None),
    date(2025, 4, 29): ("CREAM", "released", None),
    date(2025, 5, 12): ("YOGHURT", "returned", D(12)),
}
CLEARANCE = date(2025, 5, 7), "PESTO", D(24), D("1.95")  # once below cost
LOSSES = ("damaged", "damaged", "sample", "theft")


class Books:
    """What is written so far, and the stock and the debts that follow from it."""

    def __init__(self) -> None:
        """Nothing yet; every choice comes from one seeded source."""
        self.rng = random.Random(2027)
        self.text = [";; Written by generate.py: change that file, not this one.\n"]
        self.stock: dict[tuple[str, Lot], D] = {}
        self.held: set[Lot] = set()
        self.sales: list[Sale] = []
        self.bills: list[Bill] = []
        self.orders, self.invoices = 200, 1000

    def entry(self, day: date, payee: str, narration: str, links: str, *legs: str) -> None:
        """Write one transaction."""
        head = f'{day} * "{payee}" "{narration}" {links}'.replace(' ""', "").rstrip()
        self.text.append("\n".join([head, *legs, ""]))

    def lots(self, warehouse: str, good: Good, day: date | None = None) -> list[Lot]:
        """List the lots on hand as they expire; given a day, those that may be sold on it."""
        there = (lot for (place, lot), units in self.stock.items() if place == warehouse and units)
        lots = sorted((lot for lot in there if lot.good == good), key=lambda lot: lot.expires)
        return [lot for lot in lots if not day or (lot.expires >= day and lot not in self.held)]

    def on_hand(self, warehouse: str, lots: list[Lot]) -> D:
        """Add up the units of some lots."""
        return sum((self.stock[warehouse, lot] for lot in lots), D(0))

    def take(self, warehouse: str, lots: list[Lot], units: D) -> list[tuple[Lot, D]]:
        """Issue units from the lots in their order, and say which gave how many."""
        drawn = []
        for lot in lots:
            part = min(units, self.stock[warehouse, lot])
            self.stock[warehouse, lot] -= part
            units -= part
            drawn += [(lot, part)] if part else []
        assert units == 0, "more than there is"
        return drawn

    def put(self, warehouse: str, lot: Lot, units: D) -> None:
        """Add units to a lot."""
        self.stock[warehouse, lot] = self.stock.get((warehouse, lot), D(0)) + units


def cents(amount: D) -> D:
    """Round as a cash register does."""
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def leg(account: str, number: D, rest: str, **card: object) -> str:
    """Write one posting and the metadata below it."""
    values = [(key.replace("_", "-"), value) for key, value in card.items() if value is not None]
    lines = [f"    {key}: " + (f"{v}" if isinstance(v, date) else f'"{v}"') for key, v in values]
    return "\n".join([f"  {account:<24}{number:>10} {rest}", *lines])


def deliver(books: Books, day: date) -> None:
    """Receive what is due: one transaction per supplier, one lot per good."""
    due = [good for good in GOODS if day >= good.supplier.first]
    due = [good for good in due if (day - good.supplier.first).days % good.every == 0]
    for supplier, goods in groupby(due, key=lambda good: good.supplier):
        books.orders += 1
        link, legs, total = f"^po-{books.orders}", [], D(0)
        for good in goods:
            made = day - timedelta(days=books.rng.randint(1, 4))
            cost = good.cost + D(books.rng.randint(-2, 5)) / 100
            units = good.units + (0 if good.case else D(books.rng.randint(-900, 900)) / 1000)
            expires = made + timedelta(days=good.shelf_life)
            lot = Lot(good, f"{good.code}{day:%y%j}", expires, cost, link)
            amount = cents(units * cost) + (CARRIAGE if supplier.form == "@@" else 0)
            price = {"@": f"@ {cost} USD", "{}": f"{{{cost} USD}}", "@@": f"@@ {amount} USD"}
            number = books.rng.randint(1000, 9999)
            plant = books.rng.choice(supplier.plants) if supplier.plants else None
            card = {"certificate": f"CoA-{number}"} if plant else {"supplier_lot": f"S-{number}"}
            card |= {"shift": books.rng.choice(("early", "late"))} if supplier == LINDE else {}
            rest = f"{good.name} {price[supplier.form]}"
            card = {"lot": lot.number, "expires": expires, "manufactured": made} | card
            legs.append(leg(MAIN, D(units), rest, **card, plant=plant))
            books.put(MAIN, lot, D(units))
            total += amount
        narration = "Delivery, carriage included" if supplier.form == "@@" else "Delivery"
        books.entry(day, supplier.name, narration, link, *legs, leg(PAYABLE, -total, "USD"))
        books.bills.append(Bill(day, supplier.name, PAYABLE, link, -total))


def notice(books: Books, day: date) -> None:
    """Hold a lot, release it, or send it back to the supplier, who credits what it cost."""
    name, what, units = NOTICES[day]
    lot = books.lots(MAIN, NAMED[name])[-1]
    if what != "returned":
        books.held ^= {lot}
        books.text.append(f'{day} custom "lot-status" "{name}" "{lot.number}" "{what}"\n')
        return
    units = units or books.stock[MAIN, lot]
    books.take(MAIN, [lot], units)
    supplier, credit = lot.good.supplier.name, cents(units * lot.cost)
    issue = leg(MAIN, -units, name, lot=lot.number, lot_kind="purchase-return")
    books.entry(day, supplier, "Sent back", lot.link, issue, leg(PAYABLE, credit, "USD"))
    books.bills.append(Bill(day, supplier, PAYABLE, lot.link, credit))


def restock(books: Books, day: date) -> None:
    """Move goods to the shop; a lot is named where another one may not be sold."""
    legs: list[str] = []
    for good in GOODS:
        lots, size = books.lots(MAIN, good, day), D(good.case or 4)
        if not lots or books.on_hand(SHOP, books.lots(SHOP, good, day)) * 2 > size:
            continue
        named = lots != books.lots(MAIN, good)
        lots = lots[:1] if named else lots
        units = min(size, books.on_hand(MAIN, lots))
        for lot, part in books.take(MAIN, lots, units):
            books.put(SHOP, lot, part)
        legs.append(leg(MAIN, -units, good.name, lot=lots[0].number if named else None))
        legs.append(leg(SHOP, units, good.name))
    if legs:
        legs = [legs[0], f"  {SHOP}"] if len(legs) == 2 else legs
        books.entry(day, "", "Restock the shop", "", *legs)


def sell(books: Books, day: date) -> None:
    """Invoice one to four goods, in the short form or in the long form."""
    rng, legs, total = books.rng, [], D(0)
    customer, warehouse, account = rng.choice(CUSTOMERS)
    short, link = rng.random() < 0.5, f"^inv-{books.invoices + 1}"
    wanted = rng.choices(GOODS, weights=[good.demand for good in GOODS], k=rng.randint(1, 4))
    for good in (good for good in GOODS if good in wanted):
        lots, named = books.lots(warehouse, good, day), rng.random() < 0.06
        lots = lots[-1:] if named else lots  # the customer asked for the longest date
        ordered = D(rng.randint(1, 4) * (good.case if warehouse == MAIN else 1))
        units = min(ordered or rng.choice(WEIGHTS), books.on_hand(warehouse, lots))
        if units:
            rest = f"{good.name} @ {good.price} USD" if short else good.name
            legs.append(leg(warehouse, -units, rest, lot=lots[0].number if named else None))
            lot, part = books.take(warehouse, lots, units)[0]
            books.sales += [Sale(customer, warehouse, link, lot, part, good.price)] if short else []
            total += units * good.price
    if legs:
        total = cents(total)
        legs.append(leg(account, total, "USD"))
        legs += [] if short else [leg("Income:Sales", -total, "USD")]
        invoice(books, day, customer, account, total, *legs)


def clear(books: Books) -> None:
    """Sell the rest of a good cheaply."""
    day, name, units, price = CLEARANCE
    books.take(MAIN, books.lots(MAIN, NAMED[name], day), units)
    legs = leg(MAIN, -units, f"{name} @ {price} USD"), leg(RECEIVABLE, units * price, "USD")
    invoice(books, day, "Buurtwinkel Ledeberg", RECEIVABLE, units * price, *legs)


def invoice(books: Books, day: date, customer: str, account: str, total: D, *legs: str) -> None:
    """Write a sale under the next number."""
    books.invoices += 1
    link = f"^inv-{books.invoices}"
    books.entry(day, customer, f"Invoice {books.invoices}", link, *legs)
    books.bills.append(Bill(day, customer, account, link, total))


def take_back(books: Books, day: date) -> None:
    """Credit a customer who returns part of a line; the goods go back into their lot."""
    recent = [sale for sale in books.sales if sale.units >= 2 and sale.lot.expires > day]
    books.sales.remove(recent[-1])
    customer, warehouse, link, lot, _, price = recent[-1]
    rest = f"{lot.good.name} @ {price} USD"
    back = leg(warehouse, D(2), rest, lot=lot.number, lot_kind="sale-return")
    account = CASH if customer == "Shop counter" else RECEIVABLE
    books.entry(day, customer, "Credit note", link, back, leg(account, -2 * price, "USD"))
    books.put(warehouse, lot, D(2))
    books.bills.append(Bill(day, customer, account, link, -2 * price))


def lose(books: Books, day: date) -> None:
    """Write off a few units, with the reason."""
    reason, good = books.rng.choice(LOSSES), books.rng.choice(GOODS)
    warehouse = SHOP if reason == "theft" else MAIN
    for lot in books.lots(warehouse, good, day)[:1]:
        units = min(D(books.rng.randint(1, 4)), books.stock[warehouse, lot])
        books.take(warehouse, [lot], units)
        issue = leg(warehouse, -units, good.name, lot=lot.number, reason=reason)
        books.entry(day, "", f"Written off: {reason}", "", issue)


def write_off_expired(books: Books, day: date) -> None:
    """Clear the shelves of what expired, one posting per lot."""
    legs = []
    for (warehouse, lot), units in list(books.stock.items()):
        if units and lot.expires < day:
            books.take(warehouse, [lot], units)
            legs.append(leg(warehouse, -units, lot.good.name, lot=lot.number, reason="expired"))
    if legs:
        books.entry(day, "", "Written off: expired", "", *legs)


def settle(books: Books, day: date) -> None:
    """Pay the rent, take the counter's cash to the bank, pay and collect last month's bills."""
    freight = cents(D(books.rng.randint(18000, 32000)) / 100)
    legs = leg("Expenses:FreightOut", freight, "USD"), leg(PAYABLE, -freight, "USD")
    books.entry(day, "Koerier Van Damme", f"Deliveries of {day:%B}", f"^van-{day:%m}", *legs)
    books.bills.append(Bill(day, "Koerier Van Damme", PAYABLE, f"^van-{day:%m}", -freight))
    rent = leg("Expenses:Rent", D("850.00"), "USD"), leg(BANK, D("-850.00"), "USD")
    books.entry(day, "Havenbedrijf", f"Rent {day:%B}", "", *rent)
    till = [bill for bill in books.bills if bill.account == CASH]
    due = [bill for bill in books.bills if bill.account != CASH and bill.day < day.replace(day=1)]
    books.bills = [bill for bill in books.bills if bill not in till and bill not in due]
    takings = sum((bill.amount for bill in till), D(0))
    legs = leg(BANK, takings, "USD"), leg(CASH, -takings, "USD")
    books.entry(day, "Shop counter", "Takings to the bank", "", *legs)
    for party, group in groupby(sorted(due, key=lambda b: (b.account, b.party)), lambda b: b.party):
        bills = list(group)
        amount, links = sum((b.amount for b in bills), D(0)), dict.fromkeys(b.link for b in bills)
        legs = leg(BANK, amount, "USD"), leg(bills[0].account, -amount, "USD")
        books.entry(day, party, "Payment of last month", " ".join(links), *legs)


def write() -> str:
    """Live through the days and return the ledger's text."""
    books = Books()
    opening = leg(BANK, D("20000.00"), "USD"), leg("Equity:Opening-Balances", D("-20000.00"), "USD")
    books.entry(START, "", "Opening balance", "", *opening)
    for day in (START + timedelta(days=n) for n in range((END - START).days + 1)):
        deliver(books, day)
        if day in NOTICES:
            notice(books, day)
        if day.weekday() == 0:
            restock(books, day)
        for _ in range(books.rng.randint(1, 3) if day.weekday() < 5 else 0):
            sell(books, day)
        if day == CLEARANCE[0]:
            clear(books)
        if day.weekday() == 2 and day.day > 21:
            take_back(books, day)
        if day.weekday() == 4:
            lose(books, day)
        if (day + timedelta(days=1)).day == 1:
            if day != END:
                write_off_expired(books, day)
            settle(books, day)
    return "\n".join(books.text)


if __name__ == "__main__":
    target = Path(__file__).parent / "year.beancount"
    target.write_text(write(), encoding="utf-8", newline="\n")
