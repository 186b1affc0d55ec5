import { writeFileSync } from 'node:fs';

/** Loaded before a program: as it ends, it leaves what it used in the file that MPTCP_CENSUS_USAGE_FILE names. */
const file = process.env.MPTCP_CENSUS_USAGE_FILE;
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { processor: (userCPUTime + systemCPUTime) / 1e6, peak: (maxRSS * 1024) / 1e6 };
  if (file !== undefined) writeFileSync(file, JSON.stringify(usage));
});
