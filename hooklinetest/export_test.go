package hooklinetest

import "testing"

// SetTB changes the test that WaitFor fails.
func (r *Receiver) SetTB(tb testing.TB) {
	tb.Helper()
	r.tb = tb
}
