"""pyasn as the peer of scripts/bench/ip2asn-lite.ts: one command a line on stdin, one line of JSON on stdout for each.

Arguments: table, file of IPv4 addresses, file of IPv6 addresses.
"""
import hashlib
import json
import resource
import sys
import time

import pyasn


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def lookups(addresses):
    lookup = db.lookup
    start = time.thread_time()
    for address in addresses:
        lookup(address)
    return {"seconds": time.thread_time() - start}


def digest(addresses):
    answers = hashlib.sha256()
    for address in addresses:
        asn, prefix = db.lookup(address)
        answers.update(b"-\t-\n" if asn is None else b"%d\t%s\n" % (asn, prefix.encode()))
    return {"sha256": answers.hexdigest()}


def lines(path):
    with open(path) as file:
        return file.read().split()


before = resident()
start = time.perf_counter()
db = pyasn.pyasn(sys.argv[1])
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "grown": resident() - before, "resident": resident()}), flush=True)
families = {}
for line in sys.stdin:
    job, family = line.split()
    if family not in families:
        families[family] = lines(sys.argv[2 if family == "4" else 3])
    print(json.dumps({"strings": lookups, "digest": digest}[job](families[family])), flush=True)
