import { z } from 'zod';

const address = (answers: string) =>
  z
    .union([z.ipv4(), z.ipv6()], 'expected an address')
    .nullable()
    .default(null)
    .describe(`an address of your own ${answers}; null: none`);

/** Addresses of the operator whose reply on the first scanned port is known. */
export const Sentinels = z
  .strictObject({
    v1: address('that speaks MPTCP v1'),
    v0: address('that speaks MPTCP v0'),
    plain: address('that answers without MPTCP'),
  })
  .prefault({});
export type Sentinels = z.infer<typeof Sentinels>;

/** One lost packet does not make a vantage point impaired: a sentinel that fails is probed again, unless it failed before. */
export const sentinelTries = 3;

/** Those that are configured, by their reply. */
export function givenSentinels({ sentinels }: { sentinels: Sentinels }): { probe: keyof Sentinels; address: string }[] {
  return (['v1', 'v0', 'plain'] as const).flatMap((probe) => {
    const given = sentinels[probe];
    return given === null ? [] : [{ probe, address: given }];
  });
}
