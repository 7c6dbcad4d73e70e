package server_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/server"
)

func TestInvalidOptions(t *testing.T) {
	everybody, somebody := server.WithoutAuthentication(), server.WithAuthenticator(server.AuthenticatorFunc(onlyGoodKey))
	for name, options := range map[string][]server.Option{
		"nobody says who may call":      nil,
		"no authenticator":              {server.WithAuthenticator(nil)},
		"everybody and somebody":        {everybody, somebody},
		"no error mapper":               {everybody, server.WithErrorMapper(nil)},
		"no logger":                     {everybody, server.WithLogger(nil)},
		"no clock":                      {everybody, server.WithClock(nil)},
		"no time":                       {everybody, server.WithTimeout(0)},
		"negative time":                 {everybody, server.WithTimeout(-1)},
		"no body":                       {everybody, server.WithMaxBody(0)},
		"negative body":                 {everybody, server.WithMaxBody(-1)},
		"more than the contract allows": {everybody, server.WithMaxBody(contract.MaxBody + 1)},
		"endless body":                  {everybody, server.WithMaxBody(math.MaxInt64)},
		"no requests":                   {somebody, server.WithRateLimit(0, 5)},
		"no burst":                      {somebody, server.WithRateLimit(5, 0)},
		"negative requests":             {somebody, server.WithRateLimit(-1, 5)},
		"negative burst":                {somebody, server.WithRateLimit(5, -1)},
		"negative limit":                {somebody, server.WithRateLimit(-1, -1)},
		"a limit of nobody":             {everybody, server.WithRateLimit(100, 200)},
		"relative path":                 {everybody, server.WithBasePath("v4")},
		"path with a parameter":         {everybody, server.WithBasePath("/:tenant")},
		"path with a wildcard":          {everybody, server.WithBasePath("/*")},
		"path with a query":             {everybody, server.WithBasePath("/v4?a=b")},
		"path with a fragment":          {everybody, server.WithBasePath("/v4#a")},
		"path with an escape":           {everybody, server.WithBasePath("/v%34")},
	} {
		t.Run(name, func(t *testing.T) {
			handler, err := server.New(working(), options...)
			require.ErrorContains(t, err, "server: ")
			assert.Nil(t, handler)
		})
	}
	_, err := server.New(nil, everybody)
	require.Error(t, err)
}

func TestValidOptions(t *testing.T) {
	somebody := server.WithAuthenticator(server.AuthenticatorFunc(onlyGoodKey))
	for name, options := range map[string][]server.Option{
		"the least":              {somebody, server.WithTimeout(1), server.WithMaxBody(1), server.WithRateLimit(1, 1)},
		"the most":               {somebody, server.WithMaxBody(contract.MaxBody), server.WithRateLimit(math.MaxInt32, math.MaxInt32)},
		"no limit":               {somebody, server.WithRateLimit(0, 0)},
		"the last word counts":   {somebody, server.WithTimeout(-1), server.WithTimeout(server.DefaultTimeout)},
		"everybody, spelled out": {server.WithoutAuthentication(), server.WithRateLimit(0, 0)},
	} {
		_, err := server.New(working(), options...)
		assert.NoError(t, err, name)
	}
}
