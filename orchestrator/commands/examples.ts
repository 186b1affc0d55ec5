/** What the help of the program ends with. */
export const examples = `
Examples:
  $ mptcp-census init                                  write a commented census.yaml
  $ mptcp-census doctor -c census.yaml                 check programs, kernel and configuration
  $ mptcp-census run --dry-run -c census.yaml runs/2026-11
  $ sudo mptcp-census run -c census.yaml runs/2026-11
  $ mptcp-census cat runs/2026-11 hosts | head -1      print a record
  $ mptcp-census replay runs/2026-11                   decode it again without sending a packet
  $ mptcp-census verify runs/2026-11                   compare every file with its hash
  $ mptcp-census history runs/* --out series           several runs as one series
  $ mptcp-census diff runs/2026-10 runs/2026-11        what changed, each with its cause
  $ mptcp-census traffic --out report capture.pcapng.gz
  $ zmap ... -M mptcp_synscan -O json -f '*' | mptcp-census judge

mptcp-census COMMAND --help explains a command. Exit codes: 0 done, 1 failed, 2 could not start.`;
