#!/bin/sh
# Takes a program out of a container image, with the libraries that it was made with, so that tests can start it, and kill it,
# as a process of their own.
# usage: from-image.sh IMAGE PROGRAM FOLDER      leaves FOLDER/bin/<name of the program>
set -eu
image=$1 program=$2 folder=$3

mkdir -p "$folder/root" "$folder/bin"
container=$(docker create "$image")
trap 'docker rm "$container" >/dev/null; rm -f "$folder/root.tar"' EXIT
# By way of a file: a pipe has the status of its last command alone. Members may begin with ./; what is called dev, proc or
# sys further down belongs to the image.
docker export --output "$folder/root.tar" "$container"
tar -x -f "$folder/root.tar" -C "$folder/root" --anchored --no-wildcards \
  --exclude=dev --exclude=./dev --exclude=proc --exclude=./proc --exclude=sys --exclude=./sys

root=$(cd "$folder/root" && pwd)
# Only folders and files of the image itself: its absolute links lead to the machine's own.
set --
for name in usr/lib lib usr/lib64 lib64; do
  if [ -d "$root/$name" ] && [ ! -L "$root/$name" ]; then set -- "$@" "$root/$name"; fi
done
loader='' libraries=''
if [ $# -gt 0 ]; then
  loader=$(find "$@" -type f \( -name 'ld-linux*.so*' -o -name 'ld-[0-9]*.so' \) | sed -n 1p)
  libraries=$(find "$@" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd : -)
fi
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
