#!/usr/bin/env bash
# check-reproducible.sh VERSION: builds the packages twice, from two clones of this commit in directories of other names, and
# compares them byte by byte.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
arch=$(dpkg --print-architecture)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for clone in one another/place; do
  mkdir -p "$(dirname "$work/$clone")"
  git clone -q . "$work/$clone"
  make -s -C "$work/$clone" deb > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done
for package in pods pods-dbgsym; do
  file=out/${package}_${version}_$arch.deb
  if ! cmp "$work/one/$file" "$work/another/place/$file"; then
    for clone in one another/place; do dpkg-deb -x "$work/$clone/$file" "$work/$clone/x"; done
    diff -rq "$work/one/x" "$work/another/place/x" || true
    exit 1
  fi
  echo "reproducible: $(sha256sum < "$work/one/$file" | cut -c1-16)  ${file##*/}"
done
