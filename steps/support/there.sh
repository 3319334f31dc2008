there() { # PATH: whether there is something; ends the script where that cannot be seen, such as below a locked folder
  if [ -e "$1" ] || [ -L "$1" ]; then return 0; fi
  seen=$(LC_ALL=C ls -d -- "$1" 2>&1)
  case $seen in *': No such file or directory' | *': Not a directory') return 1 ;; esac
  printf '%s\n' "$seen" >&2
  exit 95
}
