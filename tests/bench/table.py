"""Prints the benchmark's table: medians of each figure, and ratios within the run."""
import json
import statistics
import sys

rows = {}
for line in open(sys.argv[1], encoding="utf-8"):
    kind, size, text = line.split(" ", 2)
    rows.setdefault((kind, int(size)), []).append(json.loads(text))


def median(kind, size, value):
    return statistics.median(value(r) for r in rows[kind, size])


def rate(r):
    return r.get("requests", r.get("messages", 0)) / r["seconds"]


sizes = sorted({size for _, size in rows})
print(f"{'volunteers':>10} {'msg/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'p99@2000/s':>10} {'failed':>6} "
      f"{'CPU us/msg':>10} {'MiB':>5} {'echo/s':>8} {'of echo':>7} {'bare/s':>8} {'of bare':>7}")
cost = {}
for size in sizes:
    full = median("full", size, rate)
    echo = median("echo", size, rate)
    bare = median("bare", size, rate)
    cost[size] = median("full", size, lambda r: r["cpu_s"] * 1e6 / r["requests"])
    print(f"{size:>10} {full:>8.0f} {median('full', size, lambda r: r['p50_ms']):>7.2f} "
          f"{median('full', size, lambda r: r['p99_ms']):>7.2f} "
          f"{median('paced', size, lambda r: r['p99_ms']):>10.2f} "
          f"{sum(r['failed'] for r in rows['full', size]):>6} {cost[size]:>10.1f} "
          f"{max(r['rss_kib'] for r in rows['full', size] + rows['paced', size]) / 1024:>5.0f} "
          f"{echo:>8.0f} {full / echo:>7.2f} {bare:>8.0f} {full / bare:>7.2f}")
if len(sizes) > 1:
    print(f"CPU a message at {sizes[-1]} volunteers / at {sizes[0]}: {cost[sizes[-1]] / cost[sizes[0]]:.2f}")
