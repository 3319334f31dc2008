# The verbs that only read.

# An end within so many pauses is told at once: a pause costs a process, another look a shell and some.
status() {
  dir=$state_dir/jobs/$job
  while [ "$pauses" -gt 0 ] && [ -d "$dir" ] && [ ! -s "$dir/rc" ]; do
    sleep 0.04
    pauses=$((pauses - 1))
  done
  reply
  say_state
  end_reply
}

output() { send_bytes "$state_dir/jobs/$job/output" job.absent; }

file() { send_bytes "$state_dir/jobs/$job/work/$name" job.no-file; }

# send_bytes FILE CODE: the part that was asked for, as much as is there now, its length told first.
send_bytes() {
  if [ ! -f "$1" ] || [ -L "$1" ]; then refuse "$2"; fi
  size=$(wc -c <"$1")
  count=$((size - offset))
  [ "$count" -ge 0 ] || count=0
  [ "$count" -le "$limit" ] || count=$limit
  reply
  say bytes "$count"
  [ "$count" = 0 ] || tail -c +$((offset + 1)) "$1" | head -c "$count"
  printf '\n'
  end_reply
}
