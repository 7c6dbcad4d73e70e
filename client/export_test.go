package client

// WithMaximalBackoff takes the chance out of the waits: each is as long as it
// can be.
func WithMaximalBackoff() Option {
	return func(s *settings) error {
		s.random = func(n int64) int64 { return n - 1 }
		return nil
	}
}

// WithNoBackoff makes each wait as short as it can be.
func WithNoBackoff() Option {
	return func(s *settings) error {
		s.random = func(int64) int64 { return 0 }
		return nil
	}
}
