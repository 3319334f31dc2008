#!/usr/bin/env bash
# Where mxodus runs: the checkout is at /mxodus, user `op` has the ssh_config, the key and the host keys.
# shellcheck source=docker/roles/provision/lib.sh
source "${0%/*}/lib.sh"

ssh_server 'Port 22'
authorize root operator
add_user op
ssh_client op operator
install -o op -g op -m 600 "$files/ssh_config" /home/op/.ssh/config

# What a playbook's secrets refer to.
install -d -o op -g op -m 700 /home/op/.secrets
install -o op -g op -m 600 <(echo labrestic) /home/op/.secrets/restic_password
install -o op -g op -m 600 <(echo labkey) /home/op/.secrets/dns_token
for key in bind knot sha384 sha512; do
  install -o op -g op -m 600 "$secrets/tsig-$key" "/home/op/.secrets/tsig_$key"
done
install -d -o op -g op -m 700 /home/op/.config /home/op/.config/mxodus
install -o op -g op -m 600 "$files/mxodus-config.yaml" /home/op/.config/mxodus/config.yaml
ln -sfn /mxodus/build/release/mxodus /usr/local/bin/mxodus
keep_journal
