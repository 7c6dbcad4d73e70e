// Package source is the model between the parsers of file formats and the
// runner that validates: requests whose every part knows where it stands in the
// user's file, and the texts that such parts are made of.
package source
