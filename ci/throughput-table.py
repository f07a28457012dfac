"""Prints what ci/measure-throughput has found so far as two Markdown tables: how the runs ended, and what was seen of each operation.

    throughput-table.py DIRECTORY
    throughput-table.py --check DIRECTORY [SCENARIO=FILE]

With --check it prints nothing, and ends with 1 and the reason where the runs (and FILE, one more) are not of one procedure, base and
kind of machine, or those of a scenario not of one target.
"""

import json
import pathlib
import statistics
import sys

TITLES = {
    "equal": "the same image",
    "slow10": "application 10% slower",
    "slow20": "application 20% slower",
    "cpu": "little CPU",
}
OPERATIONS = ["put", "get", "head", "list", "delete"]


def files(directory):
    return [(path.stem.rsplit("-", 1)[0], path) for path in sorted(pathlib.Path(directory).glob("*.json"))]


def kinds(scenario, run):
    """What must not differ between runs, by what it is called; nothing of a run that came to no comparison."""
    if not throughput(run)["blocks"]:
        return {}
    image = lambda target: (target.get("image") or {}).get("id")
    procedure = {name: value for name, value in throughput(run)["procedure"].items() if name not in ("seed", "drawn_for")}
    host = [run["host"][name] for name in ("os", "arch", "cpu_model", "cpus")]
    return {
        "procedure": json.dumps(procedure, sort_keys=True),
        "base": image(run["against"]["base"]),
        "machine": json.dumps(host),
        f"target of {scenario}": image(run["target"]),
    }


def check(directory, more=()):
    known = {}
    for scenario, path in files(directory) + [tuple(named.split("=", 1)) for named in more]:
        for kind, value in kinds(scenario, json.loads(pathlib.Path(path).read_text())).items():
            first, other = known.setdefault(kind, (value, path))
            if first != value:
                sys.exit(f"ci: {path} has another {kind} than {other}: {value} instead of {first}")


def main(directory):
    runs = {name: [] for name in TITLES}
    for scenario, path in files(directory):
        runs.setdefault(scenario, []).append(json.loads(path.read_text()))
    runs = {name: found for name, found in runs.items() if found}
    print("| target | runs | failed | undecided | could not tell | passed | seconds: median (most) | blocks: median (most) |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, found in runs.items():
        print(f"| {TITLES.get(name, name)} | {ends(found)} |")
    print()
    print("| target | " + " | ".join(f"{operation}: ratio, block sd, failed" for operation in OPERATIONS) + " | seconds a block |")
    print("|---|" + "---|" * (len(OPERATIONS) + 1))
    for name, found in runs.items():
        cells = [seen(found, operation) for operation in OPERATIONS]
        blocks = [block["duration_ns"] / 1e9 for run in found for block in blocks_of(run)]
        cells.append(f"{statistics.median(blocks):.1f}" if blocks else "-")
        print(f"| {TITLES.get(name, name)} | " + " | ".join(cells) + " |")


def throughput(run):
    found = (run.get("against") or {}).get("throughput") or []
    return found[0] if found else {"blocks": [], "results": []}


def blocks_of(run):
    return throughput(run)["blocks"]


def decisions(run):
    return [result["decision"] for result in throughput(run)["results"] if result["metric"] in OPERATIONS]


def ends(found):
    codes = [run["exit_code"] for run in found]
    undecided = sum(1 for run in found if "inconclusive" in decisions(run) and run["exit_code"] == 0)
    seconds = [sum(block["duration_ns"] for block in blocks_of(run)) / 1e9 for run in found]
    blocks = [len(blocks_of(run)) for run in found]
    failed, passed = codes.count(3), codes.count(0) - undecided
    cells = [len(found), failed, undecided, len(found) - failed - undecided - passed, passed]
    cells.append(f"{statistics.median(seconds):.0f} ({max(seconds):.0f})")
    cells.append(f"{statistics.median(blocks):g} ({max(blocks)})")
    return " | ".join(str(cell) for cell in cells)


def seen(found, operation):
    results = [r for run in found for r in throughput(run)["results"] if r["metric"] == operation]
    if not results:
        return "-"
    ratio = statistics.median(result["ratio_ppm"] for result in results) / 1e6
    spreads = [statistics.stdev(result["log_ratios_ppm"]) / 1e6 for result in results if len(result["log_ratios_ppm"]) > 1]
    spread = f"{statistics.median(spreads):.3f}" if spreads else "-"
    failed = sum(1 for result in results if result["decision"] == "fail")
    return f"{ratio:.3f}, {spread}, {failed}"


if sys.argv[1] == "--check":
    check(sys.argv[2], sys.argv[3:])
else:
    main(sys.argv[1])
