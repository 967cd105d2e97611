"""Checks the money of accounts through Huawei's own SDK: balances, cards, coupons, income and expense.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

import datetime
from decimal import Decimal

from common import (
    M, MASTER, MEMBER, O, ORDINARY, balances, check, client, control, details, effects, main, new_order, pay,
    refused, wait_for,
)
from huaweicloudsdkbss.v2 import (
    ListCustomerAccountChangeRecordsRequest,
    ListCustomerCouponChangeRecordsRequest,
    ListStoredValueCardsRequest,
    ListSubCustomerCouponsRequest,
)

CASH, CREDIT, COUPON = "BALANCE_TYPE_DEBIT", "BALANCE_TYPE_CREDIT", "BALANCE_TYPE_COUPON"


def cards(status=1, c=M, **more):
    return c.list_stored_value_cards(ListStoredValueCardsRequest(status=status, **more))


def records(c=M, balance_type=CASH, **more):
    more = {"limit": 100, **more}
    return c.list_customer_account_change_records(
        ListCustomerAccountChangeRecordsRequest(balance_type=balance_type, **more))


def coupon_records(c=M, balance_type=COUPON, **more):
    more = {"limit": 100, **more}
    return c.list_customer_coupon_change_records(
        ListCustomerCouponChangeRecordsRequest(balance_type=balance_type, **more))


def every(ask, **more):
    found, offset = [], 0
    while True:
        answer = ask(offset=offset, **more)
        found += answer.records
        offset += len(answer.records)
        if offset >= answer.total_count or not answer.records:
            assert len(found) == answer.total_count
            return found


def coupons(c=M, **filters):
    return c.list_sub_customer_coupons(ListSubCustomerCouponsRequest(limit=100, **filters)).user_coupons


def signed(record):
    amount = Decimal(record.change_amount)
    assert amount > 0, record
    return amount if record.revenue_expense_type == "REVENUE" else -amount


def runs_through(newest_first, end):
    """Each balance is the one before and the change; the last one is `end`."""
    assert newest_first, "nothing is told"
    assert Decimal(newest_first[0].balance_after_change) == end, (newest_first[0], end)
    for after, before in zip(newest_first, newest_first[1:]):
        assert before.trade_time <= after.trade_time
        assert Decimal(before.balance_after_change) + signed(after) == Decimal(after.balance_after_change), after
        assert Decimal(before.balance_after_change) >= 0


LONG_AGO = "2000-01-01"


@check
def every_balance_of_the_history_leads_to_the_balance_now():
    for c in (M, O):
        has, _ = balances(c)
        whole = every(lambda **more: records(c, **more), trade_time_begin=LONG_AGO)
        runs_through(whole, Decimal(str(has[1].amount)))
        first = whole[-1]
        assert Decimal(first.balance_after_change) == signed(first), "it begins with nothing"
        assert len({record.account_change_id for record in whole}) == len(whole)
    has, _ = balances()
    runs_through(every(lambda **more: records(M, CREDIT, **more), trade_time_begin=LONG_AGO),
                 Decimal(str(has[2].amount)))
    assert records(O, CREDIT).total_count == 0, "an account without credit has no changes of it"


@check
def records_are_filtered_by_reason_direction_day_and_channel():
    top_ups = records(trade_type="RECHARGE", trade_time_begin=LONG_AGO).records
    assert top_ups and all(r.revenue_expense_type == "REVENUE" and r.payment_channel_no for r in top_ups)
    spent = records(revenue_expense_type="EXPENSE").records
    assert spent and all(r.revenue_expense_type == "EXPENSE" for r in spent)
    some = records(payment_channel_id="1,319", trade_time_begin=LONG_AGO).records
    assert some and {r.payment_channel_id for r in some} <= {"1", "319"}
    one = top_ups[0]
    found = records(payment_channel_no=one.payment_channel_no, trade_time_begin=LONG_AGO).records
    assert [r.account_change_id for r in found] == [one.account_change_id]
    assert records(trade_type="").total_count == records().total_count, "an empty type filters nothing"


@check
def a_day_of_the_window_is_a_day_in_beijing():
    late = next(r for r in every(records, trade_time_begin=LONG_AGO) if "15:59" < r.trade_time[11:16])
    utc_day = late.trade_time[:10]
    ids = {r.account_change_id for r in records(trade_time_begin=utc_day, trade_time_end=utc_day).records}
    assert late.account_change_id not in ids, "16:00 in Greenwich is the next day in Beijing"
    day = datetime.date.fromisoformat(utc_day)
    whole = every(records, trade_time_begin=str(day), trade_time_end=str(day + datetime.timedelta(days=1)))
    assert late.account_change_id in {r.account_change_id for r in whole}
    begin, end = f"{day - datetime.timedelta(days=1)}T16:00:00Z", f"{day + datetime.timedelta(days=1)}T16:00:00Z"
    assert all(begin <= r.trade_time < end for r in whole)


@check
def what_is_wrong_with_a_question_about_records_is_refused():
    refused("CBC.0101", lambda: records(balance_type=None))
    for bad in (
        {"balance_type": "BALANCE_TYPE_COUPON"}, {"trade_type": "DEDUCT"}, {"revenue_expense_type": ""},
        {"trade_time_begin": "2026-7-1"}, {"trade_time_begin": ""}, {"limit": 101}, {"limit": 0}, {"offset": -1},
        {"trade_time_begin": "2026-07-02", "trade_time_end": "2026-07-01"}, {"payment_channel_id": "1,3"},
    ):
        refused("CBC.0100", lambda: records(**bad))
    refused("CBC.0101", lambda: coupon_records(balance_type=None))
    for bad in (
        {"balance_type": CASH}, {"trade_type": ""}, {"trade_type": "RECHARGE"}, {"coupon_id": "x" * 65},
        {"trade_id": "x" * 129}, {"limit": 101}, {"revenue_expense_type": "BOTH"}, {"trade_time_end": "today"},
    ):
        refused("CBC.0100", lambda: coupon_records(**bad))


@check
def a_card_wants_its_status():
    refused("CBC.0101", lambda: cards(status=None))
    for bad in ({"status": 3}, {"status": 0}, {"limit": 101}, {"limit": 0}, {"offset": -1}):
        refused("CBC.0100", lambda: cards(**bad))
    usable, used = cards(1), cards(2)
    assert usable.total_count == len(usable.stored_value_cards) > 1
    for card in usable.stored_value_cards:
        assert isinstance(card.balance, str) and 0 < Decimal(card.balance) <= Decimal(card.face_value)
        assert card.status == 1 and card.card_id.startswith("userSVCId") and card.effective_time < card.expire_time
    assert all(Decimal(card.balance) == 0 and card.status == 2 for card in used.stored_value_cards)
    one = usable.stored_value_cards[0]
    assert [c.card_id for c in cards(1, card_id=one.card_id).stored_value_cards] == [one.card_id]
    assert cards(1, limit=1, offset=1).stored_value_cards[0].card_id != one.card_id
    assert cards(1, card_id="").total_count == usable.total_count, "an empty id filters nothing"


@check
def a_card_and_a_coupon_pay_and_everything_agrees():
    card = max(cards(1).stored_value_cards, key=lambda c: Decimal(c.balance))
    held = Decimal(card.balance)
    coupon = next(c for c in coupons(status=2, coupon_type=4) if c.coupon_version == 2)
    cash = Decimal(str(balances()[0][1].amount))
    worth = Decimal(str(coupon.balance))
    order = new_order(str(worth + held / 2))
    pay(order, coupons=[(coupon.coupon_id, 302), (card.card_id, 303)])
    found = wait_for(order, 5)
    info = found.order_info.amount_info
    assert Decimal(str(info.stored_card_amount)) == held / 2, info
    assert Decimal(str(info.flexipurchase_coupon_amount)) == worth
    lines = sum(Decimal(str(l.amount_info.stored_card_amount)) for l in found.order_line_items)
    assert lines == held / 2
    assert Decimal(cards(1, card_id=card.card_id).stored_value_cards[0].balance) == held / 2
    assert Decimal(str(balances()[0][1].amount)) == cash, "no money was needed"
    assert records(trade_id=order).total_count == 0
    told = coupon_records(trade_id=order).records
    assert [(r.coupon_id, Decimal(r.change_amount), Decimal(r.balance_after_change)) for r in told] == [
        (coupon.coupon_id, worth, 0)]
    assert told[0].trade_detail_type == "SOURCE_OPERAIION_DEDEUCT" and told[0].cloud_service_type_name
    effect = effects(order)[0]
    spent = {s["coupon_id"]: Decimal(s["amount"]) for s in effect["coupons"]}
    assert spent == {coupon.coupon_id: worth, card.card_id: held / 2} and Decimal(effect["cash"]) == 0


@check
def a_card_that_is_used_up_unknown_or_somebody_elses_pays_nothing():
    order = new_order("10.00")
    empty = cards(2).stored_value_cards[0]
    refused("CBC.99003112", lambda: pay(order, coupons=[(empty.card_id, 303)]))
    refused("CBC.0100", lambda: pay(order, coupons=[("userSVCId1", 303)]))
    foreign = cards(1, O).stored_value_cards[0]
    refused("CBC.0100", lambda: pay(order, coupons=[(foreign.card_id, 303)]))
    mine = cards(1).stored_value_cards[0]
    refused("CBC.0100", lambda: pay(order, coupons=[(mine.card_id, 301)]))
    assert details(order).order_info.status == 6 and not effects(order)


@check
def a_short_balance_takes_nothing_from_card_and_coupon():
    card = cards(1).stored_value_cards[0]
    order = new_order("9999999.00")
    refused("CBC.99005003", lambda: pay(order, coupons=[(card.card_id, 303)]))
    assert cards(1, card_id=card.card_id).stored_value_cards[0].balance == card.balance
    assert not effects(order)


@check
def a_refund_comes_in_where_the_payment_went_out():
    order = new_order("345.60")
    pay(order)
    wait_for(order, 5)
    out = records(trade_id=order).records
    assert [(r.trade_detail_type, signed(r)) for r in out] == [("SOURCE_OPERAIION_DEDEUCT", Decimal("-345.60"))]
    control("/console", {"action": "unsubscribe", "account": MASTER["domain_id"], "order_id": order})
    newest = records(limit=1).records[0]
    assert newest.revenue_expense_type == "REVENUE" and Decimal(newest.change_amount) <= Decimal("345.60")
    assert newest.trade_id != order, "the refund is of the unsubscription"
    assert Decimal(newest.balance_after_change) == Decimal(str(balances()[0][1].amount))
    assert records(trade_type="REFUND", trade_id=newest.trade_id).total_count == 1


@check
def the_master_is_told_of_what_it_paid_for_a_member():
    order = new_order("77.00", MEMBER)
    pay(order, client(MEMBER))
    found = records(trade_id=order).records
    assert [(r.account_name, signed(r)) for r in found] == [(MEMBER["name"], Decimal("-77.00"))]
    assert records(client(MEMBER), trade_id=order).total_count == 0


@check
def credit_pays_what_cash_does_not_and_both_are_told():
    has, _ = balances()
    cash = Decimal(str(has[1].amount))
    order = new_order(str(cash + 5))
    pay(order)
    for kind, amount in ((CASH, -cash), (CREDIT, Decimal(-5))):
        assert [signed(r) for r in records(M, kind, trade_id=order).records] == [amount]
    now, _ = balances()
    assert Decimal(str(now[1].amount)) == 0
    assert Decimal(str(has[2].amount)) - Decimal(str(now[2].amount)) == 5
    control("/console", {"action": "top_up", "account": MASTER["domain_id"], "amount": str(cash)})
    told = records(limit=1, trade_type="RECHARGE").records[0]
    assert Decimal(told.balance_after_change) == Decimal(str(balances()[0][1].amount)) == cash


@check
def every_coupons_changes_lead_to_what_is_left_of_it():
    told = every(coupon_records, trade_time_begin=LONG_AGO)
    held = {c.coupon_id: c for c in coupons()}
    by_coupon = {}
    for record in told:
        by_coupon.setdefault(record.coupon_id, []).append(record)
    for coupon_id, changes in by_coupon.items():
        left = held[coupon_id].balance
        runs_through(changes, Decimal(str(left)) if left is not None else Decimal(changes[0].balance_after_change))
        assert signed(changes[-1]) == Decimal(str(held[coupon_id].face_value)), "it begins with its face value"
    money = [c for c in held.values() if c.coupon_type != 2 and c.status != 1]
    assert {c.coupon_id for c in money} == set(by_coupon), "discount coupons and inactive ones have no balance"
    kinds = {record.trade_detail_type for record in told}
    assert {"SOURCE_OPERAIION_PRIZE", "SOURCE_OPERAIION_DEDEUCT", "SOURCE_OPERAIION_USAGE",
            "SOURCE_OPERAIION_EXPIRECLEAR", "SOURCE_OPERATION_COUPONCANCEL"} <= kinds, kinds


@check
def a_coupon_for_a_region_pays_only_there():
    local = next(c for c in coupons(status=2) if any(l.limit_key == "regionCode" for l in c.use_limits or []))
    limit = local.use_limits[0]
    assert limit.value1 == "cn-north-4" and limit.value2
    codes = set()
    for _ in range(24):
        order = new_order("1.00")
        try:
            pay(order, coupons=[(local.coupon_id, 301)])
            codes.add("paid")
        except Exception as error:
            codes.add(error.error_code)
    assert codes == {"paid", "CBC.0100"}, codes


@check
def what_expires_tomorrow_is_cleared_then():
    soon = next(c for c in coupons(status=2) if c.plan_name == "即将到期代金券")
    control("/settings", {"signature_valid_ms": 10 ** 15})
    control("/clock", {"advance_seconds": 86_400})
    newest = coupon_records(coupon_id=soon.coupon_id).records[0]
    assert newest.trade_detail_type == "SOURCE_OPERAIION_EXPIRECLEAR" and newest.trade_time == soon.expire_time
    assert Decimal(newest.change_amount) == Decimal(str(soon.balance))
    gone = coupons(coupon_id=soon.coupon_id)[0]
    assert gone.status == 4 and gone.balance == 0
    refused("CBC.99003112", lambda: pay(new_order("1.00"), coupons=[(soon.coupon_id, 301)]))


main()
