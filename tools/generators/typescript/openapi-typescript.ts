// openapi-typescript makes the types, openapi-fetch sends the requests.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./generated/openapi-typescript/schema.js";

const client = createClient<paths>({
  baseUrl: process.env.HOOKLINE_URL!,
  headers: { api_key: process.env.HOOKLINE_API_KEY! },
});

async function create(name: string): Promise<number> {
  const { data, error } = await client.POST("/core/webhook-config", {
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

const page = await client.GET("/core/webhook-config", { params: { query: { limit: 1 } } });
assert.equal(page.data?.data.data[0]?.rootfi_id, second);
const next = await client.GET("/core/webhook-config", { params: { query: { limit: 1, cursor: page.data?.data.next ?? 0 } } });
assert.equal(next.data?.data.data[0]?.rootfi_id, first);

const path = { webhookConfigId: first };
const got = await client.GET("/core/webhook-config/{webhookConfigId}", { params: { path } });
assert.equal(got.data?.data.data.name, "first");
const updated = await client.PUT("/core/webhook-config/{webhookConfigId}", {
  params: { path },
  body: { name: "renamed", signing_key: null },
});
assert.equal(updated.data?.data.data.name, "renamed");
assert.equal(updated.data?.data.data.url, "http://127.0.0.1:9/");

const refused = await client.POST("/core/webhook-config", {
  body: { webhook_type: "INTEGRATION", name: "n", url: "https://example.com/" },
});
assert.equal(refused.response.status, 400);
assert.equal(refused.error?.errors?.[0]?.pointer, "/integration_type");
const missing = await client.GET("/core/webhook-config/{webhookConfigId}", { params: { path: { webhookConfigId: 999999 } } });
assert.equal(missing.error?.code, "not_found");

const published = await client.POST("/core/webhook-events", {
  body: { webhook_type: "CONNECTION_CHANGED", payload: { event: "connection.changed", company_id: 496 } },
});
assert.ok((published.data?.data.event.deliveries ?? 0) >= 2);
const logs = await client.GET("/core/webhook-logs", { params: { query: { webhookId: first } } });
const deliveryId = logs.data!.data.webhookLogs[0]!.id;
const log = await client.GET("/core/webhook-logs/{deliveryId}", { params: { path: { deliveryId } } });
assert.deepEqual(log.data?.data.webhookLog.payload, { event: "connection.changed", company_id: 496 });

for (const webhookConfigId of [first, second]) {
  const gone = await client.DELETE("/core/webhook-config/{webhookConfigId}", { params: { path: { webhookConfigId } } });
  assert.equal(gone.response.status, 204);
}
