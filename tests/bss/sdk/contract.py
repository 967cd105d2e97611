"""Plays the scenes of our client again through Huawei's own SDK, against a second simulator like the first.

Argument: a file with `ready` (the second simulator's ready line), `steps` (what happened on the stage) and
`client` (the fields that our client reads). Every value of every answer is compared: as it came, as the SDK
reads it, as our client read it, against the catalogue. Prints what differs, then `FOUND` with the figures.
"""

import json
import sys
import urllib.parse
import urllib.request
from decimal import Decimal, InvalidOperation
from pathlib import Path

import huaweicloudsdkbss.v2 as sdk
from huaweicloudsdkbss.v2 import BssClient
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_handler import HttpHandler

FIXTURES = Path(__file__).parents[2] / "fixtures"
CATALOGUE = json.loads((FIXTURES / "catalog.json").read_text())["operations"]
EXCEPTIONS = json.loads((Path(__file__).parents[1] / "contract" / "exceptions.json").read_text())
OPERATIONS = {o["operation_id"]: o for o in CATALOGUE if o["audience"] != "partner-only"}

WRONG = []
SEEN = {name: {} for name in OPERATIONS}  # path -> how many values
SENT = {name: set() for name in OPERATIONS}
CALLS = {name: 0 for name in OPERATIONS}


def wrong(text):
    WRONG.append(text)


def exact(text):
    return json.loads(text, parse_float=Decimal) if text else None


# --- the catalogue ---------------------------------------------------------------------------------------


def paths(fields, before="", depth=0):
    for field in fields or []:
        path = f"{before}.{field['name']}" if before else field["name"]
        yield path
        below = field.get("fields")
        if below and below != "recursive" and depth < 6:
            yield from paths(below, path, depth + 1)


def sendable(operation):
    for parameter in operation["params"]:
        yield ("header " if parameter["in"] == "header" else "") + parameter["name"]
    for path in paths((operation.get("body") or {}).get("fields")):
        yield "body." + path


def excepted(kind, operation, path):
    rules = EXCEPTIONS[kind]
    return rules.get(f"{operation} {path}") or rules.get(f"* {path.split('.')[-1]}") or rules.get(f"* {path}")


TYPES = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number(decimal)": lambda v: isinstance(v, (int, Decimal)) and not isinstance(v, bool),
    "number(float)": lambda v: isinstance(v, (int, Decimal)) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
}

# --- comparing -------------------------------------------------------------------------------------------


def same(came, read):
    """Whether a value that was read is the one that came, in whatever form amounts and flags are kept."""
    if isinstance(came, bool) or isinstance(read, bool):
        flags = {True: True, False: False, "1": True, "0": False, "true": True, "false": False, 1: True, 0: False}
        return flags.get(came, came) is flags.get(read, read)
    if came == read or str(came) == str(read):
        return True
    try:
        return Decimal(str(came)) == Decimal(str(read))
    except InvalidOperation:
        return False


def empty(value):
    return value is None or value == "" or value == [] or value == {}


def compare(operation, fields, came, by_sdk, by_client, before=""):
    """One object of an answer, field by field."""
    known = {field["name"]: field for field in fields}
    for name in came:
        if name not in known:
            wrong(f"{operation}: {before}{name} is not in the catalogue, so the SDK drops it")
    for name, field in known.items():
        path = before + name
        value = came.get(name)
        attribute = by_sdk
        if by_sdk is not None:
            names = {wire: attr for attr, wire in by_sdk.attribute_map.items()}
            attribute = getattr(by_sdk, names[name]) if name in names else wrong(f"{operation}: the SDK lacks {path}")
        told = (by_client or {}).get(name)
        if empty(value):
            if not empty(attribute) and not (attribute == "" == value):
                wrong(f"{operation}: {path} is {value!r}, the SDK reads {attribute!r}")
            if not empty(told):
                wrong(f"{operation}: {path} is {value!r}, the client reads {told!r}")
            continue
        if field.get("array"):
            if not isinstance(value, list):
                wrong(f"{operation}: {path} is no list: {value!r}")
                continue
            items, sdk_items, told_items = value, attribute, told
        else:
            items, sdk_items, told_items = [value], [attribute], [told]
        if sdk_items is None or len(sdk_items) != len(items):
            wrong(f"{operation}: {path} has {len(items)} items, the SDK reads {sdk_items!r}")
            continue
        if told_items is None or len(told_items) != len(items):
            wrong(f"{operation}: {path} has {len(items)} items, the client reads {told_items!r}")
            continue
        for item, sdk_item, told_item in zip(items, sdk_items, told_items):
            if not TYPES[field["type"]](item):
                wrong(f"{operation}: {path} is not {field['type']}: {item!r}")
                continue
            seen = SEEN[operation]
            seen[plain(operation, path)] = seen.get(plain(operation, path), 0) + 1
            if field["type"] == "object":
                below = fields if field["fields"] == "recursive" else field["fields"]
                compare(operation, below, item, sdk_item, told_item, path + ".")
                continue
            if not same(item, sdk_item):
                wrong(f"{operation}: {path} is {item!r}, the SDK reads {sdk_item!r}")
            if not same(item, told_item):
                wrong(f"{operation}: {path} is {item!r}, the client reads {told_item!r}")


# A tree: its records hold more of the same.
TREES = {"list_enterprise_organizations"}


def plain(operation, path):
    """A path without the levels of a tree."""
    parts = path.split(".")
    kept = []
    for part in parts:
        if kept and kept[-1] == part and operation in TREES:
            continue
        kept.append(part)
    return ".".join(kept)


# --- the SDK ---------------------------------------------------------------------------------------------

LAST = {}


def remember(response=None, **_):
    LAST["request"] = response.request
    LAST["text"] = response.content.decode()
    LAST["status"] = response.status_code


def client(ready, account):
    a = ready["accounts"][account]
    credentials = GlobalCredentials(a["ak"], a["sk"], a["domain_id"])
    handler = HttpHandler().add_response_handler(remember)
    builder = BssClient.new_builder().with_credentials(credentials).with_endpoint(ready["endpoint"])
    return builder.with_http_handler(handler).build()


def model(name, value):
    """A value as the SDK's type of this name."""
    if value is None:
        return None
    if name.startswith("list["):
        return [model(name[5:-1], item) for item in value]
    if name in ("str", "object", "bool"):
        return value
    if name in ("int", "float", "decimal", "decimal.Decimal"):
        return int(value) if name == "int" else value
    kind = getattr(sdk, name)
    attributes = {wire: attr for attr, wire in kind.attribute_map.items()}
    unknown = set(value) - set(attributes)
    assert not unknown, f"{name} has no {unknown}"
    return kind(**{attributes[k]: model(kind.openapi_types[attributes[k]], v) for k, v in value.items()})


def request_of(operation, step):
    """The SDK's request for what the client sent."""
    kind = getattr(sdk, operation["sdk_operation"] + "Request")
    attributes = {wire: attr for attr, wire in kind.attribute_map.items()}
    path, _, query = step["target"].partition("?")
    values = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    before, brace, rest = operation["path"].partition("{")
    if brace:
        values[rest.rstrip("}")] = urllib.parse.unquote(path[len(before):])
    if step["language"] and not EXCEPTIONS["more"].get(operation["operation_id"] + " header X-Language"):
        values["X-Language"] = step["language"]
    if step["body"]:
        values["body"] = exact(step["body"])
    unknown = set(values) - set(attributes)
    assert not unknown, f"{operation['operation_id']} has no {unknown}"
    return kind(**{attributes[k]: model(kind.openapi_types[attributes[k]], v) for k, v in values.items()})


def sent(operation, step):
    """The names that a request carries."""
    _, _, query = step["target"].partition("?")
    names = {name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True)}
    for parameter in operation["params"]:
        if parameter["in"] == "path" or (parameter["in"] == "header" and step["language"]):
            names.add(("header " if parameter["in"] == "header" else "") + parameter["name"])

    def below(value, before):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                for name, inner in item.items():
                    names.add(before + name)
                    below(inner, before + name + ".")

    below(exact(step["body"]), "body.")
    return names


def differs(step, answer):
    """What the SDK's own request and the second simulator's answer have that the first had otherwise."""
    name = step["operation"]
    theirs = LAST["request"]
    url = urllib.parse.urlsplit(theirs.url)
    path, _, query = step["target"].partition("?")
    if urllib.parse.unquote(url.path) != urllib.parse.unquote(path):
        wrong(f"{name}: the SDK asks {url.path}, the client {path}")
    ours, its = (sorted(urllib.parse.parse_qsl(q, keep_blank_values=True)) for q in (query, url.query))
    if ours != its:
        wrong(f"{name}: the SDK asks {its}, the client {ours}")
    body = theirs.body.decode() if isinstance(theirs.body, bytes) else theirs.body
    if exact(body or "") != exact(step["body"]):
        wrong(f"{name}: the SDK says {body}, the client {step['body']}")
    if LAST["status"] != step["status"] or answer != exact(step["answer"]):
        wrong(f"{name} {step['target']}: the simulators answer differently: {step['status']} {step['answer'][:400]}"
              f"\n    and {LAST['status']} {LAST['text'][:400]}")


def told_of(operation, told):
    """What the client told of a change, in the members of its answer."""
    if operation["operation_id"] in ("renewal_resources", "cancel_resources_subscription"):
        return {"order_ids": told["order_ids"], "fail_resource_infos": told["failed"]}
    if operation["operation_id"] == "update_period_to_on_demand":
        return {"error_details": [{**f, "id": f["resource_id"]} for f in told["failed"]]}
    if operation["operation_id"] in ("claim_enterprise_multi_account_coupon", "reclaim_enterprise_multi_account_coupon"):
        return {name: value for name, value in told.items() if name.startswith(("sub_", "real_"))}
    return None


def converted(answer, told):
    """The result of a conversion for each resource, against what the client says of it."""
    failed = {f["resource_id"]: f for f in told["failed"]}
    orders = list(told["order_ids"])
    for result in answer["to_ondemand_service_results"]:
        id, state = result["resource_id"], result["result"]
        said = "FAIL" if id in failed else "AUDIT" if id in (told["under_review"] or []) else "SUCCESS"
        if said != state:
            wrong(f"converting {id} is {state}, the client says {said}")
        if state == "FAIL" and failed[id]["error_code"] != result["error_code"]:
            wrong(f"converting {id} failed with {result}, the client says {failed[id]}")
        if state != "FAIL" and result.get("order_id") and result["order_id"] not in orders:
            wrong(f"the client lost order {result['order_id']}")
    return {"to_ondemand_service_results": answer["to_ondemand_service_results"]}


def play(clients, step):
    operation = OPERATIONS[step["operation"]]
    name = operation["operation_id"]
    SENT[name] |= sent(operation, step)
    CALLS[name] += 1
    LAST.clear()
    try:
        read = getattr(clients[step["account"]], name)(request_of(operation, step))
    except ServiceResponseException as refusal:
        if "status" not in LAST:
            LAST.update(status=refusal.status_code, text=step["answer"], request=None)
            return wrong(f"{name}: refused without an answer: {refusal}")
        differs(step, exact(LAST["text"]))
        if step["status"] < 400 or refusal.error_code != step["told"].get("error_code"):
            wrong(f"{name}: the SDK is refused with {refusal.error_code}, the client told {step['told']}")
        return None
    answer = exact(LAST["text"])
    differs(step, answer)
    if read.status_code != operation["success_status"]["code"]:
        wrong(f"{name}: success is {read.status_code}")
    if not answer:
        return None
    told = step["told"]
    if "failed" in told:
        told = converted(answer, told) if "to_ondemand_service_results" in answer else told_of(operation, told)
        if told is None:
            told = {k: v for k, v in answer.items()}
    compare(name, operation["response"], answer, read, told)
    return None


def control(ready, step):
    data = None if step["body"] is None else json.dumps(step["body"]).encode()
    request = urllib.request.Request(ready["control"] + step["path"], data, {"content-type": "application/json"})
    request.method = step["method"]
    urllib.request.urlopen(request).read()


def main():
    given = json.loads(Path(sys.argv[1]).read_text())
    ready = given["ready"]
    clients = [client(ready, account) for account in range(len(ready["accounts"]))]
    for step in given["steps"]:
        if step["kind"] == "control":
            control(ready, step)
        else:
            try:
                play(clients, step)
            except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
                wrong(f"{step['operation']}: {type(error).__name__} {error}")
    reads = {operation["id"]: set(operation["answer"]) for operation in given["client"]}
    found = {}
    for name, operation in OPERATIONS.items():
        fields = {plain(name, path) for path in paths(operation["response"])}
        ours = {plain(name, path) for path in reads.get(name, ())}
        if given["partly"] and not CALLS[name]:
            continue
        if name not in reads:
            wrong(f"{name}: the client does not have it")
        if not CALLS[name]:
            wrong(f"{name}: no scene calls it")
        for path in sorted(fields - ours):
            wrong(f"{name}: the client does not read {path}")
        shown = {path for path in fields if SEEN[name].get(path)}
        for path in sorted(fields - shown):
            if not excepted("answer", name, path):
                wrong(f"{name}: no scene shows {path}")
        asked = set(sendable(operation))
        for path in sorted(asked - SENT[name]):
            if not excepted("request", name, path):
                wrong(f"{name}: no scene sends {path}")
        found[name] = {
            "played": bool(CALLS[name]), "fields": len(shown), "of": len(fields), "values": sum(SEEN[name].values()),
            "sent": len(asked & SENT[name]), "sendable": len(asked),
        }
    shown = list(dict.fromkeys(WRONG))
    for text in shown[:200]:
        print("WRONG", text)
    values, fields = (sum(f[k] for f in found.values()) for k in ("values", "fields"))
    print(f"{sum(CALLS.values())} calls of {sum(map(bool, CALLS.values()))} operations, {values} values in {fields} fields")
    print("FOUND " + json.dumps(found))
    sys.exit(1 if shown else 0)


main()
