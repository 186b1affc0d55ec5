"""Answers of Debian's pyasn, for tests.

answers DAT   reads addresses from stdin, one a line; writes "asn TAB prefix" for each, "-" for none
convert RIB   what pyasn's own converter makes of a RIB, cut or not, as one JSON line for each prefix; beside it, counted here a
              second time and in the plainest way, what the rules of ip2asn-lite make of all its routes
"""
import io
import json
import struct
import subprocess
import sys

import pyasn
from pyasn import mrtx


def answers(dat):
    lookup = pyasn.pyasn(dat).lookup
    out = []
    for line in sys.stdin:
        asn, prefix = lookup(line.rstrip("\n"))
        out.append("-\t-\n" if asn is None else "%d\t%s\n" % (asn, prefix))
    sys.stdout.write("".join(out))


def whole_records(path):
    """The file as far as the bzip2 program gets (it drops the last few thousand bytes before a cut), to the end of its last whole record."""
    data = subprocess.run(["bzip2", "-dc", path], capture_output=True).stdout
    at = 0
    while at + 12 <= len(data):
        end = at + 12 + struct.unpack(">I", data[at + 8:at + 12])[0]
        if end > len(data):
            break
        at = end
    return data[:at]


def peers_of(body):
    """Peers of a PEER_INDEX_TABLE (RFC 6396 section 4.3.1), each as its bytes (the same peer may stand there twice) and its AS."""
    at = 6 + struct.unpack(">H", body[4:6])[0]
    count, at = struct.unpack(">H", body[at:at + 2])[0], at + 2
    peers = []
    for _ in range(count):
        kind = body[at]
        size = (16 if kind & 1 else 4) + (4 if kind & 2 else 2)
        asn = body[at + 5 + size - (4 if kind & 2 else 2):at + 5 + size]
        peers.append((bytes(body[at + 5:at + 5 + size]), int.from_bytes(asn, "big")))
        at += 5 + size
    return peers


def end_of(segments):
    """Where a path ends: (asn,) or, for an AS_SET, its members in a frozenset; None when the path is empty."""
    for segment in reversed(segments):
        if segment.path and segment.seg_type == 1:
            return frozenset(segment.path)
        if segment.path and segment.seg_type == 2:
            return (segment.path[-1],)
    return None


def hops(segments):
    return sum(1 if s.seg_type == 1 else len(s.path) for s in segments if s.path and s.seg_type in (1, 2))


def origin_of(attributes, peer_asn, is32):
    paths = {a.bgp_type: mrtx.BgpAttribute.BgpAttrASPath(a.data, is32 or a.bgp_type == 17).pathsegs
             for a in attributes if a.bgp_type in (2, 17)}
    end = end_of(paths[2])
    if not is32 and 17 in paths and end is not None and 23456 in end and 0 < hops(paths[17]) <= hops(paths[2]):
        end = end_of(paths[17])
    return end or ((peer_asn,) if peer_asn else None)


def routes_of(data):
    """(prefix, peer, origin) of every route in the file."""
    file, peers = io.BytesIO(data), []
    while True:
        start = file.tell()
        record = mrtx.MrtRecord.next_dump_table_record(file, optimize_parse=False)
        if record is None:
            return
        body = data[start + 12:start + 12 + record.data_len]
        if record.type == record.TYPE_TABLE_DUMP:
            size = 4 if record.sub_type == 1 else 16
            peer = body[10 + size:12 + 2 * size]
            yield record.prefix, peer, origin_of(record.detail.attrs, record.detail.peer_as, False)
        elif record.sub_type == record.T2_PEER_INDEX:
            peers = peers_of(body)
        else:
            for entry in record.detail.entries:
                # a piece of a file may lack the table of peers: then who they are is not known, only that they differ
                peer, asn = peers[entry.peer] if peers else (entry.peer, 0)
                yield record.prefix, peer, origin_of(entry.attrs, asn, True)


def rank(item):
    origin, peers = item
    return (-len(peers), min(origin), isinstance(origin, frozenset), len(origin))


def convert(rib):
    data = whole_records(rib)
    converted = mrtx.parse_mrt_file(io.BytesIO(data), skip_record_on_error=True)
    seen, first = {}, {}
    for prefix, peer, origin in routes_of(data):
        if origin is None:
            continue
        first.setdefault(prefix, origin)
        seen.setdefault(prefix, {}).setdefault(origin, set()).add(peer)
    for prefix, origins in seen.items():
        ranked = [origin for origin, _ in sorted(origins.items(), key=rank)]
        theirs = converted.get(prefix)
        print(json.dumps({
            "prefix": prefix,
            "pyasn": sorted(theirs) if isinstance(theirs, set) else [] if theirs is None else [theirs],
            "first": sorted(first[prefix]),
            "decided": min(ranked[0]),
            "origins": list(dict.fromkeys(asn for origin in ranked for asn in sorted(origin))),
            "set": isinstance(ranked[0], frozenset),
        }))


{"answers": answers, "convert": convert}[sys.argv[1]](sys.argv[2])
