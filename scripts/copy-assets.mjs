// Copies what tsc leaves behind: the SQL and the style of the report.
import { cpSync, readdirSync } from 'node:fs';

for (const file of readdirSync('orchestrator/report')) {
  if (!file.endsWith('.ts')) cpSync(`orchestrator/report/${file}`, `dist/report/${file}`);
}
