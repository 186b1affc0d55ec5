/**
 * Words that start the program with Node: as it was built for a run of all tests (test/run.ts), which is twice as fast to start; else
 * its sources.
 */
const built = process.env.CENSUS_TEST_CLI;
export const cliWords: readonly string[] = built === undefined ? ['--import', 'tsx', 'orchestrator/cli.ts'] : [built];
