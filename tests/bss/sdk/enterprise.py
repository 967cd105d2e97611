"""Drives the enterprise through Huawei's own SDK against a running simulator: organisation, members, money,
coupons, real names, enterprise projects and places.

Argument: the simulator's ready line. Prints what failed, then `N passed, M failed`.
"""

from decimal import Decimal

from common import M, MASTER, MEMBER, O, ORDINARY, balances, check, client, control, ledger, main, refused
from huaweicloudsdkbss.v2 import (
    ClaimEnterpriseMultiAccountCouponRequest,
    CreateEnterpriseProjectAuthRequest,
    CreateSubCustomerReqV2,
    CreateSubEnterpriseAccountRequest,
    ListCitiesRequest,
    ListCountiesRequest,
    ListEnterpriseMultiAccountRequest,
    ListEnterpriseOrganizationsRequest,
    ListEnterpriseSubCustomersRequest,
    ListMultiAccountRetrieveCouponsRequest,
    ListMultiAccountTransferCouponsRequest,
    ListProvincesRequest,
    ListSubCustomerCouponsRequest,
    NewCustomerV2,
    ReclaimEnterpriseMultiAccountCouponRequest,
    ReclaimSubEnterpriseAmountRequest,
    RetrieveEnterpriseMultiAccountCouponReq,
    RetrieveEnterpriseMultiAccountReq,
    SendSmVerificationCodeReq,
    SendSmsVerificationCodeRequest,
    ShowMultiAccountTransferAmountRequest,
    ShowRealNameAuthQrCodeRequest,
    ShowRealNameAuthStatusRequest,
    TemplateArgs,
    TransferEnterpriseMultiAccountCouponReq,
    TransferEnterpriseMultiAccountReq,
    UpdateSubEnterpriseAmountRequest,
)

S = client(MEMBER)
DEBIT, CREDIT = "BALANCE_TYPE_DEBIT", "BALANCE_TYPE_CREDIT"
# The checks move often; the one about unfinished transfers sets its own time.
control("/settings", {"transfer_ms": 0, "signature_valid_ms": 10**15})


def organisation(c=M, **filters):
    return c.list_enterprise_organizations(ListEnterpriseOrganizationsRequest(**filters))


def members(c=M, **filters):
    return c.list_enterprise_sub_customers(ListEnterpriseSubCustomersRequest(**filters))


def member(name):
    return members(sub_customer_account_name=name).sub_customer_infos[0].id


def transferable(balance_type=DEBIT, c=M, **page):
    request = ShowMultiAccountTransferAmountRequest(balance_type=balance_type, **page)
    return c.show_multi_account_transfer_amount(request)


def recoverable(customer, balance_type=DEBIT, **page):
    request = ListEnterpriseMultiAccountRequest(sub_customer_id=customer, balance_type=balance_type, **page)
    return M.list_enterprise_multi_account(request)


def hand_out(customer, amount, c=M, **more):
    body = TransferEnterpriseMultiAccountReq(customer_id=customer, amount=amount, **more)
    return c.update_sub_enterprise_amount(UpdateSubEnterpriseAmountRequest(body=body))


def take_back(customer, amount, c=M, **more):
    body = RetrieveEnterpriseMultiAccountReq(customer_id=customer, amount=amount, **more)
    return c.reclaim_sub_enterprise_amount(ReclaimSubEnterpriseAmountRequest(body=body))


def transfer_coupons(**page):
    return M.list_multi_account_transfer_coupons(ListMultiAccountTransferCouponsRequest(**page))


def retrieve_coupons(customer, **page):
    request = ListMultiAccountRetrieveCouponsRequest(sub_customer_id=customer, **page)
    return M.list_multi_account_retrieve_coupons(request)


def give_coupon(customer, coupon, amount, **more):
    body = TransferEnterpriseMultiAccountCouponReq(customer_id=customer, coupon_id=coupon, amount=amount, **more)
    return M.claim_enterprise_multi_account_coupon(ClaimEnterpriseMultiAccountCouponRequest(body=body))


def return_coupon(customer, coupon, sub_coupon, **more):
    body = RetrieveEnterpriseMultiAccountCouponReq(
        customer_id=customer, coupon_id=coupon, sub_coupon_id=sub_coupon, **more)
    return M.reclaim_enterprise_multi_account_coupon(ReclaimEnterpriseMultiAccountCouponRequest(body=body))


def send_code(phone, c=M, key="sub_customer_name", **more):
    arguments = [TemplateArgs(key=key, value="huaxin-new")]
    body = SendSmVerificationCodeReq(mobile_phone=phone, sm_template_args=arguments, **more)
    return c.send_sms_verification_code(SendSmsVerificationCodeRequest(body=body))


def last_code():
    return control("/messages")[-1]


def create(name, c=M, password="Passw0rd#", party="10005", custody=None, association=1, **customer):
    new = NewCustomerV2(customer_name=name, password=password, **(customer or {"use_pri_mobile_phone": "Y"}))
    body = CreateSubCustomerReqV2(
        party_id=party, sub_customer_association_type=association, new_sub_customer=new, financial_custody=custody)
    return c.create_sub_enterprise_account(CreateSubEnterpriseAccountRequest(body=body))


def coupons(c=M, **filters):
    return c.list_sub_customer_coupons(ListSubCustomerCouponsRequest(limit=100, **filters)).user_coupons


def moved(trans_id):
    return [effect for effect in ledger() if effect["subject"] == trans_id]


def money_of_all():
    """Cash, credit lines, what is owed, and coupon balances of the master and all members."""
    master = next(a for a in control("/accounts") if a["domain_id"] == MASTER["domain_id"])
    theirs = control("/members")
    used = Decimal(master["credit_limit"]) - Decimal(master["credit_left"])
    cash = Decimal(master["cash"]) + sum(Decimal(m["cash"]) for m in theirs)
    line = Decimal(master["credit_limit"]) + sum(Decimal(m["credit_limit"]) for m in theirs)
    owed = used + Decimal(master["debt"]) + sum(Decimal(m["credit_used"]) + Decimal(m["debt"]) for m in theirs)
    held = sum(Decimal(str(c.balance or 0)) for c in coupons() if c.coupon_version == 2 and c.status in (2, 3))
    held += sum(Decimal(c["balance"]) for m in theirs for c in m["coupons"])
    return cash, line, owed, held


@check
def the_organisation_nests_and_is_told_from_any_node():
    first = organisation()
    assert first.root_id.isdigit() and first.root_name and first.child_nodes
    assert all(not node.child_nodes for node in first.child_nodes), "not recursive: one level"
    tree = organisation(recursive_query=1)
    assert {n.id for n in tree.child_nodes} == {n.id for n in first.child_nodes}

    def ids(nodes):
        return [n.id for n in nodes] + [i for n in nodes for i in ids(n.child_nodes or [])]

    everything = ids(tree.child_nodes)
    assert len(set(everything)) == len(everything) == 9
    below = organisation(recursive_query=1, parent_id=tree.child_nodes[1].id)
    assert below.root_id is None and below.root_name is None
    assert [n.id for n in below.child_nodes] == [n.id for n in tree.child_nodes[1].child_nodes]
    assert organisation(parent_id="").root_id == first.root_id
    leaf = organisation(parent_id=everything[-1])
    assert not leaf.child_nodes
    refused("CBC.0100", lambda: organisation(parent_id="root"))
    refused("CBC.0100", lambda: organisation(recursive_query=2))
    refused("CBC.0155", lambda: organisation(O), 403)
    refused("CBC.0155", lambda: organisation(S), 403)


@check
def members_are_filtered_and_paged():
    everybody = members(limit=100)
    assert everybody.total_count == len(everybody.sub_customer_infos) >= 11
    assert {m.status for m in everybody.sub_customer_infos} == {1, 2, 3, 4, 101, 102}
    assert MEMBER["domain_id"] in {m.id for m in everybody.sub_customer_infos}
    assert any(m.org_name is None for m in everybody.sub_customer_infos), "the root's name may be missing"
    page = members(offset=2, limit=3)
    assert [m.id for m in page.sub_customer_infos] == [m.id for m in everybody.sub_customer_infos][2:5]
    assert len(members().sub_customer_infos) == 10
    assert members(sub_customer_account_name="huaxin").total_count == 0, "exactly"
    assert members(sub_customer_account_name="huaxin", fuzzy_query=1).total_count == everybody.total_count
    assert members(sub_customer_display_name="厦门", fuzzy_query=1).total_count == 1
    assert members(sub_customer_account_name="").total_count == 0, "an empty name is a filter"
    org = everybody.sub_customer_infos[0].org_id
    assert all(m.org_id == org for m in members(org_id=org).sub_customer_infos)
    assert members(org_id="").total_count == everybody.total_count, "an empty unit is none"
    for bad in ({"fuzzy_query": 3}, {"limit": 0}, {"limit": 101}, {"sub_customer_account_name": "a b"}):
        refused("CBC.0100", lambda: members(**bad))
    refused("CBC.0155", lambda: members(O), 403)


@check
def cash_moves_out_and_back_and_both_sides_see_it():
    shanghai = MEMBER["domain_id"]
    ours, theirs = Decimal(balances()[0][1].amount), Decimal(balances(S)[0][1].amount)
    free = transferable()
    assert free.total_count == 1 and len(free.amount_infos) == 1
    row = free.amount_infos[0]
    assert (row.amount, row.credit_amount, row.expire_time) == (None, None, None), "only credit has them"
    designated = Decimal(balances()[0][1].designated_amount)
    assert row.avail_transfer_amount == ours - designated and row.measure_id == 1 and row.currency == "CNY"
    assert transferable(offset=5, limit=1).total_count == 1, "cash ignores pages"
    assert hand_out(shanghai, "120.05", trans_id="py1").status_code == 204
    assert Decimal(balances()[0][1].amount) == ours - Decimal("120.05")
    assert Decimal(balances(S)[0][1].amount) == theirs + Decimal("120.05")
    assert transferable().amount_infos[0].avail_transfer_amount == row.avail_transfer_amount - Decimal("120.05")
    assert recoverable(shanghai).amount_infos[0].avail_retrieve_amount == Decimal("120.05")
    assert take_back(shanghai, "20.05", trans_id="py2").status_code == 204
    assert Decimal(balances(S)[0][1].amount) == theirs + 100
    taken, came = moved("py1")
    assert (taken["account"], taken["cash"], taken["amount"]) == (MASTER["domain_id"], "120.05", "120.05"), taken
    assert (came["account"], came["cash"], came["amount"]) == (shanghai, "-120.05", "-120.05"), came
    assert taken["request_id"] == came["request_id"] and taken["operation"] == "update_sub_enterprise_amount"
    assert [e["cash"] for e in moved("py2")] == ["-20.05", "20.05"]


@check
def a_transfer_is_refused_as_documented():
    shanghai, beijing = MEMBER["domain_id"], member("huaxin-beijing")
    before, effects = money_of_all(), len(ledger())
    for amount in ("0.00", "-1.00", "1", "1.5", "1.001", "1,000.00", "abc", " 1.00"):
        refused("CBC.0100", lambda: hand_out(shanghai, amount))
    refused("CBC.0101", lambda: hand_out(shanghai, None))
    refused("CBC.0101", lambda: hand_out(None, "1.00"))
    refused("CBC.0100", lambda: hand_out("0" * 32, "1.00"))
    refused("CBC.0100", lambda: hand_out(shanghai, "1.00", trans_id="x" * 33))
    refused("CBC.0100", lambda: hand_out(shanghai, "1.00", balance_type="CASH"))
    refused("CBC.99005003", lambda: hand_out(shanghai, "99999999.00"))
    refused("CBC.99005003", lambda: take_back(beijing, "60000.01"))
    refused("CBC.99007009", lambda: hand_out(shanghai, "1.00", trans_id="py1"))
    refused("CBC.99007009", lambda: take_back(shanghai, "1.00", trans_id="py1"))
    error = refused("CBC.99007004", lambda: hand_out(member("huaxin-xiamen"), "1.00"))
    assert "ADVANCE_PAY_PRI_SUB_MUST_SAME_LEGAL" in error.error_msg
    error = refused("CBC.99007004", lambda: hand_out(member("huaxin-hangzhou"), "1.00", balance_type=CREDIT))
    assert "NO_SHARE_CREDIT_TO_SUB_PERMISSION" in error.error_msg
    for name in ("huaxin-tianjin", "huaxin-dalian", "huaxin-wuhan"):
        refused("CBC.99000043", lambda: hand_out(member(name), "1.00"))
    refused("CBC.0155", lambda: hand_out(shanghai, "1.00", O), 403)
    refused("CBC.0155", lambda: take_back(shanghai, "1.00", S), 403)
    refused("CBC.0155", lambda: transferable(c=O), 403)
    assert (money_of_all(), len(ledger())) == (before, effects), "a refusal changes nothing"


@check
def only_one_transfer_is_unfinished_at_a_time():
    beijing = member("huaxin-beijing")
    control("/settings", {"transfer_ms": 60_000})
    hand_out(beijing, "1.00")
    refused("CBC.99007461", lambda: hand_out(beijing, "1.00"))
    refused("CBC.99007461", lambda: take_back(MEMBER["domain_id"], "1.00"))
    control("/clock", {"advance_seconds": 60})
    take_back(beijing, "1.00")
    control("/clock", {"advance_seconds": 60})
    control("/settings", {"transfer_ms": 0})


@check
def credit_moves_by_its_parts_and_may_leave_debt():
    beijing = member("huaxin-beijing")
    rows = transferable(CREDIT).amount_infos
    assert transferable(CREDIT).total_count == 2 and len(transferable(CREDIT, limit=1).amount_infos) == 1
    dated, endless = rows
    assert dated.expire_time.endswith("Z") and endless.expire_time is None
    credit = balances()[0][2]
    assert sum(Decimal(r.credit_amount) for r in rows) == Decimal(credit.credit_amount)
    assert sum(Decimal(r.amount) for r in rows) == Decimal(credit.amount)
    before = {r.expire_time: Decimal(r.avail_retrieve_amount) for r in recoverable(beijing, CREDIT).amount_infos}
    refused("CBC.0100", lambda: hand_out(beijing, "1.00", balance_type=CREDIT, expire_time="2099-01-01T00:00:00Z"))
    refused("CBC.99007181", lambda: hand_out(beijing, "1.00", balance_type=CREDIT, expire_time="2020-01-01T00:00:00Z"))
    refused("CBC.0100", lambda: hand_out(beijing, "1.00", balance_type=CREDIT, expire_time="2099-01-01"))
    hand_out(beijing, "100.00", balance_type=CREDIT, expire_time=dated.expire_time)
    hand_out(beijing, "200.00", balance_type=CREDIT)
    after = {r.expire_time: Decimal(r.avail_retrieve_amount) for r in recoverable(beijing, CREDIT).amount_infos}
    assert after[dated.expire_time] == before[dated.expire_time] + 100 and after[None] == before[None] + 200
    assert Decimal(balances()[0][2].credit_amount) == Decimal(credit.credit_amount) - 300
    more = str(after[None] + Decimal("0.01"))
    refused("CBC.99005003", lambda: take_back(beijing, more, balance_type=CREDIT))
    for end, line in after.items():
        take_back(beijing, f"{line:.2f}", balance_type=CREDIT, **({"expire_time": end} if end else {}))
    theirs = next(m for m in control("/members") if m["id"] == beijing)
    assert (theirs["credit_limit"], theirs["debt"]) == ("0.00", "5000.00"), theirs
    assert recoverable(beijing, CREDIT).total_count == 0


@check
def a_coupon_is_split_spent_and_what_is_left_comes_back():
    shanghai = MEMBER["domain_id"]
    listed = transfer_coupons(limit=100)
    mine = {c.coupon_id: c for c in coupons()}
    assert listed.total_count == len(listed.avail_transfer_coupons) > 3
    for c in listed.avail_transfer_coupons:
        own = mine[c.coupon_id]
        assert (own.coupon_type, own.status, own.is_frozen) == (1, 2, "0") and isinstance(c.balance, str)
        assert Decimal(c.balance) == Decimal(str(own.balance)), "a text with two decimals"
        assert (c.effective_time, c.expire_time) == (own.valid_time, own.expire_time)
    first = listed.avail_transfer_coupons[0]
    whole = Decimal(first.balance)
    made = give_coupon(shanghai, first.coupon_id, "10.00", trans_id="pc1").sub_coupon_id
    theirs = coupons(S, coupon_id=made)[0]
    assert (theirs.face_value, theirs.balance, theirs.source_id) == (10, 10, first.coupon_id)
    assert theirs.expire_time == first.expire_time and theirs.customer_id == shanghai
    assert Decimal(str(coupons(coupon_id=first.coupon_id)[0].balance)) == whole - 10
    row = next(r for r in retrieve_coupons(shanghai, limit=100).avail_retrieve_coupons if r.sub_coupon_id == made)
    assert (row.coupon_id, row.balance, row.plan_name) == (first.coupon_id, "10.00", first.plan_name)
    refused("CBC.99007009", lambda: give_coupon(shanghai, first.coupon_id, "1.00", trans_id="pc1"))
    control("/console", {"action": "spend_coupon", "account": shanghai, "coupon_id": made, "amount": "4"})
    assert return_coupon(shanghai, first.coupon_id, made, trans_id="pc2").real_retrieve_amout == "6.00"
    assert Decimal(str(coupons(coupon_id=first.coupon_id)[0].balance)) == whole - 4
    assert coupons(S, coupon_id=made)[0].status == 5, "reclaimed"
    refused("CBC.99000043", lambda: return_coupon(shanghai, first.coupon_id, made))
    out, back = moved("pc1"), moved("pc2")
    assert [(c["coupon_id"], c["amount"]) for e in out for c in e["coupons"]] == [
        (first.coupon_id, "10.00"), (made, "-10.00")]
    assert [(c["coupon_id"], c["amount"]) for e in back for c in e["coupons"]] == [
        (first.coupon_id, "-6.00"), (made, "6.00")]
    assert [e["account"] for e in out] == [MASTER["domain_id"], shanghai]
    assert all(Decimal(e["amount"]) == 0 for e in out + back)


@check
def only_vouchers_of_the_named_kinds_can_be_handed_out():
    beijing = member("huaxin-beijing")
    listed = {c.coupon_id for c in transfer_coupons(limit=100).avail_transfer_coupons}
    for c in coupons():
        if c.coupon_id not in listed:
            refused("CBC.99000043", lambda: give_coupon(beijing, c.coupon_id, "1.00"))
    some = transfer_coupons(limit=1).avail_transfer_coupons[0]
    refused("CBC.99005003", lambda: give_coupon(beijing, some.coupon_id, f"{Decimal(some.balance) + 1:.2f}"))
    refused("CBC.0100", lambda: give_coupon(beijing, some.coupon_id, "1"))
    refused("CBC.0100", lambda: give_coupon(beijing, "CP0", "1.00"))
    refused("CBC.0100", lambda: retrieve_coupons("0" * 32))
    refused("CBC.0101", lambda: retrieve_coupons(""))
    refused("CBC.0100", lambda: transfer_coupons(offset=""))
    assert retrieve_coupons(beijing).total_count >= 1, "one was handed out before the start"


@check
def a_whole_coupon_is_used_up_and_comes_back_to_life():
    beijing = member("huaxin-beijing")
    some = transfer_coupons(limit=100).avail_transfer_coupons[-1]
    made = give_coupon(beijing, some.coupon_id, some.balance).sub_coupon_id
    assert coupons(coupon_id=some.coupon_id)[0].status == 3
    assert some.coupon_id not in {c.coupon_id for c in transfer_coupons(limit=100).avail_transfer_coupons}
    assert return_coupon(beijing, some.coupon_id, made).real_retrieve_amout == some.balance
    again = coupons(coupon_id=some.coupon_id)[0]
    assert again.status == 2 and Decimal(str(again.balance)) == Decimal(some.balance)


@check
def whatever_is_moved_the_whole_stays_the_same():
    before = money_of_all()
    everybody = [m.id for m in members(limit=100).sub_customer_infos]
    for nth, customer in enumerate(everybody * 2):
        for move in (
            lambda: hand_out(customer, f"{nth + 1}.25"),
            lambda: take_back(customer, f"{nth % 7}.50"),
            lambda: hand_out(customer, "3.00", balance_type=CREDIT),
            lambda: give_coupon(customer, transfer_coupons(limit=1).avail_transfer_coupons[0].coupon_id, "0.50"),
        ):
            try:
                move()
            except Exception as refusal:  # Refusals are moves too: they must change nothing.
                assert refusal.error_code.startswith("CBC."), refusal
        for row in retrieve_coupons(customer).avail_retrieve_coupons[:1]:
            if nth % 2:
                return_coupon(customer, row.coupon_id, row.sub_coupon_id)
    assert money_of_all() == before, (money_of_all(), before)


@check
def a_member_is_made_with_a_code_and_is_normal_a_while_later():
    phone = "13811112222"
    assert send_code(phone, timeout=90, language="en-us").status_code == 204
    sent = last_code()
    assert (sent["mobile_phone"], sent["language"], sent["sent"]) == (phone, "en-us", True)
    assert len(sent["code"]) == 6 and sent["code"].isdigit()
    with_code = {"mobile_phone": phone, "verification_code": sent["code"]}
    wrong = {**with_code, "verification_code": "x"}
    refused("CBC.99000026", lambda: create("huaxin-ningbo", **wrong))
    refused("CBC.0101", lambda: create("huaxin-ningbo", mobile_phone=phone))
    refused("CBC.0101", lambda: create("huaxin-ningbo", verification_code="1"))
    assert create("huaxin-ningbo", **with_code).status_code == 204
    state = lambda: members(sub_customer_account_name="huaxin-ningbo").sub_customer_infos[0].status
    assert state() == 2
    refused("CBC.99000043", lambda: hand_out(member("huaxin-ningbo"), "1.00"))
    control("/clock", {"advance_seconds": 10})
    assert state() == 1
    hand_out(member("huaxin-ningbo"), "1.00")
    refused("CBC.99000029", lambda: create("huaxin-wenzhou", **with_code))


@check
def a_code_lasts_five_minutes_when_more_than_an_hour_was_asked_for():
    phone = "13811113333"
    send_code(phone, timeout=61)
    with_code = {"mobile_phone": phone, "verification_code": last_code()["code"]}
    control("/clock", {"advance_seconds": 301})
    refused("CBC.99000027", lambda: create("huaxin-jinhua", **with_code))
    send_code(phone)
    with_code["verification_code"] = last_code()["code"]
    control("/clock", {"advance_seconds": 301})
    assert create("huaxin-jinhua", **with_code).status_code == 204, "ten minutes unless said otherwise"


@check
def what_makes_no_member_is_refused_as_documented():
    before = len(ledger())
    for name in ("short", "1starts-with-digit", "has space", "huaxin-beijing", "汉字汉字汉字"):
        refused("CBC.99000031", lambda: create(name))
    for password in ("Passw0r", "alllowercase", "汉字汉字汉字汉字1a"):
        refused("CBC.99000036", lambda: create("huaxin-jiaxing", password=password))
    refused("CBC.0100", lambda: create("huaxin-jiaxing", party="4711"))
    refused("CBC.0100", lambda: create("huaxin-jiaxing", association=2))
    refused("CBC.0100", lambda: create("huaxin-jiaxing", custody=7))
    refused("CBC.70300008", lambda: create("huaxin-jiaxing", O))
    refused("CBC.99000051", lambda: create("huaxin-jiaxing", mobile_phone="13900000051", verification_code="1"))
    refused("CBC.99000030", lambda: create("huaxin-jiaxing", mobile_phone="13800000022", verification_code="1"))
    refused("CBC.70300008", lambda: send_code("13811114444", O))
    refused("CBC.70300009", lambda: send_code("13811114444", S))
    refused("CBC.0100", lambda: send_code("12345"))
    refused("CBC.0100", lambda: send_code("13811114444", key="name"))
    refused("CBC.0100", lambda: send_code("13811114444", timeout=0))
    refused("CBC.0100", lambda: send_code("13811114444", language="fr-fr"))
    assert len(ledger()) == before
    for _ in range(5):
        send_code("13811114444")
    refused("CBC.99000082", lambda: send_code("13811114444"))
    control("/settings", {"telephones_unreachable": True})
    refused("CBC.99004003", lambda: send_code("13811115555"))
    assert last_code()["sent"] is False
    control("/settings", {"telephones_unreachable": False})


@check
def custody_brings_its_permissions_and_nobody_tells_the_password():
    create("huaxin-shaoxing", password="Sesame-Open-7", custody=1)
    made = next(m for m in control("/members") if m["name"] == "huaxin-shaoxing")
    assert made["permissions"] == ["READ_FINANCE_INFO", "READ_CONSUME_BILL", "SHARE-BIZ-DISCOUNT-TO-SUB"]
    assert made["custody"] is True
    told = [control(path) for path in ("/ledger", "/requests", "/members", "/messages", "/accounts")]
    assert "Sesame" not in str(told)


@check
def real_names_and_projects_follow_each_other():
    status = lambda c: c.show_real_name_auth_status(ShowRealNameAuthStatusRequest())
    code = lambda c: c.show_real_name_auth_qr_code(ShowRealNameAuthQrCodeRequest()).qr_code_url
    open_projects = lambda c: c.create_enterprise_project_auth(CreateEnterpriseProjectAuthRequest())
    assert (status(M).verified_status, status(M).verified_type) == (2, 1)
    assert (status(O).verified_status, status(O).verified_type) == (2, 0)
    first = code(O)
    assert first.startswith("https://") and first != code(M)
    control("/clock", {"advance_seconds": 600})
    assert code(O) != first, "a code lasts ten minutes"
    error = refused("CBC.99007004", lambda: open_projects(O))
    assert "SELF_OPEN_ONLY_FOR_ENT_AND_INTR_CUST" in error.error_msg
    say = {"action": "real_name", "account": ORDINARY["domain_id"]}
    control("/console", {**say, "verified_status": -1})
    assert (status(O).verified_status, status(O).verified_type) == (-1, None)
    control("/console", {**say, "verified_status": 2, "verified_type": 1})
    before = len(ledger())
    assert open_projects(O).status_code == 204 and len(ledger()) == before + 1
    assert open_projects(O).status_code == 204 and len(ledger()) == before + 1, "once is enough"
    control("/settings", {"reopening_projects_refused": True})
    assert "NOT_OPEN_MULTI_PROJECT" in refused("CBC.99007004", lambda: open_projects(O)).error_msg


@check
def places_lead_from_province_to_county():
    provinces = M.list_provinces(ListProvincesRequest(limit=1000))
    assert provinces.count == len(provinces.provinces) == 34
    seen = set()
    for province in provinces.provinces:
        cities = M.list_cities(ListCitiesRequest(province_code=province.code, limit=1000))
        assert cities.count == len(cities.cities) >= 1, province.name
        assert all(c.code[:2] == province.code[:2] for c in cities.cities)
        seen |= {province.code, *(c.code for c in cities.cities)}
    counties = M.list_counties(ListCountiesRequest(city_code="310100"))
    assert counties.count == 16 and len(counties.counties) == 10, "ten unless said otherwise"
    rest = M.list_counties(ListCountiesRequest(city_code="310100", offset=10, limit=1000))
    assert len(rest.counties) == 6 and len(seen) > 100
    english = M.list_provinces(ListProvincesRequest(x_language="en_us", limit=1))
    assert english.provinces[0].name == "北京市", "there are Chinese names only"
    assert M.list_cities(ListCitiesRequest(province_code="990000")).count == 0
    refused("CBC.0101", lambda: M.list_cities(ListCitiesRequest(province_code="")))
    refused("CBC.0100", lambda: M.list_counties(ListCountiesRequest(city_code="310100", limit=1001)))
    refused("CBC.0100", lambda: M.list_counties(ListCountiesRequest(city_code="310100", limit="")))


main()
