// Command image makes an OCI image layout of a release's Linux binaries: from
// scratch, with the certificates of well-known authorities, a user that is not
// root, and /data as the only folder to write to. It needs no daemon and no
// network. Equal binaries give an equal image.
//
//	image VERSION SECONDS LAYOUT ARCH=BINARY...
//
// SECONDS is the time of creation, in seconds since 1970.
package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user owns /data and runs the program; it has no name in an image from scratch.
const user = 65532

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 4 {
		return errors.New("usage: image VERSION SECONDS LAYOUT ARCH=BINARY")
	}
	seconds, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	r := release{version: args[0], created: time.Unix(seconds, 0).UTC()}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, built := range args[3:] {
		arch, binary, _ := strings.Cut(built, "=")
		image, err := r.image(arch, binary)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	_, err = layout.Write(args[2], index)
	return err
}

type release struct {
	version string
	created time.Time
}

// image returns the image of one architecture.
func (r release) image(arch, binary string) (v1.Image, error) {
	content, err := r.files(binary)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.AppendLayers(image, layer); err != nil {
		return nil, err
	}
	return mutate.ConfigFile(image, r.config(arch, image))
}

func (r release) config(arch string, image v1.Image) *v1.ConfigFile {
	config, err := image.ConfigFile()
	if err != nil {
		config = &v1.ConfigFile{}
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = "linux", arch, v1.Time{Time: r.created}
	config.Config = v1.Config{
		Entrypoint: []string{"/hookline"}, Cmd: []string{"serve"}, User: fmt.Sprintf("%d:%d", user, user), WorkingDir: "/data",
		ExposedPorts: map[string]struct{}{"8080/tcp": {}}, Volumes: map[string]struct{}{"/data": {}},
		Env: []string{"HOOKLINE_LISTEN=0.0.0.0:8080"},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "hookline",
			"org.opencontainers.image.version":  r.version,
			"org.opencontainers.image.source":   "https://github.com/hookline-go/hookline",
			"org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return config
}

// files returns the only layer, as a tar archive.
func (r release) files(binary string) ([]byte, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	archive := tar.NewWriter(&buffer)
	for _, f := range []struct {
		name    string
		mode    int64
		owner   int
		content []byte
	}{
		{"data/", 0o700, user, nil},
		{"tmp/", 0o1777, 0, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, 0, certificates()},
		{"hookline", 0o755, 0, program},
	} {
		kind := byte(tar.TypeReg)
		if strings.HasSuffix(f.name, "/") {
			kind = tar.TypeDir
		}
		header := &tar.Header{
			Typeflag: kind, Name: f.name, Mode: f.mode, Uid: f.owner, Gid: f.owner, Size: int64(len(f.content)), ModTime: r.created,
		}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.content); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// certificates returns Mozilla's authorities, as Go's own fallback has them.
func certificates() []byte {
	var text bytes.Buffer
	for root := range bundle.Roots() {
		_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // into memory
	}
	return text.Bytes()
}
