"""Prints what ci/measure-gate has found so far as two Markdown tables: how the runs ended, and what was seen of each operation."""

import json
import pathlib
import statistics
import sys

TITLES = {
    "equal": "the same image",
    "slow10": "handlers 10% slower",
    "slow20": "handlers 20% slower",
    "cpu": "little CPU",
}
OPERATIONS = ["put", "get", "head", "list", "delete"]


def main(directory):
    runs = {name: [] for name in TITLES}
    for path in sorted(pathlib.Path(directory).glob("*.json")):
        runs.setdefault(path.stem.rsplit("-", 1)[0], []).append(json.loads(path.read_text()))
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
    found = (run.get("gate") or {}).get("throughput") or []
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


main(sys.argv[1])
