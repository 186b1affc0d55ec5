/**
 * How a line of a list is read, where it is more than a name or `rank,name`. Columns count from 1.
 */
export interface Form {
  /** A blank stands for any number of blanks and tabs. */
  delimiter: ',' | '\t' | ';' | '|' | ' ';
  name: number;
  /** null: the list has no ranks. */
  rank: number | null;
  /** How many columns each line has. */
  columns: number;
  /** Names stand there as origins or URLs: https://www.example.com. */
  origins: boolean;
}

/** A form as units carry it: short, as it stands in each of them. */
export function formText({ delimiter, name, rank, columns, origins }: Form): string {
  const mark = delimiter === '\t' ? 't' : delimiter === ' ' ? 'b' : delimiter;
  return `${mark}${name}/${rank ?? 0}/${columns}${origins ? 'o' : ''}`;
}

const pattern = /^([,t;|b])(\d+)\/(\d+)\/(\d+)(o?)$/;
const delimiters: Readonly<Record<string, Form['delimiter']>> = { ',': ',', t: '\t', ';': ';', '|': '|', b: ' ' };

/** What `formText` made a text of; null for any other. */
export function parseForm(text: string): Form | null {
  const [, mark = '', name, rank, columns, origins] = pattern.exec(text) ?? [];
  const delimiter = delimiters[mark];
  if (delimiter === undefined) return null;
  return {
    delimiter,
    name: Number(name),
    rank: rank === '0' ? null : Number(rank),
    columns: Number(columns),
    origins: origins === 'o',
  };
}
