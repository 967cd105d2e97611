"""Drives yearly/monthly resources through Huawei's own SDK: listed, renewed, renewed by themselves, given up.

Argument: the ready line of a simulator whose clock stands still. Prints what failed, then the tally.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from common import M, MASTER, O, ORDINARY, MEMBER, balances, cancel, check, client, control, details, effects, ledger
from common import main, new_order, orders, pay, refused
from huaweicloudsdkbss.v2 import (
    AutoRenewalResourcesReq,
    AutoRenewalResourcesRequest,
    CancelAutoRenewalResourcesRequest,
    CancelResourcesSubscriptionRequest,
    ListPayPerUseCustomerResourcesRequest,
    ListSubCustomerCouponsRequest,
    PeriodToOnDemandInstantlyReq,
    PeriodToOnDemandReq,
    QueryResourcesReq,
    RenewalResourcesReq,
    RenewalResourcesRequest,
    RenewResourceConfigReq,
    SetResourcesRenewConfigRequest,
    ShowRefundOrderDetailsRequest,
    UnsubscribeResourcesReq,
    UpdatePeriodToOnDemandInstantlyRequest,
    UpdatePeriodToOnDemandRequest,
)

DAY = 86_400

# The simulator's clock stands still and is then advanced by weeks, while signatures carry the machine's time.
control("/settings", {"signature_valid_ms": 2**60})


def listed(c=M, **filters):
    return c.list_pay_per_use_customer_resources(
        ListPayPerUseCustomerResourcesRequest(body=QueryResourcesReq(**filters)))


def one(resource_id, c=M):
    found = listed(c, resource_ids=[resource_id], only_main_resource=1).data
    return found[0] if found else None


def every(c=M, **filters):
    rows, total = [], None
    while total is None or len(rows) < total:
        page = listed(c, limit=100, offset=len(rows), **filters)
        rows, total = rows + page.data, page.total_count
        assert page.data or len(rows) == total
    return rows


def renew(ids, unit=2, number=1, pay=None, c=M):
    body = RenewalResourcesReq(resource_ids=ids, period_type=unit, period_num=number, is_auto_pay=pay)
    return c.renewal_resources(RenewalResourcesRequest(body=body))


def give_up(ids, what=1, c=M):
    body = UnsubscribeResourcesReq(resource_ids=ids, unsubscribe_type=what)
    return c.cancel_resources_subscription(CancelResourcesSubscriptionRequest(body=body))


def auto(resource_id, c=M, **chosen):
    body = AutoRenewalResourcesReq(**chosen) if chosen else None
    return c.auto_renewal_resources(AutoRenewalResourcesRequest(resource_id=resource_id, body=body))


def auto_off(resource_id, c=M):
    return c.cancel_auto_renewal_resources(CancelAutoRenewalResourcesRequest(resource_id=resource_id))


def day_of(name, value, c=M):
    body = RenewResourceConfigReq(config_name=name, config_value=value)
    return c.set_resources_renew_config(SetResourcesRenewConfigRequest(body=body))


def at_expiry(operation, ids, c=M):
    body = PeriodToOnDemandReq(operation=operation, resource_ids=ids)
    return c.update_period_to_on_demand(UpdatePeriodToOnDemandRequest(body=body))


def at_once(ids, c=M):
    body = PeriodToOnDemandInstantlyReq(resource_ids=ids)
    return c.update_period_to_on_demand_instantly(UpdatePeriodToOnDemandInstantlyRequest(body=body))


def refunds(order_id):
    return M.show_refund_order_details(ShowRefundOrderDetailsRequest(order_id=order_id)).refund_infos


def later(seconds):
    control("/clock", {"advance_seconds": seconds})


def time_of(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def now():
    return time_of(control("/clock")["now"])


def cash():
    return Decimal(balances()[0][1].amount)


def server(amount="300", account=MASTER, c=M):
    order_id = new_order(amount, account)
    pay(order_id, c)
    later(5)
    return listed(c, order_id=order_id).data[0], order_id


@check
def every_resource_is_told_whole_and_once():
    rows = every()
    assert len({r.resource_id for r in rows}) == len(rows) == listed().total_count > 50
    assert len(listed().data) == 10, "the default page has ten"
    for r in rows:
        assert r.id != r.resource_id and r.effective_time < r.expire_time and r.update_time
        assert (r.is_main_resource == 1) == (r.parent_resource_id is None)
        assert r.region_code and len(r.project_id) == 32 and r.product_id and r.enterprise_project.id
        assert r.spec_size is None or isinstance(r.spec_size, (int, Decimal))
        over = now() - time_of(r.expire_time)
        assert {2: over < timedelta(0), 5: timedelta(0) <= over, 4: over >= timedelta(days=15)}[r.status]
    assert {r.status for r in rows} == {2, 4, 5} and {r.expire_policy for r in rows} >= {0, 1, 3}


@check
def attached_resources_follow_their_main_one():
    rows = {r.resource_id: r for r in every()}
    attached = [r for r in rows.values() if not r.is_main_resource]
    assert attached
    for r in attached:
        parent = rows[r.parent_resource_id]
        assert parent.service_type_code == "hws.service.type.ec2" and r.service_type_code == "hws.service.type.ebs"
        assert parent.expire_time == r.expire_time and parent.expire_policy == r.expire_policy
    r = attached[0]
    with_it = [found.resource_id for found in listed(resource_ids=[r.parent_resource_id]).data]
    assert r.resource_id in with_it and r.parent_resource_id in with_it
    alone = listed(resource_ids=[r.parent_resource_id], only_main_resource=1).data
    assert [found.resource_id for found in alone] == [r.parent_resource_id]
    assert one(r.resource_id).resource_id == r.resource_id, "an attached one is found by its id all the same"
    assert not any(found.parent_resource_id for found in every(only_main_resource=1))


@check
def filters_and_their_limits():
    rows = every()
    for status in (2, 4, 5):
        assert len(every(status_list=[status])) == sum(r.status == status for r in rows) > 0
    ecs = every(service_type_code="hws.service.type.ec2")
    assert len(ecs) == sum(r.service_type_code == "hws.service.type.ec2" for r in rows)
    begin, end = "2026-07-15T00:00:00Z", "2026-08-15T00:00:00Z"
    soon = every(expire_time_begin=begin, expire_time_end=end)
    assert len(soon) == sum(begin <= r.expire_time <= end for r in rows) > 5
    assert listed(resource_ids=[]).total_count == listed(order_id="").total_count == len(rows)
    for wrong in (dict(resource_ids=[f"r{n}" for n in range(51)]), dict(service_type_code=""), dict(status_list=[9]),
                  dict(only_main_resource=2), dict(limit=501), dict(limit=0), dict(expire_time_begin="2026-07-15")):
        refused("CBC.0100", lambda: listed(**wrong))
    assert listed(limit="500", offset="1").total_count == len(rows), "numbers may come as strings"
    assert listed(resource_ids=["r-none"]).total_count == 0


@check
def each_account_sees_its_own():
    mine = {r.resource_id for r in every()}
    theirs = {r.resource_id for r in every(O)}
    assert theirs and not mine & theirs
    other = next(iter(theirs))
    assert listed(resource_ids=[other]).total_count == 0
    refused("CBC.99003016", lambda: renew([other]))
    refused("CBC.99003012", lambda: give_up([other]))
    refused("CBC.99003012", lambda: auto(other))


@check
def what_is_bought_is_listed_when_its_order_is_complete():
    order_id = new_order("88")
    assert listed(order_id=order_id).total_count == 0
    pay(order_id)
    assert listed(order_id=order_id).total_count == 0, "not before it is provided"
    later(5)
    found = listed(order_id=order_id).data
    line = details(order_id).order_line_items[0]
    assert [(r.effective_time, r.expire_time, r.status) for r in found] == [(line.effective_time, line.expire_time, 2)]


@check
def a_renewal_is_ordered_then_paid_then_seen():
    thing, bought = server()
    before = cash()
    order_id = renew([thing.resource_id], 2, 2).order_ids[0]
    order = details(order_id).order_info
    assert (order.status, order.order_type, order.source_type) == (6, 2, 1)
    assert effects(order_id)[0]["operation"] == "renewal_resources"
    refused("CBC.99003100", lambda: renew([thing.resource_id]))
    refused("CBC.99003100", lambda: give_up([thing.resource_id]))
    assert one(thing.resource_id).expire_time == thing.expire_time and cash() == before
    pay(order_id)
    refused("CBC.99003144", lambda: renew([thing.resource_id]))
    refused("CBC.99003651", lambda: give_up([thing.resource_id]))
    later(5)
    after = one(thing.resource_id)
    line = details(order_id).order_line_items[0]
    assert (line.effective_time, line.expire_time) == (thing.expire_time, after.expire_time)
    assert after.effective_time == thing.effective_time and after.update_time > thing.update_time
    assert before - cash() == Decimal(str(order.amount_after_discount)) > 0
    assert [r.resource_id for r in listed(order_id=order_id).data] == [thing.resource_id]


@check
def a_renewal_can_be_charged_at_once_and_fails_without_money():
    thing, _ = server()
    before = cash()
    made = renew([thing.resource_id], 3, 1, pay=1)
    order_id = made.order_ids[0]
    later(5)
    order = details(order_id).order_info
    assert order.status == 5 and before - cash() == Decimal(str(order.amount_after_discount))
    assert one(thing.resource_id).expire_time[:4] == "2027"
    poor = every(O, status_list=[2], only_main_resource=1)
    dear = [r.resource_id for r in poor if r.service_type_code == "hws.service.type.rds"][:1]
    if dear:
        control("/console", {"action": "pay", "account": ORDINARY["name"], "order_id": new_order("500", ORDINARY)})
        count = orders(O).total_count
        refused("CBC.30050006", lambda: renew(dear, 3, 3, pay=1, c=O))
        assert orders(O).total_count == count + 1 and orders(O, limit=1).order_infos[0].status == 6


@check
def renewals_are_refused_as_documented():
    thing, _ = server()
    attached = next(r for r in every(status_list=[2]) if not r.is_main_resource)
    refused("CBC.30010036", lambda: renew([attached.resource_id]))
    refused("CBC.99003016", lambda: renew(["r-none"]))
    partly = renew([thing.resource_id, "r-none"])
    assert len(partly.order_ids) == 1
    assert [(f.resource_id, f.error_code) for f in partly.fail_resource_infos] == [("r-none", "CBC.99003016")]
    assert partly.fail_resource_infos[0].error_msg
    cancel(partly.order_ids[0])
    later(5)
    for unit, number in ((2, 0), (2, 12), (3, 4), (0, 1), (4, 1)):
        refused("CBC.0100", lambda: renew([thing.resource_id], unit, number))
    refused("CBC.0100", lambda: renew([thing.resource_id, thing.resource_id]))
    refused("CBC.0100", lambda: renew([f"r{n}" for n in range(11)]))
    refused("CBC.0100", lambda: renew([]))
    long = renew([thing.resource_id], 3, 3, pay=1)
    later(5)
    refused("CBC.99003154", lambda: renew([thing.resource_id], 3, 3))
    assert long.order_ids
    package = next((r for r in every(status_list=[2]) if r.service_type_code == "hws.service.type.cdn"), None)
    if package:
        refused("CBC.30010069", lambda: renew([package.resource_id], 2, 11))


@check
def a_late_renewal_counts_from_the_old_expiry():
    rows = every(only_main_resource=1)
    for status in (5, 4):
        late = next(r for r in rows if r.status == status and r.expire_policy == 0)
        order_id = renew([late.resource_id], 2, 3, pay=1).order_ids[0]
        later(5)
        assert one(late.resource_id).status == 2
        assert {line.effective_time for line in details(order_id).order_line_items} == {late.expire_time}


@check
def several_resources_make_several_orders_or_one():
    ids = [server()[0].resource_id for _ in range(3)]
    made = renew(ids).order_ids
    assert len(made) == 3
    for order_id in made:
        cancel(order_id)
    later(5)
    control("/settings", {"renewals_together": True})
    made = renew(ids).order_ids
    control("/settings", {"renewals_together": False})
    assert len(made) == 1 and details(made[0]).total_count == 3
    pay(made[0])
    later(5)
    assert {r.resource_id for r in listed(order_id=made[0]).data} == set(ids)


@check
def automatic_renewal_is_set_shown_and_cancelled():
    thing, _ = server()
    id = thing.resource_id
    refused("CBC.99003605", lambda: auto_off(id))
    assert auto(id).status_code == 204 and one(id).expire_policy == 3
    assert effects(id)[-1]["operation"] == "auto_renewal_resources"
    assert auto(id, auto_renew_times=3, period_type="MONTH").status_code == 204
    assert auto_off(id).status_code == 204 and one(id).expire_policy == 0
    refused("CBC.99003605", lambda: auto_off(id))
    refused("CBC.99003012", lambda: auto_off("r-none"))
    refused("CBC.99003012", lambda: auto("r-none"))
    refused("CBC.0100", lambda: auto(id, auto_renew_times=100))
    refused("CBC.0100", lambda: auto(id, period_type="WEEK"))
    late = next(r for r in every(status_list=[4, 5], only_main_resource=1))
    refused("CBC.99003602", lambda: auto(late.resource_id))
    attached = next(r for r in every(status_list=[2]) if not r.is_main_resource)
    assert auto(attached.resource_id).status_code == 204
    assert one(attached.parent_resource_id).expire_policy == 3 == one(attached.resource_id).expire_policy
    auto_off(attached.parent_resource_id)


@check
def unsubscribing_within_five_days_gives_everything_back():
    thing, bought = server("240")
    before = cash()
    order_id = give_up([thing.resource_id]).order_ids[0]
    order = details(order_id).order_info
    assert (order.order_type, order.status) == (4, 3) and cash() - before == 240
    refused("CBC.99003651", lambda: give_up([thing.resource_id]))
    later(5)
    assert details(order_id).order_info.status == 5 and one(thing.resource_id) is None
    refused("CBC.30000067", lambda: give_up([thing.resource_id]))
    refused("CBC.99003016", lambda: renew([thing.resource_id]))
    assert [(Decimal(r.amount), r.base_order_id) for r in refunds(order_id)] == [(Decimal(-240), bought)]
    assert all(line.period_num is None for line in details(order_id).order_line_items)


@check
def the_five_day_rule_has_a_quota():
    control("/settings", {"five_day_quota": 0})
    thing, bought = server("310")
    later(2 * DAY)
    before = cash()
    order_id = give_up([thing.resource_id]).order_ids[0]
    control("/settings", {"five_day_quota": 10})
    rows = refunds(order_id)
    back = -sum(Decimal(r.amount) for r in rows if r.amount < 0)
    kept = sum(Decimal(r.amount) for r in rows if r.amount > 0)
    assert back + kept == 310 and kept > 0 and cash() - before == back
    assert {r.base_order_id for r in rows} == {bought}
    info = details(order_id).order_info
    assert Decimal(str(info.amount_after_discount)) == Decimal(str(info.official_amount)) == back
    fee, used = (Decimal(str(x)) for x in (info.amount_info.commission_amount, info.amount_info.consumed_amount))
    assert fee + used == kept and fee == ((310 - used) * 5 / 100).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    assert Decimal(effects(order_id)[0]["amount"]) == -back


@check
def coupons_come_back_only_where_nothing_was_used():
    mine = lambda: M.list_sub_customer_coupons(ListSubCustomerCouponsRequest(status=2, limit=100)).user_coupons
    voucher = next(c for c in mine() if c.plan_name == "企业激励代金券")
    for days, returned in ((0, True), (8, False)):
        left = next(c.balance for c in mine() if c.coupon_id == voucher.coupon_id)
        order_id = new_order("500")
        pay(order_id, coupons=[(voucher.coupon_id, 301)])
        later(5 + days * DAY)
        thing = listed(order_id=order_id).data[0]
        gone = give_up([thing.resource_id]).order_ids[0]
        again = next((c.balance for c in mine() if c.coupon_id == voucher.coupon_id), 0)
        assert (again == left) == returned, (left, again)
        given = effects(gone)[0]["coupons"]
        assert ([Decimal(s["amount"]) for s in given] == [-Decimal(str(left))]) == returned, given


@check
def only_unstarted_terms_are_given_back_by_type_two():
    thing, bought = server("200")
    id = thing.resource_id
    refused("CBC.99003128", lambda: give_up([id], 2))
    before = cash()
    renewal = renew([id], 2, 3, pay=1).order_ids[0]
    later(5)
    assert one(id).expire_time > thing.expire_time
    gone = give_up([id], 2).order_ids[0]
    assert cash() == before
    assert {(r.base_order_id, r.amount < 0) for r in refunds(gone)} == {(renewal, True)}
    later(5)
    assert one(id).expire_time == thing.expire_time and one(id).status == 2
    refused("CBC.99003128", lambda: give_up([id], 2))


@check
def unsubscribing_is_refused_as_documented():
    rows = every(only_main_resource=1, status_list=[2])
    package = next(r for r in rows if r.service_type_code in ("hws.service.type.obs", "hws.service.type.cdn"))
    refused("CBC.99003647", lambda: give_up([package.resource_id]))
    attached = next(r for r in every(status_list=[2]) if not r.is_main_resource)
    refused("CBC.99003185", lambda: give_up([attached.resource_id]))
    refused("CBC.99003012", lambda: give_up(["r-none"]))
    thing, _ = server()
    partly = give_up([thing.resource_id, "r-none"])
    assert [f.error_code for f in partly.fail_resource_infos] == ["CBC.99003012"] and len(partly.order_ids) == 1
    refused("CBC.0100", lambda: give_up([thing.resource_id], 3))
    refused("CBC.0100", lambda: give_up([f"r{n}" for n in range(11)]))


@check
def the_console_does_the_same_by_the_same_rules():
    thing, bought = server("150")
    console = lambda action: control("/console", {"action": action, "account": MASTER["name"], "order_id": bought})
    renewed = console("renew")["order_id"]
    later(5)
    assert one(thing.resource_id).expire_time > thing.expire_time
    gone = console("unsubscribe")["order_id"]
    later(5)
    assert one(thing.resource_id) is None
    assert {r.base_order_id for r in refunds(gone)} == {bought, renewed}
    assert {e["actor"] for e in effects(gone) + effects(renewed)} == {"console"}


@check
def becoming_pay_per_use_at_expiry_is_set_and_taken_back():
    thing, _ = server()
    id = thing.resource_id
    answer = at_expiry("SET_UP", [id, "r-none"])
    assert [(e.id, e.error_code) for e in answer.error_details] == [("r-none", "CBC.99003012")]
    assert one(id).expire_policy == 1
    assert not at_expiry("CANCEL", [id]).error_details and one(id).expire_policy == 0
    late = next(r for r in every(status_list=[4, 5], only_main_resource=1)
                if r.service_type_code not in ("hws.service.type.obs", "hws.service.type.cdn"))
    package = next(r for r in every(status_list=[2]) if r.service_type_code == "hws.service.type.obs")
    codes = {e.id: e.error_code for e in at_expiry("SET_UP", [late.resource_id, package.resource_id]).error_details}
    assert codes == {late.resource_id: "CBC.99003610", package.resource_id: "CBC.99003611"}
    refused("CBC.0100", lambda: at_expiry("PERHAPS", [id]))
    refused("CBC.0100", lambda: at_expiry("SET_UP", [f"r{n}" for n in range(101)]))


@check
def becoming_pay_per_use_at_once_makes_an_order():
    (thing, _), (held, _) = server(), server()
    renew([held.resource_id])
    results = {r.resource_id: r for r in at_once(
        [thing.resource_id, held.resource_id, "r-none"]).to_ondemand_service_results}
    assert {id: r.result for id, r in results.items()} == {
        thing.resource_id: "SUCCESS", held.resource_id: "FAIL", "r-none": "FAIL"}
    assert results[held.resource_id].error_code == "CBC.99003623" and results["r-none"].error_code == "CBC.99003012"
    later(5)
    order = details(results[thing.resource_id].order_id).order_info
    assert (order.order_type, order.status) == (10, 5) and one(thing.resource_id) is None
    member = client(MEMBER)
    theirs, _ = server("20", MEMBER, member)
    review = at_once([theirs.resource_id], member).to_ondemand_service_results[0]
    assert review.result == "AUDIT" and details(review.order_id, member).order_info.status == 1
    assert one(theirs.resource_id, member).status == 2, "until somebody has looked at it"


@check
def the_common_day_of_expiry_moves_the_next_renewal_later():
    thing, _ = server()
    for value in ("0", "29", "-2", "x"):
        refused("CBC.0100", lambda: day_of("EXPIRE_DATE", value))
    for value in ("1", "8"):
        refused("CBC.0100", lambda: day_of("DEDUCTION_DATE", value))
    refused("CBC.0100", lambda: day_of("PAY_DATE", "3"))
    answer = day_of("EXPIRE_DATE", "-1")
    assert answer.status_code == 200
    assert one(thing.resource_id).expire_time == thing.expire_time, "not before the next renewal"
    renew([thing.resource_id], pay=1)
    later(5)
    end = time_of(one(thing.resource_id).expire_time) + timedelta(hours=8)
    assert (end + timedelta(seconds=1)).day == 1, end
    assert end > time_of(thing.expire_time) + timedelta(days=28)


@check
def what_renews_itself_is_charged_at_three_in_beijing_before_it_expires():
    control("/orders", {"amount": "1"})
    thing, _ = server()
    auto(thing.resource_id, auto_renew_times=1, period_type="MONTH")
    day_of("DEDUCTION_DATE", "4")
    expiry = time_of(thing.expire_time)
    later(int((expiry - timedelta(days=6) - now()).total_seconds()))
    assert one(thing.resource_id).expire_time == thing.expire_time
    before, seen = cash(), len(ledger())
    later(3 * DAY)
    assert one(thing.resource_id).expire_time > thing.expire_time
    mine = [o for o in orders(order_type="2", limit=20).order_infos
            if [r.resource_id for r in listed(order_id=o.order_id).data] == [thing.resource_id]]
    assert len(mine) == 1 and (mine[0].source_type, mine[0].status) == (8, 5)
    made = effects(mine[0].order_id)
    assert [e["operation"] for e in made] == ["renewal_resources", "pay_orders"]
    assert {e["actor"] for e in made} == {"system"}
    assert {e["at"][11:19] for e in made} == {"19:00:00"}, "03:00 in Beijing"
    spent = sum(Decimal(e["cash"]) for e in ledger()[seen:] if e["account"] in (MASTER["domain_id"], MEMBER["domain_id"]))
    assert before - cash() == spent
    assert one(thing.resource_id).expire_policy == 0, "the one time is used up"


@check
def what_nobody_renews_goes_through_its_life():
    thing, _ = server()
    id = thing.resource_id
    to = lambda days: later(int((time_of(thing.expire_time) + timedelta(days=days) - now()).total_seconds()) + 2)
    for days, status in ((-1, 2), (0, 5), (14, 5), (15, 4), (29, 4)):
        to(days)
        assert one(id).status == status, (days, one(id).status)
    to(30)
    assert one(id) is None
    refused("CBC.99003016", lambda: renew([id]))
    refused("CBC.30000067", lambda: give_up([id]))


main()
