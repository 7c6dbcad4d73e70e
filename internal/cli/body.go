package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

// bodyFlags are the flags of a request that has a body.
func bodyFlags(fields []field) []cli.Flag {
	return append(fieldFlags(fields),
		&cli.StringFlag{Name: "data", Usage: "the whole body as JSON from `SOURCE`: @FILE, or - for standard input; flags are laid over it"},
		&cli.StringSliceFlag{
			Name:  "set",
			Usage: "set `FIELD=VALUE` in the body: JSON or text, or a secret from a SOURCE as in headers.Authorization=@token.txt; may be repeated",
		},
	)
}

// readBody makes the body of a request from --data, the flags of the fields and
// --set, the later ones over the earlier.
func readBody(c *cli.Command, fields []field) (json.RawMessage, error) {
	raw, err := readData(c)
	if err != nil {
		return nil, err
	}
	changes := map[string]any{}
	for i := range fields {
		value, given, err := fields[i].value(c)
		if err != nil {
			return nil, err
		}
		if given {
			changes[fields[i].name] = value
		}
	}
	for _, setting := range c.StringSlice("set") {
		if err := set(c, fields, changes, setting); err != nil {
			return nil, usageError(fmt.Errorf("--set %w", err))
		}
	}
	if len(changes) == 0 {
		if raw == nil {
			raw = []byte("{}")
		}
		return raw, nil
	}
	return overlay(raw, changes)
}

// readData returns what --data holds, nil without it.
func readData(c *cli.Command) (json.RawMessage, error) {
	source := c.String("data")
	if source == "" {
		return nil, nil
	}
	if !isSource(source) {
		return nil, usageError(errors.New("--data must be @FILE, or - for standard input"))
	}
	raw, err := readSource(c, source)
	if err != nil {
		return nil, usageError(fmt.Errorf("--data: %w", err))
	}
	return raw, nil
}

// overlay lays fields over a JSON object. What it does not touch keeps its
// bytes.
func overlay(raw json.RawMessage, changes map[string]any) (json.RawMessage, error) {
	object := map[string]json.RawMessage{}
	if raw != nil {
		if err := json.Unmarshal(raw, &object); err != nil || object == nil {
			return nil, usageError(errors.New("--data is not a JSON object, so that no flag can be laid over it"))
		}
	}
	for name, value := range changes {
		data, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		object[name] = data
	}
	return json.Marshal(object)
}

// set does what one --set says.
func set(c *cli.Command, fields []field, changes map[string]any, setting string) error {
	path, text, found := strings.Cut(setting, "=")
	if !found {
		return fmt.Errorf("%q is not FIELD=VALUE", setting)
	}
	name, rest, nested := strings.Cut(path, ".")
	for i := range fields {
		f := &fields[i]
		if f.name != name {
			continue
		}
		switch {
		case nested && name == headersField:
			header, err := readHeader(c, rest+"="+text)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			headers, _ := changes[name].([]any)
			changes[name] = append(headers, header)
			return nil
		case isSecretField(name) && text != "null" && text != "[]":
			secret, err := readSecret(c, name, text)
			changes[name] = secret
			return wrapPath(path, err)
		}
	}
	var value any = text
	if json.Valid([]byte(text)) {
		value = json.RawMessage(text)
	}
	return setNested(changes, strings.Split(path, "."), value)
}

func wrapPath(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", path, err)
}

// setNested puts a value at a path of names, and makes the objects on the way.
func setNested(object map[string]any, path []string, value any) error {
	for _, name := range path[:len(path)-1] {
		inner, ok := object[name].(map[string]any)
		if !ok {
			if _, taken := object[name]; taken {
				return fmt.Errorf("%s: %s is set already, and is no object", strings.Join(path, "."), name)
			}
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[path[len(path)-1]] = value
	return nil
}

// rawBody has the preflight judge the body as the user wrote it: the SDK's type
// has lost what the contract does not know.
type rawBody struct {
	client.Validator

	raw json.RawMessage
	// decoding is why raw does not fit the SDK's type, nil where it does.
	decoding error
}

// ValidateRequest implements client.Validator.
func (v *rawBody) ValidateRequest(request *http.Request, _ []byte) error {
	if err := v.Validator.ValidateRequest(request, v.raw); err != nil {
		return err
	}
	return v.decoding
}

// decodeBody reads a body into the SDK's type, and returns the option that has
// the body checked before it is sent.
func decodeBody[T any](raw json.RawMessage) (request T, option client.Option, err error) {
	preflight, err := newPreflight()
	if err != nil {
		return request, nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoding := decoder.Decode(&request)
	return request, client.WithPreflight(&rawBody{Validator: preflight, raw: raw, decoding: decoding}), nil
}
