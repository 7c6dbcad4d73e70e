package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// defaultProfile is the profile that is used where none is named.
const defaultProfile = "default"

// profile is how a service is reached.
type profile struct {
	BaseURL string `json:"base_url"`
	APIKey  string `json:"api_key"`
}

// profiles are the profiles of a user, by name.
type profiles map[string]profile

// profilesPath returns the file of the profiles, by the XDG base directory
// specification where the system follows it.
func profilesPath() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "hookline", "profiles.json"), nil
}

// loadProfiles returns what the file has, nothing where there is none.
func loadProfiles() (profiles, error) {
	path, err := profilesPath()
	if err != nil {
		return profiles{}, nil //nolint:nilerr // a user without a home has no profiles
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return profiles{}, nil
	}
	if err != nil {
		return nil, err
	}
	loaded := profiles{}
	if json.Unmarshal(data, &loaded) != nil { // its error may repeat a key
		return nil, fmt.Errorf("%s is not a file of profiles; mend it, or delete it and run hookline login", path)
	}
	return loaded, nil
}

// save replaces the file, which only its owner can read.
func (p profiles) save() (path string, err error) {
	if path, err = profilesPath(); err != nil {
		return "", err
	}
	data, err := json.MarshalIndent(p, "", "  ") //nolint:gosec // the file is its owner's alone
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	// The new file takes the place of the old one at once, so that none is ever
	// half written. CreateTemp gives it the mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), ".profiles-*")
	if err != nil {
		return "", err
	}
	_, err = file.Write(append(data, '\n'))
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return path, nil
}

func (p profiles) names() []string {
	var names []string
	for name := range p {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
