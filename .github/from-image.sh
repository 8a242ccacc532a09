#!/bin/sh
# Takes a program out of a container image, with the libraries that it was made with, so that tests can start it, and kill it,
# as a process of their own.
# usage: from-image.sh IMAGE PROGRAM FOLDER      leaves FOLDER/bin/<name of the program>
set -eu
image=$1 program=$2 folder=$3

mkdir -p "$folder/root" "$folder/bin"
container=$(docker create "$image")
trap 'docker rm "$container" >/dev/null' EXIT
docker export "$container" | tar -x -C "$folder/root" --exclude=dev --exclude=proc --exclude=sys

root=$(cd "$folder/root" && pwd)
loader=$(find "$root/lib64/" "$root/lib/" "$root/usr/lib/" -name 'ld-linux-*.so*' 2>/dev/null | head -n 1)
libraries=$(find "$root/lib/" "$root/usr/lib/" -name 'lib*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd : -)
start="$folder/bin/$(basename "$program")"
{
  echo '#!/bin/sh'
  if [ -n "$loader" ]; then
    echo "exec '$loader' --library-path '$libraries' '$root$program' \"\$@\""
  else
    echo "exec '$root$program' \"\$@\"" # linked statically
  fi
} >"$start"
chmod +x "$start"
