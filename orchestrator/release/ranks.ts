import { z } from 'zod';
import { RankCounts } from '../schemas/records/release/ranks.ts';

/** Ranks are put into so many bins of equal width. */
const bins = 100;

/**
 * Entries of the list by rank. `fresh`: capable addresses that no bin of better ranks has, so that several bins together have at least
 * the sum of them. Over the views of report/queries/views.sql.
 */
export const ranksSql = `WITH ends AS (SELECT max(rank) AS last FROM entries WHERE rank IS NOT NULL),
  binned AS (SELECT name, CAST(ceil(rank * ${bins} / last) AS BIGINT) AS bin, answered, capable FROM entries, ends WHERE rank IS NOT NULL),
  counted AS (SELECT bin, count(*) FILTER (WHERE answered) AS answered, count(*) FILTER (WHERE capable) AS capable FROM binned GROUP BY bin),
  named AS (SELECT address, unnest(domains).name AS name FROM capable_endpoints),
  first AS (SELECT bin, count(*) AS fresh FROM (SELECT address, min(bin) AS bin FROM named JOIN binned USING (name) GROUP BY address) GROUP BY bin)
SELECT CAST(floor((bin - 1) * last / ${bins}) + 1 AS BIGINT) AS rank_from, CAST(floor(bin * last / ${bins}) AS BIGINT) AS rank_to,
  answered, capable, coalesce(fresh, 0) AS fresh
FROM counted LEFT JOIN first USING (bin), ends ORDER BY bin`;

export const RankBin = RankCounts.extend({ fresh: z.int() });
export type RankBin = z.infer<typeof RankBin>;

function join(a: RankBin, b: RankBin): RankBin {
  return {
    rank_from: a.rank_from,
    rank_to: b.rank_to,
    answered: a.answered + b.answered,
    capable: a.capable + b.capable,
    fresh: a.fresh + b.fresh,
  };
}

/** A rank identifies an entry of a public list: a bin is shown by itself only with k capable addresses and k entries that have none. */
function isLarge({ answered, capable, fresh }: RankBin, k: number): boolean {
  const rest = answered - capable;
  return k === 1 || (fresh >= k && (rest === 0 || rest >= k));
}

/** Bins in order, each put together with those behind it until it may be told, the last ones with those before. Nothing where all of them together may not be. */
export function tellRanks(all: readonly RankBin[], k: number): RankCounts[] {
  const told: RankBin[] = [];
  let open: RankBin | null = null;
  for (const bin of all) {
    open = open === null ? bin : join(open, bin);
    if (!isLarge(open, k)) continue;
    told.push(open);
    open = null;
  }
  while (open !== null) {
    const before = told.pop();
    if (before === undefined) return [];
    const joined: RankBin = join(before, open);
    open = isLarge(joined, k) ? null : joined;
    if (open === null) told.push(joined);
  }
  return told.map(({ fresh: _, ...counts }) => counts);
}
