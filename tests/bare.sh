#!/usr/bin/env bash
# The README's two commands on a bare Debian, as an ordinary user: what the README asks for is installed, and nothing else.
#
#   DEBIAN="bookworm trixie"   which ones            TESTS=tests/unit   what `make test` is given; all where it is empty
#   MIRROR=...                 another mirror        CA=FILE            certificates of a proxy that opens TLS
#
# It needs root (debootstrap, chroot) and the network. All it starts is in a process and a mount namespace of its own, and ends with it.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || { echo "make bare wants root: debootstrap and chroot do"; exit 1; }
command -v debootstrap >/dev/null || { echo "make bare wants debootstrap: apt install debootstrap"; exit 1; }
if [ -z "${BARE_INSIDE:-}" ]; then
  exec env BARE_INSIDE=1 unshare --mount --propagation private --pid --fork --kill-child "$0" "$@"
fi

mirror=${MIRROR:-http://deb.debian.org/debian}
needs="python3 python3-venv make nodejs npm ca-certificates"   # as the README says; the last for https
folder=$(mktemp -d "${TMPDIR:-/tmp}/crieur-bare.XXXXXX")
chmod 755 "$folder"
unset TMPDIR   # ours is none of the bare system's
trap 'umount -l "$folder"/*/proc "$folder"/*/dev 2>/dev/null || true; rm -rf --one-file-system "$folder"' EXIT

as_ada() {  # COMMAND: as an ordinary user in the clone, with nothing of ours in the environment
  # shellcheck disable=SC2086 # words
  chroot --userspec=ada:ada "$root" env -i HOME=/home/ada PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 $certificates \
    sh -c "cd /home/ada/crieur && $1"
}

for suite in ${DEBIAN:-bookworm trixie}; do
  root=$folder/$suite
  echo "== $suite: a bare system"
  debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$folder/$suite.log" || { tail -20 "$folder/$suite.log"; exit 1; }
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  echo "127.0.0.1 localhost" >"$root/etc/hosts"   # an installer writes it
  certificates=""
  chroot "$root" apt-get update -qq
  # shellcheck disable=SC2086 # words
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $needs \
    >>"$folder/$suite.log" 2>&1 || { tail -20 "$folder/$suite.log"; exit 1; }
  if [ -n "${CA:-}" ]; then
    cp "$CA" "$root/usr/local/share/ca.pem" && chmod 644 "$root/usr/local/share/ca.pem"
    certificates="PIP_CERT=/usr/local/share/ca.pem NODE_EXTRA_CA_CERTS=/usr/local/share/ca.pem"
  fi
  chroot "$root" useradd --create-home ada
  mkdir "$root/home/ada/crieur"
  git -c safe.directory="$PWD" archive HEAD | tar -x -C "$root/home/ada/crieur"
  chroot "$root" chown -R ada: /home/ada/crieur
  echo "   $(. "$root/etc/os-release" && echo "$PRETTY_NAME"), $(as_ada "python3 --version"), Node.js $(as_ada "node --version"), user $(as_ada "id -un")"

  echo "== $suite: make run"
  began=$SECONDS
  set -m   # a process group of its own
  as_ada "PORT=${BOT_PORT:-3978} exec make run CLIENT_PORT=${CLIENT_PORT:-26150}" >"$folder/$suite.run" 2>&1 &
  running=$!
  set +m
  until address=$(grep -o "Open http://localhost:[0-9]*" "$folder/$suite.run" | head -1) && [ -n "$address" ]; do
    if ! kill -0 $running 2>/dev/null || [ $((SECONDS - began)) -gt 1200 ]; then cat "$folder/$suite.run"; exit 1; fi
    sleep 1
  done
  sed "s/^/   | /" "$folder/$suite.run" | grep -v -E "Downloading|Collecting|Using cached|^   \| +[━0-9]" | tail -12
  for url in "${address#Open }" "http://127.0.0.1:${BOT_PORT:-3978}/healthz"; do
    as_ada "python3 -c 'import sys, urllib.request as u; print(\"  \", sys.argv[1], u.urlopen(sys.argv[1]).status)' $url"
  done
  kill -TERM -- -$running
  wait $running || true
  tail -1 "$folder/$suite.run" | sed "s/^/   | /"
  echo "   make run: $((SECONDS - began)) s from nothing to a client that answers, and back"

  echo "== $suite: make test ${TESTS:-}"
  began=$SECONDS
  as_ada "make test TESTS='${TESTS:-}'" >"$folder/$suite.test" 2>&1 || { tail -60 "$folder/$suite.test"; exit 1; }
  tail -3 "$folder/$suite.test" | sed "s/^/   | /"
  echo "   make test: $((SECONDS - began)) s"
  umount -l "$root/proc" "$root/dev"
  rm -rf --one-file-system "$root"
done
