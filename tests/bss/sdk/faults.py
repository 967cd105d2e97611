"""Orders every fault, and every other thing of the control plane, and looks at what Huawei's SDK
and the ledger make of it.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

import json
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from decimal import Decimal

from common import (
    M, MASTER, O, READY, balances, cancel, check, control, details, effects, ledger, main, new_order, orders, pay,
    refused, wait_for,
)
from huaweicloudsdkbss.v2 import ListSubCustomerCouponsRequest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException


@contextmanager
def fault(operation, fault, **rule):
    control("/faults", {"rules": [{"operation": operation, "fault": fault, **rule}]})
    yield
    control("/faults", method="DELETE")
    assert control("/faults") == []


def broken(call):
    """The connection broke: no answer of the server, good or bad."""
    try:
        answer = call()
    except (ClientRequestException, ServerResponseException) as error:
        raise AssertionError(f"an answer came: {error}") from error
    except Exception:  # noqa: BLE001 - whatever the HTTP library below the SDK makes of it
        return
    raise AssertionError(f"an answer came: {answer}")


def requests_of(operation):
    return [r for r in control("/requests") if r["operation"] == operation]


def raw(path, method="GET", **headers):
    request = urllib.request.Request(READY["endpoint"] + path, headers=headers, method=method)
    try:
        urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        body = json.loads(error.read())
        assert body["request_id"] == error.headers["X-Request-Id"]
        return error.code, body["error_code"], body["error_msg"]
    raise AssertionError("not refused")


@check
def the_gateway_knows_its_paths_before_it_asks_who_is_there():
    for path, method in (("/v2/orders/customer-orders/pay", "POST"), ("/v1/nothing", "GET"),
                         ("/v2/orders/customer-orders/", "GET"), ("/v2/orders/customer-orders", "DELETE")):
        assert raw(path, method)[:2] == (404, "APIG.0101"), path
    path = "/v2/accounts/customer-accounts/balances"
    start = "Incorrect IAM authentication information: "
    assert raw(path) == (401, "APIGW.0301", start + "authorization header is missing")
    other = {"Authorization": "SDK-HMAC-SM3 Access=A, SignedHeaders=host, Signature=00"}
    assert raw(path, **other)[:2] == (401, "APIGW.0301")


@check
def a_lost_answer_leaves_the_effect():
    order_id = new_order("10")
    with fault("pay_orders", {"kind": "lose_answer"}, call=1):
        broken(lambda: pay(order_id))
    assert len(effects(order_id)) == 1
    refused("CBC.99003106", lambda: pay(order_id))
    last = requests_of("pay_orders")[-2]
    assert last["status"] is None and last["effect"] == effects(order_id)[0]["seq"], last
    assert len(last["signature"]) == 64 and len(last["body_sha256"]) == 64 and last["x_sdk_date"].endswith("Z")


@check
def what_is_dropped_before_has_no_effect():
    order_id = new_order("10")
    with fault("pay_orders", {"kind": "drop_before"}, call=1):
        broken(lambda: pay(order_id))
        assert effects(order_id) == []
        assert pay(order_id).status_code == 204, "the rule was for one call"


@check
def a_delay_comes_before_or_after_the_effect():
    order_id = new_order("10")
    with fault("pay_orders", {"kind": "delay", "ms": 400}, times=1):
        begin = time.monotonic()
        pay(order_id)
        assert time.monotonic() - begin >= 0.4
    with fault("cancel_customer_order", {"kind": "delay", "ms": 300, "after_effect": True}):
        begin = time.monotonic()
        cancel(new_order("10"))
        assert time.monotonic() - begin >= 0.3


@check
def a_scripted_answer_replaces_the_real_one():
    order_id = new_order("10")
    body = {"error_code": "CBC.0999", "error_msg": "Other errors."}
    with fault("pay_orders", {"kind": "status", "code": 500, "body": body}):
        try:
            pay(order_id)
            raise AssertionError("it was answered")
        except ServerResponseException as error:
            assert (error.status_code, error.error_code) == (500, "CBC.0999")
    assert effects(order_id) == []
    with fault("pay_orders", {"kind": "status", "code": 502, "body": "<html>bad gateway</html>", "effect": True}):
        try:
            pay(order_id)
            raise AssertionError("it was answered")
        except ServerResponseException as error:
            assert error.status_code == 502
    assert len(effects(order_id)) == 1


@check
def a_garbled_answer_hides_the_effect():
    order_id = new_order("10")
    with fault("pay_orders", {"kind": "garbled"}, call=1):
        try:
            pay(order_id)
        except Exception:  # noqa: BLE001 - what the SDK says of it does not matter
            pass
    assert len(effects(order_id)) == 1


@check
def an_answer_may_break_off():
    order_id = new_order("10")
    with fault("pay_orders", {"kind": "close_mid_body"}, call=1):
        broken(lambda: pay(order_id))
    assert len(effects(order_id)) == 1
    with fault("list_customer_orders", {"kind": "close_mid_body"}, times=1):
        broken(orders)


@check
def throttling_is_the_gateways():
    order_id = new_order("10")
    with fault("pay_orders", {"kind": "throttle"}):
        error = refused("APIG.0308", lambda: pay(order_id), 429)
        assert error.error_msg.startswith("The throttling threshold has been reached")
    assert effects(order_id) == []


@check
def a_second_delivery_is_refused_when_strict_and_paid_when_naive():
    strict, naive = new_order("10"), new_order("10")
    cash = lambda: Decimal(balances()[0][1].amount)
    with fault("pay_orders", {"kind": "deliver_twice", "after_ms": 100}):
        before = cash()
        pay(strict)
        time.sleep(0.5)
        assert len(effects(strict)) == 1 and before - cash() == 10
        again = [r for r in requests_of("pay_orders") if r["duplicate"]]
        assert len(again) == 1 and again[0]["status"] == 400
        control("/mode", {"mode": "naive"})
        before = cash()
        pay(naive)
        time.sleep(0.5)
        control("/mode", {"mode": "strict"})
        assert len(effects(naive)) == 2 and before - cash() == 20


@check
def a_naive_upstream_pays_twice_when_asked_twice():
    control("/mode", {"mode": "naive"})
    order_id = new_order("15.5")
    assert pay(order_id).status_code == pay(order_id).status_code == 204
    control("/mode", {"mode": "strict"})
    assert [e["amount"] for e in effects(order_id)] == ["15.50", "15.50"]


@check
def stale_reads_tell_the_past():
    order_id = new_order("10")
    time.sleep(3)
    pay(order_id)
    wait_for(order_id, 5)
    with fault("show_customer_order_details", {"kind": "stale_reads", "seconds": 60}, times=1):
        refused("CBC.30000010", lambda: details(order_id))
    with fault("*", {"kind": "stale_reads", "seconds": 5}):
        time.sleep(0.2)
        assert details(order_id).order_info.status == 6
        assert order_id in [o.order_id for o in orders(status=6, limit=100).order_infos]
    assert details(order_id).order_info.status == 5


@check
def the_rate_limit_can_be_switched_on():
    assert control("/settings")["rate_limits"] is False
    control("/settings", {"rate_limits": True})
    refusals = 0
    for _ in range(80):
        order_id = "CS2001010000ABCDE"
        try:
            pay(order_id)
        except ClientRequestException as error:
            refusals += error.error_code == "APIG.0308"
    control("/settings", {"rate_limits": False})
    assert refusals > 0


@check
def the_console_acts_beside_us():
    console = lambda action, **what: control("/console", {"action": action, "account": MASTER["name"], **what})
    order_id = new_order("10")
    console("pay", order_id=order_id)
    refused("CBC.99003106", lambda: pay(order_id))
    assert effects(order_id)[0]["actor"] == "console"
    renewed = console("renew", order_id=order_id)["order_id"]
    assert wait_for(renewed, 5).order_info.order_type == 2
    resource = control(f"/orders/{order_id}")["resource_ids"][0]
    gone = console("unsubscribe", resource_id=resource)["order_id"]
    assert wait_for(gone, 5).order_info.order_type == 4
    assert Decimal(effects(gone)[0]["amount"]) < 0
    other = new_order("10")
    console("cancel", order_id=other)
    refused("CBC.99003106", lambda: pay(other))
    coupon = next(
        c for c in M.list_sub_customer_coupons(ListSubCustomerCouponsRequest(status=2, limit=100)).user_coupons
        if c.coupon_type == 1 and c.coupon_version == 2 and not c.use_limits and not c.lock_order_id
        and c.is_frozen == "0" and c.balance >= 100)
    console("spend_coupon", coupon_id=coupon.coupon_id)
    spent = M.list_sub_customer_coupons(ListSubCustomerCouponsRequest(coupon_id=coupon.coupon_id)).user_coupons[0]
    assert (spent.status, spent.balance) == (3, 0)
    refused("CBC.99003112", lambda: pay(new_order("10"), coupons=[(coupon.coupon_id, 301)]))
    try:
        console("pay", order_id=order_id)
        raise AssertionError("paid twice")
    except urllib.error.HTTPError as error:
        assert error.code == 409 and b"CBC.99003106" in error.read()


@check
def the_delays_can_be_set():
    control("/settings", {"visible_after_ms": 0, "provision_ms": 0})
    order_id = new_order("10")
    pay(order_id)
    assert details(order_id).order_info.status == 5
    control("/settings", {"visible_after_ms": 1000, "provision_ms": 2000})


@check
def advancing_the_clock_ends_orders():
    order_id = new_order("10", deadline_seconds=600)
    before = control("/clock")
    after = control("/clock", {"advance_seconds": 601})
    assert after["advanced_seconds"] - before["advanced_seconds"] == 601
    assert details(order_id).order_info.status == 4


@check
def the_ledger_tells_every_effect_once():
    rows = ledger()
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert {"seq", "at", "account", "operation", "subject", "amount", "request_id", "actor"} <= rows[0].keys()
    linked = [r["effect"] for r in control("/requests") if r["effect"]]
    assert len(linked) == len(set(linked)) == sum(row["actor"] == "api" for row in rows)
    assert orders(O).total_count > 0


main()
