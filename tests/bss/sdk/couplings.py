"""One world: what one operation does, all others tell alike, to the last digit.

Argument: the ready line of a simulator whose clock stands still. Each check is the story of something that was
bought, renewed, given up, used or handed on. Prints what failed, then the tally.
"""

from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

import huaweicloudsdkbss.v2 as sdk
from common import (
    M, MASTER, MEMBER, balances, check, client, control, details, ledger, main, new_order, orders, pay, refused,
)
from views import (
    DAY, PAID_BY, at_expiry, beijing_day, breakdown, card_balance, cards, cash, charge_parts, charges, costs_of_day,
    coupon, coupon_changes, coupons, coupons_of, cycle, deductions, discounts_of, later, left_of, listed,
    money_changes, month_sum, now, number, order_parts, package_of, purchase_quote, recoverable, refunds, renew,
    renewal_quote, resource, resource_bills, resource_charges, signed, the_effect, time_of, total, transferable,
    unsubscribe,
)

C = client(MEMBER)
# The simulator's clock stands still and is then advanced by weeks, while signatures carry the machine's time.
control("/settings", {"signature_valid_ms": 2**60, "transfer_ms": 0})
FIVE = ("official", "payable", "coupon", "flexi", "card")


def usable(kind, name=None):
    """A coupon of a kind that is left to be used, whose id is all that is kept of it."""
    fits = lambda c: c.coupon_version == 2 and not c.lock_order_id and c.is_frozen == "0"
    found = [c for c in coupons(status=2, coupon_type=kind) if fits(c) and name in (None, c.plan_name)]
    return max(found, key=lambda c: c.balance)


def instruments():
    """Ids and balances of a voucher, a flexi-purchase coupon and a card that can pay together."""
    voucher, flexi = usable(1, "企业激励代金券"), usable(4)
    card = max(cards(1), key=lambda c: number(c.balance))
    return (voucher.coupon_id, number(voucher.balance)), (flexi.coupon_id, number(flexi.balance)), (
        card.card_id, number(card.balance))


def paid_with_everything(rest):
    """Buys a server with a discount of a tenth and every instrument, each of which pays all that it holds; at
    least `rest` yuan are left for money. Answers the order, its price, and the instruments with what they paid."""
    held = instruments()
    due = sum(balance for _, balance in held) + rest
    price = (due / Decimal("0.9")).quantize(Decimal(1), ROUND_CEILING)
    order_id = new_order(str(price), discounts=[{"discount_type": 2, "ratio": 90}])
    offer = discounts_of(order_id)[0]
    assert {held[0][0], held[1][0]} <= {c.coupon_id for c in coupons_of(order_id)}
    pay(order_id, coupons=[(held[0][0], 301), (held[1][0], 302), (held[2][0], 303)],
        discounts=[(offer.discount_id, offer.discount_type)])
    return order_id, price, held


def record_of(order_id, c=M):
    """The one change of money of an order, whose balance is the one before and the change."""
    found = money_changes(c, trade_id=order_id)
    assert len(found) == 1, found
    return found[0]


def told_everywhere(order_id, thing, bill_type, sign=1, c=M):
    """Order, its charges, bills of its resource and the cost centre tell the same of what was paid today."""
    order, parts = details(order_id, c).order_info, order_parts(order_id, c)
    today = beijing_day(now())
    rows = charges(c, bill_cycle=cycle(), trade_id=order_id)
    assert {row.bill_type for row in rows} == {bill_type} and {row.consume_time for row in rows} == {order.payment_time}
    told = charge_parts(rows)
    assert {name: sign * told[name] for name in FIVE} == parts, (told, parts)
    effect = [e for e in ledger() if e["subject"] == order_id and e["operation"] != "renewal_resources"][-1]
    assert total(rows, "cash_amount") == number(effect["cash"])
    assert total(rows, "credit_amount") == number(effect["credit"])
    later(DAY + 3600)
    of_resource = resource_charges(c, cycle=today[:7], trade_id=order_id)
    bills = [r for r in resource_bills(c, cycle=today[:7], statistic_type=3) if r.trade_id == order_id]
    assert thing.resource_id in {r.resource_id for r in of_resource} == {r.res_instance_id for r in bills}
    for charge_name, name in PAID_BY:
        assert total(rows, charge_name) == total(of_resource, name) == total(bills, name), name
    assert total(of_resource, "amount") == total(bills, "consume_amount") == sign * parts["payable"]
    row = next(r for r in of_resource if r.resource_id == thing.resource_id)
    bill = next(r for r in bills if r.res_instance_id == thing.resource_id)
    assert (row.resource_name, row.product_spec_desc, row.sku_code, row.region, row.spec_size) == (
        thing.resource_name, thing.product_spec_desc, thing.resource_spec_code, thing.region_code, thing.spec_size)
    assert row.product_id == thing.product_id and row.enterprise_project_id == thing.enterprise_project.id
    assert (bill.resource_name, bill.sku_code, bill.region) == (row.resource_name, row.sku_code, row.region)
    for resource_id in {r.resource_id for r in of_resource}:
        of_day = [r for r in resource_charges(c, cycle=today[:7], resource_id=resource_id) if r.bill_date == today]
        assert costs_of_day(today, resource_id) == total(of_day, "amount")
    return rows


@check
def a_purchase_is_told_alike_by_order_money_instruments_resource_bills_and_costs():
    before, first_cash, day = month_sum(cycle()), cash(), beijing_day(now())
    order_id, price, held = paid_with_everything(Decimal("99.90"))
    effect = the_effect(order_id, "pay_orders")
    later(5)
    parts = order_parts(order_id)
    assert parts["official"] == price and parts["payable"] == price * 9 / 10
    assert (parts["coupon"], parts["flexi"], parts["card"]) == tuple(balance for _, balance in held)
    money = parts["payable"] - parts["coupon"] - parts["flexi"] - parts["card"]
    assert number(effect["cash"]) == money > 0 and cash() == first_cash - money
    for coupon_id, balance in held[:2]:
        mine = coupon(coupon_id)
        assert number(mine.balance) == 0 and mine.status == 3 and mine.order_id == order_id
        change = coupon_changes(coupon_id=coupon_id, trade_id=order_id)
        assert [(signed(r), number(r.balance_after_change)) for r in change] == [(-balance, 0)]
    assert card_balance(held[2][0]) == 0
    assert {s["coupon_id"]: number(s["amount"]) for s in effect["coupons"]} == dict(held)
    record = record_of(order_id)
    assert (signed(record), number(record.balance_after_change)) == (-money, cash())
    assert record.trade_detail_type == "SOURCE_OPERAIION_DEDEUCT" and record.bill_cycle == cycle()
    order = details(order_id)
    assert order.order_info.payment_time == record.trade_time
    assert order.order_info.service_type_name == record.cloud_service_type_name
    (thing,), (line,) = listed(order_id=order_id), order.order_line_items
    assert (thing.effective_time, thing.expire_time, thing.status) == (line.effective_time, line.expire_time, 2)
    assert thing.product_id == line.product_id and thing.product_spec_desc == line.product_spec_desc
    (head,) = orders(order_id=order_id).order_infos
    assert thing.enterprise_project.id == head.enterprise_projects[0].id
    rows = told_everywhere(order_id, thing, 1)
    assert costs_of_day(day, thing.resource_id) == parts["payable"]
    after = month_sum(day[:7])
    same_day = [r for r in charges(bill_cycle=day[:7]) if r.consume_time <= time_text(day)]
    for name in ("consume_amount", *(name for name, _ in PAID_BY)):
        assert getattr(after, name) == total(same_day, name), name
        assert getattr(after, name) - getattr(before, name) >= total(rows, name), name
    (spread,) = [r for r in breakdown(day[:7]) if r.order_id == order_id]
    assert spread.consume_amount == parts["payable"] and spread.resource_id == thing.resource_id
    assert spread.past_months_amortized_amount == 0
    assert spread.current_month_amortized_amount + spread.future_months_amortized_amount == parts["payable"]
    unsubscribe(thing.resource_id)
    assert instruments() == held, "within five days everything comes back, so that other stories can use it"


def time_text(day):
    """The last second of a day in Beijing."""
    return f"{day}T15:59:59Z"


def server(amount="300", account=MASTER, c=M):
    order_id = new_order(amount, account)
    pay(order_id, c)
    later(5)
    return listed(c, order_id=order_id)[0], order_id


@check
def a_resource_costs_in_an_inquiry_what_the_order_that_bought_it_says():
    seen = set()
    control("/console", {"action": "top_up", "account": MASTER["domain_id"], "amount": "5000000"})
    for order in orders(status=6, limit=100).order_infos:
        adjusted = any(d.discount_type == 609 for d in discounts_of(order.order_id))
        if order.order_type != 1 or order.sub_order_infos or adjusted:
            continue
        pay(order.order_id)
        later(5)
        lines = details(order.order_id, limit=100).order_line_items
        for thing, line in zip(listed(order_id=order.order_id, limit=500), lines):
            rated = purchase_quote(thing, line.period_type, line.period_num, line.subscription_num)
            at_list = number(rated.official_website_rating_result.official_website_amount)
            assert at_list == number(line.official_amount), line
            seen.add(thing.service_type_code)
    assert len(seen) > 3, seen


@check
def a_renewal_costs_its_quote_and_is_told_alike_everywhere():
    thing, bought = server()
    quote = renewal_quote(thing.resource_id, 2, 3)
    at_list = number(quote.official_website_rating_result.official_website_amount)
    assert at_list == number(purchase_quote(thing, 2, 3).official_website_rating_result.official_website_amount)
    (order_id,) = renew([thing.resource_id], 2, 3)
    assert order_parts(order_id)["official"] == at_list
    assert order_id in {o.order_id for o in orders(status=6, limit=100).order_infos}
    by_id = {d.discount_id: number(d.amount) for d in quote.optional_discount_rating_results or []}
    offers = discounts_of(order_id)
    assert {d.discount_id for d in offers} == set(by_id)
    chosen = offers[:1]
    before = cash()
    pay(order_id, discounts=[(d.discount_id, d.discount_type) for d in chosen])
    later(5)
    payable = by_id[chosen[0].discount_id] if chosen else at_list
    assert order_parts(order_id)["payable"] == payable == before - cash()
    assert (signed(record_of(order_id)), number(record_of(order_id).balance_after_change)) == (-payable, cash())
    after, (line,) = resource(thing.resource_id), details(order_id).order_line_items
    assert (line.effective_time, line.expire_time) == (thing.expire_time, after.expire_time)
    assert order_id in {o.order_id for o in orders(order_type="2", limit=100).order_infos}
    told_everywhere(order_id, thing, 2)
    bills = [b for b in resource_bills(cycle=cycle(), statistic_type=3) if b.trade_id == order_id]
    assert {b.pre_order_id for b in bills} == {bought}


def given_up_after(days):
    """Unsubscribes so many days after everything was paid with every instrument; holds the refund to its rules."""
    order_id, _, held = paid_with_everything(Decimal("99.90"))
    later(5)
    paid = order_parts(order_id)
    (thing,) = listed(order_id=order_id)
    later(days * DAY)
    before = cash()
    back_id = unsubscribe(thing.resource_id)
    effect = the_effect(back_id, "cancel_resources_subscription")
    later(5)
    order = details(back_id).order_info
    rows, info, parts = refunds(back_id), order.amount_info, order_parts(back_id)
    assert {row.base_order_id for row in rows} == {order_id} and {row.measure_id for row in rows} == {"1"}
    back = -sum(number(row.amount) for row in rows if row.amount < 0)
    kept = sum(number(row.amount) for row in rows if row.amount > 0)
    assert back == parts["official"] == parts["payable"]
    assert kept == number(info.commission_amount) + number(info.consumed_amount)
    assert back + kept == paid["payable"] - (paid["coupon"] if days >= 5 else 0), "a lost voucher is neither"
    money = back - parts["coupon"] - parts["flexi"] - parts["card"]
    assert number(effect["cash"]) == -money and cash() - before == money
    record = record_of(back_id)
    assert (signed(record), record.trade_detail_type) == (money, "SOURCE_OPERAIION_UNSUBSCRIBE")
    assert number(record.balance_after_change) == cash()
    assert back_id in {r.trade_id for r in money_changes(trade_type="REFUND")}
    for (coupon_id, _), name in zip(held[:2], ("coupon", "flexi")):
        changes = coupon_changes(coupon_id=coupon_id, trade_id=back_id)
        assert [signed(r) for r in changes] == ([parts[name]] if parts[name] else [])
        assert number(coupon(coupon_id).balance) == parts[name]
        assert coupon(coupon_id).status == (2 if parts[name] else 3)
    assert card_balance(held[2][0]) == parts["card"]
    assert resource(thing.resource_id) is None and not listed(order_id=order_id)
    refused("CBC.30000067", lambda: unsubscribe(thing.resource_id))
    return back_id, thing, paid, parts


@check
def within_five_days_everything_comes_back_and_everybody_says_so():
    back_id, thing, paid, parts = given_up_after(0)
    for name in ("payable", "coupon", "flexi", "card"):
        assert parts[name] == paid[name], name
    rows = told_everywhere(back_id, thing, 4, sign=-1)
    assert all(row.consume_amount < 0 for row in rows)


@check
def later_what_was_used_a_fee_and_the_voucher_are_kept():
    back_id, thing, paid, parts = given_up_after(9)
    assert parts["coupon"] == 0 and 0 < parts["flexi"] < paid["flexi"] and 0 < parts["card"] < paid["card"]
    told_everywhere(back_id, thing, 4, sign=-1)


@check
def money_handed_to_a_member_is_told_by_both_until_it_is_taken_back():
    member = MEMBER["domain_id"]
    mine, theirs, free = cash(), cash(C), transferable()
    body = sdk.TransferEnterpriseMultiAccountReq(customer_id=member, amount="88.88", trans_id="couplings-out")
    M.update_sub_enterprise_amount(sdk.UpdateSubEnterpriseAmountRequest(body=body))
    handed = Decimal("88.88")
    assert (cash(), cash(C), transferable()) == (mine - handed, theirs + handed, free - handed)
    assert recoverable(member) >= Decimal("88.88")
    body = sdk.RetrieveEnterpriseMultiAccountReq(customer_id=member, amount="80.00", trans_id="couplings-back")
    M.reclaim_sub_enterprise_amount(sdk.ReclaimSubEnterpriseAmountRequest(body=body))
    for trade, amount in (("couplings-out", Decimal("-88.88")), ("couplings-back", Decimal("80.00"))):
        assert [(signed(r), r.trade_detail_type) for r in money_changes(trade_id=trade)] == [
            (amount, "SOURCE_OPERATION_TRANSFER" if amount < 0 else "SOURCE_OPERATION_RETRIEVE")]
        assert [signed(r) for r in money_changes(C, trade_id=trade)] == [-amount]
    last, other = record_of("couplings-back"), record_of("couplings-back", C)
    assert (number(last.balance_after_change), number(other.balance_after_change)) == (cash(), cash(C))
    assert (cash(), cash(C)) == (mine - Decimal("8.88"), theirs + Decimal("8.88"))


@check
def a_coupon_handed_to_a_member_is_told_by_both_until_what_is_left_of_it_comes_back():
    member = MEMBER["domain_id"]
    listed_to_give = M.list_multi_account_transfer_coupons(sdk.ListMultiAccountTransferCouponsRequest(limit=100))
    given = next(c for c in listed_to_give.avail_transfer_coupons if c.plan_name == "商务代金券")
    held = number(coupon(given.coupon_id).balance)
    body = sdk.TransferEnterpriseMultiAccountCouponReq(
        customer_id=member, coupon_id=given.coupon_id, amount="40.00", trans_id="couplings-coupon")
    sub_id = M.claim_enterprise_multi_account_coupon(
        sdk.ClaimEnterpriseMultiAccountCouponRequest(body=body)).sub_coupon_id
    assert number(coupon(given.coupon_id).balance) == held - 40 and number(coupon(sub_id, C).balance) == 40
    order_id = new_order("25.00", MEMBER)
    assert sub_id in {c.coupon_id for c in coupons_of(order_id, C)}
    pay(order_id, C, coupons=[(sub_id, 301)])
    later(5)
    assert order_parts(order_id, C)["coupon"] == 25 and number(coupon(sub_id, C).balance) == 15
    left = M.list_multi_account_retrieve_coupons(
        sdk.ListMultiAccountRetrieveCouponsRequest(sub_customer_id=member, limit=100)).avail_retrieve_coupons
    assert [number(c.balance) for c in left if c.sub_coupon_id == sub_id] == [15]
    body = sdk.RetrieveEnterpriseMultiAccountCouponReq(
        customer_id=member, coupon_id=given.coupon_id, sub_coupon_id=sub_id, trans_id="couplings-coupon-back")
    back = M.reclaim_enterprise_multi_account_coupon(sdk.ReclaimEnterpriseMultiAccountCouponRequest(body=body))
    assert number(back.real_retrieve_amout) == 15 and number(coupon(given.coupon_id).balance) == held - 25
    assert [(signed(r), number(r.balance_after_change)) for r in coupon_changes(C, coupon_id=sub_id)] == [
        (-15, 0), (-25, 15), (40, 40)]
    assert [(signed(r), number(r.balance_after_change)) for r in coupon_changes(coupon_id=given.coupon_id)[:2]] == [
        (15, held - 25), (-40, held - 40)]
    (charge,) = charges(C, bill_cycle=cycle(), trade_id=order_id)
    assert (charge.coupon_amount, charge.cash_amount) == (25, 0)


@check
def what_a_member_in_custody_buys_is_paid_by_its_master_and_told_by_both():
    mine, theirs = cash(), cash(C)
    thing, order_id = server("66.60", MEMBER, C)
    assert (cash(), cash(C)) == (mine - Decimal("66.60"), theirs)
    assert signed(record_of(order_id)) == Decimal("-66.60") and not money_changes(C, trade_id=order_id)
    (order,) = [o for o in orders(method="sub_customer", limit=100).order_infos if o.order_id == order_id]
    assert order.customer_id == MEMBER["domain_id"] and order.agent_pay_info.paying_agent_id == MASTER["domain_id"]
    assert order_id not in {o.order_id for o in orders(limit=100).order_infos}
    told_everywhere(order_id, thing, 1, c=C)
    of_member = {"method": "sub_customer", "sub_customer_id": MEMBER["domain_id"]}
    (charge,) = charges(bill_cycle=cycle(), trade_id=order_id, **of_member)
    assert (charge.customer_id, charge.cash_amount) == (MEMBER["domain_id"], Decimal("66.60"))
    (row,) = resource_charges(cycle=cycle(), trade_id=order_id, **of_member)
    assert row.resource_id == thing.resource_id and row.amount == Decimal("66.60")
    (bill,) = [b for b in resource_bills(cycle=cycle(), statistic_type=3, **of_member) if b.trade_id == order_id]
    assert (bill.customer_id, bill.payer_account_id) == (MEMBER["domain_id"], MASTER["domain_id"])
    assert not charges(bill_cycle=cycle(), trade_id=order_id, method="oneself")


@check
def becoming_pay_per_use_ends_what_was_paid_by_the_month_in_every_list():
    (at_once, bought), (kept, _), (later_on, _) = server("120"), server("130"), server("140")
    body = sdk.PeriodToOnDemandInstantlyReq(resource_ids=[at_once.resource_id])
    (result,) = M.update_period_to_on_demand_instantly(
        sdk.UpdatePeriodToOnDemandInstantlyRequest(body=body)).to_ondemand_service_results
    before = cash()
    later(5)
    order = details(result.order_id).order_info
    assert (order.order_type, order.status, number(order.amount_after_discount)) == (10, 5, 0) and cash() == before
    assert order.order_id in {o.order_id for o in orders(order_type="10", limit=100).order_infos}
    assert resource(at_once.resource_id) is None and not listed(order_id=bought)
    rows = charges(bill_cycle=cycle(), trade_id=result.order_id, include_zero_record=True)
    assert {row.bill_type for row in rows} == {24} and total(rows, "consume_amount") == 0
    refused("CBC.30000067", lambda: unsubscribe(at_once.resource_id))
    at_expiry("SET_UP", later_on.resource_id)
    at_expiry("SET_UP", kept.resource_id)
    assert resource(later_on.resource_id).expire_policy == resource(kept.resource_id).expire_policy == 1
    at_expiry("CANCEL", kept.resource_id)
    later(int((time_of(later_on.expire_time) - now()).total_seconds()) + 60)
    assert resource(later_on.resource_id) is None and resource(kept.resource_id).status == 5


def package_bought():
    """A package of traffic, as a resource, and its order."""
    order_id = new_order("220", service_type_code="hws.service.type.cdn")
    pay(order_id)
    later(5)
    return listed(order_id=order_id)[0], order_id


@check
def a_package_is_a_resource_that_is_used_up_billed_and_renewed_as_one():
    first = beijing_day(now())
    thing, order_id = package_bought()
    found = package_of(order_id)
    assert (found.effective_time, found.expire_time, found.order_instance_id, found.region_code, found.product_id) == (
        thing.effective_time, thing.expire_time, thing.resource_id, thing.region_code, thing.product_id)
    (item,) = found.free_resources
    assert number(item.amount) == number(item.original_amount) == number(left_of(item.free_resource_id).amount)
    later(3 * DAY)
    used = deductions(item.free_resource_id, first, beijing_day(now()))
    left = left_of(item.free_resource_id)
    assert used and number(left.original_amount) - sum(number(r.used_amount) for r in used) == number(left.amount)
    assert number(package_of(order_id).free_resources[0].amount) == number(left.amount) < number(left.original_amount)
    paid = {}
    for record in deductions(None, first, beijing_day(now())):
        key = (record.resource_id, beijing_day(time_of(record.effective_time)))
        paid[key] = paid.get(key, 0) + number(record.used_amount)
    rows = [r for month in {first[:7], cycle()} for r in resource_charges(cycle=month, method="oneself")
            if first < r.bill_date and r.free_resource_usage]
    told = {(r.resource_id, r.bill_date): r.free_resource_usage for r in rows}
    assert told and told == {key: paid[key] for key in told}, (told, paid)
    (renewal,) = renew([thing.resource_id], 2, 3)
    pay(renewal)
    later(5)
    after, now_found = resource(thing.resource_id), package_of(order_id)
    assert now_found.expire_time == after.expire_time > thing.expire_time
    again = deductions(item.free_resource_id, first, beijing_day(now()))
    assert [r.deduct_time for r in again] == [r.deduct_time for r in used], "renewing changes nothing of the past"


@check
def an_automatic_renewal_is_told_alike_everywhere_until_it_is_switched_off():
    thing, _ = server()
    body = sdk.AutoRenewalResourcesReq(period_type="MONTH")
    M.auto_renewal_resources(sdk.AutoRenewalResourcesRequest(resource_id=thing.resource_id, body=body))
    assert resource(thing.resource_id).expire_policy == 3
    at_list = number(renewal_quote(thing.resource_id).official_website_rating_result.official_website_amount)
    deduction = time_of(beijing_day(time_of(thing.expire_time)) + "T00:00:00Z") - timedelta(days=7, hours=5)
    later(int((deduction - now()).total_seconds()) - 1)
    assert not [o for o in orders(order_type="2", limit=20).order_infos if o.create_time > thing.effective_time
                and listed(order_id=o.order_id) and listed(order_id=o.order_id)[0].resource_id == thing.resource_id]
    later(61)
    (order,) = [o for o in orders(order_type="2", limit=20).order_infos
                if [r.resource_id for r in listed(order_id=o.order_id)] == [thing.resource_id]]
    assert order.source_type == 8 and order.create_time == order.payment_time == f"{deduction:%Y-%m-%dT%H:%M:%SZ}"
    assert number(order.official_amount) == at_list
    record = record_of(order.order_id)
    assert (signed(record), record.trade_time) == (-number(order.amount_after_discount), order.payment_time)
    after, (line,) = resource(thing.resource_id), details(order.order_id).order_line_items
    assert (line.effective_time, line.expire_time) == (thing.expire_time, after.expire_time)
    told_everywhere(order.order_id, thing, 8)
    M.cancel_auto_renewal_resources(sdk.CancelAutoRenewalResourcesRequest(resource_id=thing.resource_id))
    assert resource(thing.resource_id).expire_policy == 0
    later(40 * DAY)
    assert resource(thing.resource_id).expire_time == after.expire_time and resource(thing.resource_id).status == 5


main()
