package contract_test

import (
	"fmt"
	"net/http"

	"github.com/hookline-go/hookline/contract"
)

func ExampleOperation_ValidateRequest() {
	api, err := contract.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	create, ok := api.Operation("createWebhookConfig")
	if !ok {
		fmt.Println("no such operation")
		return
	}
	violations := create.ValidateRequest(&contract.Request{
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   []byte(`{"webhook_type": "CONNECTION_CHANGE", "url": "https://example.com", "signing_keys": "whsec_x"}`),
	})
	for _, v := range violations {
		fmt.Printf("%s %s %s %q\n", v.In, v.Pointer, v.Code, v.Suggestion)
		fmt.Println("  " + v.Message)
		fmt.Println("  " + v.Schema)
	}
	// Output:
	// body /name required ""
	//   "name" is required
	//   #/components/schemas/CreateWebhookConfigRequest/required
	// body /webhook_type enum "CONNECTION_CHANGED"
	//   "webhook_type" must be one of INTEGRATION, DATA_MODEL_CHANGES, CONNECTION_CHANGED, SYNC_STARTED, SYNC_COMPLETED
	//   #/components/schemas/WebhookType/enum
	// body /signing_keys unknown_field "signing_key"
	//   "signing_keys" is not a field of the contract
	//   #/components/schemas/CreateWebhookConfigRequest/additionalProperties
}
