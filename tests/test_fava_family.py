"""The family of a lot as a picture: who stands where, what is folded, what is red."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest
from fava_app import HEAD, LOTS, Article, Open
from fava_lotcost.drawing import HEIGHT, WIDTH, draw, short, short_within
from fava_lotcost.folding import fold
from hypothesis import given
from hypothesis import strategies as st

from lotcost.model import Lot
from lotcost.reports.trace import Arrow, Member, Node, Picture, Side

BAKERY = (
    HEAD
    + """
2025-01-02 * "Mill" "Delivery"
  Assets:Inventory:Main    40 FLOUR @ 1.00 USD
    lot: "F1"
  Liabilities:Payable
2025-01-03 * "Bake"
  Assets:Inventory:Main    -10 FLOUR
  Assets:Inventory:Main      5 CAKE
    lot: "C1"
2025-01-04 * "Cafe Rose" "Invoice 1"
  Assets:Inventory:Main    -3 CAKE @ 4.00 USD
  Assets:Receivable
"""
)
RECALL = """
2025-01-05 custom "lot-status" "CAKE" "C1" "recalled"
2025-01-06 * "The ledger goes on"
  Assets:Receivable    1 USD
  Income:Sales
"""


def many(names: int) -> str:
    """The bakery with so many customers of one cake each."""
    flour = BAKERY.replace("5 CAKE", f"{names + 5} CAKE")
    return flour + "".join(
        f"""
2025-01-06 * "Customer {each:03}" "Invoice"
  Assets:Inventory:Main    -1 CAKE @ 4.00 USD
  Assets:Receivable
"""
        for each in range(names)
    )


def boxes(page: Article) -> list[str]:
    """What the boxes lead to are the links within the picture."""
    return re.findall(r'<a class="lotcost-box ([^"]*)"', page.html)


def test_a_lot_shows_what_went_into_it_and_where_it_went(open_fava: Open) -> None:
    page = open_fava(BAKERY).page(LOTS, lot="C1")
    assert [each.split()[0] for each in boxes(page)] == [
        *("lotcost-supplier", "lotcost-lot", "lotcost-batch", "lotcost-lot", "lotcost-customer"),
    ]
    assert page.tables[0][0][:2] == ["production", "10.00"]
    for words in ("40 FLOUR", "10 FLOUR", "5 CAKE", "3 CAKE", "CAKE · 2 on hand"):
        assert words in page.text
    assert page.rows(-2) == [
        {"From": "Mill", "To": "F1", "Commodity": "FLOUR", "Lot": "F1", "Units": "40"},
        {"From": "F1", "To": "C1", "Commodity": "FLOUR", "Lot": "F1", "Units": "10"},
        {"From": "C1", "To": "C1", "Commodity": "CAKE", "Lot": "C1", "Units": "5"},
        {"From": "C1", "To": "Cafe Rose", "Commodity": "CAKE", "Lot": "C1", "Units": "3"},
    ]


def test_a_box_leads_to_its_lot_and_a_batch_to_its_entry(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    page = pages.page(LOTS, lot="C1")
    links = re.findall(r'<a class="lotcost-box[^"]*" href="([^"]*)"', page.html)
    flour = Article(pages.client.get(links[1].replace("&amp;", "&")).get_data(as_text=True))
    assert "40 received" in flour.text
    context = pages.client.get(f"/{pages.slug}/api/context?entry_hash={links[2].partition('-')[2]}")
    assert "Bake" in context.get_data(as_text=True)


def test_what_is_recalled_is_red(open_fava: Open) -> None:
    calm = open_fava(BAKERY).page(LOTS, lot="F1")
    assert 'class="lotcost-recalled" d=' not in calm.html
    page = open_fava(BAKERY + RECALL).page(LOTS, lot="F1")
    assert [each for each in boxes(page) if "lotcost-recalled" in each] == [
        "lotcost-lot lotcost-barred lotcost-recalled"
    ]
    assert page.html.count('class="lotcost-recalled" d=') == 2  # into the lot and out of it


def test_the_picture_is_of_the_end_of_the_time_box(open_fava: Open) -> None:
    pages = open_fava(BAKERY + RECALL)
    early = pages.page(LOTS, lot="F1", time="2025-01-02")
    assert len(boxes(early)) == 2
    assert "lotcost-recalled" not in " ".join(boxes(pages.page(LOTS, lot="F1", time="2025-01-04")))


def test_200_customers_fold_with_their_sum_and_open_by_a_link(open_fava: Open) -> None:
    pages = open_fava(many(200))
    page = pages.page(LOTS, lot="C1")
    assert len(boxes(page)) == 4 + 8
    assert "and 194 more" in page.text
    assert "194 CAKE" in page.text
    link = re.search(r'href="([^"]*open=4[^"]*)"', page.html)
    assert link is not None
    whole = Article(pages.client.get(link[1].replace("&amp;", "&")).get_data(as_text=True))
    assert len(boxes(whole)) == 4 + 201
    back = re.search(r'<a href="([^"]*)"><title>Fold this column', whole.html)
    assert back is not None
    assert len(boxes(Article(pages.client.get(back[1]).get_data(as_text=True)))) == 4 + 8
    assert len(page.rows(-2)) == 3 + 201  # the table has them all either way


@pytest.mark.parametrize("said", ["9", "x", "1,,2", "-1", "1.5", "²", "9" * 5000])
def test_a_column_that_is_not_there_gives_words(open_fava: Open, said: str) -> None:
    page = open_fava(BAKERY).page(LOTS, lot="C1", open=said)
    assert "which means nothing here; it may say 0 to 4." in page.text
    assert boxes(page)


def test_incognito_masks_the_units_of_a_family(open_fava: Open) -> None:
    page = open_fava(BAKERY.replace("40 FLOUR", "4711 FLOUR"), incognito=True).page(LOTS, lot="C1")
    assert boxes(page)
    assert "4711" not in page.html


def test_hostile_names_are_texts_in_the_picture(open_fava: Open) -> None:
    name = "<script>alert(1)</script>" + "x" * 500 + "\u202egnp.exe"
    pages = open_fava(BAKERY.replace('"Mill"', f'"{name}"'))
    page = pages.page(LOTS, lot="C1")
    assert "<script>alert" not in page.html
    assert len(boxes(page)) == 5


# The drawing


def node(key: str, column: int, side: Side = Side.DOWNSTREAM, status: str = "open") -> Node:
    member = Member(Lot("MILK", key), side, 0, None, status, None, {})
    return Node(key, "lot", key, column, member=member)


@st.composite
def pictures(draw_: st.DrawFn) -> Picture:
    columns = draw_(st.lists(st.integers(1, 14), min_size=1, max_size=6))
    statuses = st.sampled_from(["open", "recalled", "expired"])
    nodes = [
        node(f"{column}-{row}", column, status=draw_(statuses))
        for column, count in enumerate(columns)
        for row in range(count)
    ]
    pairs = [(a, b) for a in nodes for b in nodes if a.column < b.column]
    arrows = [
        Arrow(tail.key, head.key, Lot("MILK", tail.key), Decimal(draw_(st.integers(-9, 99))))
        for tail, head in (draw_(st.lists(st.sampled_from(pairs), max_size=40)) if pairs else [])
    ]
    return Picture(tuple(nodes), tuple(arrows))


@given(pictures())
def test_no_box_is_on_another_and_all_are_within(picture: Picture) -> None:
    drawing = draw(fold(picture))
    places = [(each.x, each.y) for each in drawing.boxes]
    for at, (x, y) in enumerate(places):
        assert 0 <= x <= drawing.width - WIDTH
        assert 0 <= y <= drawing.height - HEIGHT
        for other_x, other_y in places[:at]:
            assert x != other_x or abs(y - other_y) > HEIGHT


@given(pictures(), st.frozensets(st.integers(0, 5)))
def test_folding_loses_no_node_and_no_unit(picture: Picture, opened: frozenset[int]) -> None:
    folded = fold(picture, opened)
    assert Counter(n.key for box in folded.boxes for n in box.nodes) == Counter(
        n.key for n in picture.nodes
    )
    assert sum(sum(flow.units.values()) for flow in folded.flows) == sum(
        arrow.units for arrow in picture.arrows
    )
    for column in {n.column for n in picture.nodes}:
        shown = [box for box in folded.boxes if box.column == column]
        assert len(shown) <= 8 or column in opened


def test_what_is_asked_for_or_barred_is_folded_last() -> None:
    sides = [Side.UPSTREAM] * 18 + [Side.TRACED] * 2
    nodes = [node(f"{each:02}", 0, side) for each, side in enumerate(sides)]
    nodes[9] = node("09", 0, status="recalled")
    folded = fold(Picture(tuple(nodes), ()))
    assert [box.key for box in folded.boxes[:4]] == ["18", "19", "09", "00"]
    assert [len(box.nodes) for box in folded.boxes] == [*(1 for _ in range(7)), 13]


def test_a_text_is_cut_by_its_width() -> None:
    assert short("Dairy Farm", 10) == "Dairy Farm"
    assert short("Dairy Farms", 10) == "Dairy Far…"
    assert short("漢字漢字漢字", 8) == "漢字漢…"
    assert short_within("LOT-2025-0001-0007", 11) == "LOT-2…-0007"
    assert short_within("漢字漢字漢字", 8) == "漢…漢字"
    assert short_within("LOT-2025", 8) == "LOT-2025"
    assert short("", 5) == ""


def test_units_have_the_digits_they_need_and_no_more(open_fava: Open) -> None:
    weighed = """
2025-01-04 * "Cafe Rose" "By weight"
  Assets:Inventory:Main    -1.235 FLOUR @ 4.00 USD
  Assets:Receivable
2025-01-05 * "Cafe Rose" "By weight again"
  Assets:Inventory:Main    -2.765 FLOUR @ 4.00 USD
  Assets:Receivable
"""
    html = open_fava(BAKERY + weighed).page(LOTS, lot="F1").html
    assert "4 FLOUR" in html
    assert "4.000" not in html
