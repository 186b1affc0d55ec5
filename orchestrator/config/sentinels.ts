import { z } from 'zod';

const address = (answers: string) =>
  z
    .union([z.ipv4(), z.ipv6()], 'expected an address')
    .nullable()
    .default(null)
    .describe(`an address of your own ${answers}; null: not asked`);

/** Addresses that the operator owns, and knows the answer of, on the first of the ports that are scanned. */
export const Sentinels = z
  .strictObject({
    v1: address('that speaks MPTCP v1'),
    v0: address('that speaks MPTCP v0'),
    plain: address('that answers without MPTCP'),
  })
  .prefault({});
export type Sentinels = z.infer<typeof Sentinels>;

/** One lost packet is no impaired vantage point: who fails is asked again, but for those that failed before. */
export const sentinelTries = 3;

/** Those that are given, by what they answer. */
export function givenSentinels({ sentinels }: { sentinels: Sentinels }): { probe: keyof Sentinels; address: string }[] {
  return (['v1', 'v0', 'plain'] as const).flatMap((probe) => {
    const given = sentinels[probe];
    return given === null ? [] : [{ probe, address: given }];
  });
}
