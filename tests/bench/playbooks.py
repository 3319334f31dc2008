"""The playbooks that are measured; each is made from the same few words."""

import json
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
MXODUS = str(CHECKOUT / "build/release/mxodus")



def write_playbook(directory, name, steps, hosts=None, **sections):
    """`steps` maps ids to steps, each of which gets one line; JSON is YAML. Returns the path as text."""
    head = {"mxodus": 1, "name": name, **sections, "hosts": hosts or {"here": {"local": True}}}
    lines = [f"{key}: {json.dumps(value)}" for key, value in head.items()]
    lines += ["steps:", *(f"  {key}: {json.dumps(step)}" for key, step in steps.items())]
    path = directory / f"{name}.yaml"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def command(host, effect="observe", **keys):
    return {"uses": "command", "host": host, **keys, "with": {"effect": effect, "argv": ["/bin/true"]}}


def chain(length, host="here"):
    """Steps of which each needs the one before."""
    return {f"s{n}": command(host, needs=[f"s{n - 1}"] if n else []) for n in range(length)}
