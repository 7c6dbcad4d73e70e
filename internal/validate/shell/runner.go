package shell

import (
	"path"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// runners run the command that follows them, after options and arguments of
// their own.
var runners = words(`
command env exec nohup nice ionice sudo doas time timeout gtimeout retry watch xargs parallel stdbuf setsid unbuffer
chronic flock strace ltrace chroot su runuser busybox builtin then eval trap ssh bash sh zsh dash ash ksh
docker podman nerdctl kubectl oc docker-compose podman-compose lxc vagrant heroku fly flyctl wsl proxychains
proxychains4 torsocks nix-shell direnv op doppler dotenv hyperfine assert_success run find gcloud
tmux screen script start caffeinate systemd-run`)

// shells run a script that is a word of their own.
var shells = words("bash sh zsh dash ash ksh busybox eval trap ssh su runuser watch parallel gcloud tmux screen script")

func words(list string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		set[name] = true
	}
	return set
}

// baseOf returns the name of a program without its folder, or nothing where it
// is not known.
func baseOf(word source.Text) string {
	if !word.Known() {
		return ""
	}
	return path.Base(word.Value)
}

// isCurl tells whether a word is the program, or an image that runs it, such as
// curlimages/curl:8.16.0.
func isCurl(word source.Text) bool {
	name, _, _ := strings.Cut(baseOf(word), ":")
	return (name == "curl" || name == "curl.exe") && !strings.HasPrefix(word.Value, "-")
}

// curlAt returns which word is the command curl, or -1.
func curlAt(words []source.Text) int {
	switch {
	case isCurl(words[0]):
		return 0
	case !words[0].Known(): // a variable such as $SUDO
		if len(words) > 1 && isCurl(words[1]) {
			return 1
		}
		return -1
	case !runners[baseOf(words[0])]:
		return -1
	}
	at := -1
	for i, word := range words {
		if !isCurl(word) {
			continue
		}
		// After "--" it is the command for certain. Before it, it may be the name
		// of a container. An image is followed by the command or its arguments.
		if at < 0 || i == at+1 || words[i-1].Value == "--" {
			at = i
		}
	}
	// `command -v curl` only asks where curl is.
	if at > 0 && strings.HasPrefix(strings.ToLower(words[at-1].Value), "-v") {
		return -1
	}
	return at
}

// runScripts reads the scripts that a command runs: those of bash -c and of ssh,
// and what such a program reads from its standard input.
func (s *script) runScripts(words []source.Text, stdin input) {
	if !runners[baseOf(words[0])] && words[0].Known() {
		return
	}
	runsShell, found := false, false
	for i, word := range words {
		runsShell = runsShell || shells[baseOf(word)]
		if runsShell && i > 0 && isScript(word.Value) {
			found = true
			if baseOf(words[0]) == "eval" {
				s.eval(word)
			} else {
				s.inner(word)
			}
		}
	}
	if found || !runsShell || stdin == nil {
		return
	}
	text, known, err := stdin()
	if err == nil && known && isScript(text.Value) {
		s.inner(text)
	}
}

var curlWord = regexp.MustCompile(`\bcurl(\.exe)?\s`)

// Mentions tells whether a text may hold a command that this package reads.
func Mentions(text string) bool {
	return strings.Contains(text, "curl") || httpieWord.MatchString(text)
}

// isScript tells a word that holds a command of curl.
func isScript(text string) bool { return curlWord.MatchString(text) }
