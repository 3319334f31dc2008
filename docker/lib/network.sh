# shellcheck shell=bash
# The lab's wire: a bridge in a namespace of its own, one namespace and one cable a host. The machine
# itself gets no interface, address, route or rule, and no packet can leave.

netns_of() { echo "mxodus-$lab_id-$1"; }
switch=$(netns_of switch)

network_exists() { [[ -e /run/netns/$switch ]]; }

create_switch() {
  ip netns add "$switch"
  ip -n "$switch" link add br0 type bridge
  ip -n "$switch" link set br0 up
}

# Plugs a host in. Its MAC address is fixed, so that neighbours find it at once after a restart.
plug_in() {
  local host=$1 netns number
  netns=$(netns_of "$host")
  number=$(number_of "$host")
  ip netns add "$netns"
  ip -n "$netns" link add eth0 address "02:00:00:00:51:$(printf %02x "$number")" type veth peer name "$host" netns "$switch"
  ip -n "$switch" link set "$host" master br0 up
  ip -n "$netns" -batch - <<BATCH
link set lo up
address add $ipv4_prefix.$number/24 dev eth0
address add $ipv6_prefix:$number/64 dev eth0 nodad
link set eth0 up
BATCH
}

# Takes a host's cable and namespace away: its peers hear nothing more, no reset either. The cable goes
# first, because a namespace takes its interfaces with it only some time after it is gone.
unplug() {
  local netns
  netns=$(netns_of "$1")
  ! ip -n "$switch" link show "$1" >/dev/null 2>&1 || ip -n "$switch" link delete "$1"
  [[ ! -e /run/netns/$netns ]] || ip netns delete "$netns"
}

cut_link() { ip -n "$switch" link set "$1" down; }
heal_link() { ip -n "$switch" link set "$1" up; }
link_is_cut() { ! ip -n "$switch" -o link show "$1" up 2>/dev/null | grep -q .; }

# throttle HOST RATE: both directions of its cable, RATE as tc takes it (8mbit).
throttle() {
  tc -n "$(netns_of "$1")" qdisc replace dev eth0 root tbf rate "$2" burst 32k latency 400ms
  tc -n "$switch" qdisc replace dev "$1" root tbf rate "$2" burst 32k latency 400ms
}

unthrottle() {
  tc -n "$(netns_of "$1")" qdisc delete dev eth0 root 2>/dev/null || true
  tc -n "$switch" qdisc delete dev "$1" root 2>/dev/null || true
}
