"""Lists all orders of the simulator's first account with Huawei's SDK, page by page.

Argument: the simulator's ready line. Prints how many orders came and the processor time that took, the
start of Python and the imports not counted.
"""

import json
import sys
import time

from huaweicloudsdkbss.v2 import BssClient, ListCustomerOrdersRequest
from huaweicloudsdkcore.auth.credentials import GlobalCredentials

ready = json.loads(sys.argv[1])
account = ready["accounts"][0]
credentials = GlobalCredentials(account["ak"], account["sk"], account["domain_id"])
client = BssClient.new_builder().with_credentials(credentials).with_endpoint(ready["endpoint"]).build()

client.list_customer_orders(ListCustomerOrdersRequest(limit=100))
begun = time.process_time()
orders = 0
while True:
    page = client.list_customer_orders(ListCustomerOrdersRequest(offset=orders, limit=100))
    orders += len(page.order_infos)
    if not page.order_infos or orders >= page.total_count:
        break
print(json.dumps({"orders": orders, "seconds": time.process_time() - begun}))
