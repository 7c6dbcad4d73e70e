"""datamodel-code-generator makes pydantic models, httpx sends the requests."""

import os

import httpx

from generated.datamodel_code_generator import (
    CreateWebhookConfigRequest,
    Problem,
    PublishWebhookEventRequest,
    UpdateWebhookConfigRequest,
    WebhookConfigListResponse,
    WebhookConfigResponse,
    WebhookEventResponse,
    WebhookLogListResponse,
    WebhookLogResponse,
)

client = httpx.Client(
    base_url=os.environ["HOOKLINE_URL"],
    headers={"api_key": os.environ["HOOKLINE_API_KEY"], "Content-Type": "application/json"},
)


def body(model) -> str:
    """What was not set is left out, so that an update changes nothing else."""
    return model.model_dump_json(exclude_unset=True)


def create(name: str) -> int:
    request = CreateWebhookConfigRequest(
        webhook_type="CONNECTION_CHANGED",
        name=name,
        url="http://127.0.0.1:9/",
        signing_key="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" in body(request)
    answer = client.post("/core/webhook-config", content=body(request))
    assert answer.status_code == 201, answer.text
    config = WebhookConfigResponse.model_validate_json(answer.content).data.data
    assert config.integration_type is None
    return config.rootfi_id.root


first, second = create("first"), create("second")

page = WebhookConfigListResponse.model_validate_json(client.get("/core/webhook-config?limit=1").content).data
assert page.data[0].rootfi_id.root == second
answer = client.get("/core/webhook-config", params={"limit": 1, "cursor": page.next})
assert WebhookConfigListResponse.model_validate_json(answer.content).data.data[0].rootfi_id.root == first

got = WebhookConfigResponse.model_validate_json(client.get(f"/core/webhook-config/{first}").content)
assert got.data.data.name == "first"
change = UpdateWebhookConfigRequest(name="renamed", signing_key=None)
assert body(change) == '{"name":"renamed","signing_key":null}'
answer = client.put(f"/core/webhook-config/{first}", content=body(change))
updated = WebhookConfigResponse.model_validate_json(answer.content).data.data
assert (updated.name, updated.url) == ("renamed", "http://127.0.0.1:9/")

wrong = CreateWebhookConfigRequest(webhook_type="INTEGRATION", name="n", url="https://example.com/")
refused = client.post("/core/webhook-config", content=body(wrong))
assert refused.status_code == 400
assert Problem.model_validate_json(refused.content).errors[0].pointer == "/integration_type"
missing = client.get("/core/webhook-config/999999")
assert Problem.model_validate_json(missing.content).code == "not_found"

payload = {"event": "connection.changed", "company_id": 496}
event = PublishWebhookEventRequest(webhook_type="CONNECTION_CHANGED", payload=payload)
answer = client.post("/core/webhook-events", content=body(event))
assert WebhookEventResponse.model_validate_json(answer.content).data.event.deliveries >= 2
answer = client.get("/core/webhook-logs", params={"webhookId": first})
delivery = WebhookLogListResponse.model_validate_json(answer.content).data.webhookLogs[0].id.root
log = WebhookLogResponse.model_validate_json(client.get(f"/core/webhook-logs/{delivery}").content)
assert log.data.webhookLog.payload.model_dump() == payload

for config in (first, second):
    assert client.delete(f"/core/webhook-config/{config}").status_code == 204
