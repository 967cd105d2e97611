"""Checks resource packages through Huawei's own SDK: what is left, what used it up, when it comes back.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

import datetime
from decimal import Decimal

from common import M, MASTER, O, check, control, main, new_order, pay, refused, wait_for
from huaweicloudsdkbss.v2 import (
    ListFreeResourceInfosReq,
    ListFreeResourceInfosRequest,
    ListFreeResourcesUsageRecordsRequest,
    ListFreeResourceUsagesReq,
    ListFreeResourceUsagesRequest,
)

control("/settings", {"signature_valid_ms": 10 ** 15})


def packages(c=M, language="zh_CN", **body):
    body = ListFreeResourceInfosReq(**{"limit": 100, **body})
    return c.list_free_resource_infos(ListFreeResourceInfosRequest(x_language=language, body=body))


def usages(ids, c=M, language="zh_CN"):
    body = ListFreeResourceUsagesReq(free_resource_ids=ids)
    answer = c.list_free_resource_usages(ListFreeResourceUsagesRequest(x_language=language, body=body))
    return {u.free_resource_id: u for u in answer.free_resources}


def records(begin, end, c=M, **more):
    return c.list_free_resources_usage_records(ListFreeResourcesUsageRecordsRequest(
        deduct_time_begin=begin, deduct_time_end=end, **{"limit": 100, **more}))


def every_record(begin, end, **more):
    found = []
    while True:
        answer = records(begin, end, offset=len(found), **more)
        found += answer.free_resource_records
        if len(found) >= answer.total_count:
            assert len(found) == answer.total_count
            return found


def now():
    return datetime.datetime.fromisoformat(control("/clock")["now"].replace("Z", "+00:00"))


def beijing(moment):
    return (moment + datetime.timedelta(hours=8)).date()


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


def items(found):
    return {i.free_resource_id: (p, i) for p in found.free_resource_packages for i in p.free_resources}


def left_is_original_without_the_deductions():
    """For every item in effect whose cycle began within 90 days; answers how many were used at all."""
    held = items(packages(status=1))
    used = 0
    for item_id, usage in usages(list(held)).items():
        package, item = held[item_id]
        assert isinstance(item.amount, str) and not isinstance(usage.amount, str)
        assert Decimal(item.amount) == usage.amount and Decimal(item.original_amount) == usage.original_amount
        begin, end = instant(usage.start_time), instant(usage.end_time)
        assert begin <= now() <= end, usage
        if (beijing(now()) - beijing(begin)).days > 90:
            continue
        found = every_record(str(beijing(begin)), str(beijing(now())), free_resource_id=item_id)
        taken = sum((Decimal(r.used_amount) for r in found if begin <= instant(r.deduct_time) <= end), Decimal(0))
        assert usage.original_amount - taken == usage.amount, (usage, taken)
        used += taken > 0
        for r in found:
            assert Decimal(r.available_amount) - Decimal(r.used_amount) == Decimal(r.remaining_amount) >= 0
            assert r.measure_id == item.measure_id and r.product_id == package.product_id
            assert r.effective_time < r.expire_time < r.deduct_time
    return used


@check
def what_is_left_is_what_there_was_without_what_was_deducted_in_the_cycle():
    assert left_is_original_without_the_deductions() >= 2


@check
def a_package_is_listed_with_its_items_and_units():
    found = packages()
    assert found.total_count == len(found.free_resource_packages) > 5
    assert {0, 1, 3} <= {p.status for p in found.free_resource_packages}
    for p in found.free_resource_packages:
        assert (p.source_type == 1) == (not p.order_id), "a gift has no order"
        assert p.effective_time < p.expire_time and p.bundle_type in ("ATOMIC_PKG", "BUNDLE_PKG")
        assert (p.bundle_type == "BUNDLE_PKG") == (len(p.free_resources) > 1)
        assert all(i.measure_id in (10, 14, 17) for i in p.free_resources)
        assert all(0 <= Decimal(i.amount) <= Decimal(i.original_amount) for i in p.free_resources)
    assert {p.quota_reuse_mode for p in found.free_resource_packages} == {1, 2}


@check
def packages_are_filtered_and_paged():
    whole = packages().free_resource_packages
    one = next(p for p in whole if p.order_id)
    for name in ("region_code", "order_id", "product_id", "product_name", "enterprise_project_id", "status"):
        value = getattr(one, name)
        found = packages(**{name: value}).free_resource_packages
        assert one.order_instance_id in {p.order_instance_id for p in found}
        assert {getattr(p, name) for p in found} == {value}, name
    found = packages(service_type_code_list=["HWS.SERVICE.TYPE.CDN"]).free_resource_packages
    assert found and {p.service_type_code for p in found} == {"hws.service.type.cdn"}
    assert packages(order_id="", service_type_code_list=[]).total_count == len(whole), "empty filters nothing"
    paged = packages(limit=2, offset=1).free_resource_packages
    assert [p.order_instance_id for p in paged] == [p.order_instance_id for p in whole[1:3]]
    for bad in ({"status": 5}, {"limit": 0}, {"limit": 101}, {"offset": -1}):
        refused("CBC.0100", lambda: packages(**bad))


@check
def names_follow_the_language():
    zh, en = packages(limit=1).free_resource_packages[0], packages(limit=1, language="en_US").free_resource_packages[0]
    assert zh.order_instance_id == en.order_instance_id and zh.product_id == en.product_id
    for name in ("product_name", "service_type_name"):
        assert getattr(zh, name) != getattr(en, name) and getattr(en, name).isascii(), name
    item = zh.free_resources[0].free_resource_id
    a, b = usages([item])[item], usages([item], language="en_US")[item]
    assert a.usage_type_name != b.usage_type_name and b.free_resource_type_name.isascii()


@check
def the_days_of_deductions_are_mandatory_and_at_most_ninety_apart():
    today = beijing(now())
    ago = lambda days: str(today - datetime.timedelta(days=days))
    refused("CBC.0101", lambda: records(None, str(today)))
    refused("CBC.0101", lambda: records(str(today), None))
    assert records(ago(90), ago(0)).total_count > 0
    refused("CBC.0100", lambda: records(ago(91), ago(0)))
    refused("CBC.0100", lambda: records(ago(0), ago(1)))
    refused("CBC.0100", lambda: records("2026-7-1", "2026-07-02"))
    refused("CBC.0100", lambda: records(ago(1), ago(0), limit=101))
    found = every_record(ago(1), ago(1))
    assert found and {str(beijing(instant(r.deduct_time))) for r in found} == {ago(1)}, "days are Beijing's"
    kind = found[0].resource_type_code
    assert {r.resource_type_code for r in every_record(ago(1), ago(1), resource_type_code=kind)} == {kind}


@check
def usages_are_told_of_own_items_only():
    refused("CBC.0101", lambda: usages(None))
    refused("CBC.0100", lambda: usages([]))
    refused("CBC.0100", lambda: usages(["x" * 65]))
    foreign = list(items(packages(O)))
    assert foreign and usages(foreign) == {} and set(usages(foreign, O)) == set(foreign)
    assert usages(["00"]) == {}


@check
def a_purchase_becomes_a_package_when_it_is_complete():
    order = new_order("122.00", service_type_code="hws.service.type.obs")
    assert packages(order_id=order).total_count == 0
    pay(order)
    wait_for(order, 5)
    found = packages(order_id=order).free_resource_packages
    assert len(found) == 1 and found[0].status == 1 and found[0].source_type == 0
    item = found[0].free_resources[0]
    usage = usages([item.free_resource_id])[item.free_resource_id]
    assert usage.quota_reuse_cycle == 1 and usage.quota_reuse_cycle_type == 1, "space comes back every hour"
    control("/console", {"action": "unsubscribe", "account": MASTER["domain_id"], "order_id": order})
    control("/clock", {"advance_seconds": 60})
    assert packages(order_id=order).free_resource_packages[0].status == 4


@check
def time_uses_packages_up_refills_them_and_ends_them():
    before = {p.order_instance_id: p for p in packages().free_resource_packages}
    seen = set()
    for _ in range(6):
        control("/clock", {"advance_seconds": 31 * 86_400})
        left_is_original_without_the_deductions()
        seen |= {p.status for p in packages().free_resource_packages}
    after = {p.order_instance_id: p for p in packages().free_resource_packages}
    assert {1, 3} <= seen
    began = [i for i, p in before.items() if p.status == 0]
    assert began and all(after[i].status == 1 for i in began), "what was to come has come"
    control("/clock", {"advance_seconds": 3 * 366 * 86_400})
    assert packages().total_count == 0, "everything ended more than 18 months ago"


main()
