import { z } from 'zod';
import { Shard } from '../roles.ts';

/** The row of a stage that sends: to whom. */
export const TargetRow = z
  .looseObject({ target: z.string().optional(), address: z.string().optional(), shard: Shard.optional() })
  .transform(({ target, address, shard }) => ({ at: target ?? address ?? '', shard }));
