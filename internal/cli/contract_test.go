package cli

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"
	"go.yaml.in/yaml/v3"

	spec "github.com/hookline-go/hookline"
)

// document is what these tests read of the contract.
type document struct {
	Paths map[string]map[string]yaml.Node

	Components struct {
		Schemas    map[string]schema
		Parameters map[string]struct {
			Name   string
			Schema schema
		}
	}
}

type schema struct {
	Ref        string `yaml:"$ref"`
	Enum       []any
	Properties map[string]schema
	AllOf      []schema `yaml:"allOf"`
}

func readContract(t *testing.T) *document {
	t.Helper()
	d := &document{}
	require.NoError(t, yaml.Unmarshal(spec.OpenAPI(), d))
	return d
}

// operation is what an entry of a path says, where it is an operation.
type operation struct {
	OperationID string `yaml:"operationId"`
	Parameters  []struct {
		Ref string `yaml:"$ref"`
	}
}

func (d *document) operations(t *testing.T) map[string]operation {
	t.Helper()
	found := map[string]operation{}
	for _, item := range d.Paths {
		for name, node := range item {
			if name == "parameters" {
				continue
			}
			var o operation
			require.NoError(t, node.Decode(&o))
			found[o.OperationID] = o
		}
	}
	return found
}

// enum returns the values that a schema names, null left out.
func (d *document) enum(s schema) []string {
	var values []string
	for _, part := range append(s.AllOf, s) {
		if part.Ref != "" {
			var name string
			_, _ = fmt.Sscanf(part.Ref, "#/components/schemas/%s", &name)
			part = d.Components.Schemas[name]
		}
		for _, value := range part.Enum {
			if text, ok := value.(string); ok {
				values = append(values, text)
			}
		}
	}
	return values
}

// TestEveryOperationHasAVerb fails when the contract has an operation that no
// command calls, or a command one that the contract does not have.
func TestEveryOperationHasAVerb(t *testing.T) {
	t.Parallel()
	verbs := map[string]string{}
	everyCommand(t, command(nil, nil, nil), func(path []string, c *cli.Command) {
		if id, ok := c.Metadata[operationKey].(string); ok {
			verbs[id] = fmt.Sprint(path)
		}
	})
	operations := readContract(t).operations(t)
	for id := range operations {
		assert.Contains(t, verbs, id, "the operation has no command")
	}
	for id, path := range verbs {
		assert.Contains(t, operations, id, "%s calls an operation that the contract does not have", path)
	}
}

// TestFieldsFollowTheContract holds the flags against the properties and
// parameters that they stand for.
func TestFieldsFollowTheContract(t *testing.T) {
	t.Parallel()
	d := readContract(t)
	for name, fields := range map[string][]field{
		"CreateWebhookConfigRequest": configFields(), "UpdateWebhookConfigRequest": configFields(),
		"PublishWebhookEventRequest": eventFields(), "RecoverWebhookDeliveriesRequest": recoverFields(),
	} {
		d.assertFields(t, name, fields, d.Components.Schemas[name].Properties)
	}
	for id, fields := range map[string][]field{"listWebhookLogs": logFilters(), "streamWebhookEvents": streamFilters()} {
		parameters := map[string]schema{}
		for _, p := range d.operations(t)[id].Parameters {
			var reference string
			_, _ = fmt.Sscanf(p.Ref, "#/components/parameters/%s", &reference)
			parameter := d.Components.Parameters[reference]
			if !slices.Contains([]string{"limit", "cursor", "Last-Event-ID"}, parameter.Name) { // not filters
				parameters[parameter.Name] = parameter.Schema
			}
		}
		d.assertFields(t, id, fields, parameters)
	}
}

func (d *document) assertFields(t *testing.T, where string, fields []field, properties map[string]schema) {
	t.Helper()
	require.NotEmpty(t, properties, where)
	names := map[string]bool{}
	for i := range fields {
		names[fields[i].name] = true
		assert.ElementsMatch(t, d.enum(properties[fields[i].name]), fields[i].choices, "%s: the choices of %s", where, fields[i].name)
	}
	for property := range properties {
		assert.True(t, names[property], "%s: %s has no flag", where, property)
	}
	for name := range names {
		assert.Contains(t, properties, name, "%s: a flag has no property", where)
	}
}
