import { claimsOf, type Endpoint, type Version } from './truth.ts';

/** The finest set that anything published is a sum of: those of one place, port, family and claim. */
export interface Cell extends Pick<Endpoint, 'country' | 'as' | 'port' | 'family'> {
  claim: string;
  addresses: string[];
}
export type Of = (cell: Cell) => boolean;
export interface Told {
  name: string;
  of: Of;
  sum: number;
}

export const claims = ['none', 'hidden', 'not_offered', 'echoed_option', 'inconsistent', 'capable', 'confirmed'];

/** Cells of a run, empty ones too: nobody knows which are. That an AS is in a country is no secret. */
export function cellsOf(endpoints: readonly Endpoint[], version: Version): Cell[] {
  const places = new Map(endpoints.map(({ country, as }) => [`${country} ${as}`, { country, as }]));
  const ports = new Map(endpoints.map(({ port, family }) => [`${port} ${family}`, { port, family }]));
  const cells = new Map<string, Cell>();
  for (const [a, at] of places)
    for (const [b, by] of ports)
      for (const claim of claims) cells.set(`${a} ${b} ${claim}`, { ...at, ...by, claim, addresses: [] });
  for (const { country, as, port, family, address, [version]: claim } of endpoints)
    cells.get(`${country} ${as} ${port} ${family} ${claim}`)?.addresses.push(address);
  return [...cells.values()];
}

export const withPiece =
  (of: Of, piece: string): Of =>
  (cell) =>
    of(cell) && claimsOf[piece]?.(cell.claim) === true;

export const addressesIn = (cells: readonly Cell[]) => new Set(cells.flatMap(({ addresses }) => addresses)).size;

/** Sets of which somebody might want to know the size. */
export function targetsOf(cells: readonly Cell[], told: readonly Told[]): { name: string; of: Of }[] {
  const groups = new Map<string, Of>([['all', () => true]]);
  for (const { country, as, port, family } of cells) {
    groups.set(country, (cell) => cell.country === country);
    groups.set(as, (cell) => cell.as === as);
    groups.set(`${country} ${as}`, (cell) => cell.country === country && cell.as === as);
    groups.set(`${country} without ${as}`, (cell) => cell.country === country && cell.as !== as);
    groups.set(`port ${port}`, (cell) => cell.port === port);
    groups.set(`port ${port} ${family}`, (cell) => cell.port === port && cell.family === family);
    groups.set(family, (cell) => cell.family === family);
  }
  const named = (name: string) => told.some((one) => one.name === `answered of ${name}`);
  for (const { country } of cells)
    groups.set(`${country} beside what is told`, (cell) => cell.country === country && !named(`${country},${cell.as}`));
  groups.set('all beside the countries that are told', (cell) => !named(cell.country));
  return [...groups].flatMap(([name, of]) =>
    Object.keys(claimsOf).map((piece) => ({ name: `${piece} of ${name}`, of: withPiece(of, piece) })),
  );
}
