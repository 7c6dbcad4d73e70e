package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// edit is a change of the contract, and whom it breaks.
type edit struct {
	name   string
	from   string
	to     string
	breaks []audience
}

// Abbreviations of the table.
var (
	nobody     []audience
	caller     = []audience{callers}
	receiver   = []audience{receivers}
	implements = []audience{implementers}
	exceptRecv = []audience{callers, implementers}
)

// edits change the first occurrence of a text of testdata/base.yaml, a contract
// that stays as it is when releases move on.
var edits = []edit{
	// What the document says about itself.
	{"description", "Creates a webhook config.", "Makes a webhook config.", nobody},
	{"example", "value: Bearer secret", "value: Bearer token", nobody},
	{"tag", "tags: [Webhook configs]", "tags: [Webhook logs]", nobody},
	{"link", "links:", "x-links:", nobody},

	// Operations.
	{"operation removed", deleteOperation, "", exceptRecv},
	{"operation renamed", "operationId: deleteWebhookConfig", "operationId: removeWebhookConfig", exceptRecv},
	{"operation added", deleteOperation, deleteOperation + strings.NewReplacer("delete:", "patch:", "deleteW", "patchW").Replace(deleteOperation), implements},
	{"path renamed", "/core/webhook-logs/{deliveryId}/retry:", "/core/webhook-logs/{deliveryId}/again:", exceptRecv},

	// Parameters.
	{"query parameter removed", "        - $ref: '#/components/parameters/SyncIDFilter'\n", "", exceptRecv},
	{"query parameter required", "name: syncId\n      in: query\n", "name: syncId\n      in: query\n      required: true\n", caller},
	{"query parameter added", "        - $ref: '#/components/parameters/SyncIDFilter'\n",
		"        - $ref: '#/components/parameters/SyncIDFilter'\n        - {name: colour, in: query, schema: {type: string}}\n", nobody},
	{"maximum lowered", "maximum: 100\n        default: 20", "maximum: 50\n        default: 20", caller},
	{"maximum raised", "maximum: 100\n        default: 20", "maximum: 200\n        default: 20", implements},
	{"default changed", "default: 20", "default: 50", caller},

	// Request bodies.
	{"request property removed", createTopics, "", exceptRecv},
	{"request property renamed", createTopics, strings.Replace(createTopics, "topics", "subjects", 1), exceptRecv},
	{"request property added", createTopics, createTopics + "        note: {type: string}\n", nobody},
	{"request property required", "required: [webhook_type, name, url]", "required: [webhook_type, name, url, topics]", caller},
	{"request property optional", "required: [webhook_type, name, url]", "required: [webhook_type, name]", implements},
	{"string shortened", "maxLength: 2048", "maxLength: 1024", caller},
	{"URL pattern narrowed", "pattern: '^[Hh][Tt][Tt][Pp][Ss]?:", "pattern: '^[Hh][Tt][Tt][Pp][Ss]:", caller},
	{"enum value of requests and answers added", "SHOPIFY\n        - FRESHBOOKS\n", "SHOPIFY\n        - FRESHBOOKS\n        - SAGE\n", implements},
	{"enum value of requests and answers removed", "        - SHOPIFY\n        - FRESHBOOKS\n", "        - SHOPIFY\n", caller},
	{"enum value of answers added", "enum: [PENDING, PROCESSING, DELIVERED, FAILED]", "enum: [PENDING, PROCESSING, DELIVERED, FAILED, LOST]", exceptRecv},
	{"payload smaller", "x-max-bytes: 262144", "x-max-bytes: 1024", caller},
	{"payload larger", "x-max-bytes: 262144", "x-max-bytes: 524288", []audience{implementers, receivers}},

	// What is excluded.
	{"conditional widened", "            enum: [INTEGRATION]\n", "            enum: [INTEGRATION, SYNC_STARTED]\n", caller},
	{"conditional removed", createNot, "", implements},
	{"exclusion added", "      example: invoice.create\n", "      not: {type: string, enum: ['*']}\n      example: invoice.create\n", caller},
	{"reserved header added", "|[Uu][Pp][Gg]", "|[Xx]-[Aa]|[Uu][Pp][Gg]", caller},
	{"reserved header removed", "|[Uu][Pp][Gg][Rr][Aa][Dd][Ee]", "", implements},
	{"code of a violation", "x-code: reserved_header", "x-code: header_reserved", caller},
	{"place of a violation", "x-pointer: /integration_type", "x-pointer: /webhook_type", caller},

	// Names of generated code.
	{"constant renamed", "WebhookConfigStateDisabled]", "WebhookConfigStateOff]", exceptRecv},
	{"schema renamed", "schemas/QueuedDelivery'", "schemas/DelayedDelivery'", exceptRecv}, // its definition, too: see TestEdits
	{"Go type changed", "x-go-type: IntegrationType", "x-go-type: string", exceptRecv},

	// Answers.
	{"status removed", "        '404':\n          $ref: '#/components/responses/NotFound'\n", "", exceptRecv},
	{"status added", "        '409':\n          $ref: '#/components/responses/Conflict'\n",
		"        '409':\n          $ref: '#/components/responses/Conflict'\n        '410':\n          $ref: '#/components/responses/Conflict'\n", nobody},
	{"header of answers removed", "        X-RateLimit-Limit:\n          $ref: '#/components/headers/XRateLimitLimit'\n", "", exceptRecv},
	{"answer's property renamed", "        signature_header:\n          type: string\n", "        signing_header:\n          type: string\n", exceptRecv},
	{"answer's property optional", "        - signature_header\n", "", caller},
	{"answer's optional property required", "required: [id, attemptNumber, success, statusCode, errorMessage, createdAt]",
		"required: [id, attemptNumber, success, statusCode, errorMessage, createdAt, durationMs]", implements},

	// Deliveries.
	{"delivery's header required", "name: webhook-signature\n      in: header\n", "name: webhook-signature\n      in: header\n      required: true\n", implements},
	{"delivery's header dropped", "                - $ref: '#/components/parameters/WebhookTimestamp'\n", "", []audience{implementers, receivers}},
	{"delivery's header optional", "name: webhook-id\n      in: header\n      required: true\n", "name: webhook-id\n      in: header\n", receiver},
	{"delivery's status dropped", callbackGone, "", []audience{implementers, receivers}},
	{"delivery's status added", callbackGone, callbackGone + "                '408':\n                  description: Slow.\n", nobody},
	{"delivery's body of another type", callbackBody, "                    schema: {type: string}\n", []audience{implementers, receivers}},
	{"delivery's operation renamed", "operationId: receiveWebhookDelivery", "operationId: takeWebhookDelivery", receiver},
}

const (
	deleteOperation = `    delete:
      operationId: deleteWebhookConfig
      summary: Delete a webhook config
      description: Deletes a webhook config. Its delivery logs stay.
      tags: [Webhook configs]
      responses:
        '204':
          $ref: '#/components/responses/NoContent'
        '400':
          $ref: '#/components/responses/BadRequest'
        '401':
          $ref: '#/components/responses/Unauthorized'
        '404':
          $ref: '#/components/responses/NotFound'
        '429':
          $ref: '#/components/responses/TooManyRequests'
        '500':
          $ref: '#/components/responses/InternalServerError'
        '503':
          $ref: '#/components/responses/ServiceUnavailable'
`
	createTopics = "        topics:\n          $ref: '#/components/schemas/WebhookTopics'\n"
	createNot    = `      not:
        description: is required when webhook_type is INTEGRATION
        x-code: conditional
        x-pointer: /integration_type
        required: [webhook_type]
        properties:
          webhook_type:
            type: string
            enum: [INTEGRATION]
        not:
          required: [integration_type]
`
	callbackBody = `                    schema:
                      $ref: '#/components/schemas/WebhookPayload'
`
	callbackGone = `                '410':
                  description: The receiver is gone. The delivery fails at once and the config is disabled.
`
)

func TestEdits(t *testing.T) {
	require.GreaterOrEqual(t, len(edits), 30)
	base, err := os.ReadFile("testdata/base.yaml")
	require.NoError(t, err)
	for _, e := range edits {
		t.Run(e.name, func(t *testing.T) {
			require.Contains(t, string(base), e.from)
			edited := strings.Replace(string(base), e.from, e.to, 1)
			edited = strings.Replace(edited, definition(e.from), definition(e.to), 1)
			require.NotEqual(t, string(base), edited)
			findings, err := compare(base, []byte(edited))
			require.NoError(t, err)
			broken := []audience{}
			for _, f := range findings {
				if !slices.Contains(broken, f.audience) {
					broken = append(broken, f.audience)
				}
			}
			assert.ElementsMatch(t, e.breaks, broken, "%v", findings)
		})
	}
}

// definition returns how the document begins to define what a text refers to.
func definition(reference string) string {
	name, ok := strings.CutPrefix(reference, "schemas/")
	if !ok {
		return "\x00" // stands nowhere
	}
	return "    " + strings.TrimSuffix(name, "'") + ":\n"
}

func TestSameDocument(t *testing.T) {
	base, err := os.ReadFile("testdata/base.yaml")
	require.NoError(t, err)
	findings, err := compare(base, base)
	require.NoError(t, err)
	assert.Empty(t, findings)
}

// TestAccepted sees to it that a reason lets exactly its findings pass, and
// that it must not outlive them.
func TestAccepted(t *testing.T) {
	breaks := []finding{{callers, "GET /a", "rule", "text"}, {receivers, "callback", "rule", "text"}}
	note := finding{implementers, "GET /a", "rule", "text"}
	write := func(text string) accepted {
		path := filepath.Join(t.TempDir(), "accepted.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		reasons, err := readAccepted(path)
		require.NoError(t, err)
		return reasons
	}
	const both = "- reason: nobody sent it\n  findings:\n    - 'callers: GET /a: text [rule]'\n    - 'receivers: callback: text [rule]'\n"

	require.NoError(t, report([]finding{note}, write("[]"), io.Discard))
	require.ErrorIs(t, report(breaks, write("[]"), io.Discard), errBreaks)
	var out strings.Builder
	require.NoError(t, report(breaks, write(both), &out))
	assert.Contains(t, out.String(), "nobody sent it")
	require.ErrorContains(t, report(breaks[:1], write(both), io.Discard), "no longer found")

	_, err := readAccepted(filepath.Join(t.TempDir(), "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "a: [", "openapi: 3.0.3\ninfo: {}\npaths: 7\n"} {
		_, err := compare([]byte(text), []byte(text))
		assert.Error(t, err, text)
	}
}
