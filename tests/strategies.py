"""Movements that could happen in a shop, drawn by Hypothesis, and the ledger that says them.

@given(movements("fefo"))
def test_fefo_agrees_with_the_naive_costing(moves):
    expected = cost_lots(moves, "fefo", weights=WEIGHTS)
    entries, errors, _ = loader.load_string(to_ledger(moves, "fefo"))
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from hypothesis import strategies as st
from naive import GONE, Costed, Movement, Step, cost_lots

# FLOUR is weighed, in steps of a gram; the rest is counted. Only production makes CAKE and CRUMB.
STEPS = {
    "MILK": Fraction(1),
    "RICE": Fraction(1),
    "FLOUR": Fraction(1, 1000),
    "CAKE": Fraction(1),
    "CRUMB": Fraction(1),
}
BOUGHT = "MILK", "RICE", "FLOUR"
WEIGHTS = dict(zip(STEPS, map(Fraction, ("1.03", "0.5", "1", "0.8", "0.01")), strict=True))
ACCOUNTS = "Main", "Shop"
FIRST_DAY = date(2025, 1, 2)
LAST_DAY = date(2026, 12, 31)  # lots expire after it, so that every sale is allowed
REASONS = "expired", "damaged", "theft", "sample", "abnormal-loss"

KINDS = (
    "receipt",
    "sale",
    "sale-return",
    "purchase-return",
    "transfer",
    "write-off",
    "adjustment",
    "production",
    "landed-cost",
    "write-down",
)
SIMPLE = KINDS[:6]

# A pool knows no lots to land a cost on; LIFO goods stay at cost.
LEFT_OUT = {"average": {"landed-cost", "write-down"}, "lifo": {"write-down"}}

Draw = Callable[[st.SearchStrategy], object]
Stock = list[tuple[str, str, str, Fraction]]


@st.composite
def movements(
    draw: Draw,
    method: str,
    kinds: Collection[str] = KINDS,
    most: int = 12,
    oversold: bool = False,
) -> list[Movement]:
    """Movements in date order, each possible when it happens.

    Args:
        kinds: The first movement is a receipt whatever they are.
        most: Documents, not movements: a document moves up to three goods.
        oversold: Issues may ask for more than there is.
    """
    kinds = [kind for kind in kinds if kind not in LEFT_OUT.get(method, ())]
    moves: list[Movement] = []
    day = FIRST_DAY
    for place in range(draw(st.integers(1, most))):
        day += timedelta(draw(st.sampled_from((0, 0, 1, 2, 30))))
        kind = draw(st.sampled_from(kinds)) if place else "receipt"
        # What a custom directive says holds for its day: no other movement shares it.
        alone = kind == "write-down"
        document = _DOCUMENTS[kind](_Shop(draw, method, oversold, moves, day + timedelta(alone)))
        day += timedelta(2 * alone)
        moves += [move._replace(doc=place + 1) for move in document]
    return moves


class _Shop:
    """What the next document may be about."""

    def __init__(
        self, draw: Draw, method: str, oversold: bool, moves: list[Movement], day: date
    ) -> None:
        self.draw, self.method, self.oversold, self.moves, self.day = (
            draw,
            method,
            oversold,
            moves,
            day,
        )

    @cached_property
    def costed(self) -> Costed:
        return cost_lots(self.moves, self.method, weights=WEIGHTS)

    def lots_on_hand(self) -> list[tuple[str, str, str | None]]:
        return [key for key, row in self.costed.by_account.items() if row["units_on_hand"]]

    def pick(self, choices: Iterable) -> object:
        return self.draw(st.sampled_from(list(choices)))

    def cents(self, most: int = 30_000) -> int:
        """Zero is a price too; a round 100.00 over 3 or 7 is the cent's hard case."""
        return self.draw(st.one_of(st.integers(0, most), st.sampled_from((0, 1, 9800, 10_000))))

    def units(self, commodity: str, most: Fraction | None = None) -> Fraction:
        """Above zero, at most `most`; all of it is a case of its own."""
        step = STEPS[commodity]
        steps = int((most or 12) / step)
        return step * self.draw(st.one_of(st.integers(1, steps), st.just(steps)))

    def asked(self, commodity: str, on_hand: Fraction) -> Fraction:
        return self.units(commodity, on_hand * 2 if self.oversold else on_hand)

    def new_lot(self, commodity: str, taken: int = 0) -> str:
        count = sum(1 + len(move.parts) for move in self.moves) + taken
        return f"{commodity[:2]}{count}"

    def issues(self, kind: str, goods: int, account: str | None = None) -> list[Movement]:
        """Up to `goods` commodities out of one account, by lot where the method wants it."""
        on_hand = [key for key in self.lots_on_hand() if account in (None, key[0])]
        if not on_hand:
            return []
        account = account or self.pick(key[0] for key in on_hand)
        here = sorted({key[1] for key in on_hand if key[0] == account})
        size = 1 if self.oversold else self.draw(st.integers(1, goods))
        chosen = self.draw(st.permutations(here))[:size]
        return [self.issue(kind, account, commodity) for commodity in chosen]

    def issue(self, kind: str, account: str, commodity: str) -> Movement:
        rows = {
            key[2]: row["units_on_hand"]
            for key, row in self.costed.by_account.items()
            if key[:2] == (account, commodity) and row["units_on_hand"]
        }
        named = self.method == "specific" or kind in ("purchase-return", "adjustment")
        if self.method != "average" and (named or self.draw(st.booleans())):
            lot = self.pick(rows)
            on_hand = rows[lot]
        else:
            lot, on_hand = None, sum(rows.values())
        units = self.asked(commodity, on_hand)
        return Movement(self.day, kind, commodity, units, account, lot)


def _receipt(shop: _Shop) -> list[Movement]:
    chosen = shop.draw(st.lists(st.sampled_from(BOUGHT), min_size=1, max_size=3))
    account = shop.pick(ACCOUNTS)
    return [
        Movement(
            shop.day,
            "receipt",
            commodity,
            shop.units(commodity),
            account,
            cost=shop.cents(),
            **_card(shop, commodity, place),
        )
        for place, commodity in enumerate(chosen)
    ]


def _card(shop: _Shop, commodity: str, place: int) -> dict[str, object]:
    """Mostly a new lot; more of a known lot is its second layer, with the expiry it has."""
    known = [m for m in shop.moves if (m.kind, m.commodity) == ("receipt", commodity)]
    again = shop.pick([None, None, *known[-1:]])
    if again:
        return {"lot": again.lot, "expires": again.expires}
    days = shop.pick((None, 1, 1, 2, 30))
    return {
        "lot": shop.new_lot(commodity, place),
        "expires": days and LAST_DAY + timedelta(days),
    }


def _sale(shop: _Shop) -> list[Movement]:
    return [move._replace(price=shop.cents()) for move in shop.issues("sale", 2)]


def _sale_return(shop: _Shop) -> list[Movement]:
    out = {
        index: move.units
        for index, move in enumerate(shop.moves)
        if move.kind == "sale" and index not in shop.costed.short
    }
    for move in shop.moves:
        if move.kind == "sale-return" and move.of in out:
            out[move.of] -= move.units
    out = {index: units for index, units in out.items() if units}
    if not out:
        return []
    of = shop.pick(out)
    sale = shop.moves[of]
    units = shop.units(sale.commodity, out[of])
    refund = int(sale.price * units / sale.units)
    return [sale._replace(date=shop.day, kind="sale-return", units=units, price=refund, of=of)]


def _purchase_return(shop: _Shop) -> list[Movement]:
    return shop.issues("purchase-return", 1)


def _transfer(shop: _Shop) -> list[Movement]:
    moves = shop.issues("transfer", 2)
    return [move._replace(to=ACCOUNTS[1 - ACCOUNTS.index(move.account)]) for move in moves]


def _write_off(shop: _Shop) -> list[Movement]:
    return shop.issues("write-off", 2)


def _adjustment(shop: _Shop) -> list[Movement]:
    """What a count found; more only of a lot that is one layer there, whose cost is then plain."""
    moves = shop.issues("adjustment", 1)
    if not moves or not (_is_one_layer(shop, moves[0]) and shop.draw(st.booleans())):
        return [move._replace(units=-move.units) for move in moves]
    return [moves[0]._replace(units=shop.units(moves[0].commodity))]


def _is_one_layer(shop: _Shop, move: Movement) -> bool:
    receipts = [m for m in shop.moves if (m.kind, m.lot) == ("receipt", move.lot)]
    return len(receipts) < 2


def _production(shop: _Shop) -> list[Movement]:
    inputs = [move for move in shop.issues("input", 3) if move.commodity in BOUGHT]
    if not inputs:
        return []
    account, cost = inputs[0].account, shop.cents()
    outputs = [Movement(shop.day, "output", "CAKE", shop.units("CAKE"), account, share=100)]
    if shop.draw(st.booleans()):
        share = shop.pick((0, 1, 33, 70, 100))
        crumbs = outputs[0]._replace(commodity="CRUMB", units=shop.units("CRUMB"))
        # A by-product of written cost takes no more than the conversion, so the rest stays above 0.
        fixed = crumbs._replace(share=None, cost=shop.draw(st.integers(0, cost)))
        if shop.draw(st.booleans()):
            outputs.append(fixed)
        else:
            outputs = [outputs[0]._replace(share=share), crumbs._replace(share=100 - share)]
    outputs = [
        output._replace(lot=shop.new_lot(output.commodity, place))
        for place, output in enumerate(outputs)
    ]
    return [Movement(shop.day, "production", cost=cost, parts=(*inputs, *outputs))]


def _landed_cost(shop: _Shop) -> list[Movement]:
    by = shop.pick(("value", "quantity", "weight", "equal"))
    lots = [
        key[1]
        for key, row in shop.costed.lots.items()
        if row["cost_received" if by == "value" else "units_received"]
        and any(row[column] for column in ("units_on_hand", *GONE))
    ]
    if not lots:
        return []
    chosen = shop.draw(st.lists(st.sampled_from(lots), min_size=1, max_size=3, unique=True))
    return [Movement(shop.day, "landed-cost", cost=shop.cents(), lots=tuple(chosen), by=by)]


def _write_down(shop: _Shop) -> list[Movement]:
    """Of a lot that is one layer: what a lot of two costs apiece is another question."""
    lots = [
        key
        for key in shop.lots_on_hand()
        if _is_one_layer(shop, Movement(shop.day, "write-down", key[1], lot=key[2]))
    ]
    if not lots:
        return []
    _, commodity, lot = shop.pick(lots)
    nrv = shop.cents(3000)
    return [Movement(shop.day, "write-down", commodity, lot=lot, nrv=nrv)]


_DOCUMENTS = {
    "receipt": _receipt,
    "sale": _sale,
    "sale-return": _sale_return,
    "purchase-return": _purchase_return,
    "transfer": _transfer,
    "write-off": _write_off,
    "adjustment": _adjustment,
    "production": _production,
    "landed-cost": _landed_cost,
    "write-down": _write_down,
}


@st.composite
def families(draw: Draw, most: int = 15) -> list[Step]:
    """Lots of four levels, each made of those above it, that are recalled, released and sold."""
    names = st.sampled_from(("A", "B"))
    day = FIRST_DAY
    # What is bought is there before it is recalled, and most lots are made before it is.
    steps = [Step(day, "made", ("L0", name)) for name in ("A", "B")]
    steps += [_made_of_others(draw, day, level) for level in (1, 1, 2, 2, 3)]
    for _ in range(draw(st.integers(1, most))):
        day += timedelta(draw(st.sampled_from((0, 1))))
        level = draw(st.integers(0, 3))
        what = draw(st.sampled_from(("made", "sold", "sold", "recalled", "recalled", "released")))
        if what == "made" and level:
            steps.append(_made_of_others(draw, day, level))
        elif what == "sold":
            steps.append(Step(day, "sold", (f"L{level}", draw(names))))
        elif what != "made":
            lot = f"L{draw(st.integers(0, 1)) if what == 'recalled' else level}", draw(names)
            status = draw(st.sampled_from((what, what, what, "quarantine")))
            downstream = status == "recalled" and draw(st.integers(0, 3)) > 0
            steps.append(Step(day, "status", lot, (), status, downstream))
    return steps


def _made_of_others(draw: Draw, day: date, level: int) -> Step:
    names = st.sampled_from(("A", "B"))
    of = draw(st.lists(names, min_size=1, max_size=2, unique=True))
    return Step(
        day, "made", (f"L{level}", draw(names)), tuple((f"L{level - 1}", name) for name in of)
    )


def family_ledger(steps: Sequence[Step], method: str) -> str:
    """Write a family's steps, one transaction or directive each; their places are their links."""
    native = method == "beancount"
    head = _head(method, "ifrs")
    texts = [_step_text(place, step, native) for place, step in enumerate(steps)]
    return "\n".join([head.replace('"NONE"', '"FIFO"') if native else head, *texts])


def _step_text(place: int, step: Step, native: bool) -> str:
    commodity, number = step.lot
    if step.what == "status":
        directive = f'{step.date} custom "lot-status" "{commodity}" "{number}" "{step.status}"\n'
        return directive + ("  downstream: TRUE\n" if step.downstream else "")
    legs = [_step_issue(lot, "production", native) for lot in step.of]
    if step.what == "sold":
        legs = [_step_issue(step.lot, "sale", native), "  Assets:Receivable  2.00 USD"]
        legs += ["  Income:Sales  -2.00 USD", *(["  Expenses:CostOfSales"] if native else [])]
    else:
        cost = f'{{1.00 USD, "{number}"}}' if native else "" if step.of else "@ 1.00 USD"
        legs += [f"  Assets:Stock:Main  100 {commodity} {cost}"]
        legs += ['    lot-kind: "production"'] if step.of else []
        legs += [] if native else [f'    lot: "{number}"']
        legs += ["  Liabilities:Payable"] if native or not step.of else []
    return "\n".join([f'{step.date} * "{step.what}" ^step-{place}', *legs]) + "\n"


def _step_issue(lot: tuple[str, str], kind: str, native: bool) -> str:
    commodity, number = lot
    named = f'{{"{number}"}}' if native else f'\n    lot: "{number}"'
    return f'  Assets:Stock:Main  -1 {commodity} {named}\n    lot-kind: "{kind}"'


def to_ledger(moves: Sequence[Movement], method: str, framework: str = "ifrs") -> str:
    """Write movements as people would: the forms of one kind take turns, document by document."""
    documents = [list(group) for _, group in groupby(moves, key=lambda move: move.doc)]
    texts = [_DOCUMENT_TEXTS[document[0].kind](document, moves) for document in documents]
    return "\n".join([_head(method, framework), *texts])


def _head(method: str, framework: str) -> str:
    """The accounts are booked "NONE": else Beancount takes a receipt in braces that follows a bare
    issue for a reduction, and refuses it before any plugin runs.
    """
    goods = "".join(
        f"2025-01-01 commodity {commodity}\n  unit-weight: {_decimal(WEIGHTS[commodity])}\n"
        for commodity in STEPS
    )
    return f"""\
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 custom "lotcost" "framework" "{framework}"
2025-01-01 open Assets:Stock
  lot-method: "{method}"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
  lot-write-down: Expenses:WriteDown
  lot-adjustment: Expenses:StockDifferences
  lot-landed-cost: Assets:Clearing:Freight
2025-01-01 open Assets:Stock:Main "NONE"
2025-01-01 open Assets:Stock:Shop "NONE"
{goods}"""


def _receipt_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    legs = []
    for place, move in enumerate(document):
        each, over = divmod(Fraction(move.cost), move.units)
        total = _money(move.cost)
        forms = [f"@@ {total}", f"{{{{{total}}}}}"]
        if not over:
            each = _money(int(each))
            forms += [f"@ {each}", f"{{{each}}}", f'{{{each}, "{move.lot}"}}']
        form = forms[(move.doc + place) % len(forms)]
        card = [] if move.lot in form else [f'    lot: "{move.lot}"']
        card += [f"    expires: {move.expires}"] if move.expires else []
        legs += [f"{_goods(move)} {form}", *card]
    cost = sum(move.cost for move in document)
    return _text(document[0], legs, [f"  Liabilities:Payable  {_money(-cost)}"])


def _sale_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    """Short: @@ is the selling price. Long: the income leg is written, a lone issue stays bare."""
    price = sum(move.price for move in document)
    form = document[0].doc % 3
    bare = form and len(document) == 1
    legs = [
        line
        for move in document
        for line in (
            _goods(move, -1) + ("" if bare else f" @@ {_money(move.price)}"),
            *_lot(move),
        )
    ]
    rest = [f"  Assets:Receivable  {_money(price)}"]
    rest += [f"  Income:Sales  {_money(-price)}"] if form else []
    rest += ["  Expenses:CostOfSales"] if bare and form == 2 else []
    return _text(document[0], legs, rest)


def _sale_return_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    (move,) = document
    refund = f"  Assets:Receivable  {_money(-move.price)}"
    link = f"^doc-{moves[move.of].doc}"
    if move.doc % 2:
        legs = [_goods(move), *_lot(move), f"  Income:Sales  {_money(move.price)}", refund]
        return _text(move, legs, [], link)
    legs = [
        f"{_goods(move)} @@ {_money(move.price)}",
        '    lot-kind: "sale-return"',
        *_lot(move),
        refund,
    ]
    return _text(move, legs, [], link)


def _purchase_return_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    (move,) = document
    legs = [_goods(move, -1), '    lot-kind: "purchase-return"', *_lot(move)]
    return _text(move, legs, ["  Liabilities:Payable"])


def _transfer_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    out = [line for move in document for line in (_goods(move, -1), *_lot(move))]
    elided = [f"  Assets:Stock:{document[0].to}"]
    written = [_goods(move._replace(account=move.to)) for move in document]
    return _text(document[0], out, elided if document[0].doc % 3 == 0 else written)


def _write_off_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    reason = REASONS[document[0].doc % len(REASONS)]
    legs = [
        line
        for move in document
        for line in (_goods(move, -1), *_lot(move), f'    reason: "{reason}"')
    ]
    return _text(document[0], legs, ["  Expenses:WriteOff"] if document[0].doc % 2 else [])


def _adjustment_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    (move,) = document
    return _text(move, [_goods(move), *_lot(move)], ["  Expenses:StockDifferences"])


def _production_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    (move,) = document
    legs = []
    for part in move.parts:
        if part.kind == "input":
            legs += [_goods(part, -1), *_lot(part)]
        elif part.share is None:
            legs += [_goods(part), *_lot(part), f"    cost: {_money(part.cost)}"]
        else:
            legs += [_goods(part), *_lot(part), f"    cost-share: {part.share}"]
    return _text(move, legs, [f"  Liabilities:Wages  {_money(-move.cost)}"])


def _landed_cost_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    (move,) = document
    legs = [
        f"  Assets:Clearing:Freight  {_money(move.cost)}",
        f'    landed-on: "{", ".join(move.lots)}"',
        f'    landed-by: "{move.by}"',
    ]
    return _text(move, legs, [f"  Liabilities:Payable  {_money(-move.cost)}"])


def _write_down_text(document: list[Movement], moves: Sequence[Movement]) -> str:
    (move,) = document
    directive = f'custom "lot-write-down" "{move.commodity}" "{move.lot}" {_money(move.nrv)}'
    return f"{move.date} {directive}\n"


_DOCUMENT_TEXTS = {
    "receipt": _receipt_text,
    "sale": _sale_text,
    "sale-return": _sale_return_text,
    "purchase-return": _purchase_return_text,
    "transfer": _transfer_text,
    "write-off": _write_off_text,
    "adjustment": _adjustment_text,
    "production": _production_text,
    "landed-cost": _landed_cost_text,
    "write-down": _write_down_text,
}


def _text(move: Movement, legs: list[str], rest: list[str], *links: str) -> str:
    title = " ".join([f'{move.date} * "{move.kind} {move.doc}"', f"^doc-{move.doc}", *links])
    return "\n".join([title, *legs, *rest]) + "\n"


def _goods(move: Movement, sign: int = 1) -> str:
    return f"  Assets:Stock:{move.account}  {_decimal(sign * move.units)} {move.commodity}"


def _lot(move: Movement) -> list[str]:
    return [f'    lot: "{move.lot}"'] if move.lot else []


def _money(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2)} USD"


def _decimal(units: Fraction) -> str:
    return f"{Decimal(units.numerator) / Decimal(units.denominator):f}"
