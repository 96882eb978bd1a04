#!/usr/bin/env bash
# publish.sh PROJECT PROGRAM RID OUT: compiles one program ahead of time; OUT gets the stripped program and its symbols (.dbg).
set -euo pipefail
project=$1 program=$2 rid=$3 out=$4

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "build: $program"
# A compiler or linker that was ended half-way leaves files that the next build takes for done.
built=bin/Release/net9.0/$rid mark=$project/obj/$program.unfinished
[ ! -e "$mark" ] || rm -rf "${project:?}/$built" "$project/obj/Release/net9.0/$rid/native"
mkdir -p "$project/obj"
touch "$mark"
if ! dotnet publish "$project" -c Release -r "$rid" -v quiet > "$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
# A trim or AOT warning means that something may be missing at run time. Warnings are errors for our own code;
# this catches what the linker step prints for libraries.
if grep -E 'warning (IL|NETSDK)' "$log"; then
  echo "build: $program: new trim warnings" >&2
  exit 1
fi
rm "$mark"
published=$project/$built/publish
mkdir -p "$out"
install -m 755 "$published/$program" "$out/$program"
install -m 644 "$published/$program.dbg" "$out/$program.dbg"
# Until the file has reached the disk the kernel counts its pages as private and dirty in every process that maps them.
sync "$out/$program"
