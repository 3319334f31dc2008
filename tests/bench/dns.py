"""1,280 lookups through a resolver that is 40 ms away and loses 1 % of all packets, beside `dig -f`; no lab."""

import json

from far_dns import FarDns
from figure import below, faster
from measure import Failed, median_seconds, run
from playbooks import MXODUS

needs_lab = False
about = "1,280 lookups at 40 ms and 1 % loss"

# dnsbl.status asks each list about its two test entries and about every address: 64 x (2 + 18) names.
LISTS = [f"bl{number}.example" for number in range(64)]
ADDRESSES = [f"198.51.100.{number}" for number in range(1, 19)]
LOOKUPS = len(LISTS) * (2 + len(ADDRESSES))
DELAY, LOSS = 0.040, 0.01
ROUNDS = 5


def measure(bench):
    ours = [status(bench, seed) for seed in range(ROUNDS)]
    peer = [dig(bench)]
    yield below(f"{LOOKUPS:,} lookups", median_seconds(ours) * 1000, 800, "ms")
    yield faster("  beside dig -f", ours, peer * ROUNDS, 50)


def status(bench, seed):
    """The whole of `mxodus probe dnsbl.status`, which asks all of them at once."""
    with FarDns(DELAY, LOSS, seed) as far:
        config = bench.directory / "config" / "mxodus" / "config.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(json.dumps({"resolver": {"forwarders": [f"127.0.0.1@{far.port}"], "trust_anchors": []}}))
        usage = run([MXODUS, "probe", "dnsbl.status", f"addresses=[{','.join(ADDRESSES)}]",
                     f"lists=[{','.join(LISTS)}]", "--json"],
                    env={"XDG_CONFIG_HOME": str(bench.directory / "config"), "HOME": str(bench.directory)})
        outputs = json.loads(usage.output[usage.output.index("{"):])["found"]["outputs"]
        answered = (outputs["clean"], outputs["unknown"]) == (len(LISTS) * len(ADDRESSES), 0)
        if not answered or far.asked < LOOKUPS or not far.lost:
            raise Failed(f"{outputs['clean']} clean, {outputs['unknown']} unknown, {far.asked} questions, "
                         f"{far.lost} packets lost: not what was to be measured")
    return usage


def dig(bench):
    """One after the other, as dig does; what is lost is asked again after a second, the least that it waits."""
    names = bench.directory / "names"
    targets = ["2.0.0.127", "1.0.0.127", *(".".join(reversed(address.split("."))) for address in ADDRESSES)]
    names.write_text("".join(f"{target}.{zone} A\n" for zone in LISTS for target in targets))
    with FarDns(DELAY, LOSS) as far:
        how = ["-p", str(far.port), "+noedns", "+time=1", "+tries=5"]
        usage = run(["dig", "@127.0.0.1", *how, "-f", str(names)], limit=600)
        answers = usage.output.count("status: ")
        if answers < LOOKUPS or not far.lost:
            raise Failed(f"dig got {answers} answers, {far.lost} packets were lost")
    return usage
