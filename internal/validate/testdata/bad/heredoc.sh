#!/bin/sh
set -e
BASE=${BASE:-http://127.0.0.1:8080/v4}
curl -sS -X POST "$BASE/core/webhook-config" -H "api_key: $KEY" \
  -H 'Content-Type: application/json' -d @- <<EOF
{
  "webhook_type": "$TYPE",
  "name": "",
  "url": "ftp://example.com",
	"nme": 1
}
EOF
curl --json '{"webhook_type":"SYNC_STARTED","name":"n","url":"https://e.com","integration_type":"Xero"}' "$BASE/core/webhook-config"
curl -X PUT --json "{\"state\":\"enabled\"}" "$BASE/core/webhook-config/abc"
body='{
 "state": "OFF"
}'
curl -X PUT --json "$body" "$BASE/core/webhook-config/1"
