"""How each part of BSS tells of the same thing: one question a view, asked through Huawei's own SDK.

Used by the scripts that hold the views against one another; it checks nothing by itself.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import huaweicloudsdkbss.v2 as sdk
from common import M, balances, control, details, effects

CASH, CREDIT, COUPON = "BALANCE_TYPE_DEBIT", "BALANCE_TYPE_CREDIT", "BALANCE_TYPE_COUPON"
LONG_AGO = "2000-01-01"
DAY = 86_400
# What pays, as orders, charges and bills of resources call it; money is what no instrument paid.
PAID_BY = (
    ("cash_amount", "cash_amount"), ("credit_amount", "credit_amount"), ("coupon_amount", "coupon_amount"),
    ("flexipurchase_coupon_amount", "flexipurchase_coupon_amount"), ("stored_value_card_amount", "stored_card_amount"),
)


def number(value):
    return Decimal(str(value or 0))


def total(rows, name):
    return sum((number(getattr(row, name)) for row in rows), Decimal(0))


def later(seconds):
    control("/clock", {"advance_seconds": seconds})


def time_of(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def now():
    return time_of(control("/clock")["now"])


def beijing_day(moment):
    return str((moment + timedelta(hours=8)).date())


def cycle(moment=None):
    return beijing_day(moment or now())[:7]


def every(ask, items, most=100, **filters):
    """All rows of a paged question."""
    found = []
    while True:
        answer = ask(limit=most, offset=len(found), **filters)
        found += getattr(answer, items) or []
        if len(found) >= answer.total_count:
            assert len(found) == answer.total_count
            return found


def cash(c=M):
    return number(balances(c)[0][1].amount)


def coupons(c=M, **filters):
    return c.list_sub_customer_coupons(sdk.ListSubCustomerCouponsRequest(limit=100, **filters)).user_coupons


def coupon(coupon_id, c=M):
    return coupons(c, coupon_id=coupon_id)[0]


def cards(status=1, c=M, **filters):
    return c.list_stored_value_cards(sdk.ListStoredValueCardsRequest(status=status, **filters)).stored_value_cards


def card_balance(card_id):
    found = cards(1, card_id=card_id) or cards(2, card_id=card_id)
    return number(found[0].balance)


def signed(record):
    return number(record.change_amount) * (1 if record.revenue_expense_type == "REVENUE" else -1)


def money_changes(c=M, purse=CASH, **filters):
    request = lambda **f: c.list_customer_account_change_records(
        sdk.ListCustomerAccountChangeRecordsRequest(balance_type=purse, **f))
    return every(request, "records", **{"trade_time_begin": LONG_AGO, **filters})


def coupon_changes(c=M, **filters):
    request = lambda **f: c.list_customer_coupon_change_records(
        sdk.ListCustomerCouponChangeRecordsRequest(balance_type=COUPON, **f))
    return every(request, "records", **{"trade_time_begin": LONG_AGO, **filters})


def listed(c=M, **filters):
    body = sdk.QueryResourcesReq(**filters)
    return c.list_pay_per_use_customer_resources(sdk.ListPayPerUseCustomerResourcesRequest(body=body)).data


def resource(resource_id, c=M):
    found = listed(c, resource_ids=[resource_id], only_main_resource=1)
    return found[0] if found else None


def renew(ids, unit=2, count=1, at_once=None, c=M):
    body = sdk.RenewalResourcesReq(resource_ids=ids, period_type=unit, period_num=count, is_auto_pay=at_once)
    return c.renewal_resources(sdk.RenewalResourcesRequest(body=body)).order_ids


def renewal_quote(resource_id, unit=2, count=1, c=M):
    body = sdk.ListRenewRateOnPeriodReq(resource_ids=[resource_id], period_type=unit, period_num=count)
    return c.list_renew_rate_on_period(sdk.ListRenewRateOnPeriodRequest(body=body))


def purchase_quote(thing, unit, count, quantity=1, c=M):
    """What it costs to buy such a resource, by the price list and for this account."""
    size = thing.spec_size and int(thing.spec_size)
    product = sdk.PeriodProductInfo(
        id="1", cloud_service_type=thing.service_type_code, resource_type=thing.resource_type_code,
        resource_spec=thing.resource_spec_code, region=thing.region_code, resource_size=size,
        size_measure_id=thing.spec_size_measure_id, period_type=unit, period_num=count, subscription_num=quantity,
    )
    body = sdk.RateOnPeriodReq(project_id=thing.project_id, product_infos=[product])
    return c.list_rate_on_period_detail(sdk.ListRateOnPeriodDetailRequest(body=body))


def unsubscribe(resource_id, what=1, c=M):
    body = sdk.UnsubscribeResourcesReq(resource_ids=[resource_id], unsubscribe_type=what)
    return c.cancel_resources_subscription(sdk.CancelResourcesSubscriptionRequest(body=body)).order_ids[0]


def refunds(order_id, c=M):
    return c.show_refund_order_details(sdk.ShowRefundOrderDetailsRequest(order_id=order_id)).refund_infos


def discounts_of(order_id, c=M):
    return c.list_order_discounts(sdk.ListOrderDiscountsRequest(order_id=order_id)).discounts


def coupons_of(order_id, c=M):
    return c.list_order_coupons_by_order_id(sdk.ListOrderCouponsByOrderIdRequest(order_id=order_id)).user_coupons


def charges(c=M, **filters):
    request = lambda **f: c.list_customer_bills_fee_records(sdk.ListCustomerBillsFeeRecordsRequest(**f))
    return every(request, "records", most=1000, **filters)


def month_sum(of, c=M, **filters):
    return c.show_customer_monthly_sum(sdk.ShowCustomerMonthlySumRequest(bill_cycle=of, limit=1000, **filters))


def resource_charges(c=M, **filters):
    request = lambda **f: c.list_customerself_resource_records(sdk.ListCustomerselfResourceRecordsRequest(**f))
    return every(request, "fee_records", most=1000, **filters)


def resource_bills(c=M, **filters):
    request = lambda **f: c.list_customerself_resource_record_details(
        sdk.ListCustomerselfResourceRecordDetailsRequest(body=sdk.QueryResRecordsDetailReq(**f)))
    return every(request, "monthly_records", most=1000, **filters)


def breakdown(month, c=M, **filters):
    request = lambda **f: c.list_customer_bills_monthly_break_down(
        sdk.ListCustomerBillsMonthlyBreakDownRequest(shared_month=month, **f))
    return every(request, "details", most=1000, **filters)


def costs_of_day(day, resource_id, c=M, cost="ORIGINAL_COST"):
    """What a resource cost on a day, by the cost centre."""
    body = sdk.ListCostsReq(
        time_condition=sdk.TimeCondition(time_measure_id=1, begin_time=day, end_time=day),
        groupby=[sdk.GroupBy(type="dimension", key="RESOURCE_ID")], cost_type=cost, amount_type="PAYMENT_AMOUNT",
        filters=[sdk.FilterV2(operator=0, filter_factor=sdk.FilterFactor(key="RESOURCE_ID", value=[resource_id]))],
    )
    found = c.list_costs(sdk.ListCostsRequest(body=body)).cost_data
    return sum((number(group.amount_by_costs) for group in found), Decimal(0))


def transferable():
    request = sdk.ShowMultiAccountTransferAmountRequest(balance_type=CASH)
    return number(M.show_multi_account_transfer_amount(request).amount_infos[0].avail_transfer_amount)


def recoverable(member):
    request = sdk.ListEnterpriseMultiAccountRequest(sub_customer_id=member, balance_type=CASH)
    return number(M.list_enterprise_multi_account(request).amount_infos[0].avail_retrieve_amount)


def at_expiry(operation, resource_id):
    """Has a resource become pay-per-use when it expires, or not any more."""
    body = sdk.PeriodToOnDemandReq(operation=operation, resource_ids=[resource_id])
    assert not M.update_period_to_on_demand(sdk.UpdatePeriodToOnDemandRequest(body=body)).error_details


def package_of(order_id):
    """The package that an order bought."""
    body = sdk.ListFreeResourceInfosReq(order_id=order_id)
    (found,) = M.list_free_resource_infos(sdk.ListFreeResourceInfosRequest(body=body)).free_resource_packages
    return found


def left_of(item_id):
    """What is left of an item of a package."""
    body = sdk.ListFreeResourceUsagesReq(free_resource_ids=[item_id])
    return M.list_free_resource_usages(sdk.ListFreeResourceUsagesRequest(body=body)).free_resources[0]


def deductions(item_id, begin, end):
    """What was deducted from an item of a package, or from all, on some days."""
    request = lambda **f: M.list_free_resources_usage_records(sdk.ListFreeResourcesUsageRecordsRequest(
        deduct_time_begin=begin, deduct_time_end=end, **f))
    return every(request, "free_resource_records", free_resource_id=item_id)


def order_parts(order_id, c=M):
    """What each instrument paid of an order, by its details; money is the rest."""
    found = details(order_id, c, limit=100)
    order, lines = found.order_info, found.order_line_items
    info = order.amount_info
    for name in ("coupon_amount", "flexipurchase_coupon_amount", "stored_card_amount"):
        assert number(getattr(info, name)) == sum(number(getattr(line.amount_info, name)) for line in lines), name
    assert number(order.amount_after_discount) == total(lines, "amount_after_discount")
    assert number(order.official_amount) == total(lines, "official_amount")
    return {
        "official": number(order.official_amount), "payable": number(order.amount_after_discount),
        "coupon": number(info.coupon_amount), "flexi": number(info.flexipurchase_coupon_amount),
        "card": number(info.stored_card_amount),
    }


def charge_parts(rows):
    """The same by rows of the transactions of a cycle, which have to add up."""
    for row in rows:
        assert row.official_amount == row.official_discount_amount + row.erase_amount + row.consume_amount, row
        assert row.consume_amount == sum(getattr(row, name) for name, _ in PAID_BY), row
    return {
        "official": total(rows, "official_amount"), "payable": total(rows, "consume_amount"),
        "coupon": total(rows, "coupon_amount"), "flexi": total(rows, "flexipurchase_coupon_amount"),
        "card": total(rows, "stored_value_card_amount"),
    }


def the_effect(order_id, operation):
    found = [effect for effect in effects(order_id) if effect["operation"] == operation]
    assert len(found) == 1, found
    return found[0]
