package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// explained is what a code means, and what to do about it.
type explained struct{ summary, remedy string }

// Codes returns every code that a finding can have, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(explanations)) }

// explanation returns what a code means. A document may have codes of its own
// (x-code), which only it explains.
func explanation(code string) explained {
	if e, ok := explanations[code]; ok {
		return e
	}
	return explained{
		summary: "The value is one that the contract excludes.",
		remedy:  "The message is the contract's own; the place in the document says more.",
	}
}

// Explain returns what a code means, and what to do about it, in full
// sentences; "all" explains every code.
func Explain(code string) (string, error) {
	if code == "all" {
		var all strings.Builder
		for _, c := range Codes() {
			all.WriteString(paragraph(c))
		}
		return all.String(), nil
	}
	if _, ok := explanations[code]; !ok {
		return "", fmt.Errorf("there is no code %q; the codes are %s", code, strings.Join(Codes(), ", "))
	}
	return paragraph(code), nil
}

func paragraph(code string) string {
	e := explanations[code]
	return code + "\n  " + e.summary + "\n  " + e.remedy + "\n"
}

var explanations = map[string]explained{
	"unsupported_media_type": {
		"The body is not declared as a media type that the operation takes.",
		"Send the Content-Type header that the message names. curl sends application/x-www-form-urlencoded with --data unless told otherwise; --json is told.",
	},
	"body_too_large": {"The body is larger than 1 MiB.", "Send less in one request."},
	"invalid_utf8":   {"The body is not valid UTF-8, which JSON must be (RFC 8259, section 8.1).", "Save or encode the text as UTF-8."},
	"invalid_json":   {"The body is not JSON (RFC 8259).", "Look at the place that is named: a comma too many, a missing quote or bracket, a comment."},
	"trailing_data":  {"Something follows the body's JSON value.", "Send one JSON value, and nothing after it."},
	"too_deep":       {"Arrays and objects nest deeper than 64 levels.", "Flatten the body."},
	"duplicate_key":  {"An object has the same key twice, so that readers disagree about its value (RFC 8259, section 4).", "Keep one of them."},
	"number_range":   {"A number is beyond what a 64-bit float holds (RFC 7493, section 2.2).", "Send a smaller number."},

	"type":           {"The value is of another JSON type than the contract says.", "Mind the quotes: \"12\" is a string, 12 is a number. null is allowed only where the contract says nullable."},
	"enum":           {"The value is none of those that the contract lists.", "Use one of them, in the same spelling: case counts."},
	"format":         {"The string is not of the format that the contract asks for, such as uri, uuid or date-time; or an integer is out of its range.", "Write it as the message shows."},
	"pattern":        {"The string does not match the contract's pattern.", "Write it as the message describes."},
	"min_length":     {"The string is too short, counted in characters.", "Make it as long as the message says, at least."},
	"max_length":     {"The string is too long, counted in characters.", "Shorten it."},
	"minimum":        {"The number is too small.", "Use one within the bounds of the message."},
	"maximum":        {"The number is too large.", "Use one within the bounds of the message."},
	"multiple_of":    {"The number is not a multiple of the one that the contract names.", "Round it."},
	"min_items":      {"The array has too few items.", "Add some."},
	"max_items":      {"The array has too many items.", "Leave some out, or send several requests."},
	"unique_items":   {"The array has the same item twice.", "Keep one of them."},
	"min_properties": {"The object has too few fields.", "Add some."},
	"max_properties": {"The object has too many fields.", "Leave some out."},
	"required":       {"A field, a parameter, a header or the body is missing.", "Add it. The position is that of the object or the request that lacks it."},
	"unknown_field":  {"The object has a field that the contract does not know, and that it does not allow.", "Look for a spelling mistake, or leave it out."},
	"read_only":      {"The field is one that only responses have.", "Leave it out of requests."},
	"write_only":     {"The field is one that only requests have, such as a secret.", "Keep it out of responses."},
	"any_of":         {"The value matches none of the forms that the contract allows (anyOf).", "Compare it with the forms at the place in the document."},
	"one_of":         {"The value must match exactly one of several forms (oneOf), and matches none or more than one.", "Compare it with the forms at the place in the document."},
	"not":            {"The value is one that the contract excludes (not).", "Compare it with the schema at the place in the document."},
	"document":       {"The OpenAPI document itself is not valid at this place, so what it says there is not checked.", "Correct the document."},
	"invalid_form":   {"The body is no form of its media type.", "Write urlencoded forms as name=value with & between, and multipart ones with the boundary that the Content-Type names."},
	"not_allowed":    {"The contract allows no value here (a schema that is false).", "Leave it out."},
	"contains":       {"The array has too few or too many items of a certain form (contains).", "Compare it with the schema at the place in the document."},
	"property_name":  {"The field's name is one that the contract does not allow (propertyNames).", "Compare it with the schema at the place in the document."},
	"conditional":    {"Another field's value makes this field necessary, or rules its value out.", "Add or change one of the two, as the message says."},
	"reserved_header": {
		"The custom header is one that the delivery itself needs, such as Host or webhook-id.",
		"Choose another header name.",
	},
	"masked_secret": {
		"A secret is nothing but asterisks: a client that hides secrets has sent what it shows.",
		"Send the secret itself. With pydantic: a plain str in place of SecretStr, or get_secret_value().",
	},
	"max_bytes": {"The text of an array or an object is longer than the contract allows (x-max-bytes).", "Send less, or in parts."},

	"invalid_query":       {"The query is not well-formed.", "Write name=value, percent-encoded, with & between."},
	"unknown_parameter":   {"The operation has no query parameter of that name.", "Look for a spelling mistake, or leave it out."},
	"duplicate_parameter": {"A parameter that takes one value is given several times.", "Keep one of them."},
	"undocumented_status": {
		"The response has a status that the contract does not document for the operation.",
		"Answer with a documented one, or document it.",
	},

	"not_found": {
		"The URL is on one of the contract's servers, and the contract has no such path.",
		"Look for a spelling mistake. A path of another API on the same server is no mistake: this is a warning, which fails only with --strict.",
	},
	"method_not_allowed": {
		"The contract has the path, though not with this method.",
		"Use a method that the message names. This is a warning, which fails only with --strict.",
	},

	"deprecated":    {"Advice: the document marks the operation, parameter or field as deprecated.", "Look in the document for what takes its place."},
	"secret":        {"Advice: a credential or a field that the document marks as a secret has a value that is written into the file.", "Put a variable in its place, and change the secret if it was real."},
	"plain_http":    {"Advice: a URL is a plain http one, though not on the loopback interface.", "Use https."},
	"unknown_value": {"Advice: a value comes from a variable or a command, so that it could not be checked.", "Set the variable in the file or in an environment file (--env), so that it can be."},
}
