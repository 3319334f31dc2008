#!/usr/bin/env bash
# Where mxodus runs: the checkout is at /mxodus, user `op` has the ssh_config, the key and the host keys.
# shellcheck source=docker/roles/provision/lib.sh
source "${0%/*}/lib.sh"

ssh_server 'Port 22'
authorize root operator
add_user op
ssh_client op operator
install -o op -g op -m 600 "$files/ssh_config" /home/op/.ssh/config
ln -sfn /mxodus/build/release/mxodus /usr/local/bin/mxodus
keep_journal
