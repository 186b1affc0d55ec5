import { z } from 'zod';

const attribute = (what: string) => z.string().optional().describe(what);
const percent = z.string().regex(/^\d{1,3}$/);

/** One operating system that the fingerprint may belong to, with the classes it stands for. */
export const NmapMatch = z.looseObject({
  name: z.string().describe('name in the fingerprint database'),
  accuracy: percent.describe('percent'),
  line: attribute('line of the fingerprint database'),
  osclass: z
    .array(
      z.looseObject({
        type: attribute('kind of device'),
        vendor: attribute('vendor'),
        osfamily: attribute('operating system family'),
        osgen: attribute('generation'),
        accuracy: percent.optional().describe('percent'),
      }),
    )
    .describe('classes, in the order printed'),
});

/** One host element of the XML output, attributes as printed. */
export const NmapRaw = z.looseObject({
  address: z.string().describe('the address, spelled as it was asked'),
  starttime: attribute('seconds since 1970'),
  endtime: attribute('seconds since 1970'),
  comment: attribute('a comment'),
  timedout: attribute('true: the time limit for the host ran out and all that was known of it is gone'),
  osmatch: z.array(NmapMatch).describe('candidates, in the order printed'),
});
export type NmapRaw = z.infer<typeof NmapRaw>;
