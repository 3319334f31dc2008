# shellcheck shell=bash
# Layers of the hosts' root file systems, in the cache: base, common, one a role, one a provisioned host.
# A layer's name ends in the digest of what it is made from, so a changed role file makes new layers
# and a second checkout of the same files finds them warm.

base_layer=base-bookworm
common_layer=common-$(digest "$base_layer" lib/install-role roles/install.sh roles/common.txt)
role_layer() { echo "$1-$(digest "$common_layer" "roles/$1.txt")"; }

# Everything that provisioning reads decides over the provisioned state.
mapfile -t role_files < <(cd "$docker_dir" && find roles -type f | sort)
world_layer=world-$(digest "$common_layer $secrets_dir" "${role_files[@]}")

# lower_of HOST [provisioned]: its layers, top first, as overlay takes them.
lower_of() {
  local lower
  lower=$cache/$(role_layer "$(role_of "$1")"):$cache/$common_layer:$cache/$base_layer
  [[ ${2:-} != provisioned ]] || lower=$cache/$world_layer/$1:$lower
  echo "$lower"
}

# The mirror that this machine's own apt uses, empty when it has none for bookworm.
debian_mirror() {
  # shellcheck disable=SC2016 # apt-get expands $(SITE), not the shell
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' 2>/dev/null | head -n1
}

# One lab at a time builds.
lock_cache() {
  mkdir -p "$cache"
  chmod 700 "$cache"
  exec {cache_lock}> "$cache/lock"
  flock --wait 1800 "$cache_lock" || die "another lab has been building for half an hour; see $cache"
}

build_base() {
  local mirror
  [[ ! -d $cache/$base_layer ]] || return 0
  mirror=$(debian_mirror)
  say "building the base system (about 30 s)"
  rm -rf --one-file-system "$cache/$base_layer.new"
  timeout 600 debootstrap --variant=minbase bookworm "$cache/$base_layer.new" ${mirror:+"$mirror"} \
    > "$cache/base.log" 2>&1 </dev/null || die "debootstrap failed; its output is in $cache/base.log"
  mv "$cache/$base_layer.new" "$cache/$base_layer"
}

# build_layer NAME ROLE LOWER...: what install.sh writes for ROLE on top of the lower layers.
build_layer() {
  local name=$1 role=$2 new=$cache/$1.new lower
  shift 2
  [[ ! -d $cache/$name ]] || return 0
  lower=$(printf "$cache/%s:" "$@")
  rm -rf --one-file-system "$new"
  mkdir -p "$new"/{upper,work,root}
  timeout 900 unshare --mount "$docker_dir/lib/install-role" "$role" "$new" "${lower%:}" "$roles_dir" \
    > "$cache/$role.log" 2>&1 </dev/null || die "installing the role $role failed; its output is in $cache/$role.log"
  mv "$new/upper" "$cache/$name"
  rm -rf --one-file-system "$new"
}

build_layers() {
  local role pids=() pid
  lock_cache
  build_base
  [[ -d $cache/$common_layer ]] || say "installing what all hosts have (about 20 s)"
  build_layer "$common_layer" common "$base_layer"
  for role in $roles; do
    [[ ! -d $cache/$(role_layer "$role") ]] || continue
    say "installing the role $role"
    build_layer "$(role_layer "$role")" "$role" "$common_layer" "$base_layer" &
    pids+=($!)
  done
  ensure_secrets
  for pid in ${pids+"${pids[@]}"}; do wait "$pid"; done
}

release_cache() { exec {cache_lock}>&-; }
