import { z } from 'zod';

/** What several tables of a release have in common (release/): the counts are of one run. */

export const capableCounts = {
  answered: z.int().describe('addresses that answered with a SYN/ACK'),
  capable: z.int().describe('of these, addresses capable in v1 or v0 at any port'),
  capable_v1: z.int().describe('addresses capable in v1'),
  confirmed: z
    .int()
    .nullable()
    .describe('of these, addresses where a connection in MPTCP was made; null where none was tried'),
  capable_v0: z.int().describe('addresses capable in v0'),
};

export const toldCounts = {
  version: z.int().describe('MPTCP version of the probe: 1 or 0'),
  answered: z.int().nullable().describe('endpoints with a SYN/ACK to the probe; null where it is withheld'),
  capable: z.int().nullable().describe('of these, capable in that version; null where it is withheld'),
  confirmed: z
    .int()
    .nullable()
    .describe('of these, confirmed by a connection; null where it is withheld, and where none was tried'),
};

/** What the rows of a table that adds up are of: everything, a group, a part of a group, or what is not told of the parts of either. */
export const treeRow = (outer: string, inner: string) =>
  z.enum(['all', outer, inner, 'rest_of_all', `rest_of_${outer}`]);

/** A /24 or /48 stands for each address in it: no address is in these rows. */
export const block = {
  block: z.string().describe('the /24 (IPv4) or /48 (IPv6) that the addresses lie in'),
  family: z.int().describe('address family: 4 or 6'),
  asn: z.int().nullable().describe('origin AS; null where none is known'),
  country: z.string().nullable().describe('ISO country code of geolocation; null where none is known'),
};
