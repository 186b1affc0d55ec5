/** A fault that was found from outside, and the test whose title is the right behaviour. */
export interface Fault {
  found: string;
  /** Below test/, or the package's own tests. */
  file: string;
  /** A piece of the title as it stands in the file; … for what a table fills in. */
  title: string;
}

/** Faults whose tests stand in one file. */
export const of = (file: string, rows: [found: string, title: string][]): Fault[] =>
  rows.map(([found, title]) => ({ found, file, title }));

export const core = 'test/orchestrator/core';
export const tools = 'test/orchestrator/tools';
