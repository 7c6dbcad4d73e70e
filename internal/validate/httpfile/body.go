package httpfile

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// fromFile is a body that is a file: "< name", or "<@ name" and "<@encoding
// name" for one with variables in it.
var fromFile = regexp.MustCompile(`^<(@[A-Za-z0-9-]*)?\s+(\S.*?)\s*$`)

// body reads what follows the empty line.
func (p *parser) body(request *source.Request, lines []source.Text) error {
	lines = withoutHandlers(lines)
	if len(lines) == 0 {
		return nil
	}
	if isMultipart(request.Header) {
		request.BodyUnknown = true
		return nil
	}
	if len(lines) == 1 {
		if found := fromFile.FindStringSubmatchIndex(lines[0].Value); found != nil {
			return p.bodyFile(request, lines[0], found)
		}
	}
	b := source.Builder{Parent: lines[0]}
	for i, line := range lines {
		if i > 0 {
			b.Text(lines[i-1].Slice(len(lines[i-1].Value), len(lines[i-1].Value)).Named("\n"))
		}
		b.Text(line)
	}
	request.Body = p.expand(b.Build())
	return nil
}

func (p *parser) bodyFile(request *source.Request, line source.Text, found []int) error {
	name := p.expand(line.Slice(found[4], found[5]))
	if !name.Known() {
		request.BodyUnknown = true
		return nil
	}
	file, err := p.files(name.Value)
	if err != nil {
		return source.ErrorAt(line.Place(found[4]), "the file that is to be sent cannot be read: %v", err)
	}
	request.Body = file.Text()
	if found[2] >= 0 {
		request.Body = p.expand(request.Body)
	}
	return nil
}

// withoutHandlers leaves out what is about the response, and empty lines around
// the body.
func withoutHandlers(lines []source.Text) []source.Text {
	for i, line := range lines {
		if isHandler(line.Value) {
			lines = lines[:i]
			break
		}
	}
	isEmpty := func(t source.Text) bool { return strings.TrimSpace(t.Value) == "" }
	for len(lines) > 0 && isEmpty(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && isEmpty(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func isMultipart(header []source.Field) bool {
	for _, field := range header {
		if strings.EqualFold(field.Name.Value, "Content-Type") &&
			strings.HasPrefix(strings.ToLower(field.Value.Value), "multipart/") {
			return true
		}
	}
	return false
}
