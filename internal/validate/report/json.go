package report

import (
	"encoding/json"
	"io"
	"path/filepath"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// The shapes of the JSON report. Fields are only ever added.
type (
	jsonReport struct {
		Version  int           `json:"version"`
		Against  string        `json:"against,omitempty"`
		Findings []jsonFinding `json:"findings"`
		Problems []jsonProblem `json:"problems"`
		Summary  Summary       `json:"summary"`
	}
	jsonPlace struct {
		File   string `json:"file,omitempty"`
		Line   int    `json:"line,omitempty"`
		Column int    `json:"column,omitempty"`
	}
	jsonFinding struct {
		jsonPlace
		Severity    Severity  `json:"severity"`
		Code        string    `json:"code"`
		In          string    `json:"in"`
		Pointer     string    `json:"pointer"`
		Message     string    `json:"message"`
		Suggestion  string    `json:"suggestion,omitempty"`
		Operation   string    `json:"operation,omitempty"`
		Request     string    `json:"request,omitempty"`
		Response    bool      `json:"response"`
		Schema      string    `json:"schema,omitempty"`
		Spec        jsonPlace `json:"spec,omitzero"`
		Was         jsonPlace `json:"was,omitzero"`
		Fingerprint string    `json:"fingerprint"`
	}
	jsonProblem struct {
		jsonPlace
		Reason string `json:"reason"`
		// Note tells what is only to be known from what could not be read.
		Note bool `json:"note,omitempty"`
	}
)

// JSON prints a result for programs. It is what a baseline is made of.
func JSON(w io.Writer, r *Result) error {
	document := jsonReport{Version: 1, Against: r.Against, Findings: []jsonFinding{}, Problems: []jsonProblem{}, Summary: r.Summary}
	for _, f := range r.Findings {
		document.Findings = append(document.Findings, jsonFinding{
			jsonPlace: placeJSON(f.Place), Severity: f.Severity, Code: f.Code, In: f.In, Pointer: f.Pointer,
			Message: f.Message, Suggestion: f.Suggestion, Operation: f.Operation, Request: f.Request,
			Response: f.Response, Schema: f.Schema, Spec: placeJSON(f.Spec), Was: placeJSON(f.Was), Fingerprint: f.Fingerprint,
		})
	}
	for _, p := range r.Problems {
		document.Problems = append(document.Problems, jsonProblem{jsonPlace: placeJSON(p.Place), Reason: p.Reason, Note: p.Note})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

func placeJSON(p source.Place) jsonPlace {
	return jsonPlace{File: filepath.ToSlash(p.File), Line: p.Line, Column: p.Column}
}
