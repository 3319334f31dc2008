"""The plan of a zone with 1,000 records at PowerDNS, beside what its API takes to tell them."""

import json

from figure import below, seconds
from measure import Failed, median_seconds, pairs
from playbooks import MXODUS, write_playbook

needs_lab = True
about = "dns.records and dns.scan on a zone with 1,000 records"

ZONE = "thousand.test"
COUNT = 1000
CHANGED = 10  # of them are wished otherwise than they are
SERVER = "198.51.100.54"
RESOLVER = "198.51.100.53"
API = f"http://{SERVER}:8081"
ROUNDS = 5


def measure(bench):
    lines = [f"@ 300 IN SOA ns.{ZONE}. root.{ZONE}. 1 60 60 60 60", f"@ 300 IN NS ns.{ZONE}.", f"ns 300 IN A {SERVER}"]
    lines += [f"host{n} 300 IN A {address(n)}" for n in range(COUNT)]
    zone_file = "/tmp/mxodus-bench.zone"
    try:
        bench.lab.on("dns", f"cat > {zone_file} <<'ZONE'\n" + "\n".join(lines) + "\nZONE\n"
                     f"pdnsutil load-zone {ZONE} {zone_file}; rm {zone_file}; chown -R pdns:pdns /var/lib/powerdns")
        yield from planned(bench, "set 1,000 records, plan; GET the zone", records())
        yield from planned(bench, "scan 1,000 records, plan; GET of it", scan())
    finally:
        bench.lab.on("dns", f"pdnsutil delete-zone {ZONE}")


def planned(bench, what, step):
    token = bench.directory / "dns_token"
    token.write_text("labkey\n")
    playbook = write_playbook(
        bench.directory, step["uses"].replace(".", "-"), {"look": step},
        # The parent, which dns.scan asks for glue, is found as in the rest of the lab.
        resolver={"forwarders": [RESOLVER], "stubs": {ZONE: [SERVER]}, "ask_for": ["test"], "trust_anchors": []},
        secrets={"token": {"file": str(token)}},
        dns={"zone": {"provider": "powerdns", "url": API, "zone": ZONE, "token": "${secrets.token}"}})
    get = ["curl", "-sSf", "-H", "X-API-Key: labkey", f"{API}/api/v1/servers/localhost/zones/{ZONE}."]
    ours, peer = pairs(lambda: plan(bench, playbook), lambda: bench.lab.client(get), ROUNDS)
    yield below(what, median_seconds(ours), 2, "s", seconds(median_seconds(peer)))


def plan(bench, playbook):
    usage = bench.lab.client([MXODUS, "plan", playbook, "--json"])
    item = json.loads(usage.output[usage.output.index("{"):])["items"][0]
    if item["plan"].get("would_fail") or item["found"]["verdict"] == "unknown":
        raise Failed(f"the plan says: {item['found']['sentence']}")
    return usage


def address(number):
    return f"192.0.2.{number % 250 + 1}"


def records():
    wishes = [{"name": f"host{n}", "type": "A", "data": address(n + (n < CHANGED))} for n in range(COUNT)]
    return {"uses": "dns.records", "with": {"zone": "zone", "set": wishes}}


def scan():
    return {"uses": "dns.scan", "with": {"zone": "zone", "old_address": "192.0.2.254"}}
