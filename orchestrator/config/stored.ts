import { CensusError } from '../errors.ts';
import { type Config, StoredConfig } from './config.ts';
import { describeIssues } from './issues.ts';

/**
 * The configuration stored in a manifest. Keys that did not exist when the run was made get their defaults.
 * @throws CensusError E_RUN_FOLDER if it has keys or values that this version does not know
 */
export function storedConfig(config: Record<string, unknown>): Config {
  const parsed = StoredConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new CensusError(
    'E_RUN_FOLDER',
    `the configuration in manifest.json: ${describeIssues(StoredConfig, parsed.error, config)}`,
    'use the version that made the run, named in census.version',
  );
}
