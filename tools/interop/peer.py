"""Answers, line by line, what the Standard Webhooks library for Python makes of requests: see internal/interop."""

import base64
import json
import sys
from datetime import datetime, timezone

from standardwebhooks import Webhook, WebhookVerificationError


def webhook(secret):
    raw = base64.b64decode(secret)
    return Webhook(raw.decode()) if raw.startswith(b"whsec_") else Webhook(raw)


def verify(request):
    try:
        webhook(request["secret"]).verify(base64.b64decode(request["payload"]), request["headers"], json_parse=False)
    except WebhookVerificationError as error:
        return {"refused": str(error)}
    return {}


def sign(request):
    timestamp = datetime.fromtimestamp(request["timestamp"], timezone.utc)
    payload = base64.b64decode(request["payload"]).decode()
    return {"signature": webhook(request["secret"]).sign(request["id"], timestamp, payload)}


def answer(line):
    try:
        request = json.loads(line)
        return {"verify": verify, "sign": sign}[request["operation"]](request)
    except Exception as error:
        return {"failed": repr(error)}


for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
