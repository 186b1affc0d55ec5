import { z } from 'zod';
import { toldCounts, treeRow } from '../../release.ts';

/** A row of the table of that name in a release. */
export const PortCounts = z.strictObject({
  row: treeRow('port', 'family').describe(
    'what the row covers; the rest_ rows contain what is disclosed for no single part of their group',
  ),
  port: z.int().nullable().describe('TCP port; null for all of them'),
  family: z.int().nullable().describe('address family: 4 or 6; null for both'),
  ...toldCounts,
});
