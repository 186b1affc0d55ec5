import type { Site } from './plan.ts';

/** A device that a program reads, and the table of routes that leads to it. */
const TUN = ['tuntap add dev tun0 mode tun', 'link set tun0 up', 'route add default dev tun0 table 100'];

const MANGLE = 'iifname "front" tcp sport 80 ct reply bytes > 2200 @ih,240,8 set 0x58';

/** SYNs with MP_CAPABLE (subtype 0) of v0 (12 bytes; v1 has 4) are marked: they go to a program that answers as a v0 server does. */
const V0_APART =
  'table inet front {\n chain arriving {\n  type filter hook prerouting priority -150; policy accept;\n  tcp flags & (syn | ack) == syn tcp option mptcp subtype 0 tcp option mptcp length 12 meta mark set 1\n }\n}\n';

/** Two SYNs a second for each source, at an ordinary firewall. */
const SLOW = `table inet way {
 set sources { type ipv4_addr; flags dynamic; timeout 1m; }
 chain passing {
  type filter hook forward priority 0; policy accept;
  tcp flags & (syn | ack) == syn update @sources { ip saddr limit rate over 2/second burst 2 packets } drop
 }
}
`;

/** The kernel's own SYN proxy as its manual has it: SYNs are not tracked, and what is not tracked is answered for the server. */
const SYNPROXY = `table inet way {
 chain early { type filter hook prerouting priority -300; policy accept; iifname "rest" tcp flags & (syn | ack) == syn notrack; }
 chain passing {
  type filter hook forward priority 0; policy accept;
  iifname "rest" ct state { invalid, untracked } meta l4proto tcp synproxy mss 1460 wscale 7 timestamp sack-perm
  ct state invalid drop
 }
}
`;

/** What stands on the way. `rest` and `front` are the interfaces towards the router and towards the site. */
export const WAYS: Record<NonNullable<Site['way']>, { nft: string; ip: string[]; sysctls?: Record<string, number> }> = {
  mirror: throughProgram(),
  mirror_pad: throughProgram(),
  plain_before: throughProgram(),
  plain_after: throughProgram(),
  thrice: throughProgram(),
  reserved: throughProgram(),
  endless: throughProgram(),
  v0_front: { nft: V0_APART, ip: [...TUN, 'rule add fwmark 1 lookup 100'] },
  v0_front_mangle: { nft: `${V0_APART}${passing(MANGLE)}`, ip: [...TUN, 'rule add fwmark 1 lookup 100'] },
  strip: { nft: passing('reset tcp option mptcp'), ip: [] },
  strip_late: { nft: passing('iifname "front" tcp flags & syn == 0 reset tcp option mptcp'), ip: [] },
  drop_v0: {
    nft: passing('tcp flags & (syn | ack) == syn tcp option mptcp subtype 0 tcp option mptcp length 12 drop'),
    ip: [],
  },
  drop_mptcp: { nft: passing('tcp flags & (syn | ack) == syn tcp option mptcp exists drop'), ip: [] },
  // The second page of a connection, one letter of its Server header: a change in the first data makes a connection fall back in silence,
  // and one in the middle of much data ends in either of two ways, depending on what is in flight.
  mangle: { nft: passing(MANGLE), ip: [] },
  slow: { nft: SLOW, ip: [] },
  // Every other SYN/ACK is that of a server without MPTCP, as if another backend had answered.
  backends: {
    nft: passing('tcp flags & (syn | ack) == (syn | ack) numgen inc mod 2 == 0 reset tcp option mptcp'),
    ip: [],
  },
  synproxy: { nft: SYNPROXY, ip: [], sysctls: { 'net.netfilter.nf_conntrack_tcp_loose': 0 } },
};

/** Both directions go through the program: in by a cable, to the TUN device; back from it, by the main table. */
function throughProgram(): { nft: string; ip: string[] } {
  return { nft: '', ip: [...TUN, 'rule add iif rest lookup 100', 'rule add iif front lookup 100'] };
}

function passing(rule: string): string {
  return `table inet way {\n chain passing {\n  type filter hook forward priority 0; policy accept;\n  ${rule}\n }\n}\n`;
}
