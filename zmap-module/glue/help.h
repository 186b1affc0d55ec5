/* --probe-module=mptcp_synscan --help, for every zmap. */
#ifndef MPTCP_HELP_H
#define MPTCP_HELP_H

#define HELP_TEXT                                                                                                  \
	"Sends TCP SYNs that carry an MPTCP option and reports the replies as evidence: the option bytes\n"        \
	"sent and received, all TCP options, the round-trip time and a one-word classification.\n"                 \
	"\n"                                                                                                       \
	"--probe-args takes probes joined by + and settings, separated by commas (default: v1):\n"                 \
	"  v1        MP_CAPABLE of RFC 8684, 4 bytes, no key\n"                                                    \
	"  v0        MP_CAPABLE of RFC 6824, 12 bytes, a fresh key for every target\n"                             \
	"  grease    MP_CAPABLE of version 15: a server answers its own version, a mirror answers 15\n"            \
	"  join      MP_JOIN with a random token: Linux answers RST with MP_TCPRST\n"                              \
	"  canary    v1 and an option of kind 253, which only an echo returns\n"                                   \
	"  port2     v1 from a second source port: the server's key must change\n"                                 \
	"  port2v0   v0 from a second source port\n"                                                               \
	"  plain     no MPTCP option, for paired measurements\n"                                                   \
	"  options=linux|windows|bare   the option set around it (linux; only linux carries timestamps)\n"         \
	"  ttl=N, ttl=FIRST-LAST        one TTL, or a sweep, from 1 to 255\n"                                      \
	"  flags=HH                     flags byte of the MP_CAPABLE (01)\n"                                       \
	"  secret=HEX, secret-file=F    16 bytes behind keys and validation; otherwise MPTCP_SYNSCAN_SECRET,\n"    \
	"                               MPTCP_SYNSCAN_SECRET_FILE, or random for this run\n"                       \
	"  attempt=N                    the N-th time these targets are probed under this secret (1)\n"            \
	"  list=F                       ipv6_mptcp_synscan: the list that mptcp-hitlist built\n"                   \
	"  walk=N                       ipv6_mptcp_synscan: -w holds N of its numbers, not all\n"                  \
	"  source=ADDR                  ipv6_mptcp_synscan: source address, if not the one of the route\n"         \
	"With several probes or TTLs, set --probes (-P) to their product, or a multiple of it up to 256:\n"        \
	"--probe-args=v0+v1 -P 2, --probe-args=v1,ttl=1-8 -P 8. Anything else is rejected.\n"                      \
	"\n"                                                                                                       \
	"Classifications:\n"                                                                                       \
	"  synack_no_option    SYN/ACK without an MPTCP option\n"                                                  \
	"  mp_capable          well formed, the requested version, a key not derived from ours\n"                  \
	"  echoed              our option came back, unchanged or altered as only a mirror would\n"                \
	"  version_mismatch    well formed, but another version (the expected answer to grease)\n"                 \
	"  malformed           the option or the option area is malformed: see faults\n"                           \
	"  other_subtype       an MPTCP option other than MP_CAPABLE\n"                                            \
	"  mp_tcprst           RST with MP_TCPRST\n"                                                               \
	"  rst                 RST\n"                                                                              \
	"  icmp_unreachable    ICMP destination unreachable that quotes our SYN\n"                                 \
	"  icmp_ttl_exceeded   ICMP time exceeded that quotes our SYN\n"                                           \
	"Faults:\n"                                                                                                \
	"  length_below_two, past_end, truncated, duplicate_option       of the option area\n"                     \
	"  unexpected_length, flag_b, no_crypto_flag                     of an MPTCP option's form\n"              \
	"  unexpected_version, unsolicited_option                        not what was requested\n"                 \
	"  option_echoed, token_returned, canary_returned                ours came back\n"                         \
	"  key_echoed, key_byte_swapped, key_truncated, key_derived      our key, or derived from it\n"            \
	"  key_zero                                                      eight zero bytes\n"                       \
	"success is 1 for a SYN/ACK, app_success for evidence of MPTCP. One reply is not a verdict. By default,\n" \
	"only successes are shown: use -O json -f '*' to see RSTs and ICMP errors.\n"

/* As much as C11 has every compiler take as one string. */
_Static_assert(sizeof HELP_TEXT <= 4096, "the help is one string");

#endif
