"""openapi-python-client makes a package with a module for each operation."""

import os

from generated.openapi_python_client import AuthenticatedClient
from generated.openapi_python_client.api.webhook_configs import (
    create_webhook_config,
    delete_webhook_config,
    get_webhook_config,
    list_webhook_configs,
    update_webhook_config,
)
from generated.openapi_python_client.api.webhook_events import publish_webhook_event
from generated.openapi_python_client.api.webhook_logs import get_webhook_log, list_webhook_logs
from generated.openapi_python_client.models import (
    CreateWebhookConfigRequest,
    Problem,
    PublishWebhookEventRequest,
    UpdateWebhookConfigRequest,
    WebhookPayload,
    WebhookType,
)

client = AuthenticatedClient(
    base_url=os.environ["HOOKLINE_URL"],
    token=os.environ["HOOKLINE_API_KEY"],
    auth_header_name="api_key",
    prefix="",
)


def create(name: str) -> int:
    created = create_webhook_config.sync(
        client=client,
        body=CreateWebhookConfigRequest(
            webhook_type=WebhookType.CONNECTION_CHANGED,
            name=name,
            url="http://127.0.0.1:9/",
            signing_key="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
    )
    assert created.data.data.integration_type is None
    return created.data.data.rootfi_id


first, second = create("first"), create("second")

page = list_webhook_configs.sync(client=client, limit=1)
assert page.data.data[0].rootfi_id == second
page = list_webhook_configs.sync(client=client, limit=1, cursor=page.data.next_)
assert page.data.data[0].rootfi_id == first

assert get_webhook_config.sync(first, client=client).data.data.name == "first"
updated = update_webhook_config.sync(
    first, client=client, body=UpdateWebhookConfigRequest(name="renamed", signing_key=None)
)
assert (updated.data.data.name, updated.data.data.url) == ("renamed", "http://127.0.0.1:9/")

refused = create_webhook_config.sync(
    client=client,
    body=CreateWebhookConfigRequest(webhook_type=WebhookType.INTEGRATION, name="n", url="https://example.com/"),
)
assert isinstance(refused, Problem) and refused.status == 400
assert refused.errors[0].pointer == "/integration_type"
missing = get_webhook_config.sync(999999, client=client)
assert isinstance(missing, Problem) and missing.code == "not_found"

payload = {"event": "connection.changed", "company_id": 496}
published = publish_webhook_event.sync(
    client=client,
    body=PublishWebhookEventRequest(
        webhook_type=WebhookType.CONNECTION_CHANGED, payload=WebhookPayload.from_dict(payload)
    ),
)
assert published.data.event.deliveries >= 2
delivery = list_webhook_logs.sync(client=client, webhook_id=first).data.webhook_logs[0]
log = get_webhook_log.sync(delivery.id, client=client)
assert log.data.webhook_log.payload.to_dict() == payload

for config in (first, second):
    assert delete_webhook_config.sync_detailed(config, client=client).status_code == 204
