package webhook

import "errors"

// Code classifies an [Error]. Codes are stable: programs and tests match on
// them, never on message text.
type Code string

// Codes of failures that a request or a command can cause.
const (
	// CodeNotFound: there is no such item in the caller's organisation. An
	// item of another organisation is reported in the same way.
	CodeNotFound Code = "not_found"
	// CodeInvalid: an argument has a form that the operation cannot use.
	CodeInvalid Code = "invalid"
	// CodeIntegrationTypeRequired: a config of type INTEGRATION would be left
	// without an integration type.
	CodeIntegrationTypeRequired Code = "integration_type_required"
	// CodeUnauthenticated: there is no API key, or it is unknown or revoked.
	CodeUnauthenticated Code = "unauthenticated"
	// CodeConflict: the item clashes with one that exists.
	CodeConflict Code = "conflict"
	// CodeIdempotencyKeyReused: an idempotency key came with another request
	// than before.
	CodeIdempotencyKeyReused Code = "idempotency_key_reused"
	// CodeConfigDisabled: the operation needs an enabled config.
	CodeConfigDisabled Code = "config_disabled"
	// CodeConfigLimitReached: the organisation has as many configs as it may.
	CodeConfigLimitReached Code = "config_limit_reached"
	// CodeConfigDeleted: the config of a delivery is gone.
	CodeConfigDeleted Code = "config_deleted"
	// CodeAttemptUnderWay: an attempt of the delivery is under way or due.
	CodeAttemptUnderWay Code = "attempt_under_way"
	// CodeOvertaken: the job's attempt has been made already, or is not to be
	// made any more.
	CodeOvertaken Code = "overtaken"
	// CodeWorkerGone: the worker was taken for dead, and others have taken over
	// what it had under way.
	CodeWorkerGone Code = "worker_gone"
	// CodeUnavailable: storage cannot serve the operation now (locked, full,
	// failing disk). The same operation may succeed later.
	CodeUnavailable Code = "unavailable"
	// CodeInternal: anything without a code of its own.
	CodeInternal Code = "internal"
)

// Codes of failures at start and of encryption at rest.
const (
	// CodeWrongEncryptionKey: the keyring is not the one that the database
	// was written with.
	CodeWrongEncryptionKey Code = "wrong_encryption_key"
	// CodeDecryptionFailed: one stored secret does not open: the key that
	// sealed it is missing, or it was altered, or moved from another row.
	CodeDecryptionFailed Code = "decryption_failed"
	// CodeDatabaseUnreadable: the database cannot be opened or is damaged.
	CodeDatabaseUnreadable Code = "database_unreadable"
	// CodeDatabaseTooNew: a later version of the program migrated the
	// database.
	CodeDatabaseTooNew Code = "database_too_new"
	// CodeDatabaseOutdated: the database lacks migrations and the store was
	// told not to apply them.
	CodeDatabaseOutdated Code = "database_outdated"
	// CodeKeyFileMissing: the key file does not exist.
	CodeKeyFileMissing Code = "key_file_missing"
	// CodeKeyFileExists: a key file would be overwritten, or another change
	// of it is under way.
	CodeKeyFileExists Code = "key_file_exists"
	// CodeKeyFileUnreadable: the key file cannot be read or written.
	CodeKeyFileUnreadable Code = "key_file_unreadable"
	// CodeKeyFileMalformed: the key file holds no usable keyset.
	CodeKeyFileMalformed Code = "key_file_malformed"
	// CodeKeyFilePermissions: others than the owner may access the key file.
	CodeKeyFilePermissions Code = "key_file_permissions"
)

// Error is a failure with a code. Neither Message nor Err carries a submitted
// value or a secret, so both may be logged and Message may be shown.
type Error struct {
	// Code is what callers decide on.
	Code Code
	// Message is for a person. If a caller of the API can be shown it, it is
	// written in sentences; otherwise it is a phrase in lower case that a log
	// line or the command's output goes on with.
	Message string
	// Pointer is the JSON pointer (RFC 6901) into the request body of the
	// field to blame, or "".
	Pointer string
	// Err is the cause, or nil.
	Err error
}

// Error implements error: the message, then the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an *Error with the same code, so that
// errors.Is(err, &Error{Code: CodeNotFound}) matches whatever the message.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// CodeOf returns the code of the outermost [Error] in err's chain,
// [CodeInternal] for an error without one, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
