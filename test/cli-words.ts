/**
 * Words that start the program with Node: as it was built for a run of all tests (test/run.ts), which is twice as fast to start; else
 * its sources. Most runs of a test last for two seconds, an eighth of which the engine would optimise code that is about to end.
 */
const built = process.env.CENSUS_TEST_CLI;
const engine = '--interrupt-budget=5000000';
export const cliWords: readonly string[] =
  built === undefined ? [engine, '--import', 'tsx', 'orchestrator/cli.ts'] : [engine, built];
