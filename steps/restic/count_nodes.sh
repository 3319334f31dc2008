# A quote inside a file's name is escaped in JSON, so these patterns match the fields themselves alone.
# What a file system keeps in lost+found at the top of the folder is nobody's data; `own` begins the path of that.
awk '
BEGIN { status = 127; own = ENVIRON["own"] }
function kept_by_the_file_system(  at, next_one) {
  at = own == "" ? 0 : index($0, own)
  next_one = substr($0, at + length(own), 1)
  return at && (next_one == "\"" || next_one == "/")
}
kept_by_the_file_system() { next }
/"(struct_type|message_type)":"node"/ {
  if (/"type":"file"/) {
    files++
    if (match($0, /"size":[0-9]+/)) bytes += substr($0, RSTART + 7, RLENGTH - 7)
  } else if (/"type":"dir"/) folders++
  else others++
}
/^exit [0-9]+$/ { status = $2 }
END { printf "%d %d %d %.0f %d\n", files, folders, others, bytes, status }'
