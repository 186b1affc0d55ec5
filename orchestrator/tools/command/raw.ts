import { z } from 'zod';

/** Any JSON object: a user's own program writes records, which core holds against the strict schema of the role. */
export const CommandRaw = z.record(z.string(), z.unknown());
export type CommandRaw = z.infer<typeof CommandRaw>;
