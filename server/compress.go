package server

import (
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// gzipMinLength is the smallest body, in bytes, that is worth compressing.
const gzipMinLength = 1024

const gzipCoding = "gzip"

var compressors = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

// acceptsGzip tells whether a caller wants compressed answers (RFC 9110,
// section 12.5.3).
func acceptsGzip(acceptEncoding []string) bool {
	for _, value := range acceptEncoding {
		for item := range strings.SplitSeq(value, ",") {
			coding, weight, weighted := strings.Cut(item, ";")
			if !strings.EqualFold(strings.TrimSpace(coding), gzipCoding) {
				continue
			}
			return !weighted || isPositive(weight)
		}
	}
	return false
}

// isPositive tells whether a weight such as "q=0.5" lets its coding be used.
func isPositive(weight string) bool {
	name, value, _ := strings.Cut(weight, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q > 0 && strings.EqualFold(strings.TrimSpace(name), "q")
}

// chooseCoding has a body of that size compressed if it is worth it and the
// caller wants it.
func (x *exchange) chooseCoding(size int) {
	header := x.Header()
	if !x.takesGzip || size < gzipMinLength || header.Get(echo.HeaderContentEncoding) != "" {
		return
	}
	header.Set(echo.HeaderContentEncoding, gzipCoding)
	header.Del(echo.HeaderContentLength)
	if x.head {
		return
	}
	x.compressor = compressors.Get().(*gzip.Writer) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	x.compressor.Reset(x.ResponseWriter)
}

// closeCompressor writes the rest of a compressed body. A caller that is gone
// needs none.
func (x *exchange) closeCompressor() {
	_ = x.compressor.Close()
	compressors.Put(x.compressor)
	x.compressor = nil
}
