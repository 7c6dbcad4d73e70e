"""openapi-generator's python makes a package with pydantic models."""

import json
import os

import openapi_client
from openapi_client import (
    CreateWebhookConfigRequest,
    PublishWebhookEventRequest,
    UpdateWebhookConfigRequest,
    WebhookConfigsApi,
    WebhookEventsApi,
    WebhookLogsApi,
    WebhookType,
)

api = openapi_client.ApiClient(
    openapi_client.Configuration(
        host=os.environ["HOOKLINE_URL"], api_key={"api_key": os.environ["HOOKLINE_API_KEY"]}
    )
)
configs, logs = WebhookConfigsApi(api), WebhookLogsApi(api)


def create(name: str) -> int:
    created = configs.create_webhook_config(
        CreateWebhookConfigRequest(
            webhook_type=WebhookType.CONNECTION_CHANGED,
            name=name,
            url="http://127.0.0.1:9/",
            signing_key="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        )
    )
    assert created.data.data.integration_type is None
    return created.data.data.rootfi_id


first, second = create("first"), create("second")

page = configs.list_webhook_configs(limit=1).data
assert page.data[0].rootfi_id == second
assert configs.list_webhook_configs(limit=1, cursor=page.next).data.data[0].rootfi_id == first

assert configs.get_webhook_config(first).data.data.name == "first"
updated = configs.update_webhook_config(first, UpdateWebhookConfigRequest(name="renamed", signing_key=None)).data.data
assert (updated.name, updated.url) == ("renamed", "http://127.0.0.1:9/")

try:
    configs.create_webhook_config(
        CreateWebhookConfigRequest(webhook_type=WebhookType.INTEGRATION, name="n", url="https://example.com/")
    )
    raise SystemExit("a config without integration_type was created")
except openapi_client.exceptions.BadRequestException as refused:
    assert json.loads(refused.body)["errors"][0]["pointer"] == "/integration_type"
try:
    configs.get_webhook_config(999999)
    raise SystemExit("a config that is not there was found")
except openapi_client.exceptions.NotFoundException as missing:
    assert json.loads(missing.body)["code"] == "not_found"

payload = {"event": "connection.changed", "company_id": 496}
published = WebhookEventsApi(api).publish_webhook_event(
    PublishWebhookEventRequest(webhook_type=WebhookType.CONNECTION_CHANGED, payload=payload)
)
assert published.data.event.deliveries >= 2
delivery = logs.list_webhook_logs(webhook_id=first).data.webhook_logs[0].id
assert logs.get_webhook_log(delivery).data.webhook_log.payload == payload

for config in (first, second):
    configs.delete_webhook_config(config)
