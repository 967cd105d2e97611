"""Goes through the gateway's door with Huawei's SDK in every way that is documented, and is turned away in
every way that is documented.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

import json
import os
import urllib.error
import urllib.request

from common import (
    M, MASTER, MEMBER, ORDINARY, READY, balances, cancel, check, client, control, details, effects, main, new_order,
    orders, pay, refused,
)
from huaweicloudsdkbss.v2 import BssClient, ListSubCustomerCouponsRequest, ShowCustomerAccountBalancesRequest
from huaweicloudsdkbss.v2.region.bss_region import BssRegion
from huaweicloudsdkcore.auth.credentials import Credentials, GlobalCredentials
from huaweicloudsdkcore.auth.internal import StsHelper
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, SdkException

LEAD = "Incorrect IAM authentication information: "
BALANCES = "/v2/accounts/customer-accounts/balances"


def session(account=MASTER, **more):
    return control("/session-keys", {"account": account["domain_id"], **more})


def temporary(key, token=None):
    credentials = GlobalCredentials(key["ak"], key["sk"], key["domain_id"])
    if token != "":
        credentials.with_security_token(key["security_token"] if token is None else token)
    return BssClient.new_builder().with_credentials(credentials).with_endpoint(READY["endpoint"]).build()


def by_region(ak, sk):
    """A client that has to find out its account first, through IAM."""
    os.environ["HUAWEICLOUD_SDK_REGION_BSS_CN_NORTH_1"] = READY["endpoint"]
    os.environ["HUAWEICLOUD_SDK_IAM_ENDPOINT"] = READY["endpoint"]
    Credentials._CACHE.clear()
    return (BssClient.new_builder().with_credentials(GlobalCredentials(ak, sk))
            .with_region(BssRegion.value_of("cn-north-1")).build())


def raw(path, method="GET", body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(READY["endpoint"] + path, body, headers, method=method)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    text = answer.read().decode()
    try:
        text = json.loads(text)
    except ValueError:
        pass
    return answer.status, text, answer.headers


def log_in(account=MASTER, **instead):
    user = {"name": account["iam_user"], "password": account["iam_password"], "domain": {"name": account["name"]}}
    user.update(instead)
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}},
                     "scope": {"domain": {"name": account["name"]}}}}
    return raw("/v3/auth/tokens", "POST", json.dumps(body).encode(), Content_Type="application/json")


@check
def a_temporary_key_works_with_its_token_and_not_without():
    key = session()
    good = temporary(key)
    assert good.show_customer_account_balances(ShowCustomerAccountBalancesRequest()).account_balances
    assert pay(new_order("10"), good).status_code == 204
    other = session(seconds=1800)
    for token, words in (("", "x-security-token header is missing"), ("wrong", "verify security token fail"),
                         (other["security_token"], "verify security token fail")):
        error = refused("APIGW.0301", lambda: balances(temporary(key, token)), 401)
        assert error.error_msg == LEAD + words, error.error_msg
    stranger = {**key, "ak": key["ak"][:-1] + ("0" if key["ak"][-1] != "0" else "1")}
    refused("APIGW.0301", lambda: balances(temporary(stranger)), 401)


@check
def a_temporary_key_ends():
    key = session(seconds=60)
    balances(temporary(key))
    control("/clock", {"advance_seconds": 61})
    try:
        # The machine's own clock, by which the SDK signs, is still within the quarter of an hour.
        error = refused("APIGW.0301", lambda: balances(temporary(key)), 401)
        assert error.error_msg == LEAD + "security token is expired", error.error_msg
    finally:
        balances()


@check
def the_sdk_finds_its_account_at_iam():
    found = by_region(MEMBER["ak"], MEMBER["sk"])
    assert found.show_customer_account_balances(ShowCustomerAccountBalancesRequest())
    asked = control("/requests")[-2:]
    assert [r["operation"] for r in asked] == ["keystone_list_auth_domains", "show_customer_account_balances"], asked
    assert asked[1]["account"] == MEMBER["domain_id"]


@check
def the_sdk_finds_its_account_at_sts_where_iam_lists_none():
    control("/settings", {"domains_listed": False})
    original = StsHelper.get_sts_endpoint
    StsHelper.get_sts_endpoint = classmethod(lambda cls, region_id=None: READY["endpoint"])
    try:
        found = by_region(ORDINARY["ak"], ORDINARY["sk"])
        assert found.show_customer_account_balances(ShowCustomerAccountBalancesRequest())
        asked = [r["operation"] for r in control("/requests")[-3:]]
        assert asked == ["keystone_list_auth_domains", "get_caller_identity", "show_customer_account_balances"], asked
    finally:
        StsHelper.get_sts_endpoint = original
        control("/settings", {"domains_listed": True})


@check
def the_sdk_is_told_when_its_key_is_wrong_while_it_looks_for_its_account():
    try:
        by_region(MEMBER["ak"], "wrong").show_customer_account_balances(ShowCustomerAccountBalancesRequest())
    except SdkException as error:
        assert "APIGW.0301" in str(error) or "verify aksk signature fail" in str(error), error
    else:
        raise AssertionError("not refused")


@check
def a_domain_id_of_somebody_else_is_refused():
    refused("APIGW.0301", lambda: balances(client({**MASTER, "domain_id": MEMBER["domain_id"]})), 401)


@check
def a_wrong_key_and_an_unknown_key_are_told_apart():
    error = refused("APIGW.0301", lambda: balances(client(MASTER, sk="wrong")), 401)
    assert error.error_msg == LEAD + "verify aksk signature fail", error.error_msg
    error = refused("APIGW.0301", lambda: balances(client(MASTER, ak="NOBODY")), 401)
    assert error.error_msg == LEAD + "ak NOBODY not exist", error.error_msg


@check
def a_token_is_issued_for_a_password_and_lasts_a_day():
    status, body, headers = log_in()
    assert status == 201, body
    token = headers["X-Subject-Token"]
    assert len(token) > 200
    told = body["token"]
    assert told["domain"] == {"id": MASTER["domain_id"], "name": MASTER["name"]}
    assert told["expires_at"].endswith("Z") and told["expires_at"] > told["issued_at"]
    assert raw(BALANCES, X_Auth_Token=token)[0] == 200
    assert raw(BALANCES, X_Auth_Token=token, X_Domain_Id=MEMBER["domain_id"])[0] == 401
    status, body, _ = raw(BALANCES, X_Auth_Token=token[:-1] + "x")
    assert (status, body["error_code"]) == (403, "CBC.0154"), body
    control("/settings", {"token_valid_ms": 0})
    ended = log_in()[2]["X-Subject-Token"]
    control("/settings", {"token_valid_ms": 24 * 3600 * 1000})
    assert raw(BALANCES, X_Auth_Token=ended)[:2] == (401, "x_auth_token is expired.")
    status, body, _ = raw(BALANCES)
    assert (status, body["error_code"]) == (401, "APIGW.0301")


@check
def whoever_logs_in_wrongly_gets_no_token():
    for wrong in ({"password": "wrong"}, {"name": "nobody"}, {"domain": {"name": "nobody"}},
                  {"domain": {"name": MEMBER["name"]}}):
        status, body, headers = log_in(**wrong)
        assert status == 401 and body["error"]["code"] == 401, body
        assert "X-Subject-Token" not in headers


@check
def the_sdk_can_add_a_token_and_still_signs():
    token = log_in()[2]["X-Subject-Token"]
    invoker = M.show_customer_account_balances_invoker(ShowCustomerAccountBalancesRequest())
    assert invoker.add_header("X-Auth-Token", token).invoke().account_balances


@check
def a_missing_permission_is_named_and_what_needs_none_goes_on():
    order_id = new_order("10")
    deny = lambda *codes: control("/permissions", {"account": MASTER["domain_id"], "deny": list(codes)})
    text = "user access denied.checkCustomerPermission,correct permission code is "
    try:
        for code, told, calls in (
            ("bss:order:view", "billing:order:view", (orders, lambda: details(order_id))),
            ("billing:order:pay", "billing:order:pay", (lambda: pay(order_id),)),
            ("bss:order:update", "bss:order:update", (lambda: cancel(order_id),)),
            ("bss:balance:view", "bss:balance:view", (balances,)),
            ("billing:coupon:view", "billing:coupon:view",
             (lambda: M.list_sub_customer_coupons(ListSubCustomerCouponsRequest()),)),
        ):
            deny(code)
            for call in calls:
                assert refused("CBC.0151", call, 403).error_msg == text + told
        assert effects(order_id) == []
        balances(client(MEMBER))
    finally:
        deny()
    assert pay(order_id).status_code == 204
    try:
        deny("bss:everything")
        raise AssertionError("an unknown permission")
    except urllib.error.HTTPError as error:
        assert error.code == 400


@check
def an_account_of_the_other_site_is_turned_away():
    move = lambda **more: control("/site", {"account": ORDINARY["domain_id"], **more})
    moved = client(ORDINARY)
    try:
        for code in ("CBC.0150", "CBC.0156"):
            move(elsewhere=True, code=code)
            assert "website" in refused(code, lambda: balances(moved), 403).error_msg
        balances()
    finally:
        move(elsewhere=False)
    balances(moved)


@check
def what_is_no_request_is_turned_away_in_plain_words():
    assert raw("/v2/orders/customer-orders?order_id=100%")[:2] == (400, "400 Bad Request")
    assert raw("/v2/orders/customer-orders?order_id=%zz")[:2] == (400, "400 Bad Request")
    assert raw("/orders")[:2] == (404, "404 Not Found")
    status, body, headers = raw("/v2/orders/customer-order")
    assert (status, body["error_code"]) == (404, "APIG.0101") and body["request_id"] == headers["X-Request-Id"]
    token = log_in()[2]["X-Subject-Token"]
    path = "/v2/orders/customer-orders/cancel"
    for body, headers in ((b'{"order_id":', {"Content_Type": "application/json"}),
                          (b"order_id=1", {"Content_Type": "application/x-www-form-urlencoded"})):
        assert raw(path, "PUT", body, X_Auth_Token=token, **headers)[:2] == (400, "400 Bad Request")


@check
def a_body_without_a_length_is_asked_for_one():
    import http.client
    host = READY["endpoint"].removeprefix("http://")
    token = log_in()[2]["X-Subject-Token"]
    connection = http.client.HTTPConnection(host)
    connection.putrequest("PUT", "/v2/orders/customer-orders/cancel")
    for name, value in (("X-Auth-Token", token), ("Content-Type", "application/json"),
                        ("Transfer-Encoding", "chunked")):
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(b"2\r\n{}\r\n0\r\n\r\n")
    assert connection.getresponse().status == 411


@check
def the_sdk_reads_throttling_of_a_get_otherwise_than_of_a_post():
    rule = lambda operation: {"rules": [{"operation": operation, "fault": {"kind": "throttle"}}]}
    control("/faults", rule("list_customer_orders"))
    control("/faults", rule("pay_orders"))
    try:
        try:
            orders()
            raise AssertionError("not throttled")
        except ClientRequestException as error:
            assert (error.status_code, error.error_code) == (429, "429"), (error.status_code, error.error_code)
        error = refused("APIG.0308", lambda: pay(new_order("10")), 429)
        assert error.error_msg.endswith(",limit:10,time:1 second"), error.error_msg
    finally:
        control("/faults", method="DELETE")


@check
def the_gateways_own_clock_is_in_its_answers_and_in_its_refusal():
    from email.utils import parsedate_to_datetime
    now = control("/clock")["now"]
    told = parsedate_to_datetime(raw(BALANCES)[2]["Date"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told[:15] == now[:15], (told, now)
    control("/clock", {"advance_seconds": 1200})
    error = refused("APIGW.0301", balances, 401)
    assert error.error_msg.startswith(LEAD + "calc aksk signature fail:signature expired, signature time:")
    assert ",server time:" in error.error_msg


main()
