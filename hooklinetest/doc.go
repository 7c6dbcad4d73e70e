// Package hooklinetest starts the real service in the process of a test, with a
// receiver and a clock that the test controls. It is no second implementation:
// configs are validated and stored (in memory), and deliveries are signed, sent
// over HTTP, retried and logged as in production.
//
//	func TestInvoices(t *testing.T) {
//		s := hooklinetest.NewServer(t)
//		r := s.Receiver()
//		// create a config for r.URL with s.Client(), publish an event …
//		deliveries := r.WaitFor(1)
//	}
//
// Everything ends with the test. Servers of parallel tests share nothing.
package hooklinetest
