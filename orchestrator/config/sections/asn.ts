import { z } from 'zod';
import { toolChoice } from '../tool-choice.ts';

/** Node's fetch refuses URLs with a user and password. */
function isArchive(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).username === '';
}

/** Where the origin AS of an address is looked up. */
export const Asn = z
  .strictObject({
    tool: toolChoice(['ip2asn-lite']),
    rib: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('prefix table; without this and without an archive the stage is disabled'),
    archive: z
      .string()
      .refine(isArchive, 'expected an http or https URL, such as https://archive.routeviews.org/')
      .nullable()
      .default(null)
      .describe(
        "URL of a RIB archive, laid out like RouteViews' or RIPE RIS'; the RIB closest in time to the scan is fetched",
      ),
    within_hours: z
      .number()
      .positive()
      .max(8784)
      .default(24)
      .describe("maximum distance of the archive's RIB from the middle of the scan, in hours"),
    names: z.string().min(1).nullable().default(null).describe('file of AS names'),
    organisations: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('file that maps ASes to organisations; null: ASes are grouped by their names'),
  })
  .refine(({ rib, archive }) => rib === null || archive === null, 'expected rib or archive, not both')
  .refine(
    ({ tool, archive }) => typeof tool === 'string' || archive === null,
    'archive does not work with a command of your own',
  )
  .prefault({});
