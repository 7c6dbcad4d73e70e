package receiver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

// Signatures that are well formed and not the vector's. The last one is of the
// specification's example.
const (
	wrongV1  = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
	wrongV2  = "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	specsV1a = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
)

func TestVerifyHeaders(t *testing.T) {
	const id, timestamp, signature, rootFi = receiver.HeaderID, receiver.HeaderTimestamp, receiver.HeaderSignature, receiver.HeaderRootFiSignature
	list := func(signatures ...string) http.Header { return http.Header{signature: {strings.Join(signatures, " ")}} }
	for name, c := range map[string]struct {
		change http.Header
		want   error
	}{
		"as it is": {nil, nil},

		"no id":                         {http.Header{id: nil}, receiver.ErrMissingHeader},
		"empty id":                      {http.Header{id: {""}}, receiver.ErrMissingHeader},
		"two ids":                       {http.Header{id: {vectorID, vectorID}}, receiver.ErrDuplicateHeader},
		"another id":                    {http.Header{id: {"msg_another"}}, receiver.ErrNoMatchingSignature},
		"id with a full stop":           {http.Header{id: {"msg.1"}}, receiver.ErrMalformedID},
		"id with a space":               {http.Header{id: {"msg 1"}}, receiver.ErrMalformedID},
		"id that is not ASCII":          {http.Header{id: {"msg_é"}}, receiver.ErrMalformedID},
		"id with DEL":                   {http.Header{id: {"msg\x7f"}}, receiver.ErrMalformedID},
		"long id":                       {http.Header{id: {strings.Repeat("a", 257)}}, receiver.ErrMalformedID},
		"id of the longest that may be": {http.Header{id: {strings.Repeat("a", 256)}}, receiver.ErrNoMatchingSignature},

		"no timestamp":              {http.Header{timestamp: nil}, receiver.ErrMissingHeader},
		"empty timestamp":           {http.Header{timestamp: {""}}, receiver.ErrMissingHeader},
		"two timestamps":            {http.Header{timestamp: {vectorTimestamp, vectorTimestamp}}, receiver.ErrDuplicateHeader},
		"another timestamp":         {http.Header{timestamp: {"1614265331"}}, receiver.ErrNoMatchingSignature},
		"timestamp in words":        {http.Header{timestamp: {"hello"}}, receiver.ErrMalformedTimestamp},
		"timestamp with a fraction": {http.Header{timestamp: {"1614265330.0"}}, receiver.ErrMalformedTimestamp},
		"timestamp with a plus":     {http.Header{timestamp: {"+1614265330"}}, receiver.ErrMalformedTimestamp},
		"negative timestamp":        {http.Header{timestamp: {"-1614265330"}}, receiver.ErrMalformedTimestamp},
		"leading zero":              {http.Header{timestamp: {"01614265330"}}, receiver.ErrMalformedTimestamp},
		"leading space":             {http.Header{timestamp: {" 1614265330"}}, receiver.ErrMalformedTimestamp},
		"underscore":                {http.Header{timestamp: {"1_614_265_330"}}, receiver.ErrMalformedTimestamp},
		"hexadecimal":               {http.Header{timestamp: {"0x6037BD72"}}, receiver.ErrMalformedTimestamp},
		"exponent":                  {http.Header{timestamp: {"1.614265330e9"}}, receiver.ErrMalformedTimestamp},
		"Arabic digits":             {http.Header{timestamp: {"١٦١٤٢٦٥٣٣٠"}}, receiver.ErrMalformedTimestamp},
		"milliseconds":              {http.Header{timestamp: {"1614265330000"}}, receiver.ErrMalformedTimestamp},
		"RFC 3339":                  {http.Header{timestamp: {"2021-02-25T15:02:10Z"}}, receiver.ErrMalformedTimestamp},
		"overflow":                  {http.Header{timestamp: {"18446744075323816946"}}, receiver.ErrMalformedTimestamp},
		"the epoch":                 {http.Header{timestamp: {"0"}}, receiver.ErrTimestampTooOld},
		"the end of time":           {http.Header{timestamp: {"253402300799"}}, receiver.ErrTimestampTooNew},

		"no signature":          {http.Header{signature: nil}, receiver.ErrMissingHeader},
		"empty signature":       {list(""), receiver.ErrMissingHeader},
		"two signature headers": {http.Header{signature: {vectorSignature, vectorSignature}}, receiver.ErrDuplicateHeader},
		"wrong signature":       {list(wrongV1), receiver.ErrNoMatchingSignature},
		"first among others":    {list(vectorSignature, wrongV1, wrongV2, specsV1a), nil},
		"last among others":     {list(wrongV1, wrongV2, specsV1a, vectorSignature), nil},
		"more than one space":   {list("", wrongV1, "", "", vectorSignature, ""), nil},
		"comma between":         {http.Header{signature: {vectorSignature + "," + vectorSignature}}, receiver.ErrNoMatchingSignature},
		"only v1a":              {list(specsV1a), receiver.ErrNoMatchingSignature},
		"right one under v1a":   {list("v1a" + strings.TrimPrefix(vectorSignature, "v1")), receiver.ErrNoMatchingSignature},
		"right one under v2":    {list(wrongV2), receiver.ErrNoMatchingSignature},
		"right one under V1":    {list("V" + vectorSignature[1:]), receiver.ErrNoMatchingSignature},
		"without version":       {list(vectorSignature[3:]), receiver.ErrNoMatchingSignature},
		"version only":          {list("v1,"), receiver.ErrNoMatchingSignature},
		"version without comma": {list("v1"), receiver.ErrNoMatchingSignature},
		"first bytes":           {list(vectorSignature[:8]), receiver.ErrNoMatchingSignature},
		"without padding":       {list(strings.TrimRight(vectorSignature, "=")), receiver.ErrNoMatchingSignature},
		"one byte more":         {list(vectorSignature + "="), receiver.ErrNoMatchingSignature},
		"other case":            {list("v1," + strings.ToLower(vectorSignature[3:])), receiver.ErrNoMatchingSignature},
		"unused bits of base64": {list(strings.Replace(vectorSignature, "OE=", "OF=", 1)), receiver.ErrNoMatchingSignature},
		"tab between":           {http.Header{signature: {wrongV1 + "\t" + vectorSignature}}, receiver.ErrNoMatchingSignature},

		"only under the vendor's name":   {http.Header{signature: nil, rootFi: {vectorSignature}}, nil},
		"right under the vendor's name":  {http.Header{signature: {wrongV1}, rootFi: {vectorSignature}}, nil},
		"wrong under the vendor's name":  {http.Header{rootFi: {wrongV1}}, nil},
		"wrong under both":               {http.Header{signature: {wrongV1}, rootFi: {wrongV1}}, receiver.ErrNoMatchingSignature},
		"twice under the vendor's name":  {http.Header{rootFi: {wrongV1, wrongV1}}, receiver.ErrDuplicateHeader},
		"under a name that is not known": {http.Header{signature: nil, "X-Signature": {vectorSignature}}, receiver.ErrMissingHeader},
	} {
		t.Run(name, func(t *testing.T) {
			verifier, err := receiver.NewVerifier([]string{vectorSecret}, atVectorTime)
			require.NoError(t, err)
			err = verifier.Verify(vectorPayload, vectorHeader(c.change))
			require.ErrorIs(t, err, c.want)
			if c.want != nil {
				require.ErrorIs(t, err, receiver.ErrUnverified)
				require.NotErrorIs(t, err, receiver.ErrConfiguration)
			}
		})
	}
}

func TestVerifyPayload(t *testing.T) {
	verifier, err := receiver.NewVerifier([]string{vectorSecret}, atVectorTime)
	require.NoError(t, err)
	for _, payload := range []string{"", "{}", `{"test":2432232314}`, string(vectorPayload) + "\n", " " + string(vectorPayload)} {
		require.ErrorIs(t, verifier.Verify([]byte(payload), vectorHeader(nil)), receiver.ErrNoMatchingSignature)
	}
	require.ErrorIs(t, verifier.Verify(nil, vectorHeader(nil)), receiver.ErrNoMatchingSignature)
	require.ErrorIs(t, verifier.Verify(vectorPayload, nil), receiver.ErrMissingHeader)

	for _, payload := range []string{"", "no JSON", "\x00\xff", strings.Repeat("x", 100_000)} {
		require.NoError(t, receiver.Verify([]byte(payload), signed(t, vectorSecret, "id", []byte(payload)), vectorSecret))
	}
}

// The parts of what is signed must not be shifted from one to the other: the
// bytes under both signatures are the same.
func TestVerifyPartsStayApart(t *testing.T) {
	signature, err := receiver.Sign(vectorSecret, "a", vectorTime, []byte("1614265331.{}"))
	require.NoError(t, err)
	verifier, err := receiver.NewVerifier([]string{vectorSecret}, atVectorTime)
	require.NoError(t, err)
	header := http.Header{
		receiver.HeaderID: {"a." + vectorTimestamp}, receiver.HeaderTimestamp: {"1614265331"}, receiver.HeaderSignature: {signature},
	}
	require.ErrorIs(t, verifier.Verify([]byte("{}"), header), receiver.ErrMalformedID)
}

func TestVerifyTolerance(t *testing.T) {
	for name, c := range map[string]struct {
		tolerance time.Duration // 0 for the default
		late      time.Duration // of the clock after the timestamp
		want      error
	}{
		"at once":                    {0, 0, nil},
		"five minutes late":          {0, 5 * time.Minute, nil},
		"a nanosecond more":          {0, 5*time.Minute + 1, receiver.ErrTimestampTooOld},
		"five minutes early":         {0, -5 * time.Minute, nil},
		"a nanosecond earlier":       {0, -5*time.Minute - 1, receiver.ErrTimestampTooNew},
		"years late":                 {0, 250 * 365 * 24 * time.Hour, receiver.ErrTimestampTooOld},
		"within a shorter tolerance": {time.Second, time.Second, nil},
		"beyond it":                  {time.Second, time.Second + 1, receiver.ErrTimestampTooOld},
		"within a longer one":        {time.Hour, -time.Hour, nil},
	} {
		t.Run(name, func(t *testing.T) {
			options := []receiver.VerifyOption{receiver.WithClock(func() time.Time { return vectorTime.Add(c.late) })}
			if c.tolerance != 0 {
				options = append(options, receiver.WithTolerance(c.tolerance))
			}
			verifier, err := receiver.NewVerifier([]string{vectorSecret}, options...)
			require.NoError(t, err)
			require.ErrorIs(t, verifier.Verify(vectorPayload, vectorHeader(nil)), c.want)
		})
	}
}

// The function has the real clock.
func TestVerifyNow(t *testing.T) {
	require.ErrorIs(t, receiver.Verify(vectorPayload, vectorHeader(nil), vectorSecret), receiver.ErrTimestampTooOld)
	require.NoError(t, receiver.Verify(vectorPayload, signed(t, vectorSecret, "id", vectorPayload), vectorSecret))
	signature, err := receiver.Sign(vectorSecret, "id", time.Now().Add(6*time.Minute), vectorPayload)
	require.NoError(t, err)
	header := http.Header{
		receiver.HeaderID:        {"id"},
		receiver.HeaderTimestamp: {timestampOf(time.Now().Add(6 * time.Minute))},
		receiver.HeaderSignature: {signature},
	}
	require.ErrorIs(t, receiver.Verify(vectorPayload, header, vectorSecret), receiver.ErrTimestampTooNew)
}

// A receiver that changes its secret accepts both.
func TestVerifySeveralSecrets(t *testing.T) {
	header := signed(t, "old", "id", vectorPayload)
	require.NoError(t, receiver.Verify(vectorPayload, header, "new", "old"))
	require.NoError(t, receiver.Verify(vectorPayload, header, "old", "new"))
	require.ErrorIs(t, receiver.Verify(vectorPayload, header, "new", "newer"), receiver.ErrNoMatchingSignature)
}

func TestVerifySignatureHeaders(t *testing.T) {
	verifier, err := receiver.NewVerifier([]string{vectorSecret}, atVectorTime, receiver.WithSignatureHeaders("x-acme-signature"))
	require.NoError(t, err)
	require.ErrorIs(t, verifier.Verify(vectorPayload, vectorHeader(nil)), receiver.ErrMissingHeader)
	require.NoError(t, verifier.Verify(vectorPayload, vectorHeader(http.Header{"X-Acme-Signature": {vectorSignature}})))
}

func TestOptionsOutOfRange(t *testing.T) {
	for name, option := range map[string]receiver.VerifyOption{
		"no tolerance":        receiver.WithTolerance(0),
		"negative tolerance":  receiver.WithTolerance(-time.Second),
		"no clock":            receiver.WithClock(nil),
		"no signature header": receiver.WithSignatureHeaders(),
		"nameless header":     receiver.WithSignatureHeaders("webhook-signature", ""),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := receiver.NewVerifier([]string{vectorSecret}, option)
			require.ErrorIs(t, err, receiver.ErrInvalidOption)
			_, err = receiver.NewHandler([]string{vectorSecret}, handled, option)
			require.ErrorIs(t, err, receiver.ErrInvalidOption)
		})
	}
	_, err := receiver.NewHandler([]string{vectorSecret}, nil)
	require.ErrorIs(t, err, receiver.ErrInvalidOption)
	_, err = receiver.NewHandler([]string{vectorSecret}, handled, receiver.WithLogger(nil))
	require.ErrorIs(t, err, receiver.ErrInvalidOption)
	handler, err := receiver.NewHandler([]string{vectorSecret}, handled, receiver.WithDeduplicator(nil))
	require.NoError(t, err)
	assert.NotNil(t, handler)
}
