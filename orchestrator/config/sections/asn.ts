import { z } from 'zod';
import { toolChoice } from '../tool-choice.ts';

/** Requests that name a user and password are refused by the platform's fetch. */
function isArchive(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).username === '';
}

/** Where the origin AS of an address is looked up. */
export const Asn = z
  .strictObject({
    tool: toolChoice(['ip2asn-lite']),
    rib: z.string().nullable().default(null).describe('prefix table; the stage is disabled without it and an archive'),
    archive: z
      .string()
      .refine(isArchive, 'expected an http or https URL, such as https://archive.routeviews.org/')
      .nullable()
      .default(null)
      .describe("archive of RIBs, laid out like RouteViews' or RIPE RIS'; the one nearest to the scan is fetched"),
    within_hours: z
      .number()
      .positive()
      .max(8784)
      .default(24)
      .describe('hours that the table of an archive may lie from the middle of the scan'),
    names: z.string().nullable().default(null).describe('file of AS names'),
    organisations: z
      .string()
      .nullable()
      .default(null)
      .describe('file of which organisation each AS belongs to; null: ASes are grouped by their names'),
  })
  .refine(({ rib, archive }) => rib === null || archive === null, 'expected rib or archive, not both')
  .refine(({ tool, archive }) => typeof tool === 'string' || archive === null, 'a command of your own gets no archive')
  .prefault({});
