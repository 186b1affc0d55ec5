import ipaddress
import re
import struct
import subprocess

import zmap_wrapper

# every test is a dry run, this network is set aside for benchmarks (RFC 2544), and no gateway need be known
SUBNET = "198.18.0.0/28"
GATEWAY_MAC = "02:00:00:00:00:01"
SECRET = "000102030405060708090a0b0c0d0e0f"

NOP, MSS, WINDOW_SCALE, SACK_PERMITTED, TIMESTAMPS, MPTCP, CANARY = 1, 2, 3, 4, 8, 30, 253
LINUX = [MSS, SACK_PERMITTED, TIMESTAMPS, NOP, WINDOW_SCALE]
WINDOWS = [MSS, NOP, WINDOW_SCALE, NOP, NOP, SACK_PERMITTED]

# what each probe kind adds to the option set around it
PROBE_KINDS = {
    "v1": ["1e040101"],
    "v0": ["1e0c0001[0-9a-f]{16}"],
    "grease": ["1e040f01"],
    "join": ["1e0c1001[0-9a-f]{16}"],
    "canary": ["1e040101", "fd08[0-9a-f]{12}"],
    "port2": ["1e040101"],
    "port2v0": ["1e0c0001[0-9a-f]{16}"],
    "plain": [],
}


def dry_run(probe_args, probes=1, more=()):
    args = ["../../src/zmap", "--dryrun", "--probe-module=mptcp_synscan", "--probe-args=" + probe_args]
    args.extend(["--probes=" + str(probes), "-p", "80", "-T", "1", "--seed=1", SUBNET])
    # -C: what this machine has in /etc/zmap is another zmap's, or none of a test's business
    args.extend(["-C", "/dev/null", "--blocklist-file=/dev/null", "--gateway-mac=" + GATEWAY_MAC])
    args.extend(more)
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


def split_tcp_options(area):
    """
    Splits TCP options in hex into a list of options in hex, by the lengths they state
    """
    options = []
    while area:
        length = 1 if int(area[:2], 16) == NOP else int(area[2:4], 16)
        options.append(area[:2 * length])
        assert len(options[-1]) == 2 * length and length > 0, "an option reaches past the header"
        area = area[2 * length:]
    return options


def tcp_checksum(packet):
    """
    Computes what the checksum of a SYN must be from all else that was printed; window and flags are always the same
    """
    tcp = packet["tcp"]
    options = bytes.fromhex("".join(packet["options"]))
    addresses = ipaddress.ip_address(packet["ip"]["saddr"]).packed + ipaddress.ip_address(packet["ip"]["daddr"]).packed
    header = struct.pack("!HHIIBBHHH", int(tcp["source"]), int(tcp["dest"]), tcp["seq"], 0,
                         (20 + len(options)) // 4 << 4, 2, 64240, 0, 0)
    segment = addresses + struct.pack("!HH", 6, 20 + len(options)) + header + options
    total = sum(struct.unpack("!%dH" % (len(segment) // 2), segment))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def sent_packets(probe_args, probes=1):
    """
    Returns the packets of a dry run in the order they are sent, each with the list of its TCP options
    """
    result = dry_run(probe_args, probes)
    assert result.returncode == 0, result.stderr
    packets = []
    for block in result.stdout.split(zmap_wrapper.PACKET_SEP):
        if block.strip():
            packet = zmap_wrapper.parse_packet_string(block)
            packet["options"] = split_tcp_options(re.search("tcp options { ([0-9a-f]*) }", block).group(1))
            packets.append(packet)
    assert len(packets) == probes * ipaddress.ip_network(SUBNET).num_addresses, "wrong number of packets"
    return packets


def kinds_of(options):
    return [int(option[:2], 16) for option in options]


def check_packet(packet, kind, option_set):
    options, added = packet["options"], PROBE_KINDS[kind]
    assert packet["tcp"]["dest"] == "80"
    assert int(packet["tcp"]["checksum"], 16) == tcp_checksum(packet), "wrong checksum for " + kind
    assert kinds_of(options)[:len(option_set)] == option_set, "wrong option set around " + kind
    assert len(options) == len(option_set) + len(added), "wrong number of options for " + kind
    for option, expected in zip(options[len(option_set):], added):
        assert re.fullmatch(expected, option), "{} sent {}".format(kind, option)


def test_options_of_every_probe_kind():
    """
    dry-run every probe kind in every option set and check each TCP option that would be sent, once to every IP
    """
    option_sets = {"linux": LINUX, "windows": WINDOWS, "bare": []}
    for kind in PROBE_KINDS:
        for name, option_set in option_sets.items():
            packets = sent_packets("{},options={}".format(kind, name))
            for packet in packets:
                check_packet(packet, kind, option_set)
            daddrs = {packet["ip"]["daddr"] for packet in packets}
            assert daddrs == {str(ip) for ip in ipaddress.ip_network(SUBNET)}, "an IP was left out"


def test_keys_and_tokens_are_fresh_for_every_target():
    for kind in ["v0", "port2v0", "join", "canary"]:
        packets = sent_packets(kind)
        assert len({packet["options"][-1] for packet in packets}) == len(packets), kind + " repeats itself"


def test_flags_argument():
    for packet in sent_packets("v1,flags=81"):
        assert packet["options"][-1] == "1e040181"


def test_several_kinds_go_to_every_target():
    """
    two kinds need two probes; each target gets both, and the second source port of port2 is another one
    """
    result = dry_run("v0+v1")
    assert result.returncode != 0 and "must be 2" in result.stderr
    assert result.stdout == "", "packets were sent"

    packets = sent_packets("v1+port2v0", probes=2)
    for first, second in zip(packets[::2], packets[1::2]):
        assert first["ip"]["daddr"] == second["ip"]["daddr"]
        assert first["tcp"]["source"] != second["tcp"]["source"], "both probes came from one port"
        check_packet(first, "v1", LINUX)
        check_packet(second, "port2v0", LINUX)


def test_secret_decides_what_is_sent():
    """
    one secret sends the same packets again, so that shards can share it; by default every scan draws its own
    """
    with_secret = "v0,options=windows,secret=" + SECRET
    for one, other in zip(sent_packets(with_secret), sent_packets(with_secret)):
        assert one["ip"]["daddr"] == other["ip"]["daddr"]
        # the IP id, and so the IP checksum, is zmap's and not the module's
        assert one["tcp"] == other["tcp"] and one["options"] == other["options"], "one secret sent two packets"
    for one, other in zip(sent_packets("v0,options=windows"), sent_packets("v0,options=windows")):
        assert one["ip"]["daddr"] == other["ip"]["daddr"]
        assert one["options"][-1] != other["options"][-1], "two scans sent one key"


def test_two_kinds_are_two_syns():
    """
    a server that still holds one SYN half open must not take another kind's for the same, though both scans have one secret
    """
    for one, other in zip(sent_packets("v1,secret=" + SECRET), sent_packets("v0,secret=" + SECRET)):
        assert one["ip"]["daddr"] == other["ip"]["daddr"]
        assert one["tcp"]["source"] != other["tcp"]["source"], "two kinds left from one port"
        assert one["tcp"]["seq"] != other["tcp"]["seq"], "two kinds have one sequence number"


def test_source_port_validation_cannot_be_disabled():
    result = dry_run("v1", more=["--validate-source-port=disable"])
    assert result.returncode != 0 and "cannot be done" in result.stderr
    assert result.stdout == "", "packets were sent"


def test_unknown_arguments_are_refused():
    for probe_args in ["v2", "v1,flags=1", "v1,options=bsd", "v1,ttl=0", "v1,secret=00", "v1,list=targets"]:
        result = dry_run(probe_args)
        assert result.returncode != 0, probe_args + " was accepted"
        assert result.stdout == "", "packets were sent"
