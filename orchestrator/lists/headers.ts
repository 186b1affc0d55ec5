/** Headers of columns that hold names, the surest first. */
const nameWords = [
  ...['domain', 'domain_name', 'domainname', 'root_domain', 'registered_domain', 'registrable_domain', 'fqdn'],
  ...['hostname', 'host_name', 'host', 'website', 'site', 'origin', 'url', 'name', 'domains', 'hostnames', 'names'],
];

/** Headers of columns that hold ranks, the surest first. */
const rankWords = [
  ...['globalrank', 'global_rank', 'rank', 'ranking', 'tranco_rank', 'alexa_rank', 'crux_rank', 'popularity_rank'],
  ...['experimental_popularity_rank', 'position', 'pos', '#'],
];

/** Lists that are recognised by their column headers. */
const published = [
  { list: 'the Majestic Million', has: ['globalrank', 'tldrank', 'domain'], buckets: false },
  { list: "DomCop's list", has: ['rank', 'domain', 'open_page_rank'], buckets: false },
  { list: "CrUX's list of origins", has: ['origin', 'rank'], buckets: true },
  { list: "Cloudflare Radar's list", has: ['rank', 'domain', 'categories'], buckets: false },
  { list: "Cloudflare Radar's list of buckets", has: ['domain', 'bucket'], buckets: true },
];

/** A header as it is compared: "Open Page Rank" is open_page_rank, and so is what R makes of it, Open.Page.Rank. */
export function headerWord(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_');
}

/** The column, from 1, under the first of these words; null under none. */
function columnUnder(words: readonly string[], header: readonly string[]): number | null {
  const given = header.map(headerWord);
  const word = words.find((known) => given.includes(known));
  return word === undefined ? null : given.indexOf(word) + 1;
}

export function nameColumn(header: readonly string[]): number | null {
  return columnUnder(nameWords, header);
}

export function rankColumn(header: readonly string[]): number | null {
  return columnUnder(rankWords, header);
}

/** A column of buckets, such as 1000 for one of the first thousand. It may as well hold words, and then it has no ranks. */
export function bucketColumn(header: readonly string[]): number | null {
  return columnUnder(['bucket'], header);
}

export function publishedAs(header: readonly string[]): { list: string; buckets: boolean } | null {
  const given = header.map(headerWord);
  return published.find(({ has }) => has.every((word) => given.includes(word))) ?? null;
}
