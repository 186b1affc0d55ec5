import subprocess


def dry_run(probe_args, probes=1, num_of_ips=20):
    args = ["../../src/zmap", "--probe-module=mptcp_synscan", "--dryrun", "-p", "80", "-c", "0", "--seed=1"]
    args += ["--probe-args=" + probe_args, "--probes=" + str(probes), "-n", str(num_of_ips)]
    result = subprocess.run(args, capture_output=True, text=True)
    return result.returncode, result.stdout, result.stderr


def test_each_probe_kind_sends_one_packet_per_target():
    for kind in ["v1", "v0", "grease", "join", "canary", "port2", "port2v0", "plain"]:
        code, out, err = dry_run(kind)
        assert code == 0, err
        assert out.count("dest: 80") == 20, "wrong number of packets for " + kind


def test_several_kinds_need_as_many_probes():
    code, _, err = dry_run("v0+v1")
    assert code != 0 and "must be 2" in err
    code, out, err = dry_run("v0+v1", probes=2)
    assert code == 0, err
    assert out.count("dest: 80") == 40


def test_one_secret_sends_the_same_packets_again():
    secret = "options=windows,secret=000102030405060708090a0b0c0d0e0f"
    assert dry_run("v0," + secret)[1] == dry_run("v0," + secret)[1]


def test_unknown_arguments_are_refused():
    code, _, err = dry_run("v2")
    assert code != 0 and "is not understood" in err
