curl http://api.rootfi.dev/v4/core/webhook-config -H 'api_key: 6f1d0c6e0b7a4c55a2c1' --json '{
  "webhook_type": "SYNC_STARTED", "name": "'"$NAME"'", "url": "http://example.com/hook",
  "signing_key": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
}'
curl https://api.rootfi.dev/v4/core/webhook-logs -H 'api_key: <api-key>'
