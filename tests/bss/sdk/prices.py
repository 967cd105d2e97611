"""Asks for products and prices through Huawei's own SDK: dictionaries that lead to prices, prices that are
those of orders, and discounts that are the same wherever they are told.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

from decimal import ROUND_DOWN, Decimal

import huaweicloudsdkbss.v2 as sdk
from common import M, MASTER, MEMBER, O, ORDINARY, check, client, control, details, main, new_order, pay, refused
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException

REGIONS = ("cn-north-4", "cn-east-3", "cn-south-1", "cn-southwest-2")
ECS, VM = "hws.service.type.ec2", "hws.resource.type.vm"
EBS, VOLUME = "hws.service.type.ebs", "hws.resource.type.volume"
VPC, BANDWIDTH = "hws.service.type.vpc", "hws.resource.type.bandwidth"
ACCOUNTS = {a["domain_id"]: a for a in control("/accounts")}
SIZES = {"17": (EBS, "hws.service.type.cbr"), "15": (VPC,)}


def project(region="cn-north-4", account=MASTER):
    return ACCOUNTS[account["domain_id"]]["region_projects"][region]


def settings(**values):
    return control("/settings", values)


def all_of(method, request, total, items, **filters):
    found = []
    while True:
        page = getattr(M, method)(getattr(sdk, request)(offset=len(found), limit=7, **filters))
        found += getattr(page, items)
        if len(found) >= getattr(page, total):
            return found


def services(**more):
    return all_of("list_service_types", "ListServiceTypesRequest", "total_count", "service_types", **more)


def resources(**more):
    return all_of("list_resource_types", "ListResourceTypesRequest", "total_count", "resource_types", **more)


def usage_types(**more):
    return all_of("list_usage_types", "ListUsageTypesRequest", "total_count", "usage_types", **more)


def units(**more):
    return M.list_measure_units(sdk.ListMeasureUnitsRequest(**more)).measure_units


def conversions(**more):
    return M.list_conversions(sdk.ListConversionsRequest(**more)).conversions


def specs(service, resource, mode, region="cn-north-4", language="zh_cn", **more):
    found, marker = [], None
    while True:
        body = sdk.ResourceSpecsQueryReq(
            cloud_service_type=service, resource_type=resource, region_code=region, charge_mode=mode, marker=marker, **more
        )
        page = M.list_resource_specs(sdk.ListResourceSpecsRequest(x_language=language, body=body))
        found += page.cloud_service_basics
        marker = page.page_info.next_marker
        if not marker:
            return found


def used(spec, id="1", service=ECS, resource=VM, factor="Duration", value=1, measure=4, count=1, region="cn-north-4", **more):
    return sdk.DemandProductInfo(
        id=id, cloud_service_type=service, resource_type=resource, resource_spec=spec, region=region, usage_factor=factor,
        usage_value=value, usage_measure_id=measure, subscription_num=count, **more,
    )


def by_use(*products, c=M, precision=None, of=None):
    body = sdk.RateOnDemandReq(project_id=of or project(), inquiry_precision=precision, product_infos=list(products))
    return c.list_on_demand_resource_ratings(sdk.ListOnDemandResourceRatingsRequest(body=body))


def termed(spec, id="1", service=ECS, resource=VM, kind=2, number=1, count=1, region="cn-north-4", **more):
    return sdk.PeriodProductInfo(
        id=id, cloud_service_type=service, resource_type=resource, resource_spec=spec, region=region, period_type=kind,
        period_num=number, subscription_num=count, **more,
    )


def by_term(*products, c=M, of=None):
    body = sdk.RateOnPeriodReq(project_id=of or project(), product_infos=list(products))
    return c.list_rate_on_period_detail(sdk.ListRateOnPeriodDetailRequest(body=body))


def renewal(*ids, c=M, kind=2, number=1, relatives=None):
    body = sdk.ListRenewRateOnPeriodReq(
        resource_ids=list(ids), period_type=kind, period_num=number, include_relative_resources=relatives
    )
    return c.list_renew_rate_on_period(sdk.ListRenewRateOnPeriodRequest(body=body))


def contract(kind, c=M, language=None, **more):
    body = sdk.BusinessDiscountQueryReq(quoting_item_type=kind, **more)
    return c.list_business_discount_info(sdk.ListBusinessDiscountInfoRequest(x_language=language, body=body))


def bought(account=MASTER, c=M, **order):
    """An order that is paid and provided, with what it provided."""
    order_id = new_order("100.00", account, **order)
    pay(order_id, c)
    control("/clock", {"advance_seconds": 5})
    return order_id, control("/orders/" + order_id)["resource_ids"]


def sized(spec):
    """The size that a linear product is asked in."""
    for measure, of in SIZES.items():
        if spec.cloud_service_type in of and not spec.resource_spec.startswith(("12_", "5_")):
            return {"resource_size": 10, "size_measure_id": int(measure)}
    return {}


@check
def the_dictionaries_speak_two_languages_and_lack_the_marketplace():
    zh, en = services(), services(x_language="en_US")
    assert [s.service_type_code for s in zh] == [s.service_type_code for s in en]
    assert all(a.service_type_name != b.service_type_name for a, b in zip(zh, en) if not a.service_type_name.isascii())
    assert len({s.service_type_code for s in zh}) == len(zh) > 20
    assert not [s for s in zh if "market" in s.service_type_code]
    assert all(s.abbreviation for s in zh)
    for a, b in zip(resources(), resources(x_language="en_us")):
        assert a.resource_type_code == b.resource_type_code and a.resource_type_name != b.resource_type_name
        assert a.resource_type_desc and b.resource_type_desc.isascii()


@check
def services_are_found_by_any_part_of_their_name_in_the_language_asked_for():
    every = services(x_language="en_US")
    for part in ("elastic", "Elastic", "Service", "NAT"):
        found = services(x_language="en_US", service_type_name=part)
        wanted = [s.service_type_code for s in every if part.lower() in s.service_type_name.lower()]
        assert found and [s.service_type_code for s in found] == wanted
    assert services(service_type_name="elastic") == []
    for bad in ("", "x" * 129):
        refused("CBC.0100", lambda: M.list_service_types(sdk.ListServiceTypesRequest(service_type_name=bad)))


@check
def each_service_has_the_resources_that_the_whole_list_says():
    every = resources()
    for service in services():
        one = M.list_service_resources(
            sdk.ListServiceResourcesRequest(service_type_code=service.service_type_code, limit=50)
        )
        mine = [r.resource_type_code for r in every if r.service_type_code == service.service_type_code]
        assert [i.basic_info.resource_type_code for i in one.infos] == mine and mine
        assert {i.basic_info.product_owner_service for i in one.infos} == {service.service_type_code}
    refused("CBC.0101", lambda: M.list_service_resources(sdk.ListServiceResourcesRequest(service_type_code="")))


@check
def pages_have_the_documented_default_and_total():
    page = M.list_resource_types(sdk.ListResourceTypesRequest())
    assert len(page.resource_types) == 10 < page.total_count == len(resources())
    assert M.list_resource_types(sdk.ListResourceTypesRequest(offset=10_000)).resource_types == []
    for bad in ({"limit": 0}, {"offset": -1}, {"limit": 1_001}):
        refused("CBC.0100", lambda: M.list_resource_types(sdk.ListResourceTypesRequest(**bad)))
    settings(dictionary_page_max=50)
    refused("CBC.0100", lambda: M.list_resource_types(sdk.ListResourceTypesRequest(limit=51)))
    settings(dictionary_page_max=1_000)


@check
def usage_types_name_their_resource_and_service():
    names = {r.resource_type_code: r.resource_type_name for r in resources(x_language="en_US")}
    for usage in usage_types(x_language="en_US"):
        assert usage.resource_type_name == names[usage.resource_type_code] and usage.service_type_name and usage.name
    of = lambda code: {u.code for u in usage_types(resource_type_code=code)}
    assert of(VM) == {"Duration"} and {"Duration", "upflow"} <= of(BANDWIDTH) and of("") == set()


@check
def units_have_names_in_both_languages_and_the_documented_meaning():
    zh = {u.measure_id: u for u in units()}
    en = {u.measure_id: u for u in units(x_language="en_US")}
    assert zh.keys() == en.keys() and all(u.abbreviation and u.measure_name for u in zh.values())
    for id, name, kind in ((1, "元", 1), (4, "小时", 2), (10, "GB", 3), (11, "MB", 3), (15, "Mbps", 16), (17, "GB", 7)):
        assert (zh[id].measure_name, zh[id].measure_type) == (name, kind)
    assert all(u.measure_name.isascii() for u in en.values())


@check
def conversions_agree_with_each_other():
    kinds = {u.measure_id: u.measure_type for u in units()}
    every = conversions()
    ratio = {(c.measure_id, c.ref_measure_id): c.conversion_ratio for c in every}
    assert ratio[10, 11] == 1024 and ratio[4, 5] == 60 and len(ratio) == len(every)
    for c in every:
        assert kinds[c.measure_id] == kinds[c.ref_measure_id] == c.measure_type and c.conversion_ratio > 1
        assert (c.ref_measure_id, c.measure_id) not in ratio, "no ratio below one, as the field is whole"
        for (a, b), r in ratio.items():
            if a == c.ref_measure_id:
                assert ratio[c.measure_id, b] == c.conversion_ratio * r
    assert [c.to_dict() for c in conversions(measure_type=3)] == [c.to_dict() for c in every if c.measure_type == 3]
    for bad in (6, 15, 0, 999):
        refused("CBC.0100", lambda: conversions(measure_type=bad))


@check
def specs_are_paged_by_a_marker_that_only_their_own_listing_understands():
    whole = specs(ECS, VM, "3")
    assert [s.resource_spec for s in specs(ECS, VM, "3", limit=2)] == [s.resource_spec for s in whole]
    assert len(whole) > 6 and {s.charge_mode for s in whole} == {"3"}
    english = specs(ECS, VM, "3", language="en_us")
    assert all(a.resource_spec_name != b.resource_spec_name for a, b in zip(whole, english))
    body = dict(cloud_service_type=ECS, resource_type=VM, region_code="cn-north-4", charge_mode="3", limit=2)
    ask = lambda **more: M.list_resource_specs(
        sdk.ListResourceSpecsRequest(body=sdk.ResourceSpecsQueryReq(**{**body, **more}))
    )
    marker = ask().page_info.next_marker
    refused("CBC.0100", lambda: ask(marker=marker, charge_mode="1"))
    refused("CBC.0100", lambda: ask(marker="what"))
    refused("CBC.0100", lambda: ask(charge_mode="2"))
    refused("CBC.0100", lambda: ask(limit=101))
    refused("CBC.0101", lambda: ask(region_code=None))
    one = sdk.ResourceSpecsFilter(key="RESOURCE_SPEC", value="s2.small.1.linux")
    assert [s.resource_spec for s in ask(filters=[one]).cloud_service_basics] == ["s2.small.1.linux"]
    refused("CBC.0100", lambda: ask(filters=[one, one]))
    refused("CBC.0100", lambda: ask(filters=[sdk.ResourceSpecsFilter(key="SPEC", value="x")]))
    part = sdk.ResourceSpecsFilter(key="RESOURCE_SPEC", value="small")
    assert ask(filters=[part]).cloud_service_basics == []
    settings(spec_filter_whole=False)
    assert [s.resource_spec for s in ask(filters=[part]).cloud_service_basics] == ["s2.small.1.linux"]
    settings(spec_filter_whole=True)


@check
def every_spec_that_is_listed_has_a_price_by_the_dictionaries_alone():
    """Service types, resource types, usage types and specs lead to a price, as the guide says."""
    factors = {}
    for usage in usage_types():
        factors.setdefault(usage.resource_type_code, []).append(usage.code)
    priced = 0
    for resource in resources():
        service, code = resource.service_type_code, resource.resource_type_code
        for region in REGIONS:
            for spec in specs(service, code, "1", region):
                asked = termed(spec.resource_spec, service=service, resource=code, region=region, **sized(spec))
                rated = by_term(asked, of=project(region)).official_website_rating_result
                assert rated.official_website_amount > 0 and rated.product_rating_results[0].product_id
                priced += 1
        for spec in specs(service, code, "3"):
            found = []
            for factor in factors[code]:
                for measure in (4, 10, 17, 14, 71):
                    try:
                        asked = used(
                            spec.resource_spec, service=service, resource=code, factor=factor, value=1000,
                            measure=measure, **sized(spec),
                        )
                        found.append(by_use(asked, precision=1).official_website_amount)
                    except ServiceResponseException as error:
                        assert error.error_code in ("CBC.99006050", "CBC.99006074"), error
            assert found and all(amount > 0 for amount in found), spec
            priced += 1
    assert priced > 150, priced


@check
def an_inquiry_of_use_adds_up_and_converts_units():
    asked = [
        used("c7.large.2.linux", "a", count=3, available_zone="CN-NORTH-4A"),
        used("c7.large.2.linux", "b", value=30, measure=5),
        used("GPSSD", "c", EBS, VOLUME, "DURATION", resource_size=40, size_measure_id=17),
        used("12_bgp", "d", VPC, BANDWIDTH, "UPFLOW", Decimal("0.5"), 9),
        used("19_bgp", "e", VPC, BANDWIDTH, resource_size=5, size_measure_id=15),
        used("dns.query", "f", "hws.service.type.dns", "hws.resource.type.dns", "reqNumber", 1, 20),
    ]
    answer = by_use(*asked, precision=1)
    rows = {r.id: r for r in answer.product_rating_results}
    assert list(rows) == list("abcdef") and answer.currency == "CNY" and answer.measure_id == 1
    list_price = {id: rows[id].official_website_amount for id in rows}
    assert list_price == {
        "a": Decimal("1.47"), "b": Decimal("0.245"), "c": Decimal("0.038888888"), "d": Decimal("409.6"),
        "e": Decimal("0.315"), "f": Decimal("0.2"),
    }
    for row in rows.values():
        assert row.official_website_amount == row.amount + row.discount_amount
        assert sum(d.amount for d in row.discount_rating_results) == row.discount_amount
    assert rows["d"].amount == Decimal("348.16") and rows["f"].discount_rating_results == []
    for name in ("amount", "discount_amount", "official_website_amount"):
        assert getattr(answer, name) == sum(getattr(r, name) for r in rows.values())
    settings(inquiry_discount_rows_take_off=False)
    row = by_use(asked[0]).product_rating_results[0]
    assert row.discount_rating_results[0].amount == row.amount
    settings(inquiry_discount_rows_take_off=True)


@check
def precision_cuts_off_behind_six_or_ten_decimals():
    asked = used("GPSSD", service=EBS, resource=VOLUME, value=Decimal("0.7"), resource_size=33, size_measure_id=17)
    exact = Decimal("0.0009722222") * 33 * Decimal("0.7")
    for precision, places in ((None, "1e-6"), (0, "1e-6"), (1, "1e-10")):
        assert by_use(asked, precision=precision).official_website_amount == exact.quantize(Decimal(places), ROUND_DOWN)
    refused("CBC.0100", lambda: by_use(asked, precision=2))
    assert by_use(used("c7.large.2.linux", value=0)).amount == 0


@check
def inquiries_of_use_are_refused_as_documented():
    good = dict(service=ECS, resource=VM)
    for code, product in (
        ("CBC.99006006", used("c7.large.2", **good)),
        ("CBC.99006006", used("c7.large.2.linux", service=EBS, resource=VM)),
        ("CBC.99006006", used("c7.large.2.linux", service=ECS, resource=VOLUME)),
        ("CBC.99006006", used("c7.large.2.linux", region="cn-north-1")),
        ("CBC.99006006", used("c7.large.2.linux", available_zone="cn-east-3a")),
        ("CBC.99006006", used("c7.large.2.linux", resource_size=1, size_measure_id=17)),
        ("CBC.99006006", used("waf.standard", service="hws.service.type.waf", resource="hws.resource.type.waf")),
        ("CBC.0101", used("GPSSD", service=EBS, resource=VOLUME)),
        ("CBC.0101", used("GPSSD", service=EBS, resource=VOLUME, resource_size=10)),
        ("CBC.0100", used("GPSSD", service=EBS, resource=VOLUME, resource_size=10, size_measure_id=10)),
        ("CBC.99006050", used("GPSSD", service=EBS, resource=VOLUME, resource_size=10, size_measure_id=15)),
        ("CBC.99006050", used("c7.large.2.linux", measure=10)),
        ("CBC.99006050", used("c7.large.2.linux", measure=12_345)),
        ("CBC.99006074", used("c7.large.2.linux", factor="upflow", measure=10)),
        ("CBC.99006055", used("c7.large.2.linux", count=10**12)),
        ("CBC.0100", used("c7.large.2.linux", count=0)),
        ("CBC.0100", used("c7.large.2.linux", value=-1)),
        ("CBC.0101", used("c7.large.2.linux", value=None)),
        ("CBC.0101", used(None)),
        ("CBC.0100", used("")),
        ("CBC.0101", used("c7.large.2.linux", id=None)),
    ):
        refused(code, lambda: by_use(product))
    refused("CBC.0100", lambda: by_use(used("c7.large.2.linux"), used("c7.xlarge.2.linux")))
    refused("CBC.0100", lambda: by_use())
    many = [used("c7.large.2.linux", str(n)) for n in range(101)]
    assert len(by_use(*many[:100]).product_rating_results) == 100
    refused("CBC.0100", lambda: by_use(*many))


@check
def the_project_is_one_of_the_account_in_the_products_region():
    product = used("c7.large.2.linux")
    assert by_use(product, of=project()).amount > 0
    for wrong in ("0" * 32, project("cn-east-3"), project(account=ORDINARY)):
        refused("CBC.0100", lambda: by_use(product, of=wrong))
        refused("CBC.0100", lambda: by_term(termed("c7.large.2.linux"), of=wrong))
    body = sdk.RateOnDemandReq(product_infos=[product])
    refused(
        "CBC.0101", lambda: M.list_on_demand_resource_ratings(sdk.ListOnDemandResourceRatingsRequest(body=body))
    )
    settings(inquiry_project_of_region=False)
    assert by_use(product, of=project("cn-east-3")).amount > 0
    settings(inquiry_project_of_region=True)
    assert len({p for a in ACCOUNTS.values() for p in a["region_projects"].values()}) == 12


@check
def numbers_may_come_as_strings():
    asked = termed("c7.large.2.linux", kind="2", number="1", count="1")
    assert by_term(asked).official_website_rating_result.official_website_amount == Decimal("235.8")
    asked = used("c7.large.2.linux", value="1.5", measure="4", count="2")
    assert by_use(asked, precision="1").official_website_amount == Decimal("1.47")


@check
def terms_cost_ten_months_a_year_and_parts_of_a_month_by_the_day():
    price = lambda *a, **k: by_term(termed(*a, **k)).official_website_rating_result.official_website_amount
    month = price("c7.large.2.linux")
    assert month == Decimal("235.8")
    assert price("c7.large.2.linux", number=9) == 9 * month
    assert price("c7.large.2.linux", kind=3, number=2, count=3) == 2 * 10 * 3 * month
    assert price("c7.large.2.linux", kind=0, number=30) == month == price("c7.large.2.linux", kind=4, number=720)
    disk = lambda size: price("GPSSD", service=EBS, resource=VOLUME, resource_size=size, size_measure_id=17)
    assert disk(100) == 70 and disk(200) == 2 * disk(100)
    line = lambda size: price("19_bgp", service=VPC, resource=BANDWIDTH, resource_size=size, size_measure_id=15)
    assert line(5) == 115 and line(20) == 1315, "dearer above 5 Mbit/s"


@check
def a_discount_of_a_term_takes_off_what_it_says_and_the_best_is_marked():
    rds = dict(service="hws.service.type.rds", resource="hws.resource.type.rds.vm")
    answer = by_term(
        termed("c7.large.2.linux", "a"), termed("rds.mysql.n1.large.4.ha", "b", kind=3, **rds),
        termed("hss.enterprise", "c", service="hws.service.type.hss", resource="hws.resource.type.hss"),
    )
    official = answer.official_website_rating_result
    assert official.official_website_amount == sum(p.official_website_amount for p in official.product_rating_results)
    kinds = {d.discount_type: d for d in answer.optional_discount_rating_results}
    assert set(kinds) == {605, 607}
    for d in kinds.values():
        assert d.amount + d.discount_amount == d.official_website_amount == official.official_website_amount
        assert [p.id for p in d.product_rating_results] == ["a", "b", "c"]
        for name in ("amount", "discount_amount", "official_website_amount"):
            assert getattr(d, name) == sum(getattr(p, name) for p in d.product_rating_results)
        assert d.product_rating_results[2].discount_amount == 0
    best = max(kinds.values(), key=lambda d: d.discount_amount)
    assert [d.discount_type for d in kinds.values() if d.best_offer == 1] == [best.discount_type]
    alone = by_term(termed("rds.mysql.n1.large.4.ha", **rds)).optional_discount_rating_results
    assert [d.discount_type for d in alone if d.best_offer] == [607], "on databases the partner gives more"
    cdn = dict(service="hws.service.type.cdn", resource="hws.resource.type.cdn")
    equal = by_term(termed("cdn.package.cn.1t", **cdn)).optional_discount_rating_results
    assert len({d.discount_amount for d in equal}) == 1 and [d.discount_type for d in equal if d.best_offer] == [605]
    own = by_term(termed("c7.large.2.linux"), c=O, of=project(account=ORDINARY)).optional_discount_rating_results
    assert [(d.discount_type, d.amount) for d in own] == [(607, Decimal("216.94"))]


@check
def a_member_in_custody_has_its_masters_discounts():
    theirs = by_term(termed("c7.large.2.linux"), c=client(MEMBER), of=project(account=MEMBER))
    ours = by_term(termed("c7.large.2.linux"))
    ids = lambda answer: [(d.discount_id, d.amount) for d in answer.optional_discount_rating_results]
    assert ids(theirs) == ids(ours) != []


@check
def terms_are_refused_as_documented():
    for code, product in (
        ("CBC.99006006", termed("12_bgp", service=VPC, resource=BANDWIDTH, resource_size=5, size_measure_id=15)),
        ("CBC.99006006", termed("5_bgp", service=VPC, resource="hws.resource.type.ip")),
        ("CBC.99006006", termed("SATA", service=EBS, resource=VOLUME, resource_size=9, size_measure_id=17)),
        ("CBC.99006055", termed("waf.professional", service="hws.service.type.waf", resource="hws.resource.type.waf", number=10**6)),
        ("CBC.0100", termed("c7.large.2.linux", kind=1)),
        ("CBC.0100", termed("c7.large.2.linux", number=0)),
        ("CBC.0101", termed("c7.large.2.linux", number=None)),
        ("CBC.0100", termed("c7.large.2.linux", fee_installment_mode="HALF_PAY")),
        ("CBC.0100", termed("c7.large.2.linux", fee_installment_mode="NONE")),
    ):
        refused(code, lambda: by_term(product))
    assert by_term(termed("c7.large.2.linux", fee_installment_mode="", available_zone="")).currency == "CNY"
    settings(inquiry_yuan_max=200)
    refused("CBC.99006055", lambda: by_term(termed("c7.large.2.linux")))
    settings(inquiry_yuan_max=1_000_000_000)


@check
def instalments_are_for_edge_sites_and_by_the_month():
    pond = dict(service="hws.service.type.cloudpond", resource="hws.resource.type.cloudpond")
    for mode, part in (("HALF_PAY", "20250.00"), ("ZERO_PAY", "40500.00"), ("NA", None)):
        answer = by_term(termed("cloudpond.compute.8", kind=3, fee_installment_mode=mode, **pond))
        official = answer.official_website_rating_result
        assert official.installment_official_website_amount == part, official
        assert official.installment_period_type == (2 if part else None)
        if part:
            d = answer.optional_discount_rating_results[0]
            assert Decimal(d.installment_amount) == Decimal(part) - Decimal(d.installment_official_discount_amount)
            assert d.product_rating_results[0].installment_amount == d.installment_amount
    refused("CBC.0100", lambda: by_term(termed("cloudpond.compute.8", kind=4, fee_installment_mode="ZERO_PAY", **pond)))


@check
def the_contract_says_what_inquiries_reckon_with():
    answer = contract("CATEGORY_ITEM", limit=1_000, charging_modes=["MONTHLY"])
    rows = answer.category_quoting_items
    assert len(rows) == answer.total_count and answer.product_quoting_items == []
    by_service = {}
    for row in rows:
        if row.step_no in (None, "1"):
            by_service.setdefault(row.cloud_service_type, set()).add(row.discount_ratio)
    assert all(len(ratios) == 1 for ratios in by_service.values()) and len(by_service) >= 7
    asked = (
        (ECS, VM, "c7.xlarge.2.linux", {}), (EBS, VOLUME, "SSD", {"resource_size": 200, "size_measure_id": 17}),
        (VPC, BANDWIDTH, "19_share", {"resource_size": 100, "size_measure_id": 15}),
        ("hws.service.type.rds", "hws.resource.type.rds.vm", "rds.mysql.n1.large.4.ha", {}),
        ("hws.service.type.dcs", "hws.resource.type.dcs3", "redis.ha.xu1.large.r2.1", {}),
    )
    for service, resource, spec, more in asked:
        result = by_term(termed(spec, service=service, resource=resource, **more))
        granted = next(d for d in result.optional_discount_rating_results if d.discount_type == 605)
        assert granted.amount == granted.official_website_amount * by_service[service].copy().pop()
        assert granted.discount_id == answer.commerce_id
    products = contract("PRODUCT_ITEM").product_quoting_items
    quote = next(q for q in products if q.charging_mode == "MONTHLY")
    agreed = by_term(termed("c7.large.2.linux")).optional_discount_rating_results[0]
    assert agreed.amount == agreed.official_website_amount * quote.discount_ratio
    assert agreed.product_rating_results[0].product_id == quote.product_id
    traffic = next(q for q in products if q.sales_price is not None)
    use = by_use(used("12_bgp", service=VPC, resource=BANDWIDTH, factor="upflow", value=100, measure=10))
    assert use.amount == 100 * traffic.sales_price and traffic.preferential_type == 1
    stepped = [q for q in products if q.preferential_category == 1]
    assert stepped and all(q.product_quoting_item_steps for q in stepped)
    for q in stepped:
        steps = q.product_quoting_item_steps
        assert [s.step_end for s in steps[:-1]] == [s.step_start for s in steps[1:]] and steps[-1].step_end is None


@check
def the_contract_is_filtered_and_paged_and_of_this_year():
    whole = contract("CATEGORY_ITEM", limit=1_000).category_quoting_items
    assert len(contract("CATEGORY_ITEM").category_quoting_items) == 20 < len(whole)
    assert len({row.item_id for row in whole}) == len(whole)
    paged = [r.item_id for n in range(0, len(whole), 30) for r in contract("CATEGORY_ITEM", offset=n, limit=30).category_quoting_items]
    assert paged == [row.item_id for row in whole]
    some = contract("CATEGORY_ITEM", limit=1_000, cloud_service_types=["HWS.service.type.EBS"], charging_modes=["ondemand"])
    assert {(r.cloud_service_type, r.charging_mode) for r in some.category_quoting_items} == {(EBS, "ONDEMAND")}
    assert some.total_count == 8 and some.category_quoting_item_steps == [] and not some.accumulation_cycle_type
    assert contract("PRODUCT_ITEM", site_code="HWC_EU").total_count == 0
    assert contract("PRODUCT_ITEM", cloud_service_types=[]).total_count > 5
    english = contract("PRODUCT_ITEM", language="en_us")
    assert all(q.cloud_service_type_name.isascii() for q in english.product_quoting_items)
    now = control("/clock")["now"]
    assert english.effective_time < now < english.expire_time
    assert contract("PRODUCT_ITEM", c=O).total_count == 0
    for bad in (
        {"limit": 0}, {"limit": 1_001}, {"offset": -1}, {"charging_modes": ["x"] * 21}, {"site_code": ""},
        {"cloud_service_types": ["x" * 65]}, {"cloud_service_types": ["x"] * 101},
    ):
        refused("CBC.0100", lambda: contract("PRODUCT_ITEM", **bad))
    refused("CBC.0100", lambda: contract("ITEM"))
    refused("CBC.0101", lambda: contract(None))


@check
def a_renewal_costs_what_its_order_costs():
    order_id, (resource,) = bought(service_type_code=ECS)
    rated = renewal(resource)
    assert rated.official_website_rating_result.official_website_amount == "235.80" == rated.renew_inquiry_results[0].amount
    same = by_term(termed("c7.large.2.linux"))
    pairs = list(zip(rated.optional_discount_rating_results, same.optional_discount_rating_results))
    assert pairs
    for by_resource, by_product in pairs:
        assert by_resource.discount_id == by_product.discount_id and by_resource.best_offer == by_product.best_offer
        assert Decimal(by_resource.amount) == by_product.amount
    settings(renew_rows_at_list_price=False)
    assert renewal(resource).renew_inquiry_results[0].amount == "188.64"
    settings(renew_rows_at_list_price=True)
    made = control("/console", {"action": "renew", "account": MASTER["domain_id"], "resource_id": resource})
    assert Decimal(str(details(made["order_id"]).order_info.official_amount)) == Decimal("235.8")


@check
def a_renewal_order_offers_the_discounts_of_the_inquiry():
    _, (resource,) = bought(service_type_code="hws.service.type.rds")
    rated = renewal(resource, kind=3)
    body = sdk.RenewalResourcesReq(resource_ids=[resource], period_type=3, period_num=1, is_auto_pay=0)
    (order_id,) = M.renewal_resources(sdk.RenewalResourcesRequest(body=body)).order_ids
    order = details(order_id).order_info
    assert Decimal(str(order.official_amount)) == Decimal(rated.official_website_rating_result.official_website_amount)
    offered = M.list_order_discounts(sdk.ListOrderDiscountsRequest(order_id=order_id)).discounts
    takes_off = {
        d.discount_id: sum(Decimal(str(i.discount_amount)) for o in d.orders for i in o.order_line_items) for d in offered
    }
    assert takes_off == {d.discount_id: Decimal(d.discount_amount) for d in rated.optional_discount_rating_results}
    failed = renewal(resource)
    assert [f.error_code for f in failed.fail_resource_infos] == ["CBC.30050010"]
    best = next(d for d in rated.optional_discount_rating_results if d.best_offer)
    kind = {605: 2, 607: 3}[best.discount_type]
    pay(order_id, discounts=[(best.discount_id, kind)])
    control("/clock", {"advance_seconds": 5})
    assert Decimal(str(details(order_id).order_info.amount_after_discount)) == Decimal(best.amount)


@check
def what_is_attached_is_priced_with_its_main_resource():
    if "list_pay_per_use_customer_resources" not in {o["id"] for o in control("/operations")}:
        return
    body = sdk.QueryResourcesReq(only_main_resource=0, limit=500, status_list=[2])
    owned = M.list_pay_per_use_customer_resources(sdk.ListPayPerUseCustomerResourcesRequest(body=body)).data
    main_of = {r.resource_id: r.parent_resource_id for r in owned if r.is_main_resource == 0}
    mains = [main for main in set(main_of.values()) if renewal(main).renew_inquiry_results]
    assert mains, "some server has disks"
    for main_id in mains[:5]:
        attached = [id for id, parent in main_of.items() if parent == main_id]
        failed = renewal(main_id, *attached[:9])
        assert {f.error_code for f in failed.fail_resource_infos} == {"CBC.30050007"}
        (row,) = failed.renew_inquiry_results
        assert Decimal(row.amount) == Decimal(failed.official_website_rating_result.official_website_amount)
        with_relatives = renewal(main_id, relatives=True)
        assert not {r.resource_id for r in with_relatives.renew_inquiry_results} & set(attached)
        assert len({r.resource_id for r in with_relatives.renew_inquiry_results}) >= 1


@check
def what_cannot_be_renewed_is_told_beside_what_can():
    _, (mine,) = bought(service_type_code=ECS)
    _, (other,) = bought(ORDINARY, O, service_type_code=ECS)
    answer = renewal(mine, other, "no-such-resource")
    assert [r.resource_id for r in answer.renew_inquiry_results] == [mine]
    assert [(f.resource_id, f.error_code) for f in answer.fail_resource_infos] == [
        (other, "CBC.30050009"), ("no-such-resource", "CBC.30050009"),
    ]
    assert [f.error_code for f in renewal(mine, number=12).fail_resource_infos] == ["CBC.30050008"]
    assert [f.error_code for f in renewal(mine, kind=3, number=4).fail_resource_infos] == ["CBC.30050008"]
    none = renewal(other)
    assert none.official_website_rating_result is None and none.renew_inquiry_results == []
    refused("CBC.30050012", lambda: renewal(mine, mine))
    refused("CBC.0100", lambda: renewal())
    refused("CBC.0100", lambda: renewal(*[str(n) for n in range(11)]))
    refused("CBC.0100", lambda: renewal(mine, kind=0))
    refused("CBC.0100", lambda: renewal(mine, number=0))
    refused("CBC.0101", lambda: renewal(mine, number=None))
    control("/console", {"action": "unsubscribe", "account": MASTER["domain_id"], "resource_id": mine})
    control("/clock", {"advance_seconds": 5})
    assert [f.error_code for f in renewal(mine).fail_resource_infos] == ["CBC.30050009"]


@check
def the_flow_control_of_bss_itself_reads_as_such():
    body = {"error_code": "CBC.0250", "error_msg": "The request is under flow control."}
    fault = {"kind": "status", "code": 429, "body": body}
    control("/faults", {"rules": [{"operation": "list_rate_on_period_detail", "call": 1, "fault": fault}]})
    refused("CBC.0250", lambda: by_term(termed("c7.large.2.linux")), 429)
    assert by_term(termed("c7.large.2.linux")).currency == "CNY"
    control("/faults", method="DELETE")


@check
def asking_changes_nothing_and_leaves_the_ledger_alone():
    before = control("/ledger"), control("/accounts")
    by_use(used("c7.large.2.linux"))
    by_term(termed("c7.large.2.linux"))
    contract("PRODUCT_ITEM")
    specs(ECS, VM, "1")
    assert (control("/ledger"), control("/accounts")) == before


main()
