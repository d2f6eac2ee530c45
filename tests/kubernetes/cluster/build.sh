#!/usr/bin/env bash
# Builds what a one-node cluster is made of into the folder $1: kube, coredns, registry, pause.tar. Ten minutes and more from nothing,
# seconds out of Go's cache.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1
minor=35.4 # of Kubernetes 1; its libraries have the same minor as 0
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0 GOFLAGS='-buildvcs=false'

# A program of ours in a module of its own: program <name> <lines of go.mod…>, then flags of the build.
program() {
  local name=$1 module=$2
  mkdir "$work/$name"
  cp "$here/$name/main.go" "$work/$name/"
  printf 'module svckit.dev/%s\n\ngo 1.25.0\n\n%s\n' "$name" "$module" >"$work/$name/go.mod"
  (cd "$work/$name" && go mod tidy && go build -trimpath -o "$out/$name" -ldflags "-s -w ${3:-}" .)
}

# Kubernetes builds its libraries from its own tree; outside of it they have to be named one by one.
kubernetes() {
  printf 'require k8s.io/kubernetes v1.%s\n' "$minor"
  go mod edit -json "$(cd "$work" && go mod download -json "k8s.io/kubernetes@v1.$minor" | jq --raw-output .GoMod)" |
    jq --raw-output --arg version "v0.$minor" \
      '.Replace[]? | select(.New.Path | startswith("./staging")) | "replace \(.Old.Path) => \(.Old.Path) \($version)"'
}

component=k8s.io/component-base/version
client=k8s.io/client-go/pkg/version
program kube "$(kubernetes)" "-X $component.gitVersion=v1.$minor -X $component.gitMajor=1 -X $component.gitMinor=${minor%.*} -X $client.gitVersion=v1.$minor"
program coredns 'require github.com/coredns/coredns v1.12.4'
program registry 'require github.com/google/go-containerregistry v0.22.1'

gcc -static -Os -o "$work/pause" "$here/pause.c"
image=$(buildah --storage-driver vfs from scratch)
buildah --storage-driver vfs copy --quiet "$image" "$work/pause" /pause
buildah --storage-driver vfs config --entrypoint '["/pause"]' "$image"
buildah --storage-driver vfs commit --quiet --rm "$image" svckit.test/pause:1
rm -f "$out/pause.tar"
buildah --storage-driver vfs push --quiet svckit.test/pause:1 "docker-archive:$out/pause.tar:svckit.test/pause:1"
