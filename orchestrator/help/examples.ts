/** What the help of the program ends with. */
export const examples = `
Examples:
  $ mptcp-census init                                  write a commented census.yaml
  $ mptcp-census doctor                                check programs and kernel
  $ sudo mptcp-census run --config census.yaml runs/2026-11
  $ mptcp-census replay runs/2026-11                   decode it again without sending a packet
  $ mptcp-census verify runs/2026-11                   compare every file with the hash it was written with
  $ zmap ... -M mptcp_synscan -O json -f '*' | mptcp-census judge`;
