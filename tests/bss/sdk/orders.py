"""Drives every operation around orders through Huawei's own SDK against a running simulator.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

import time
from decimal import Decimal

from common import (
    M, MASTER, MEMBER, O, ORDINARY, balances, cancel, check, client, control, details, ledger, main, new_order,
    orders, pay, refused, wait_for,
)
from huaweicloudsdkbss.v2 import (
    ListOrderCouponsByOrderIdRequest,
    ListOrderDiscountsRequest,
    ListSubCustomerCouponsRequest,
    ShowCustomerAccountBalancesRequest,
    ShowRefundOrderDetailsRequest,
)


def coupons_of(order_id, c=M):
    return c.list_order_coupons_by_order_id(ListOrderCouponsByOrderIdRequest(order_id=order_id))


def discounts_of(order_id, c=M):
    return c.list_order_discounts(ListOrderDiscountsRequest(order_id=order_id)).discounts


def my_coupons(c=M, **filters):
    return c.list_sub_customer_coupons(ListSubCustomerCouponsRequest(**filters))


def coupon_named(name, order_id):
    return next(c for c in coupons_of(order_id).user_coupons if c.plan_name == name)


def pending(c=M):
    return orders(c, status=6, limit=100).order_infos


@check
def the_list_is_typed_and_paged():
    first = orders(limit=10)
    assert first.status_code == 200 and first.total_count >= 380, first.total_count
    assert len(first.order_infos) == 10
    o = first.order_infos[0]
    assert isinstance(o.order_id, str) and len(o.order_id) == 17 and o.order_id.startswith("CS")
    assert isinstance(o.amount_after_discount, (int, float)) and isinstance(o.order_type, int)
    assert o.customer_id == MASTER["domain_id"] and o.currency == "CNY" and o.measure_id == 1
    assert o.create_time.endswith("Z") and len(o.create_time) == 20
    assert o.enterprise_projects[0].id
    second = orders(limit=10, offset=10)
    assert not {o.order_id for o in first.order_infos} & {o.order_id for o in second.order_infos}
    assert len(orders().order_infos) == 10, "the default page has ten"
    seen = []
    while len(seen) < first.total_count:
        seen += [o.order_id for o in orders(limit=100, offset=len(seen)).order_infos]
    assert len(set(seen)) == first.total_count == len(seen)


@check
def the_list_sorts_and_filters():
    up = [o.create_time for o in orders(order_by="createTime", limit=50).order_infos]
    down = [o.create_time for o in orders(order_by="-CREATETIME", limit=50).order_infos]
    assert up == sorted(up) and down == sorted(down, reverse=True) and up[0] < down[0]
    assert {o.status for o in orders(status=4, limit=100).order_infos} == {4}
    assert {o.order_type for o in orders(order_type="2", limit=100).order_infos} == {2}
    ecs = orders(service_type_code="hws.service.type.ec2", limit=100)
    assert ecs.total_count > 50 and {o.service_type_code for o in ecs.order_infos} == {"hws.service.type.ec2"}
    one = orders(limit=1).order_infos[0]
    assert orders(order_id=one.order_id.lower()).order_infos[0].order_id == one.order_id
    total = orders().total_count
    assert sum(orders(status=s).total_count for s in (1, 3, 4, 5, 6, 9)) <= total
    paid = orders(payment_time_begin="2026-01-01T00:00:00Z", payment_time_end="2026-12-31T00:00:00Z", limit=100)
    assert all(o.payment_time >= "2026-01-01" for o in paid.order_infos)


@check
def a_window_of_creation_is_at_most_a_year():
    newest = orders(limit=1).order_infos[0].create_time
    year = int(newest[:4])
    begin, end = f"{year - 1}-03-01T00:00:00Z", f"{year}-03-01T00:00:00Z"
    inside = orders(create_time_begin=begin, create_time_end=end, limit=100)
    assert inside.total_count > 0
    assert all(begin <= o.create_time <= end for o in inside.order_infos)
    refused("CBC.0100", lambda: orders(create_time_begin=begin, create_time_end=f"{year}-03-01T00:00:01Z"))
    refused("CBC.0100", lambda: orders(payment_time_begin=begin, payment_time_end=f"{year}-03-02T00:00:00Z"))


@check
def wrong_parameters_are_refused():
    for bad in (
        {"limit": 101}, {"limit": 0}, {"offset": -1}, {"status": 2}, {"status": ""}, {"order_by": "amount"},
        {"order_type": "99"}, {"create_time_begin": "2026-01-01"}, {"method": "everybody"},
    ):
        refused("CBC.0100", lambda: orders(**bad))
    assert orders(order_id="").total_count == 0, "an empty text filters on the empty text"
    refused("CBC.0155", lambda: orders(customer_id="0" * 32), 403)
    refused("CBC.0101", lambda: M.show_refund_order_details(ShowRefundOrderDetailsRequest(order_id="")))


@check
def amounts_add_up():
    for o in orders(limit=100).order_infos + pending():
        info = o.amount_info
        off = sum(Decimal(str(d.discount_amount)) for d in info.discounts or [])
        assert Decimal(str(o.official_amount)) - off == Decimal(str(o.amount_after_discount)), o
        d = details(o.order_id, limit=100)
        assert d.order_info.amount_after_discount == o.amount_after_discount
        lines = sum(Decimal(str(l.amount_after_discount)) for l in d.order_line_items)
        assert d.total_count == len(d.order_line_items)
        assert lines == Decimal(str(o.amount_after_discount)), (o.order_id, lines, o.amount_after_discount)
        for sub in [o.sub_order_infos] if o.sub_order_infos else []:
            assert sum(Decimal(str(s.amount_after_discount)) for s in sub) == Decimal(str(o.amount_after_discount))


@check
def details_page_their_lines_and_speak_two_languages():
    big = next(o for o in pending() if details(o.order_id).total_count > 10)
    first, rest = details(big.order_id), details(big.order_id, offset=10)
    assert len(first.order_line_items) == 10 and first.total_count == 10 + len(rest.order_line_items)
    ids = [l.order_line_item_id for l in first.order_line_items + rest.order_line_items]
    assert len(set(ids)) == first.total_count
    zh, en = details(big.order_id, x_language="zh_CN"), details(big.order_id, x_language="en_US")
    assert zh.order_info.service_type_name != en.order_info.service_type_name
    assert en.order_info.service_type_name.isascii()
    assert zh.order_info.service_type_code == en.order_info.service_type_code
    assert zh.order_info.user_name and zh.order_info.pending_payment_end_time.endswith("Z")
    refused("CBC.30000010", lambda: details("CS2001010000ABCDE"))
    refused("CBC.30000010", lambda: details(orders(O, limit=1).order_infos[0].order_id))


@check
def completed_lines_have_a_term_and_unsubscribed_ones_no_period():
    done = orders(status=5, order_type="1", limit=5).order_infos
    for line in (l for o in done for l in details(o.order_id).order_line_items):
        assert line.effective_time < line.expire_time and line.period_num >= 1
    for line in details(orders(status=5, order_type="4", limit=1).order_infos[0].order_id).order_line_items:
        assert line.period_num is None


@check
def refunds_lead_to_the_original_order():
    for o in orders(status=5, order_type="4", limit=20).order_infos:
        answer = M.show_refund_order_details(ShowRefundOrderDetailsRequest(order_id=o.order_id))
        rows = answer.refund_infos
        assert answer.total_count == len(rows) > 0
        assert isinstance(rows[0].measure_id, str) and isinstance(rows[0].amount, (Decimal, int))
        back = -sum(Decimal(r.amount) for r in rows if r.amount < 0)
        kept = sum(Decimal(r.amount) for r in rows if r.amount > 0)
        base = details(rows[0].base_order_id).order_info
        assert base.order_type == 1 and base.create_time <= o.create_time
        assert back == Decimal(str(o.amount_after_discount)) == Decimal(str(o.official_amount))
        assert back + kept == Decimal(str(base.amount_after_discount))
        info = o.amount_info
        assert kept == Decimal(str(info.commission_amount)) + Decimal(str(info.consumed_amount))
    plain = orders(status=5, order_type="1", limit=1).order_infos[0]
    assert M.show_refund_order_details(ShowRefundOrderDetailsRequest(order_id=plain.order_id)).total_count == 0


@check
def members_orders_are_listed_as_paid_for_them():
    theirs = orders(method="sub_customer", limit=100)
    assert theirs.total_count > 0
    for o in theirs.order_infos:
        assert o.customer_id == MEMBER["domain_id"]
        assert o.agent_pay_info.is_agent_pay is True and o.agent_pay_info.paying_agent_id == MASTER["domain_id"]
    assert orders(O, method="sub_customer").total_count == 0


@check
def balances_are_found_by_type():
    by_type, answer = balances()
    assert answer.account_balances[0].account_type != 1, "cash is not the first entry"
    assert isinstance(by_type[1].amount, (Decimal, int)) and by_type[1].credit_amount is None
    assert by_type[2].credit_amount >= by_type[2].amount > 0
    assert 2 not in balances(O)[0]


@check
def coupons_of_every_kind_are_listed():
    answer = my_coupons(limit=100)
    assert answer.count == len(answer.user_coupons)
    assert {c.coupon_type for c in answer.user_coupons} == {1, 2, 4}
    assert {c.status for c in answer.user_coupons} == {1, 2, 3, 4, 5}
    assert {c.coupon_version for c in answer.user_coupons} == {1, 2}
    assert {c.is_frozen for c in answer.user_coupons} == {"0", "1"}
    assert any(c.lock_order_id for c in answer.user_coupons)
    assert any(l.use_limiti_info_id for c in answer.user_coupons for l in c.use_limits)
    assert all(c.status == 2 for c in my_coupons(status=2, limit=100).user_coupons)
    assert len(my_coupons(limit=5, offset=3).user_coupons) == 5
    used = my_coupons(status=3, limit=100).user_coupons
    for c in used:
        info = details(c.order_id).order_info.amount_info
        assert info.coupon_amount + info.flexipurchase_coupon_amount > 0
    refused("CBC.0100", lambda: my_coupons(coupon_type=""))
    refused("CBC.0100", lambda: my_coupons(active_start_time=""))


@check
def paying_takes_money_once_and_the_order_completes_later():
    order_id = new_order("123.45")
    before = balances()[0][1].amount
    answer = pay(order_id)
    assert answer.status_code == 204
    assert details(order_id).order_info.status == 6, "readers see the payment a moment later"
    refused("CBC.99003106", lambda: pay(order_id))
    refused("CBC.99005010", lambda: cancel(order_id))
    done = wait_for(order_id, 5)
    assert done.order_info.payment_time and done.order_line_items[0].expire_time
    assert before - balances()[0][1].amount == Decimal("123.45")
    mine = [e for e in ledger() if e["subject"] == order_id]
    assert [(e["operation"], e["amount"], e["account"]) for e in mine] == [("pay_orders", "123.45", MASTER["domain_id"])]


@check
def cash_is_taken_before_credit_and_nothing_when_both_are_short():
    by_type, _ = balances()
    cash, credit = Decimal(by_type[1].amount), Decimal(by_type[2].amount)
    refused("CBC.99005003", lambda: pay(new_order(str(cash + credit + 1))))
    assert Decimal(balances()[0][1].amount) == cash
    over = new_order(str(cash + 10), account=MASTER)
    # Keep the cash for the checks that follow: only look at what it would take.
    assert details(over).order_info.amount_after_discount == float(cash + 10)
    poor = Decimal(balances(O)[0][1].amount)
    refused("CBC.99005003", lambda: pay(new_order(str(poor + Decimal("0.01")), ORDINARY), O))


@check
def unknown_and_partial_orders_cannot_be_paid():
    refused("CBC.30000010", lambda: pay("CS2001010000ABCDE"))
    refused("CBC.30000010", lambda: pay(new_order("1", ORDINARY)))
    combined = next(o for o in pending() if o.sub_order_infos)
    sub = combined.sub_order_infos[0].order_id
    refused("CBC.99000089", lambda: pay(sub))
    refused("CBC.99000089", lambda: cancel(sub))
    assert details(sub).order_info.order_id == sub
    assert len(details(combined.order_id).order_info.sub_order_infos) == 3


@check
def vouchers_pay_and_keep_what_is_left():
    order_id = new_order("200")
    voucher = coupon_named("企业激励代金券", order_id)
    flexi = coupon_named("返还现金券", order_id)
    refused("CBC.0100", lambda: pay(order_id, coupons=[(voucher.coupon_id, 1)]))
    refused("CBC.0100", lambda: pay(order_id, coupons=[(voucher.coupon_id, 302)]))
    assert pay(order_id, coupons=[(voucher.coupon_id, 301), (flexi.coupon_id, 302)]).status_code == 204
    left = my_coupons(coupon_id=voucher.coupon_id).user_coupons[0]
    assert (left.balance, left.status) == (300, 2)
    info = wait_for(order_id, 5).order_info.amount_info
    assert (info.coupon_amount, info.flexipurchase_coupon_amount) == (200, 0)
    effect = [e for e in ledger() if e["subject"] == order_id]
    assert len(effect) == 1 and Decimal(effect[0]["amount"]) == 0


@check
def an_old_voucher_is_used_once():
    order_id = new_order("50")
    old = coupon_named("测试代金券", order_id)
    pay(order_id, coupons=[(old.coupon_id, 301)])
    assert my_coupons(coupon_id=old.coupon_id).user_coupons[0].status == 3
    refused("CBC.99003112", lambda: pay(new_order("50"), coupons=[(old.coupon_id, 301)]))


@check
def coupons_exclude_each_other_and_discounts():
    order_id = new_order("1000", discounts=[
        {"discount_type": 0, "ratio": 90}, {"discount_type": 2, "ratio": 70}, {"discount_type": 3, "ratio": 95}])
    by_name = {c.plan_name: c for c in coupons_of(order_id).user_coupons}
    offers = {d.discount_type: d for d in discounts_of(order_id)}
    item = offers[2].orders[0].order_line_items[0]
    assert isinstance(item.discount_amount, (Decimal, int)) and item.discount_ratio == Decimal("0.7")
    assert offers[2].discount_value == "0.70" and item.discount_mode == 0
    voucher, ratio = by_name["商务代金券"], by_name["九折折扣券"]
    refused("CBC.99003147", lambda: pay(order_id, coupons=[(voucher.coupon_id, 301), (ratio.coupon_id, 300)]))
    for name, kind in (("不与商务折扣同享代金券", 2), ("不与促销同享代金券", 0), ("不与伙伴折扣同享代金券", 3)):
        refused("CBC.99003116", lambda: pay(
            order_id, coupons=[(by_name[name].coupon_id, 301)], discounts=[(offers[kind].discount_id, kind)]))
    least = by_name["最低折扣限制代金券"]
    refused("CBC.99003117", lambda: pay(
        order_id, coupons=[(least.coupon_id, 301)], discounts=[(offers[2].discount_id, 2)]))
    special, market = by_name["专用代金券"], by_name["云商店代金券"]
    refused("CBC.99003156", lambda: pay(order_id, coupons=[(special.coupon_id, 301), (market.coupon_id, 301)]))
    refused("CBC.99003108", lambda: pay(order_id, discounts=[("DC0", 2)]))
    refused("CBC.99003108", lambda: pay(order_id, discounts=[(offers[2].discount_id, 0)]))
    most = {(m.coupon_type, m.coupon_group): m.use_quantity_value for m in coupons_of(order_id).coupon_max_use_quantity}
    assert most[(1, 0)] == 2
    vouchers = [(c.coupon_id, 301) for c in by_name.values() if c.coupon_type == 1 and c.coupon_group == 0 and c.status == 2 and not c.used_by_order_id]
    refused("CBC.0100", lambda: pay(order_id, coupons=vouchers[:3]))
    refused("CBC.0100", lambda: pay(order_id, coupons=vouchers[:4]))
    inactive = by_name["待激活代金券"]
    assert inactive.status == 1
    refused("CBC.99003112", lambda: pay(order_id, coupons=[(inactive.coupon_id, 301)]))
    assert pay(order_id, coupons=[(by_name["不与促销同享代金券"].coupon_id, 301)],
               discounts=[(offers[2].discount_id, 2)]).status_code == 204
    done = wait_for(order_id, 5).order_info
    assert (done.official_amount, done.amount_after_discount) == (1000, 700)
    assert [(d.discount_type, d.discount_amount) for d in done.amount_info.discounts] == [("605", 300)]
    assert done.amount_info.coupon_amount == 250
    effect = next(e for e in ledger() if e["subject"] == order_id)
    assert effect["amount"] == "450.00", effect


@check
def a_discount_coupon_takes_its_share():
    order_id = new_order("300")
    ratio = coupon_named("九折折扣券", order_id)
    pay(order_id, coupons=[(ratio.coupon_id, 300)])
    done = wait_for(order_id, 5).order_info
    assert done.amount_after_discount == 270
    assert [(d.discount_type, d.discount_amount) for d in done.amount_info.discounts] == [("300", 30)]


@check
def an_adjusted_price_must_be_used():
    order = next(o for o in pending() if any(d.discount_type == 609 for d in discounts_of(o.order_id)))
    offers = {d.discount_type: d for d in discounts_of(order.order_id)}
    assert offers[609].discount_value == "" and offers[609].orders[0].order_line_items[0].discount_mode == 1
    refused("CBC.99003108", lambda: pay(order.order_id))
    refused("CBC.99003108", lambda: pay(order.order_id, discounts=[(offers[2].discount_id, 2)]))
    assert pay(order.order_id, discounts=[(offers[609].discount_id, 609)]).status_code == 204


@check
def a_coupon_held_by_an_order_is_freed_by_cancelling():
    held = next(c for c in my_coupons(status=2, limit=100).user_coupons if c.lock_order_id)
    other = new_order("10", service_type_code="hws.service.type.ebs")
    assert coupon_named("下单锁定代金券", other).used_by_order_id == held.lock_order_id
    refused("CBC.99003112", lambda: pay(other, coupons=[(held.coupon_id, 301)]))
    assert cancel(held.lock_order_id.lower()).status_code == 204
    assert my_coupons(coupon_id=held.coupon_id).user_coupons[0].lock_order_id is None
    wait_for(held.lock_order_id, 4)
    refused("CBC.99005010", lambda: cancel(held.lock_order_id))
    refused("CBC.99003106", lambda: pay(held.lock_order_id))
    assert pay(other, coupons=[(held.coupon_id, 301)]).status_code == 204


@check
def a_combined_order_is_paid_as_a_whole():
    combined = next(o for o in pending() if o.sub_order_infos)
    offer = discounts_of(combined.order_id)[0]
    assert len(offer.orders) == 3, "each sub-order has its lines"
    pay(combined.order_id, discounts=[(offer.discount_id, offer.discount_type)])
    done = wait_for(combined.order_id, 5).order_info
    assert {s.status for s in done.sub_order_infos} == {5}
    total = sum(Decimal(str(s.amount_after_discount)) for s in done.sub_order_infos)
    assert total == Decimal(str(done.amount_after_discount))


@check
def the_deadline_ends_an_order():
    order_id = new_order("10", deadline_seconds=3600)
    control("/clock", {"advance_seconds": 800})
    assert details(order_id).order_info.status == 6
    short = new_order("10", deadline_seconds=1)
    time.sleep(1.2)
    assert details(short).order_info.status == 4
    refused("CBC.99003110", lambda: pay(short))
    refused("CBC.99005010", lambda: cancel(short))


@check
def wrong_signatures_are_refused_in_the_gateways_words():
    ask = lambda c: c.show_customer_account_balances(ShowCustomerAccountBalancesRequest())
    bad = refused("APIGW.0301", lambda: ask(client(MASTER, sk="wrong")), 401)
    assert bad.error_msg == "Incorrect IAM authentication information: verify aksk signature fail"
    bad = refused("APIGW.0301", lambda: ask(client(MASTER, ak="NOSUCHKEY")), 401)
    assert bad.error_msg == "Incorrect IAM authentication information: ak NOSUCHKEY not exist"
    # The clock was advanced by 800 seconds above; two minutes more leave the window.
    control("/clock", {"advance_seconds": 120})
    bad = refused("APIGW.0301", lambda: ask(M), 401)
    assert "signature expired, signature time:" in bad.error_msg and ",server time:" in bad.error_msg


# The last check leaves the simulator's clock ahead, so it must stay the last one.


main()
