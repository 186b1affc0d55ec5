/**
 * Says loudly that a test did not run and why. With EXPECT_ALL=1 (CI) a skip is a failure, so that a green run cannot hide one.
 * Returns true when the caller must skip. The line on stdout is counted by test/run.ts.
 */
export function skipUnless(condition: boolean, title: string, reason: string): boolean {
  if (condition) return false;
  if (process.env.EXPECT_ALL === '1') throw new Error(`${title} did not run: ${reason}`);
  console.log(`SKIP ${title}: ${reason}`);
  return true;
}
