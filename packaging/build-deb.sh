#!/usr/bin/env bash
# build-deb.sh VERSION OUT: makes OUT/pods_VERSION_ARCH.deb from what `make install` puts down; same input, same bytes.
set -euo pipefail
version=$1 out=$2
here=$(dirname "$0")
arch=$(dpkg --print-architecture)

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
umask 022
make --no-print-directory -s install DESTDIR="$root" PREFIX=/usr
gzip -n -9 "$root/usr/share/doc/pods/CHANGELOG.md"
mv "$root/usr/share/doc/pods/CHANGELOG.md.gz" "$root/usr/share/doc/pods/changelog.gz"
mv "$root/usr/share/doc/pods/LICENSE" "$root/usr/share/doc/pods/copyright"

install -d "$root/DEBIAN"
size=$(du -sk --exclude=DEBIAN "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$size/" "$here/debian/control" > "$root/DEBIAN/control"
(cd "$root" && find etc -type f -printf '/%p\n' | sort) > "$root/DEBIAN/conffiles"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) > "$root/DEBIAN/md5sums"
for script in postinst prerm postrm; do install -m 755 "$here/debian/$script" "$root/DEBIAN/$script"; done

# The time of the commit stands in for the time of the build.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
export SOURCE_DATE_EPOCH
find "$root" -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
deb=$out/pods_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$deb" > /dev/null
echo "$deb"
