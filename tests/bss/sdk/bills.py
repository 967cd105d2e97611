"""Holds bills, usage and costs of the simulator against one another through Huawei's own SDK: every view of a
month is derived from the same charges, to the last digit.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from common import (
    M, MASTER, MEMBER, O, ORDINARY, check, client, control, details, main, new_order, orders, pay, refused,
)
from huaweicloudsdkbss.v2 import (
    FilterFactor,
    FilterV2,
    GroupBy,
    ListCostsReq,
    ListCostsRequest,
    ListCustomerBillsFeeRecordsRequest,
    ListCustomerBillsMonthlyBreakDownRequest,
    ListCustomerselfResourceRecordDetailsRequest,
    ListCustomerselfResourceRecordsRequest,
    ListFreeResourcesUsageRecordsRequest,
    ListResourceUsageRequest,
    ListResourceUsageSummaryRequest,
    QueryResRecordsDetailReq,
    ShowCustomerMonthlySumRequest,
    TimeCondition,
)

C = client(MEMBER)
# The simulator's clock stands still, or is advanced by days, while those who sign go on.
control("/settings", {"signature_valid_ms": 10**15})
PAID_BY = (
    "cash_amount", "credit_amount", "coupon_amount", "flexipurchase_coupon_amount", "stored_value_card_amount",
    "bonus_amount", "debt_amount", "writeoff_amount",
)
PAID_BY_OF_RESOURCES = tuple(
    {"stored_value_card_amount": "stored_card_amount", "writeoff_amount": "adjustment_amount"}.get(n, n) for n in PAID_BY
)
REFUNDS, ADJUSTMENTS = (4, 20, 24), (9, 16)


def now():
    return datetime.fromisoformat(control("/clock")["now"].replace("Z", "+00:00")) + timedelta(hours=8)


def cycle(back=0):
    at = now()
    months = at.year * 12 + at.month - 1 - back
    return f"{months // 12:04}-{months % 12 + 1:02}"


def later(seconds):
    control("/clock", {"advance_seconds": seconds})


def every(ask, items, **filters):
    found = []
    while True:
        answer = ask(limit=1000, offset=len(found), **filters)
        found += getattr(answer, items) or []
        if len(found) >= answer.total_count:
            assert len(found) == answer.total_count
            return found


def ask_charges(c=M, **filters):
    return c.list_customer_bills_fee_records(ListCustomerBillsFeeRecordsRequest(**filters))


def charges(c=M, **filters):
    return every(lambda **f: ask_charges(c, **f), "records", **filters)


def month_sum(c=M, **filters):
    return c.show_customer_monthly_sum(ShowCustomerMonthlySumRequest(limit=filters.pop("limit", 1000), **filters))


def ask_records(c=M, **filters):
    return c.list_customerself_resource_records(ListCustomerselfResourceRecordsRequest(**filters))


def records(c=M, **filters):
    return every(lambda **f: ask_records(c, **f), "fee_records", **filters)


def ask_details(c=M, **body):
    request = ListCustomerselfResourceRecordDetailsRequest(body=QueryResRecordsDetailReq(**body))
    return c.list_customerself_resource_record_details(request)


def resource_details(c=M, **body):
    return every(lambda **f: ask_details(c, **f), "monthly_records", **body)


def ask_breakdown(c=M, **filters):
    return c.list_customer_bills_monthly_break_down(ListCustomerBillsMonthlyBreakDownRequest(**filters))


def breakdown(c=M, **filters):
    return every(lambda **f: ask_breakdown(c, **f), "details", **filters)


def ask_costs(c=M, begin=None, end=None, unit=2, by=("CLOUD_SERVICE_TYPE",), cost="ORIGINAL_COST",
              amount="PAYMENT_AMOUNT", filters=None, kinds=None, **more):
    groups = [GroupBy(type=k, key=b) for k, b in zip(kinds or ["dimension"] * len(by), by)]
    body = ListCostsReq(
        time_condition=TimeCondition(time_measure_id=unit, begin_time=begin or cycle(1), end_time=end or begin or cycle(1)),
        groupby=groups, cost_type=cost, amount_type=amount,
        filters=[FilterV2(operator=o, filter_factor=FilterFactor(key=k, value=v)) for o, k, v in filters or []] or None,
        **more,
    )
    return c.list_costs(ListCostsRequest(body=body))


def cost_sum(**question):
    answer = ask_costs(limit=1000, **question)
    assert answer.total_count == len(answer.cost_data)
    for group in answer.cost_data:
        assert isinstance(group.amount_by_costs, str), "amounts of costs are texts"
        assert Decimal(group.amount_by_costs) == sum(Decimal(c.amount) for c in group.costs)
        assert Decimal(group.official_amount_by_costs) == sum(Decimal(c.official_amount) for c in group.costs)
    return sum(Decimal(g.amount_by_costs) for g in answer.cost_data)


def total(rows, name):
    return sum(Decimal(getattr(row, name)) for row in rows)


def cents(amount):
    return Decimal(amount) * 100 == int(Decimal(amount) * 100)


def class_of(bill_type):
    return 2 if bill_type in REFUNDS else 3 if bill_type in ADJUSTMENTS else 1


@check
def every_charge_is_list_price_less_discount_and_rounding_and_is_paid_in_full():
    for back in (0, 1, 2, 7):
        for c in charges(bill_cycle=cycle(back)):
            assert c.official_amount == c.official_discount_amount + c.erase_amount + c.consume_amount, c
            assert c.consume_amount == sum(getattr(c, name) for name in PAID_BY), c
            assert cents(c.consume_amount) and 0 <= c.erase_amount < Decimal("0.01"), c
            assert isinstance(c.consume_amount, (Decimal, int)), "amounts of bills are numbers"
            assert c.bill_cycle == cycle(back)


@check
def the_sum_of_a_month_is_the_sum_of_its_charges_row_by_row():
    for back in (1, 2, 7):
        sums = month_sum(bill_cycle=cycle(back))
        rows = {}
        for c in charges(bill_cycle=cycle(back)):
            key = (c.customer_id, c.service_type_code, c.resource_type_code, c.charging_mode, class_of(c.bill_type))
            rows.setdefault(key, []).append(c)
        assert sums.total_count == len(sums.bill_sums) == len(rows)
        for row in sums.bill_sums:
            of = rows[(row.customer_id, row.service_type_code, row.resource_type_code, row.charging_mode, row.bill_type)]
            assert row.consume_amount == row.official_amount - row.official_discount_amount - row.truncated_amount
            for name in ("consume_amount", "official_amount", "cash_amount", "credit_amount", "coupon_amount"):
                assert getattr(row, name) == total(of, name), (row, name)
            assert row.truncated_amount == total(of, "erase_amount")
        for name in ("consume_amount", "cash_amount", "credit_amount", "coupon_amount", "debt_amount",
                     "flexipurchase_coupon_amount", "stored_value_card_amount"):
            assert getattr(sums, name) == total(sums.bill_sums, name), name


@check
def totals_of_a_month_are_of_all_pages():
    whole = month_sum(bill_cycle=cycle(1))
    page = month_sum(bill_cycle=cycle(1), limit=2, offset=3)
    assert len(page.bill_sums) == 2 and page.consume_amount == whole.consume_amount
    assert [r.service_type_code for r in page.bill_sums] == [r.service_type_code for r in whole.bill_sums[3:5]]
    assert len(month_sum(bill_cycle=cycle(1), limit=10).bill_sums) == 10
    default = M.show_customer_monthly_sum(ShowCustomerMonthlySumRequest(bill_cycle=cycle(1)))
    assert len(default.bill_sums) == 10, "the default page has ten"


@check
def bills_of_resources_have_every_digit_and_differ_from_charges_by_less_than_a_fen_a_row():
    single = records(cycle=cycle(1))
    for r in single:
        assert r.amount == sum(getattr(r, name) for name in PAID_BY_OF_RESOURCES), r
        assert r.official_amount == r.discount_amount + r.amount, r
    exact, charged = total(single, "amount"), total(charges(bill_cycle=cycle(1)), "consume_amount")
    metered = [r for r in single if r.charge_mode != "1"]
    assert 0 < exact - charged < Decimal("0.01") * len(metered), (exact, charged)
    assert any(not cents(r.amount) for r in metered), "some have more than two decimals"
    assert all(cents(r.amount) for r in single if r.charge_mode == "1")


@check
def the_same_resources_add_up_per_charge_day_and_cycle_in_both_interfaces():
    sums = [total(records(cycle=cycle(1), statistic_type=s), "amount") for s in (1, 2, 3)]
    sums += [total(resource_details(cycle=cycle(1), statistic_type=s), "consume_amount") for s in (1, 2, 3)]
    assert len(set(sums)) == 1, sums
    assert len(records(cycle=cycle(1), statistic_type=1)) < len(records(cycle=cycle(1), statistic_type=3))


@check
def without_a_statistic_type_one_tells_charges_and_the_other_cycles():
    assert ask_records(cycle=cycle(1)).total_count == ask_records(cycle=cycle(1), statistic_type=3).total_count
    assert ask_details(cycle=cycle(1)).total_count == ask_details(cycle=cycle(1), statistic_type=1).total_count
    per_cycle = records(cycle=cycle(1), statistic_type=1)
    assert all(r.id is None and r.formula is None and r.bill_date is None for r in per_cycle)
    single, daily = (ask_details(cycle=cycle(1), statistic_type=s, limit=1).monthly_records[0] for s in (3, 2))
    assert single.consume_time and single.is_spot and not single.bill_date
    assert daily.bill_date and not daily.consume_time and not daily.is_spot


def reckoned(formula):
    """The amount that a formula comes to."""
    text = "".join(part.split("】")[-1] for part in formula.split("【"))
    return sum(
        (1 if at == 0 else -1) * product(term) for at, term in enumerate(text.split("-"))
    )


def product(term):
    value = None
    for factor in term.split("*"):
        parts = [Decimal(p) for p in factor.split("/")]
        quotient = parts[0]
        for p in parts[1:]:
            quotient /= p
        value = quotient if value is None else value * quotient
    return value


@check
def a_formula_comes_to_the_amount_without_vouchers():
    seen = 0
    for r in records(cycle=cycle(1), statistic_type=3):
        if r.formula:
            seen += 1
            assert reckoned(r.formula) == r.amount - r.coupon_amount, (r.formula, r.amount, r.coupon_amount)
            assert r.unit and r.unit_price is not None
    assert seen > 300


@check
def what_packages_pay_of_a_use_is_what_their_records_say():
    used = [r for r in records(cycle=cycle(1)) if r.free_resource_usage and r.customer_id == MASTER["domain_id"]]
    assert used and all(r.free_resource_usage <= r.usage and r.free_resource_measure_id for r in used)
    free = [r for r in used if r.free_resource_usage == r.usage]
    assert all(r.amount == 0 for r in free)
    hidden = {r.id for r in records(cycle=cycle(1))} - {r.id for r in records(cycle=cycle(1), include_zero_record=False)}
    assert {r.id for r in free} <= hidden
    told, found = {}, []
    while True:
        answer = M.list_free_resources_usage_records(ListFreeResourcesUsageRecordsRequest(
            deduct_time_begin=f"{cycle(1)}-01", deduct_time_end=f"{cycle()}-01", limit=100, offset=len(found)))
        found += answer.free_resource_records or []
        if len(found) >= answer.total_count:
            break
    for d in found:
        day = (datetime.fromisoformat(d.effective_time.replace("Z", "+00:00")) + timedelta(hours=8)).date()
        told[(d.resource_id, str(day))] = told.get((d.resource_id, str(day)), 0) + Decimal(d.used_amount)
    for r in used:
        assert told[(r.resource_id, r.bill_date)] == r.free_resource_usage, (r, told.get((r.resource_id, r.bill_date)))
    metered = {(r.resource_id, r.bill_date): r for r in records(cycle=cycle(1), method="oneself")}
    for key, amount in told.items():
        if key in metered:
            assert metered[key].free_resource_usage == amount, key


@check
def an_order_is_billed_with_what_its_details_say():
    seen = 0
    for c in charges(bill_cycle=cycle(1), charging_mode=1, method="oneself"):
        order = details(c.trade_id).order_info
        assert c.bill_type in (1, 2, 3, 4, 8, 16, 20, 24)
        if order.order_type == 2:
            assert c.bill_type == (8 if order.source_type == 8 else 2), "what the system placed is automatic"
        assert c.consume_time == order.payment_time or order.order_type == 4
        of = charges(bill_cycle=cycle(1), trade_id=c.trade_id)
        sign = -1 if c.bill_type in (4, 20) else 1
        assert total(of, "consume_amount") == sign * Decimal(str(order.amount_after_discount)), c.trade_id
        seen += 1
    assert seen >= 5, seen


@check
def refunds_are_negative_and_a_class_of_their_own():
    rows = [c for back in range(8) for c in charges(bill_cycle=cycle(back), bill_type=4)]
    assert rows and all(c.consume_amount <= 0 and c.official_amount <= 0 for c in rows)
    sums = [r for back in range(1, 8) for r in month_sum(bill_cycle=cycle(back)).bill_sums if r.bill_type == 2]
    assert sums and all(r.consume_amount <= 0 for r in sums)


@check
def a_payment_is_a_charge_at_once_a_record_hours_later_and_in_the_sum_the_next_day():
    first = cycle()
    order_id = new_order("77.70")
    pay(order_id)
    later(3)
    mine = charges(bill_cycle=cycle(), trade_id=order_id)
    assert [c.consume_amount for c in mine] == [Decimal("77.7")] and mine[0].status == 1 and mine[0].bill_type == 1
    assert mine[0].cash_amount + mine[0].credit_amount == Decimal("77.7")
    assert not records(cycle=cycle(), trade_id=order_id)
    before = month_sum(bill_cycle=first).consume_amount
    later(2 * 3600)
    assert [r.order_id for r in records(cycle=first, trade_id=order_id)] == [order_id]
    assert order_id not in {r.trade_id for r in resource_details(cycle=first, statistic_type=3)}
    later(24 * 3600)
    assert order_id in {r.trade_id for r in resource_details(cycle=first, statistic_type=3)}
    assert month_sum(bill_cycle=first).consume_amount >= before + Decimal("77.7")


@check
def what_coupons_pay_is_told_apart():
    for order in orders(status=5, limit=100).order_infos:
        coupon = Decimal(str(order.amount_info.coupon_amount))
        if coupon and order.payment_time > f"{cycle(30)}-02":
            at = datetime.fromisoformat(order.payment_time.replace("Z", "+00:00")) + timedelta(hours=8)
            of = charges(bill_cycle=at.strftime("%Y-%m"), trade_id=order.order_id)
            assert total(of, "coupon_amount") == coupon
            return
    raise AssertionError("no order was paid with a voucher")


@check
def an_unsubscription_in_the_console_gives_money_back_in_the_bill():
    order_id = new_order("500.00")
    pay(order_id)
    later(10)
    back = control("/console", {"action": "unsubscribe", "order_id": order_id})["order_id"]
    later(10)
    rows = charges(bill_cycle=cycle(), trade_id=back)
    assert rows and {c.bill_type for c in rows} == {4}
    refunded = Decimal(str(details(back).order_info.amount_after_discount))
    assert total(rows, "consume_amount") == -refunded < 0


@check
def use_of_the_running_month_is_owed_and_of_settled_months_paid():
    running = [c for c in charges(bill_cycle=cycle()) if c.charging_mode != 1]
    assert running and all(c.status == 3 and c.debt_amount == c.consume_amount for c in running)
    if now().day >= 3:
        settled = charges(bill_cycle=cycle(1))
        assert all(c.status == 1 and c.debt_amount == 0 for c in settled)
        assert not charges(bill_cycle=cycle(1), status=3) and charges(bill_cycle=cycle(1), status=1)


@check
def cycles_follow_the_calendar_of_beijing():
    for c in charges(bill_cycle=cycle(2)):
        at = datetime.fromisoformat(c.consume_time.replace("Z", "+00:00")) + timedelta(hours=8)
        assert at.strftime("%Y-%m") == c.bill_cycle == cycle(2)
    days = {r.bill_date for r in records(cycle=cycle(2), bill_date_begin=f"{cycle(2)}-03", bill_date_end=f"{cycle(2)}-05")}
    assert days == {f"{cycle(2)}-0{d}" for d in (3, 4, 5)}


@check
def filters_leave_what_they_name():
    every_charge = charges(bill_cycle=cycle(1))
    for name, wire in (
        ("service_type_code",) * 2, ("resource_type_code",) * 2, ("region_code",) * 2, ("charging_mode",) * 2,
        ("bill_type",) * 2, ("provider_type",) * 2, ("enterprise_project_id",) * 2, ("status",) * 2,
    ):
        for value in {getattr(c, name) for c in every_charge}:
            found = charges(bill_cycle=cycle(1), **{wire: value})
            assert found and {getattr(c, name) for c in found} == {value}, (name, value)
            assert len(found) == sum(getattr(c, name) == value for c in every_charge), (name, value)
    every_record = records(cycle=cycle(1))
    for name, wire in (("cloud_service_type",) * 2, ("region",) * 2, ("charge_mode",) * 2, ("resource_id",) * 2):
        value = getattr(every_record[7], name)
        found = records(cycle=cycle(1), **{wire: value})
        assert len(found) == sum(getattr(r, name) == value for r in every_record) > 0, name


@check
def what_has_no_project_is_named_otherwise_in_the_sum():
    none = charges(bill_cycle=cycle(1), enterprise_project_id="null")
    assert none and {c.service_type_code for c in none} == {"hws.service.type.smn"}
    by_sum = month_sum(bill_cycle=cycle(1), enterprise_project_id="-1")
    assert by_sum.consume_amount == total(none, "consume_amount")
    assert month_sum(bill_cycle=cycle(1), enterprise_project_id="null").total_count == 0
    refused("CBC.0100", lambda: month_sum(bill_cycle=cycle(1), enterprise_project_id=""))
    default = charges(bill_cycle=cycle(1), enterprise_project_id="0")
    assert default and {c.enterprise_project_id for c in default} == {"0"}


@check
def an_empty_text_is_a_filter_for_some_and_none_for_others():
    whole = ask_charges(bill_cycle=cycle(1)).total_count
    assert ask_charges(bill_cycle=cycle(1), service_type_code="", trade_id="", region_code="").total_count == whole
    for name in ("cloud_service_type", "region", "resource_id", "enterprise_project_id", "trade_id"):
        assert ask_records(cycle=cycle(1), **{name: ""}).total_count == 0, name
    refused("CBC.0100", lambda: ask_records(cycle=cycle(1), charge_mode=""))
    assert ask_details(cycle=cycle(1), cloud_service_type="", region="").total_count == ask_details(cycle=cycle(1)).total_count
    assert ask_breakdown(shared_month=cycle(1), service_type_code="").total_count == 0


@check
def a_master_sees_its_members_and_nobody_else_does():
    for ask, key in ((charges, "bill_cycle"), (records, "cycle"), (resource_details, "cycle")):
        both = ask(**{key: cycle(1)})
        own = ask(**{key: cycle(1), "method": "oneself"})
        member = ask(**{key: cycle(1), "method": "sub_customer", "sub_customer_id": MEMBER["domain_id"]})
        assert {r.customer_id for r in own} == {MASTER["domain_id"]}
        assert {r.customer_id for r in member} == {MEMBER["domain_id"]}
        assert len(both) == len(own) + len(member) and len(ask(C, **{key: cycle(1)})) == len(member)
        assert {r.customer_id for r in ask(O, **{key: cycle(1), "method": "all"})} == {ORDINARY["domain_id"]}
        refused("CBC.0101", lambda: ask(**{key: cycle(1), "method": "sub_customer"}))
        refused("CBC.0100", lambda: ask(**{key: cycle(1), "method": "sub_customer",
                                           "sub_customer_id": ORDINARY["domain_id"]}))
        refused("CBC.0100", lambda: ask(O, **{key: cycle(1), "method": "sub_customer",
                                              "sub_customer_id": MEMBER["domain_id"]}))


@check
def the_payer_of_a_member_in_custody_is_its_master():
    mine = resource_details(C, cycle=cycle(1))
    assert {r.payer_account_id for r in mine} == {MASTER["domain_id"]}
    assert len(resource_details(C, cycle=cycle(1), payer_account_id=MASTER["domain_id"])) == len(mine)
    assert not resource_details(C, cycle=cycle(1), payer_account_id=MEMBER["domain_id"])
    both = resource_details(cycle=cycle(1), payer_account_id=MASTER["domain_id"])
    assert {r.customer_id for r in both} == {MASTER["domain_id"], MEMBER["domain_id"]}


@check
def days_count_only_together_and_only_in_their_cycle():
    first = f"{cycle(1)}-01"
    whole = ask_charges(bill_cycle=cycle(1)).total_count
    assert ask_charges(bill_cycle=cycle(1), bill_date_begin=f"{cycle(1)}-20").total_count == whole
    some = ask_charges(bill_cycle=cycle(1), bill_date_begin=first, bill_date_end=f"{cycle(1)}-10").total_count
    assert 0 < some < whole
    refused("CBC.0100", lambda: ask_charges(bill_cycle=cycle(1), bill_date_begin=first, bill_date_end=f"{cycle()}-01"))
    refused("CBC.0100", lambda: ask_charges(bill_cycle=cycle(1), bill_date_begin=f"{cycle(1)}-09", bill_date_end=first))
    per_cycle = ask_records(cycle=cycle(1), statistic_type=1)
    limited = ask_records(cycle=cycle(1), statistic_type=1, bill_date_begin=first, bill_date_end=first)
    assert per_cycle.total_count == limited.total_count, "days do not limit sums of a cycle"


@check
def resource_details_by_day_need_both_days_and_rows_of_days():
    days = {"bill_cycle_begin": f"{cycle(1)}-04", "bill_cycle_end": f"{cycle(1)}-06"}
    found = resource_details(cycle=cycle(1), statistic_type=2, query_type="DAILY", **days)
    assert {r.bill_date for r in found} == {f"{cycle(1)}-0{d}" for d in (4, 5, 6)}
    refused("CBC.0100", lambda: ask_details(cycle=cycle(1), query_type="DAILY", **days))
    refused("CBC.0101", lambda: ask_details(cycle=cycle(1), statistic_type=3, query_type="DAILY"))
    refused("CBC.0100", lambda: ask_details(cycle=cycle(1), statistic_type=3, query_type="WEEKLY"))
    refused("CBC.0100", lambda: ask_details(cycle="2018-12"))


@check
def wrong_parameters_are_refused():
    for bad in (
        {"bill_cycle": "2026"}, {"bill_cycle": "2026-13"}, {"bill_cycle": cycle(37)}, {"limit": 0}, {"limit": 1001},
        {"offset": -1}, {"bill_type": 6}, {"charging_mode": 2}, {"status": 4}, {"provider_type": 3}, {"method": "me"},
    ):
        refused("CBC.0100", lambda: ask_charges(**{"bill_cycle": cycle(1), **bad}))
    for bad in ({"cycle": "x"}, {"statistic_type": 4}, {"charge_mode": "2"}, {"limit": 0}):
        refused("CBC.0100", lambda: ask_records(**{"cycle": cycle(1), **bad}))
    refused("CBC.0101", lambda: ask_charges())
    refused("CBC.0101", lambda: ask_details())
    assert ask_charges(bill_cycle=cycle(-1)).total_count == 0


@check
def numbers_of_a_body_may_be_texts():
    plain = ask_details(cycle=cycle(1), statistic_type=2, limit=5)
    text = ask_details(cycle=cycle(1), statistic_type="2", limit="5")
    assert [r.id for r in plain.monthly_records] == [r.id for r in text.monthly_records]


@check
def names_follow_the_language_and_codes_do_not():
    zh, en = (ask_charges(bill_cycle=cycle(1), limit=20, x_language=x).records for x in ("zh_CN", "en_US"))
    assert all(c.service_type_name.isascii() and c.region_name.isascii() for c in en)
    assert any(not c.service_type_name.isascii() for c in zh)
    assert [c.service_type_code for c in zh] == [c.service_type_code for c in en]
    zh, en = (ask_records(cycle=cycle(1), limit=20, x_language=x).fee_records for x in ("zh_CN", "en_US"))
    assert [r.id for r in zh] == [r.id for r in en]
    assert all(r.product_spec_desc.isascii() for r in en)


@check
def a_breakdown_is_past_current_and_future_and_months_follow_one_another():
    months = [{(r.order_id, r.resource_id): r for r in breakdown(shared_month=cycle(b)) if r.order_id} for b in (3, 2, 1)]
    for rows in months:
        for r in rows.values():
            parts = r.past_months_amortized_amount + r.current_month_amortized_amount + r.future_months_amortized_amount
            assert parts == r.consume_amount, r
    followed = 0
    for one, next_one in zip(months, months[1:]):
        for key, r in next_one.items():
            before = one.get(key)
            assert r.past_months_amortized_amount == (
                before.past_months_amortized_amount + before.current_month_amortized_amount if before else 0
            )
            followed += before is not None
        for key, r in one.items():
            assert (key in next_one) == (r.future_months_amortized_amount != 0 or key in next_one)
    assert followed > 20, followed


@check
def a_breakdown_of_use_is_the_charge_itself():
    rows = breakdown(shared_month=cycle(1), charging_mode=3)
    assert rows and all(r.past_months_amortized_amount == r.future_months_amortized_amount == 0 for r in rows)
    assert total(rows, "consume_amount") == total(charges(bill_cycle=cycle(1), charging_mode=3), "consume_amount")
    assert all(r.usage is not None and r.effective_time < r.expire_time for r in rows)


@check
def costs_as_billed_are_the_charges_by_every_dimension():
    of = charges(bill_cycle=cycle(1))
    payable, net = total(of, "consume_amount"), total(of, "consume_amount") - total(of, "coupon_amount")
    for dimension in (
        "CLOUD_SERVICE_TYPE", "RESOURCE_TYPE", "ASSOCIATED_ACCOUNT", "REGION_CODE", "AZ_CODE", "ENTERPRISE_PROJECT_ID",
        "RES_SPEC_CODE", "CHARGING_MODE", "USAGE_TYPE", "BILL_TYPE", "BE_ID", "PAYER_ACCOUNT_ID", "RESOURCE_ID",
    ):
        assert cost_sum(by=(dimension,)) == payable, dimension
        assert cost_sum(by=(dimension,), amount="NET_AMOUNT") == net, dimension
    assert cost_sum(by=("team",), kinds=["tag"]) == cost_sum(by=("business", "team"), kinds=["cost_unit", "tag"]) == payable
    by_day = cost_sum(begin=f"{cycle(1)}-01", end=str(datetime.fromisoformat(f"{cycle()}-01").date() - timedelta(days=1)), unit=1)
    assert by_day == payable
    service = {g.dimensions[0].value: Decimal(g.amount_by_costs) for g in ask_costs(limit=1000).cost_data}
    for code, amount in service.items():
        assert amount == total([c for c in of if c.service_type_code == code], "consume_amount"), code


@check
def spread_costs_are_the_breakdown():
    rows = breakdown(shared_month=cycle(1))
    assert cost_sum(cost="AMORTIZED_COST") == total(rows, "current_month_amortized_amount")
    last = str(datetime.fromisoformat(f"{cycle()}-01").date() - timedelta(days=1))
    assert cost_sum(cost="AMORTIZED_COST", begin=f"{cycle(1)}-01", end=last, unit=1) == total(
        rows, "current_month_amortized_amount")
    three = ask_costs(begin=cycle(3), end=cycle(1), cost="AMORTIZED_COST", limit=1000).cost_data
    by_month = {}
    for cost in (c for g in three for c in g.costs):
        by_month[cost.time_dimension_value] = by_month.get(cost.time_dimension_value, 0) + Decimal(cost.amount)
    assert by_month == {
        cycle(b): total(breakdown(shared_month=cycle(b)), "current_month_amortized_amount") for b in (3, 2, 1)
    }


@check
def filters_of_costs_include_or_exclude():
    whole = cost_sum()
    for key, value in (
        ("CLOUD_SERVICE_TYPE", "hws.service.type.ec2"), ("ASSOCIATED_ACCOUNT", MEMBER["domain_id"]),
        ("CHARGING_MODE", "3"), ("RESOURCE_TAG", "team=shop"), ("COST_UNIT", "business=front"), ("BILL_TYPE", "1"),
    ):
        only, but = (cost_sum(filters=[(operator, key, [value])]) for operator in (0, 1))
        assert only + but == whole and only != 0, (key, only, but)
    both = cost_sum(filters=[(0, "CHARGING_MODE", ["3"]), (0, "CLOUD_SERVICE_TYPE", ["hws.service.type.ec2"])])
    assert 0 < both < cost_sum(filters=[(0, "CHARGING_MODE", ["3"])])


@check
def wrong_questions_about_costs_are_refused():
    for bad in (
        {"by": ()}, {"by": ("REGION_CODE", "AZ_CODE", "BE_ID")}, {"by": ("SPLIT_ITEM_NAME",)}, {"by": ("COLOUR",)},
        {"by": ("REGION_CODE", "REGION_CODE")}, {"cost": "COST"}, {"amount": "AMOUNT"}, {"unit": 3}, {"limit": 1001},
        {"begin": cycle(0), "end": cycle(1)}, {"begin": cycle(19)}, {"offset": 200001},
        {"by": ("a", "b"), "kinds": ["tag", "tag"]}, {"filters": [(2, "REGION_CODE", ["x"])]},
        {"filters": [(0, "SPLIT_ITEM_NAME", ["x"])]}, {"filters": [(0, "REGION_CODE", ["x"])] * 101},
    ):
        refused("CBC.0100", lambda: ask_costs(**bad))
    refused("CBC.0101", lambda: ask_costs(filters=[(0, "REGION_CODE", [])]))
    refused("CBC.0100", lambda: ask_breakdown(shared_month=cycle(19)))


@check
def too_many_independent_members_are_asked_about_one_by_one():
    control("/settings", {"costs_members_most": 0})
    refused("CBC.18000048", lambda: ask_costs())
    assert ask_costs(filters=[(0, "ASSOCIATED_ACCOUNT", [MEMBER["domain_id"]])]).total_count > 0
    assert ask_costs(C).total_count > 0, "a member has none"
    control("/settings", {"costs_members_most": 100})


@check
def a_renewal_is_billed_for_the_resource_that_it_renews():
    order_id = new_order("60.00")
    pay(order_id)
    later(10)
    renewal = control("/console", {"action": "renew", "order_id": order_id})["order_id"]
    later(3 * 3600)
    bought, renewed = (records(cycle=cycle(), trade_id=t)[0] for t in (order_id, renewal))
    assert renewed.resource_id == bought.resource_id and renewed.resource_name == bought.resource_name
    assert renewed.bill_type in ("2", "8", 2, 8) and bought.bill_type == 1
    later(24 * 3600)
    of_resource = breakdown(shared_month=cycle(), resource_id=bought.resource_id)
    assert {r.order_id for r in of_resource} <= {order_id, renewal} and order_id in {r.order_id for r in of_resource}
    detail = resource_details(cycle=cycle(), statistic_type=3, res_instance_id=bought.resource_id)
    assert {r.trade_id: r.pre_order_id for r in detail} == {order_id: None, renewal: order_id}


@check
def without_a_cost_centre_there_are_no_costs():
    refused("CBC.18000014", lambda: ask_breakdown(O, shared_month=cycle(1)))
    refused("CBC.18000014", lambda: ask_costs(O))
    control("/settings", {"ordinary_cost_centre": True})
    assert ask_costs(O).total_count > 0 and ask_breakdown(O, shared_month=cycle(1)).total_count > 0
    control("/settings", {"ordinary_cost_centre": False})


def usage(**q):
    return M.list_resource_usage_summary(ListResourceUsageSummaryRequest(**q))


def points(**q):
    return every(lambda **f: M.list_resource_usage(ListResourceUsageRequest(**f)), "usage_info_list", **q)


CDN = {"service_type_code": "hws.service.type.cdn", "resource_type_code": "hws.resource.type.cdn"}
VPC = {"service_type_code": "hws.service.type.vpc", "resource_type_code": "hws.resource.type.bandwidth"}


@check
def the_percentile_is_the_one_of_the_points():
    for kind, usage_type in ((CDN, "95Peak"), (CDN, "95peak_1000"), (VPC, "95peak_plus"), (VPC, "bandwidth95peak")):
        answer = usage(bill_cycle=cycle(2), usage_type=usage_type, **kind)
        assert answer.total_count == 3
        for r in answer.summary_usage_info_list:
            of = points(bill_cycle=cycle(2), usage_type=usage_type, resource_id=r.resource_id, **kind)
            values = sorted((Decimal(p.usage) for p in of), reverse=True)
            assert Decimal(r.band_width) == values[len(values) // 20], "a twentieth is left out"
            assert abs(Decimal(r.actual_days) * 288 - len(values)) < Decimal("1e-15")
            assert (r.monthly_peak_band_width is not None) == (usage_type == "95peak_plus")
            if r.monthly_peak_band_width:
                assert Decimal(r.monthly_peak_band_width) == values[0]
                assert Decimal(r.monthly_guaranteed_band_width) <= Decimal(r.band_width)
            assert isinstance(r.band_width, str) and r.band_width_measure_id == 15


@check
def the_thousand_base_says_more_than_the_1024_base():
    a, b = (usage(bill_cycle=cycle(2), usage_type=t, **CDN).summary_usage_info_list[0] for t in ("95Peak", "95peak_1000"))
    assert a.resource_id == b.resource_id
    assert abs(Decimal(b.band_width) / Decimal(a.band_width) - Decimal(1048576) / Decimal(1000000)) < Decimal("1e-6")


@check
def the_running_month_has_points_but_no_value():
    row = usage(bill_cycle=cycle(), usage_type="95Peak", **CDN).summary_usage_info_list[0]
    assert row.band_width is None and row.band_width_measure_id is None and Decimal(row.actual_days) > 0
    of = points(bill_cycle=cycle(), usage_type="95Peak", resource_id=row.resource_id, **CDN)
    newest = max(p.stat_time for p in of)
    assert newest <= control("/clock")["now"] and of[0].stat_time < of[1].stat_time


@check
def only_the_fixed_lists_of_usage_are_known():
    for bad in (
        {"service_type_code": "hws.service.type.ec2"}, {"resource_type_code": "hws.resource.type.obs"},
        {"usage_type": "flow"}, {"bill_cycle": "2026"},
    ):
        refused("CBC.0100", lambda: usage(**{"bill_cycle": cycle(1), "usage_type": "95Peak", **CDN, **bad}))
    refused("CBC.0101", lambda: usage(bill_cycle=cycle(1), **CDN))
    refused("CBC.0101", lambda: M.list_resource_usage(
        ListResourceUsageRequest(bill_cycle=cycle(1), usage_type="95Peak", **CDN)))
    nothing = M.list_resource_usage(
        ListResourceUsageRequest(bill_cycle=cycle(1), usage_type="95Peak", resource_id="another", **CDN))
    assert nothing.total_count == 0 and not nothing.usage_info_list


main()
