"""Worked cases with published answers, told as ledgers.

Two YAML files hold the facts of the cases, gathered from the test suites of other systems
(peers.yaml) and from textbooks (textbook.yaml). They are kept beside the repository, not in it;
LOTCOST_SCENARIOS names another folder. test_cases.py has the same cases as ledgers of our own.
"""

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from beancount.core import account, convert, data
from conftest import Loaded

FOLDER = Path(
    os.environ.get("LOTCOST_SCENARIOS") or Path(__file__).parents[2] / "shared" / "scenarios"
)
MISSING = (
    f"{FOLDER} has no peers.yaml and textbook.yaml: set LOTCOST_SCENARIOS to the folder of the "
    "project's worked cases"
)

# Cases that cannot run yet, by id; each must fail, so that it leaves the list when it can.
LATER: list[str] = []

COST_OF_SALES = "Expenses:CostOfSales"
IN_STOCK = account.parent_matcher("Assets:Stock")


def case(name: str) -> pytest.MarkDecorator:
    """Mark a test as one of the worked cases."""
    return pytest.mark.xfail(name in LATER, reason=f"{name} cannot run yet", strict=True)


def cases(file: str, *names: str) -> list:
    """Read the cases of a file, or of it those named, as parameters of a test."""
    if not (FOLDER / file).exists():
        return []
    # The base loader leaves every scalar as written: no float comes near a cent.
    scenarios = yaml.load((FOLDER / file).read_text(), yaml.BaseLoader)["scenarios"]
    return [
        pytest.param(scenario, id=scenario["id"], marks=case(scenario["id"]))
        for scenario in scenarios
        if not names or scenario["id"] in names
    ]


def figures(told: object) -> object:
    """Turn what looks like a number into one, so that "2/3", "5.00" and Decimal(5) compare."""
    if isinstance(told, dict):
        return {key: figures(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [figures(value) for value in told]
    try:
        return Fraction(told)
    except (TypeError, ValueError):
        return told


class Books(NamedTuple):
    """A loaded ledger and what its published figures are read off."""

    ledger: Loaded

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        return self.ledger.rows("lots")

    def lot(self, lot: str) -> Mapping[str, Any]:
        (row,) = [row for row in self.rows if row["lot"] == lot]
        return row

    def total(self, *columns: str, **where: str) -> Decimal:
        """Add up columns over all lots, or over those where a column says so."""
        return sum(
            row[column] or 0
            for row in self.rows
            if where.items() <= row.items()
            for column in columns
        )

    def postings(self, **where: object) -> Iterator[data.Posting]:
        """Yield the postings of the transactions whose narration or date is the one asked."""
        for entry in self.ledger.entries:
            if isinstance(entry, data.Transaction) and where.items() <= entry._asdict().items():
                yield from entry.postings

    def cost_of_sales(self, **where: object) -> Decimal:
        return _weight(leg for leg in self.postings(**where) if leg.account == COST_OF_SALES)

    def stock_change(self, lot: str, **where: object) -> Decimal:
        return _weight(
            leg
            for leg in self.postings(**where)
            if IN_STOCK(leg.account) and leg.meta.get("lot") == lot
        )

    def layers(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Units and value on hand by the date their cost carries."""
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for leg in self.postings():
            if IN_STOCK(leg.account):
                units, value = found.get(str(leg.cost.date), (Decimal(0), Decimal(0)))
                value += convert.get_weight(leg).number
                found[str(leg.cost.date)] = units + leg.units.number, value
        return {date: layer for date, layer in sorted(found.items()) if layer[0]}


def _weight(legs: Iterable[data.Posting]) -> Decimal:
    return sum((convert.get_weight(leg).number for leg in legs), Decimal(0))


def head(method: str, framework: str = "ifrs") -> str:
    return f"""\
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2000-01-01 custom "lotcost" "framework" "{framework}"
2000-01-01 open Assets:Stock
  lot-method: "{method}"
  lot-sales: Income:Sales
  lot-cost-of-sales: {COST_OF_SALES}
  lot-write-off: Expenses:WriteOff
  lot-write-down: Expenses:WriteDown
  lot-adjustment: Expenses:StockDifferences
  lot-landed-cost: Assets:Clearing:Freight
"""


def peers_ledger(scenario: dict) -> str:
    """A move's reference is its narration and its link; goods without a lot are a lot each move."""
    texts = [_PEERS_MOVES[move["type"]](move, scenario["moves"]) for move in scenario["moves"]]
    return "\n".join([head(scenario["method"]), *texts])


def _in(move: dict, moves: list[dict]) -> str:
    lots = move.get("lots") or {move.get("lot", move["ref"]): move["qty"]}
    legs = []
    for lot, units in lots.items():
        legs += [f"{_goods(move, units)} @ {move['unit_cost']} USD", _lot(lot)]
    return _peer(move, *legs, "  Liabilities:Payable")


def _out(move: dict, moves: list[dict]) -> str:
    """A sale of which the source tells no price: its leg on the cost-of-sales account says so."""
    return _peer(move, _goods(move, -Decimal(move["qty"])), *_named(move), f"  {COST_OF_SALES}")


def _cust_return(move: dict, moves: list[dict]) -> str:
    (sale,) = [other for other in moves if other["ref"] == move["of"]]
    back = sale | move
    return _peer(back, _goods(back, move["qty"]), *_named(back), f"  {COST_OF_SALES}")


def _vendor_return(move: dict, moves: list[dict]) -> str:
    (receipt,) = [other for other in moves if other["ref"] == move["of"]]
    back = {"lot": receipt["ref"]} | receipt | move
    legs = _goods(back, -Decimal(move["qty"])), '    lot-kind: "purchase-return"', *_named(back)
    return _peer(back, *legs, "  Liabilities:Payable")


def _transfer(move: dict, moves: list[dict]) -> str:
    out = _goods(move | {"loc": move["from"]}, -Decimal(move["qty"]))
    return _peer(move, out, *_named(move), _goods(move | {"loc": move["to"]}, move["qty"]))


def _count(move: dict, moves: list[dict]) -> str:
    counted = f'"{move["lot"]}" {move["counted"]} {move["item"]}'
    return f'{move["date"]} custom "lot-count" Assets:Stock:Main {counted}\n  adjust: TRUE\n'


def _landed(move: dict, moves: list[dict]) -> str:
    legs = []
    for receipt, amount in move["targets"].items():
        legs += [f"  Assets:Clearing:Freight  {amount} USD", f'    landed-on: "^{receipt}"']
        legs += ['    landed-by: "quantity"']
    return _peer(move, *legs, "  Liabilities:Payable")


def _produce(move: dict, moves: list[dict]) -> str:
    legs = []
    for item in move["inputs"]:
        legs += [_goods(item, -Decimal(item["qty"])), *_named(item)]
    for item in move["outputs"]:
        legs += [_goods(item, item["qty"]), *_named(item), f"    cost-share: {item['weight']}"]
    return _peer(move, *legs)


_PEERS_MOVES = {
    "in": _in,
    "out": _out,
    "cust_return": _cust_return,
    "vendor_return": _vendor_return,
    "transfer": _transfer,
    "count": _count,
    "landed": _landed,
    "produce": _produce,
}


def _peer(move: dict, *legs: str) -> str:
    links = [f"^{move[key]}" for key in ("ref", "of") if key in move]
    return _text(f'{move["date"]} * "{move["ref"]}" {" ".join(links)}', *legs)


def textbook_ledger(scenario: dict, basis: str = "", framework: str = "ifrs") -> str:
    """Tell a case of one commodity, its `item`; batches use and make a commodity for each lot.

    Args:
        basis: Land costs by this, not by what the move says.
        framework: Whether write-downs reverse.
    """
    methods = {"fifo": "fifo"}
    texts = [head(methods.get(scenario["method"], "specific"), framework)]
    moves = scenario["moves"]
    for place, move in enumerate(moves):
        move = {"item": _item(scenario, move)} | move | ({"basis": basis} if basis else {})
        texts.append(_TEXTBOOK_MOVES[move["kind"]](move, moves, place))
    return "\n".join(texts)


def _item(scenario: dict, move: dict) -> str:
    if scenario["method"] == "rollup":
        return move.get("lot") or next(iter(move.get("lots", {"": ""})))
    return scenario.get("item", "GOODS")


def _purchase(move: dict, moves: list[dict], place: int) -> str:
    paid = f"{_goods(move, move['qty'])} @ {move['unit_cost']} USD"
    return _book(move, paid, _lot(move["lot"]), "  Liabilities:Payable")


def _sale(move: dict, moves: list[dict], place: int) -> str:
    """Short form where the source tells the price; a selling cost is no cost of the goods."""
    lots = move.get("lots") or {None: move["qty"]}
    price = f" @ {move['price']} USD" if "price" in move else ""
    legs = []
    for lot, units in lots.items():
        legs += [_goods(move, -Decimal(units)) + price, *([_lot(lot)] if lot else [])]
    if not price:
        return _book(move, *legs, f"  {COST_OF_SALES}")
    total = Decimal(move["qty"]) * Decimal(move["price"])
    selling = Decimal(move.get("selling_cost", 0))
    legs += [f"  Assets:Receivable  {total - selling} USD"]
    legs += [f"  Expenses:Selling  {selling} USD"] if selling else []
    return _book(move, *legs)


def _sale_return(move: dict, moves: list[dict], place: int) -> str:
    """Of the only sale before it."""
    (sale,) = [earlier for earlier in moves[:place] if earlier["kind"] == "sale"]
    back = f"{_goods(move, move['qty'])} @ {move['price']} USD"
    refund = Decimal(move["qty"]) * Decimal(move["price"])
    kind = '    lot-kind: "sale-return"'
    legs = back, kind, _lot(move["lot"]), f"  Assets:Receivable  -{refund} USD"
    return _book(move, *legs, link=f" {_link(sale)}")


def _purchase_return(move: dict, moves: list[dict], place: int) -> str:
    kind = '    lot-kind: "purchase-return"'
    out = _goods(move, -Decimal(move["qty"]))
    return _book(move, out, kind, _lot(move["lot"]), "  Liabilities:Payable")


def _landed_charge(move: dict, moves: list[dict], place: int) -> str:
    return _book(
        move,
        f"  Assets:Clearing:Freight  {move['amount']} USD",
        f'    landed-on: "{", ".join(move["lots"])}"',
        f'    landed-by: "{move["basis"]}"',
        "  Liabilities:Payable",
    )


def _normal_loss(move: dict, moves: list[dict], place: int) -> str:
    out = _goods(move, -Decimal(move["qty"]))
    return _book(move, out, _lot(move["lot"]), '    reason: "normal-loss"')


def _nrv_test(move: dict, moves: list[dict], place: int) -> str:
    """Goods that the source only values are one unit, received the day before the first test."""
    test = f'custom "lot-write-down" "{move["item"]}" "{move["lot"]}" {move["total_nrv"]} USD'
    text = f"{move['date']} {test}\n"
    if place:
        return text
    eve = datetime.date.fromisoformat(move["date"]) - datetime.timedelta(1)
    receipt = move | {"date": eve, "qty": "1", "unit_cost": move["total_cost"]}
    return _purchase(receipt, moves, place) + "\n" + text


def _consume(move: dict, moves: list[dict], place: int) -> str:
    """What a batch uses is bought the same day; the first output's transaction issues it."""
    return _purchase(move, moves, place)


def _conversion(move: dict, moves: list[dict], place: int) -> str:
    return ""


def _batch(move: dict, moves: list[dict], place: int) -> str:
    """All of a batch is one transaction: what was used, what it cost to convert, what came out."""
    outputs = [other for other in moves if other["kind"] == "produce"]
    if move["lot"] != outputs[0]["lot"]:
        return ""
    legs = ['  lot-kind: "production"']
    for other in moves:
        if other["kind"] == "consume":
            item = {"item": other["lot"]}
            legs += [_goods(item, -Decimal(other["qty"])), _lot(other["lot"])]
        elif other["kind"] == "conversion":
            legs += [f"  Liabilities:Wages  -{other['amount']} USD"]
    for output in outputs:
        legs += [_goods({"item": output["lot"]}, output.get("qty", "1")), _lot(output["lot"])]
        if "deduct" in output:
            legs += [f"    cost: {output['deduct']} USD"]
        elif "share" in output:
            legs += [f"    cost-share: {100 * Decimal(output['share']):f}"]
    return _book(move, *legs)


_TEXTBOOK_MOVES = {
    "opening": _purchase,
    "purchase": _purchase,
    "sale": _sale,
    "sale_return": _sale_return,
    "purchase_return": _purchase_return,
    "landed_charge": _landed_charge,
    "normal_loss": _normal_loss,
    "nrv_test": _nrv_test,
    "consume": _consume,
    "conversion": _conversion,
    "produce": _batch,
}


def _book(move: dict, *legs: str, link: str = "") -> str:
    return _text(f'{move["date"]} * "{move["kind"]}" {_link(move)}{link}', *legs)


def _link(move: dict) -> str:
    return f"^{move['kind']}-{move['date']}"


def _text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _goods(move: dict, units: object) -> str:
    return f"  Assets:Stock:{move.get('loc', 'Main')}  {units} {move['item']}"


def _lot(lot: str) -> str:
    return f'    lot: "{lot}"'


def _named(move: dict) -> list[str]:
    return [_lot(move["lot"])] if "lot" in move else []
