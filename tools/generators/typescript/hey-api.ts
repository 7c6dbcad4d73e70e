// hey-api makes a function for each operation.
import assert from "node:assert/strict";
import { client } from "./generated/hey-api/client.gen.js";
import * as api from "./generated/hey-api/sdk.gen.js";

client.setConfig({ baseUrl: process.env.HOOKLINE_URL!, auth: () => process.env.HOOKLINE_API_KEY! });

async function create(name: string): Promise<number> {
  const { data, error } = await api.createWebhookConfig({
    body: {
      webhook_type: "CONNECTION_CHANGED",
      name,
      url: "http://127.0.0.1:9/",
      signing_key: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    },
  });
  assert.ok(data, JSON.stringify(error));
  assert.equal(data.data.data.integration_type, null);
  return data.data.data.rootfi_id;
}

const first = await create("first");
const second = await create("second");

const page = await api.listWebhookConfigs({ query: { limit: 1 } });
assert.equal(page.data?.data.data[0]?.rootfi_id, second);
const next = await api.listWebhookConfigs({ query: { limit: 1, cursor: page.data?.data.next ?? 0 } });
assert.equal(next.data?.data.data[0]?.rootfi_id, first);

const path = { webhookConfigId: first };
const got = await api.getWebhookConfig({ path });
assert.equal(got.data?.data.data.name, "first");
const updated = await api.updateWebhookConfig({ path, body: { name: "renamed", signing_key: null } });
assert.equal(updated.data?.data.data.name, "renamed");
assert.equal(updated.data?.data.data.url, "http://127.0.0.1:9/");

const refused = await api.createWebhookConfig({
  body: { webhook_type: "INTEGRATION", name: "n", url: "https://example.com/" },
});
assert.equal(refused.response?.status, 400);
assert.equal(refused.error?.errors?.[0]?.pointer, "/integration_type");
const missing = await api.getWebhookConfig({ path: { webhookConfigId: 999999 } });
assert.equal(missing.error?.code, "not_found");

const published = await api.publishWebhookEvent({
  body: { webhook_type: "CONNECTION_CHANGED", payload: { event: "connection.changed", company_id: 496 } },
});
assert.ok((published.data?.data.event.deliveries ?? 0) >= 2);
const logs = await api.listWebhookLogs({ query: { webhookId: first } });
const log = await api.getWebhookLog({ path: { deliveryId: logs.data!.data.webhookLogs[0]!.id } });
assert.deepEqual(log.data?.data.webhookLog.payload, { event: "connection.changed", company_id: 496 });

for (const webhookConfigId of [first, second]) {
  const gone = await api.deleteWebhookConfig({ path: { webhookConfigId } });
  assert.equal(gone.response?.status, 204);
}
