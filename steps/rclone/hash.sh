# One side of rclone.compare. Environment: path, hash. Arguments go to rclone. Leaves in $MXODUS_JOB/sums one line a
# file, "KEY<tab>HASH<tab>PATH", sorted by bytes. The key of a message in a Maildir leaves out flags and cur or new, so
# that a message keeps its key when it is read. rclone shows control characters as symbols: a tab is a separator.
set -u
export LC_ALL=C
refuse() { printf 'mxodus: refused: %s\n' "$1"; exit 93; }
[ -d "$path" ] || refuse "$path is no folder"
command -v rclone >/dev/null || refuse 'rclone is not installed; install it there'

# Half of its time would go into collecting garbage while it holds a few MiB; it may hold some more, up to a limit.
GOGC=400 GOMEMLIMIT=256MiB rclone --config /dev/null hashsum "$hash" "$path" "$@" >"$MXODUS_JOB/raw" 2>"$MXODUS_JOB/notes"
status=$?
grep -v 'NOTICE' "$MXODUS_JOB/notes" | tail -n 20
[ $status -eq 0 ] || exit $status

awk '{
  sub(/^ +/, "")
  cut = index($0, "  ")
  hash = substr($0, 1, cut - 1)
  path = key = substr($0, cut + 2)
  base = path
  sub(/.*\//, "", base)
  folder = substr(path, 1, length(path) - length(base))
  if (folder ~ /(^|\/)(cur|new)\/$/) {
    sub(/(cur|new)\/$/, "", folder)
    flags = index(base, ":2,")
    key = folder "*/" (flags ? substr(base, 1, flags - 1) : base)
  }
  print key "\t" hash "\t" path
}' "$MXODUS_JOB/raw" | sort -T "$MXODUS_JOB" >"$MXODUS_JOB/sums.new" || exit
mv -- "$MXODUS_JOB/sums.new" "$MXODUS_JOB/sums"
rm -f -- "$MXODUS_JOB/raw"
printf 'mxodus: hashed %d files, passed over %d links\n' "$(wc -l <"$MXODUS_JOB/sums")" \
  "$(grep -c "Can't follow symlink" "$MXODUS_JOB/notes")"
