curl --request POST \
  --url https://api.integrations.commenda.io/v4/core/webhook-config \
  --header 'Content-Type: application/json' \
  --header 'api_key: <api-key>' \
  --data '
{
  "webhook_type": "CONNECTION_CHANGED",
  "name": "Connection webhook",
  "url": "https://example.com/webhooks/rootfi",
  "state": "ENABLED"
}
'
