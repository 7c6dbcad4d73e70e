package report

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// The shapes of SARIF 2.1.0 (OASIS), as far as they are needed.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
		ColumnKind  string            `json:"columnKind"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name            string      `json:"name"`
		SemanticVersion string      `json:"version,omitempty"`
		InformationURI  string      `json:"informationUri"`
		Rules           []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string       `json:"id"`
		ShortDescription sarifMessage `json:"shortDescription"`
		FullDescription  sarifMessage `json:"fullDescription"`
		Help             sarifMessage `json:"help"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		ExitCode            int                 `json:"exitCode"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifMessage      `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		RelatedLocations    []sarifLocation   `json:"relatedLocations,omitempty"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
		Properties          map[string]string `json:"properties"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifMessage `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/hookline-go/hookline"
)

// SARIF prints a log of the Static Analysis Results Interchange Format, version
// 2.1.0, for code scanning. Files are relative to the folder that the program
// ran in.
func SARIF(w io.Writer, r *Result, version string) error {
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "hookline", SemanticVersion: version, InformationURI: homepage, Rules: []sarifRule{},
		}},
		Invocations: []sarifInvocation{sarifProblems(r)}, Results: []sarifResult{}, ColumnKind: "unicodeCodePoints",
	}
	rules := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		index, ok := rules[f.Code]
		if !ok {
			index = len(rules)
			rules[f.Code] = index
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(f.Code))
		}
		run.Results = append(run.Results, sarifResultOf(r, f, index))
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

func sarifRuleOf(code string) sarifRule {
	e := explanation(code)
	return sarifRule{
		ID: code, ShortDescription: sarifMessage{Text: e.summary},
		FullDescription: sarifMessage{Text: e.summary + " " + e.remedy}, Help: sarifMessage{Text: e.remedy},
	}
}

func sarifResultOf(r *Result, f *Finding, rule int) sarifResult {
	message := f.Message
	if f.Suggestion != "" {
		message += "; did you mean " + f.Suggestion + "?"
	}
	result := sarifResult{
		RuleID: f.Code, RuleIndex: rule, Level: string(f.Severity), Message: sarifMessage{Text: message},
		Locations:           []sarifLocation{sarifLocationOf(f.Place, "")},
		PartialFingerprints: map[string]string{"hookline/v1": f.Fingerprint},
		Properties:          map[string]string{"in": f.In, "pointer": f.Pointer},
	}
	if f.Schema != "" {
		result.Properties["schema"] = f.Schema
		result.RelatedLocations = []sarifLocation{sarifLocationOf(f.Spec, r.ruleName())}
	}
	if f.Was.Line > 0 {
		result.RelatedLocations = append(result.RelatedLocations, sarifLocationOf(f.Was, "the older document"))
	}
	return result
}

// ruleName says what the place of a rule is, and where users find the document
// that is within the program.
func (r *Result) ruleName() string {
	if r.BuiltIn {
		return "the rule in hookline's own contract, which hookline spec prints"
	}
	return "the rule in the contract"
}

func sarifLocationOf(p source.Place, message string) sarifLocation {
	uri := url.URL{Path: filepath.ToSlash(p.File)}
	location := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: uri.String()}}}
	if p.Line > 0 {
		location.Physical.Region = &sarifRegion{StartLine: p.Line, StartColumn: max(p.Column, 1)}
	}
	if message != "" {
		location.Message = &sarifMessage{Text: message}
	}
	return location
}

// sarifProblems says that files could not be read: SARIF has notifications for
// that.
func sarifProblems(r *Result) sarifInvocation {
	invocation := sarifInvocation{ExecutionSuccessful: r.ExitCode() < 2, ExitCode: r.ExitCode()}
	for _, p := range r.Problems {
		n := sarifNotification{Level: "error", Message: sarifMessage{Text: p.Reason}}
		if p.Note {
			n.Level = "note"
		}
		if p.Place.File != "" {
			n.Locations = []sarifLocation{sarifLocationOf(p.Place, "")}
		}
		invocation.Notifications = append(invocation.Notifications, n)
	}
	return invocation
}
