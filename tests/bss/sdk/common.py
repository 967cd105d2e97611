"""What the referee's scripts share: clients of Huawei's SDK, the control plane, and the tally."""

import json
import sys
import time
import traceback
import urllib.request

from huaweicloudsdkbss.v2 import (
    BssClient,
    CancelCustomerOrderReq,
    CancelCustomerOrderRequest,
    CouponSimpleInfoOrderPayV3,
    DiscountSimpleInfoV3,
    ListCustomerOrdersRequest,
    PayCustomerOrderV3Req,
    PayOrdersRequest,
    ShowCustomerAccountBalancesRequest,
    ShowCustomerOrderDetailsRequest,
)
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, SdkException

READY = json.loads(sys.argv[1])
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def client(account, sk=None, ak=None):
    credentials = GlobalCredentials(ak or account["ak"], sk or account["sk"], account["domain_id"])
    return BssClient.new_builder().with_credentials(credentials).with_endpoint(READY["endpoint"]).build()


def control(path, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(READY["control"] + path, data, {"content-type": "application/json"})
    request.method = method or ("GET" if body is None else "POST")
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def refused(code, call, status=400):
    try:
        call()
    except ClientRequestException as error:
        found = (error.status_code, error.error_code)
        assert found == (status, code), (found, error.error_msg)
        assert error.request_id, "no request id"
        return error
    raise AssertionError(f"not refused with {code}")


MASTER, ORDINARY, MEMBER = READY["accounts"]
M = client(MASTER)
O = client(ORDINARY)


def orders(c=M, **filters):
    return c.list_customer_orders(ListCustomerOrdersRequest(**filters))


def details(order_id, c=M, **more):
    return c.show_customer_order_details(ShowCustomerOrderDetailsRequest(order_id=order_id, **more))


def balances(c=M):
    answer = c.show_customer_account_balances(ShowCustomerAccountBalancesRequest())
    return {b.account_type: b for b in answer.account_balances}, answer


def new_order(amount, account=MASTER, **more):
    return control("/orders", {"account": account["domain_id"], "amount": amount, **more})["order_id"]


def pay(order_id, c=M, coupons=None, discounts=None):
    body = PayCustomerOrderV3Req(
        order_id=order_id,
        use_coupon="YES" if coupons else "NO",
        use_discount="YES" if discounts else "NO",
        coupon_infos=[CouponSimpleInfoOrderPayV3(id=i, type=t) for i, t in coupons] if coupons else None,
        discount_infos=[DiscountSimpleInfoV3(id=i, type=t) for i, t in discounts] if discounts else None,
    )
    return c.pay_orders(PayOrdersRequest(body=body))


def cancel(order_id, c=M):
    return c.cancel_customer_order(CancelCustomerOrderRequest(body=CancelCustomerOrderReq(order_id=order_id)))


def ledger():
    return control("/ledger")


def effects(order_id):
    return [effect for effect in ledger() if effect["subject"] == order_id]


def wait_for(order_id, status, c=M):
    for _ in range(100):
        found = details(order_id, c)
        if found.order_info.status == status:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{order_id} never came to {status}")


def main():
    failed = 0
    for function in CHECKS:
        try:
            function()
        except (AssertionError, SdkException, OSError, LookupError, StopIteration, TypeError, AttributeError):
            failed += 1
            print(f"FAILED {function.__name__}")
            traceback.print_exc(file=sys.stdout)
    operations = sorted({r["operation"] for r in control("/requests") if r["operation"]})
    print(f"{len(operations)} operations: {', '.join(operations)}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
