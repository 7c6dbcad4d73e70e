// Answers, line by line, what the Standard Webhooks library for JavaScript makes of requests: see internal/interop.
"use strict";

const readline = require("node:readline");
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const bytes = (base64) => Buffer.from(base64, "base64");

function webhook(secret) {
  const raw = bytes(secret);
  return raw.toString().startsWith("whsec_") ? new Webhook(raw.toString()) : new Webhook(new Uint8Array(raw), { format: "raw" });
}

const operations = {
  verify({ secret, headers, payload }) {
    try {
      webhook(secret).verify(bytes(payload), headers, { jsonParse: false });
      return {};
    } catch (error) {
      if (error instanceof WebhookVerificationError) return { refused: error.message };
      throw error;
    }
  },
  sign({ secret, id, timestamp, payload }) {
    return { signature: webhook(secret).sign(id, new Date(timestamp * 1000), bytes(payload)) };
  },
};

function answer(line) {
  try {
    const request = JSON.parse(line);
    return operations[request.operation](request);
  } catch (error) {
    return { failed: String(error) };
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(answer(line)) + "\n");
});
