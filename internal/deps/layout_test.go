package deps

const module = "github.com/hookline-go/hookline"

// rule says what the production code of one folder may import besides the
// standard library: folders of this module, each by itself, and third-party
// modules with everything below their path.
type rule struct {
	imports []string
	// why is the reason for whatever is not on the list. It is part of the
	// message, so it must convince.
	why string
}

// The third parties that more than one rule names.
const (
	echo       = "github.com/labstack/echo/v4"
	kinOpenAPI = "github.com/getkin/kin-openapi"
	nullable   = "github.com/oapi-codegen/nullable"
	runtime    = "github.com/oapi-codegen/runtime"
	uuid       = "github.com/google/uuid"
	river      = "github.com/riverqueue/river"
	goose      = "github.com/pressly/goose/v3"
	flock      = "github.com/gofrs/flock"
	sqlite     = "modernc.org/sqlite"
	pgx        = "github.com/jackc/pgx/v5"
	testify    = "github.com/stretchr/testify"
	jsonText   = "github.com/go-json-experiment/json"
	yaml       = "go.yaml.in/yaml/v3"
	doublestar = "github.com/bmatcuk/doublestar/v4"
)

// anything is for the folders where everything meets.
const anything = "*"

// layout has a rule for every folder of the module that may hold a Go package;
// "" is the root. A package in any other folder is a violation: think about
// what it may import before it exists.
var layout = map[string]rule{
	"": {
		why: "the contract is embedded as it stands, for every other package to use",
	},
	"gen": {
		imports: []string{runtime, nullable},
		why:     "it is generated and part of every user's build: the types and the low-level client need the runtime only",
	},
	"gen/serverapi": {
		imports: []string{"gen", echo, runtime},
		why:     "it is generated, and apart from gen only so that a client's build has no echo in it",
	},
	"client": {
		// The types of gen's fields are of nullable.
		imports: []string{"gen", "internal/retryafter", nullable},
		why:     "users link the SDK into their programs: it brings them the generated types and nothing else",
	},
	"receiver": {
		imports: []string{"internal/problem", "internal/retryafter"},
		why:     "users link the receiver into their programs: it brings them the standard library and nothing else",
	},
	"contract": {
		// Users have documents that kin-openapi has read: FromDocument.
		imports: []string{"", "internal/openapi", "internal/problem", kinOpenAPI},
		why:     "it is the public face of the validation engine, and nothing else",
	},
	"internal/openapi": {
		// regexp2 reads the patterns that RE2 cannot: ECMA-262 has look-around.
		imports: []string{
			"internal/jsonpointer", "internal/loopback", jsonText, "github.com/agnivade/levenshtein", "github.com/dlclark/regexp2/v2", uuid, yaml,
		},
		why: "server, command line, SDK and tests share one validation engine, so it knows none of them",
	},
	"internal/jsonpointer": {
		why: "everything that names a place in a JSON text uses it, the SDK too",
	},
	"internal/retryafter": {
		why: "one header's format, shared by packages that users link into their programs",
	},
	"internal/problem": {
		why: "how an error is answered, shared by packages that users link into their programs",
	},
	"internal/loopback": {
		why: "what counts as the machine itself, for every package that must know",
	},
	"server": {
		imports: []string{"gen", "gen/serverapi", "contract", "internal/loopback", "internal/problem", "internal/retryafter", echo, uuid, "github.com/go-json-experiment/json", "golang.org/x/time/rate"},
		why:     "the shell goes around anybody's implementation, so it knows neither ours nor its storage",
	},
	"internal/dropin": {
		imports: []string{"contract", kinOpenAPI},
		why:     "what the two packages of compat have in common: no web framework",
	},
	"compat/echomiddleware": {
		imports: []string{"internal/dropin", echo, kinOpenAPI},
		why:     "it has the names of oapi-codegen's package, over the same guard as contract.Middleware",
	},
	"compat/nethttpmiddleware": {
		imports: []string{"contract", "internal/dropin", kinOpenAPI},
		why:     "it has the names of oapi-codegen's package, over the same guard as contract.Middleware",
	},
	"examples/guard-your-own-api": {
		imports: []string{"contract"},
		why:     "an example shows what a user imports, and users have no more than the public packages",
	},
	"examples/create-config": {
		imports: []string{"client"},
		why:     "an example shows what a user imports, and users have no more than the public packages",
	},
	"examples/receive-deliveries": {
		imports: []string{"receiver"},
		why:     "an example shows what a user imports, and users have no more than the public packages",
	},
	"examples/test-with-hooklinetest": {
		imports: []string{"client", "receiver"},
		why:     "an example shows what a user imports, and users have no more than the public packages",
	},
	"examples/implement-server": {
		imports: []string{"gen", "gen/serverapi", "server", nullable},
		why:     "an example shows what a user imports, and users have no more than the public packages",
	},
	"examples/demo": {
		imports: []string{"client", "receiver"},
		why:     "the demo runs the real program and talks to it as a user would",
	},
	"hooklinetest": {
		imports: []string{"client", "receiver", "internal/app", "internal/retryafter"},
		why:     "a user's tests run the service that internal/app puts together, not one of their own making",
	},
	"internal/webhook": {
		why: "the domain's types and rules depend on nothing, so that everything can depend on them",
	},
	"internal/keyring": {
		imports: []string{"internal/webhook", "github.com/tink-crypto/tink-go/v2"},
		why:     "encryption at rest is behind one small package, which does not care what it seals",
	},
	"internal/api": {
		// The types of gen's fields are of nullable and uuid.
		imports: []string{"gen", "gen/serverapi", "internal/webhook", nullable, uuid},
		why:     "operations turn requests into calls of interfaces of their own: no HTTP, no SQL, no queue",
	},
	"internal/store": {
		imports: []string{"internal/webhook"},
		why:     "what the databases share speaks of the domain only",
	},
	"internal/store/migrations": {
		imports: []string{goose},
		why:     "migrations are SQL and the order to run it in",
	},
	"internal/store/sqlite": {
		imports: []string{"internal/webhook", "internal/store", "internal/store/migrations", sqlite, flock},
		// The lock of a file says at once that no other process lives.
		why: "a store knows the domain and its own driver; who calls it is none of its business",
	},
	"internal/store/postgres": {
		imports: []string{"internal/webhook", "internal/store", "internal/store/migrations", pgx},
		why:     "a store knows the domain and its own driver; who calls it is none of its business",
	},
	"internal/store/storetest": {
		imports: []string{"internal/webhook", "internal/store", uuid, testify},
		why:     "one suite for every store, so it knows no driver",
	},
	"internal/store/postgrestest": {
		imports: []string{"internal/testpart", "internal/store/migrations", pgx},
		why:     "it starts servers and makes databases for tests of any package, so it knows no store",
	},
	"internal/delivery": {
		imports: []string{
			"internal/webhook", "internal/delivery/egress", "internal/retryafter", "receiver", river, "golang.org/x/net/http/httpguts",
			pgx, "golang.org/x/time/rate",
		},
		// The queue's drivers want the pools and transactions of their
		// databases.
		why: "workers sign, send and record through interfaces of their own: no HTTP API, no SQL",
	},
	"internal/delivery/egress": {
		// What a host means is decided as net/http decides it.
		imports: []string{"internal/webhook", "golang.org/x/net/idna"},
		why:     "which addresses are forbidden depends on no queue, no database and no config: it can be read on its own",
	},
	"internal/telemetry": {
		imports: []string{
			"internal/webhook", "internal/delivery", "server", pgx, "github.com/prometheus/client_golang",
			"go.opentelemetry.io", "github.com/go-logr/logr", "golang.org/x/time/rate",
		},
		why: "it listens to what others do, through their interfaces, and nothing depends on what it hears",
	},
	"internal/reference": {
		imports: []string{yaml, "github.com/yuin/goldmark"},
		why:     "it makes a page of any OpenAPI document, so it knows neither ours nor the service",
	},
	"internal/maintenance": {
		imports: []string{"internal/webhook"},
		why:     "what is done from time to time speaks to stores through interfaces of its own",
	},
	"internal/admin": {
		imports: []string{"internal/webhook"},
		why:     "operations, commands and pages for operators share it, so it knows none of them",
	},
	"internal/console": {
		imports: []string{"internal/webhook", "internal/loopback", "golang.org/x/time/rate"},
		why:     "the pages show the domain through interfaces of their own",
	},
	"internal/validate": {
		imports: []string{
			"", "internal/openapi", "internal/jsonpointer", "internal/loopback", "internal/validate/fixture", "internal/validate/bruno", "internal/validate/coverage", "internal/validate/har", "internal/validate/hurl",
			"internal/validate/insomnia", "internal/validate/ndjson", "internal/validate/openapidoc", "internal/validate/yamltext", "internal/validate/httpfile",
			"internal/validate/jsontree", "internal/validate/document", "internal/validate/postman", "internal/validate/report",
			"internal/validate/scripts", "internal/validate/shell", "internal/validate/source", doublestar,
			// The standard library decodes gzip and deflate, and not br; the
			// config is YAML.
			"github.com/andybalholm/brotli", yaml,
		},
		why: "it brings files, formats and the engine together: what a request must be is for the engine to say",
	},
	"internal/validate/source": {
		imports: []string{jsonText},
		why:     "texts that know their place are what all formats share, so they know no format",
	},
	"internal/validate/jsontree": {
		imports: []string{"internal/validate/source", jsonText},
		why:     "JSON with places, for formats that are JSON",
	},
	"internal/validate/har": {
		imports: []string{"internal/validate/source", "internal/validate/jsontree", jsonText},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/httpfile": {
		imports: []string{"internal/validate/source", "internal/validate/jsontree", "internal/validate/shell"},
		why:     "a format turns files into requests, and does not judge them; .http files may hold curl commands",
	},
	"internal/validate/shell": {
		imports: []string{"internal/validate/source", "mvdan.cc/sh/v3"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/document": {
		imports: []string{
			"internal/validate/source", "internal/validate/httpfile", "internal/validate/shell", "github.com/yuin/goldmark",
		},
		why: "a format turns files into requests, and does not judge them; documents hold two others",
	},
	"internal/validate/postman": {
		imports: []string{"internal/validate/source", "internal/validate/jsontree"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/fixture": {
		imports: []string{"internal/validate/source", "internal/validate/jsontree", "internal/validate/yamltext"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/insomnia": {
		imports: []string{"internal/validate/source", "internal/validate/jsontree"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/bruno": {
		imports: []string{"internal/validate/source"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/hurl": {
		imports: []string{"internal/validate/source"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/ndjson": {
		imports: []string{"internal/validate/source", "internal/validate/jsontree"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/openapidoc": {
		imports: []string{"internal/validate/source", "internal/validate/jsontree", "internal/jsonpointer"},
		why:     "a format turns files into requests, and does not judge them",
	},
	"internal/validate/scripts": {
		imports: []string{
			"internal/validate/source", "internal/validate/jsontree", "internal/validate/shell", "internal/validate/yamltext",
		},
		why: "it finds scripts in other formats, and shell reads them",
	},
	"internal/validate/yamltext": {
		imports: []string{"internal/validate/source", yaml},
		why:     "YAML with places, for formats that are YAML",
	},
	"internal/validate/coverage": {
		imports: []string{"internal/jsonpointer", "internal/validate/source", "internal/validate/jsontree"},
		why:     "it counts what a document has and requests use, and judges neither",
	},
	"internal/validate/report": {
		imports: []string{"internal/validate/source", "internal/validate/coverage"},
		why:     "it prints what was found, and finds nothing itself",
	},
	"internal/testpart": {
		why: "tests of every package use it to say what they lack, so it knows none of them",
	},
	"internal/interop": {
		imports: []string{"internal/testpart", "github.com/standard-webhooks/standard-webhooks/libraries/go"},
		why:     "what others make of a signature is worth knowing only if none of our code is between",
	},
	"internal/bench": {
		imports: []string{"gen", "internal/app", "golang.org/x/time/rate", pgx},
		// It asks a PostgreSQL server how much it has written and scanned.
		why: "it measures the service as users meet it: over HTTP",
	},
	"internal/deps": {
		why: "it holds a test only",
	},
	"internal/app": {
		imports: []string{anything},
		why:     "the one place where everything meets",
	},
	"cmd/hookline": {
		imports: []string{"internal/cli"},
		why:     "it starts the command line and hands its exit status on",
	},
	"internal/cli": {
		// The domain's types are what internal/app returns and a command
		// prints.
		imports: []string{
			"", "client", "contract", "receiver", "internal/app", "internal/webhook", "internal/bench",
			"internal/validate", "internal/validate/coverage", "internal/validate/report", "internal/validate/har", "internal/validate/shell", "internal/validate/source", "github.com/urfave/cli/v3",
			"github.com/mattn/go-isatty", "golang.org/x/term", "github.com/agnivade/levenshtein", uuid,
		},
		why: "a command turns flags and environment into a Config and prints what comes back; internal/app does the work",
	},
}

// productionBan keeps a package out of production code. The folders in except
// have a reason to use it.
type productionBan struct {
	except []string
	why    string
}

// productionBans are standard packages, which the layout's rules would allow.
var productionBans = map[string]productionBan{
	"testing": {
		except: []string{
			"hooklinetest", "internal/store/storetest", "internal/store/postgrestest", "internal/testpart",
			"internal/interop",
		},
		why: "it belongs into tests, and into the packages that are made for them",
	},
	"net/http/httptest": {
		except: []string{"hooklinetest", "examples/demo"},
		why:    "it adds a flag to every program that links it, and belongs into tests",
	},
}

// reachBan keeps modules out of the builds of whoever imports one of the
// folders, however far down the import is.
type reachBan struct {
	folders []string
	modules []string
	why     string
}

var reachBans = []reachBan{
	{
		folders: []string{"client", "gen", "receiver"},
		modules: []string{"github.com/labstack", kinOpenAPI},
		why:     "a program that calls the API or receives from it needs no web framework and no OpenAPI library",
	},
	{
		folders: []string{"client", "gen", "receiver", "gen/serverapi", "contract", "server"},
		modules: []string{
			"github.com/riverqueue", "github.com/pressly/goose", "modernc.org/sqlite", "github.com/mattn/go-sqlite3",
			"github.com/ncruces/go-sqlite3", "github.com/jackc/pgx", "github.com/lib/pq",
		},
		why: "whoever uses the SDK, or implements the API himself, brings his own storage and queue or needs none",
	},
}
