#!/usr/bin/env bash
# build-deb.sh VERSION OUT [BIN]: makes OUT/pods_VERSION_ARCH.deb from what `make install` puts down, and pods-dbgsym beside it;
# same input, same bytes. PODS_DEB_SYMBOLS=no: without pods-dbgsym, which takes most of the time.
set -euo pipefail
version=$1 out=$2 bin=${3:-$2/bin}
here=$(dirname "$0")
arch=$(dpkg --print-architecture)
maintainer=$(sed -n 's/^Maintainer: //p' "$here/debian/control")
# The time of the commit stands in for the time of the build.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

pack() { # ROOT CONTROL DEB
  local size
  size=$(du -sk --apparent-size --exclude=DEBIAN "$1" | cut -f1)
  install -d "$1/DEBIAN"
  sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$size/" -e "s/@BUILD_IDS@/${build_ids:-}/" "$2" > "$1/DEBIAN/control"
  (cd "$1" && find usr -type f -print0 | sort -z | xargs -0 md5sum) > "$1/DEBIAN/md5sums"
  find "$1" -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
  dpkg-deb --root-owner-group -Zxz --build "$1" "$3" > /dev/null
  echo "$3"
}

root=$work/pods doc=$work/pods/usr/share/doc/pods
install -d "$root"
make --no-print-directory -s install DESTDIR="$root" PREFIX=/usr
gzip -n -9 "$doc/CHANGELOG.md"
mv "$doc/LICENSE" "$doc/copyright"
printf 'pods (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- %s  %s\n' \
  "$version" "$maintainer" "$(date -uR --date="@$SOURCE_DATE_EPOCH")" | gzip -n -9 > "$doc/changelog.gz"
install -D -m 644 "$here/debian/lintian-overrides" "$root/usr/share/lintian/overrides/pods"
install -d "$root/DEBIAN"
(cd "$root" && find etc -type f -printf '/%p\n' | sort) > "$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "$here/debian/$script" "$root/DEBIAN/$script"; done
pack "$root" "$here/debian/control" "$out/pods_${version}_$arch.deb"

[ "${PODS_DEB_SYMBOLS:-yes}" != no ] || exit 0
# gdb and perf look symbols up by the build id that the linker wrote into the program.
symbols=$work/dbgsym build_ids=
for program in pods podsd containerd-shim-pods-v1; do
  id=$(readelf -n "$root/usr/bin/$program" 2> /dev/null | sed -n 's/.*Build ID: //p')
  install -D -m 644 "$bin/$program.dbg" "$symbols/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug"
  build_ids="${build_ids:+$build_ids }$id"
done
install -d "$symbols/usr/share/doc"
ln -s pods "$symbols/usr/share/doc/pods-dbgsym"
pack "$symbols" "$here/debian/control.dbgsym" "$out/pods-dbgsym_${version}_$arch.deb"
