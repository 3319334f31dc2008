# The job of restic.restore: into a folder that is absent or empty, or on where an earlier try of the very same
# restore stopped. Environment: target mark what snapshot subpath verify nested expected own RESTIC_REPOSITORY.
# Arguments go to restic. Ends with restic's status, or 93 where it refuses. Needs count_nodes.sh as a function.
set -u
umask 077
unset RESTIC_PASSWORD RESTIC_PASSWORD_COMMAND
export RESTIC_PASSWORD_FILE="$MXODUS_SECRETS/restic_password" RESTIC_CACHE_DIR="$MXODUS_JOB/cache"

leave() { rm -rf -- "$RESTIC_CACHE_DIR"; exit "$1"; }
refuse() { printf 'mxodus: refused: %s\n' "$1"; leave 93; }
set_mark() { # STATE COUNT HELD
  # The folder may belong to somebody who puts a link there, which would lead what root writes to another file.
  rm -f -- "$mark.new"
  (set -C && printf '%s\n' "$what" "$1" "$was" "$2" "$3" >"$mark.new") && sync "$mark.new" &&
    mv -T -- "$mark.new" "$mark" || refuse "$mark cannot be written"
}
# Runs restic. What it says of single files goes on stderr: kept, to see whether it passed any over and ended well.
run_restic() {
  restic "$@" 2>"$MXODUS_JOB/said"
  status=$?
  cat -- "$MXODUS_JOB/said"
}
passed_over() { grep -qe '^ignoring error for ' -e '^{.*"message_type":"error"' -- "$MXODUS_JOB/said"; }
count() {
  (cd "$target" && find . -mindepth 1 -path ./lost+found -prune -o -printf '%y %s\n') | awk '
    $1 == "f" { files++; bytes += $2; next } $1 == "d" { folders++; next } { others++ }
    END { printf "%d %d %d %.0f\n", files, folders, others, bytes }'
}

# What the snapshot holds; nothing where restic does not say. Quick, now that its cache has the trees.
held() {
  nodes=$({
    restic --no-lock --json ls "${snapshot%%:*}" ${subpath:+"$subpath" --recursive} "$@"
    echo "exit $?"
  } | count_nodes)
  case $nodes in *' 0') printf '%s\n' "${nodes% 0}" ;; esac
}
# Whether so much is there as the plan knew of: its files and bytes, `-` where it needs no look, nothing where it knew
# of nothing.
as_expected() { # FILES FOLDERS OTHERS BYTES
  [ "$expected" = - ] || [ "$expected" = "$1 $4" ]
}

was=absent first=''
if [ -d "$target" ]; then
  was=empty
  first=$(find "$target" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit) || refuse "$target cannot be read"
fi
if [ -n "$first" ]; then
  [ -f "$mark" ] && [ ! -L "$mark" ] && [ "$(sed -n 1p "$mark")" = "$what" ] || refuse "$target is not empty"
  [ "$(sed -n 2p "$mark")" = begun ] || refuse "$target was restored already"
  was=$(sed -n 3p "$mark")
fi
(umask 022 && mkdir -p -- "$(dirname -- "$target")") && mkdir -p -- "$target" || refuse "$target cannot be made"
set_mark begun '' ''

if [ "$nested" = yes ]; then
  # Before 0.16 restic knows no SNAPSHOT:FOLDER; what it puts below the full path is moved up afterwards.
  staging=$target/.mxodus-staging
  # An earlier try may have been cut off while it moved: what is up already stands in the way of the next move.
  mkdir -p -- "$staging$subpath" &&
    find "$target" -mindepth 1 -maxdepth 1 ! -name .mxodus-staging ! -name lost+found \
      -exec mv -n -t "$staging$subpath" -- {} + || refuse "what an earlier try left in $target cannot be moved"
  run_restic restore "$snapshot" --include "$subpath" --target "$staging" $verify "$@"
  if [ $status -eq 0 ]; then
    find "$staging$subpath" -mindepth 1 -maxdepth 1 -exec mv -n -- {} "$target/" \;
    find "$staging" -depth -type d -empty -delete
    [ ! -e "$staging" ] || refuse "some of $staging could not be moved to $target"
  fi
else
  [ -z "$subpath" ] || snapshot=$snapshot:$subpath
  run_restic restore "$snapshot" --target "$target" --json $verify "$@"
fi
[ $status -eq 0 ] || leave $status

counted=$(count) held=''
as_expected $counted || held=$(held "$@")
sync -f "$target" 2>/dev/null || sync
# What restic could not restore, another try may.
passed_over || set_mark complete "$counted" "$held"
[ -z "$held" ] || printf 'mxodus: the snapshot holds %s\n' "$held"
printf 'mxodus: restored %s\n' "$counted"
leave 0
