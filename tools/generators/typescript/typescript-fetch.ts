// openapi-generator's typescript-fetch makes a class for each tag.
import assert from "node:assert/strict";
import {
  Configuration, ResponseError, WebhookConfigsApi, WebhookEventsApi, WebhookLogsApi, WebhookType,
} from "./generated/typescript-fetch/index.js";

const configuration = new Configuration({ basePath: process.env.HOOKLINE_URL!, apiKey: process.env.HOOKLINE_API_KEY! });
const configs = new WebhookConfigsApi(configuration);
const logs = new WebhookLogsApi(configuration);

async function create(name: string): Promise<number> {
  const created = await configs.createWebhookConfig({
    createWebhookConfigRequest: {
      webhookType: WebhookType.ConnectionChanged,
      name,
      url: "http://127.0.0.1:9/",
      signingKey: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    },
  });
  assert.equal(created.data.data.integrationType, null);
  return created.data.data.rootfiId;
}

// refusal returns the status and the problem of a call that fails.
async function refusal(call: Promise<unknown>): Promise<[number, any]> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof ResponseError);
    return [error.response.status, await error.response.json()];
  }
  return assert.fail("the call succeeded");
}

const first = await create("first");
const second = await create("second");

const page = await configs.listWebhookConfigs({ limit: 1 });
assert.equal(page.data.data[0]?.rootfiId, second);
const next = await configs.listWebhookConfigs({ limit: 1, cursor: page.data.next! });
assert.equal(next.data.data[0]?.rootfiId, first);

const got = await configs.getWebhookConfig({ webhookConfigId: first });
assert.equal(got.data.data.name, "first");
const updated = await configs.updateWebhookConfig({
  webhookConfigId: first,
  updateWebhookConfigRequest: { name: "renamed", signingKey: null },
});
assert.equal(updated.data.data.name, "renamed");
assert.equal(updated.data.data.url, "http://127.0.0.1:9/");

const [badRequest, problem] = await refusal(configs.createWebhookConfig({
  createWebhookConfigRequest: { webhookType: WebhookType.Integration, name: "n", url: "https://example.com/" },
}));
assert.equal(badRequest, 400);
assert.equal(problem.errors[0].pointer, "/integration_type");
const [notFound] = await refusal(configs.getWebhookConfig({ webhookConfigId: 999999 }));
assert.equal(notFound, 404);

const published = await new WebhookEventsApi(configuration).publishWebhookEvent({
  publishWebhookEventRequest: {
    webhookType: WebhookType.ConnectionChanged,
    payload: { event: "connection.changed", company_id: 496 },
  },
});
assert.ok(published.data.event.deliveries >= 2);
const listed = await logs.listWebhookLogs({ webhookId: first });
const log = await logs.getWebhookLog({ deliveryId: listed.data.webhookLogs[0]!.id });
assert.deepEqual(log.data.webhookLog.payload, { event: "connection.changed", company_id: 496 });

for (const webhookConfigId of [first, second]) {
  await configs.deleteWebhookConfig({ webhookConfigId });
}
