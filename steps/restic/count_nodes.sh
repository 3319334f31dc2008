# A quote inside a file's name is escaped in JSON, so these patterns match the fields themselves alone.
awk '
BEGIN { status = 127 }
/"(struct_type|message_type)":"node"/ {
  if (/"type":"file"/) {
    files++
    if (match($0, /"size":[0-9]+/)) bytes += substr($0, RSTART + 7, RLENGTH - 7)
  } else if (/"type":"dir"/) folders++
  else others++
}
/^exit [0-9]+$/ { status = $2 }
END { printf "%d %d %d %.0f %d\n", files, folders, others, bytes, status }'
