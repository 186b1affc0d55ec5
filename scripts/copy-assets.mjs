// Copies what tsc leaves behind: the SQL of the report.
import { cpSync, readdirSync } from 'node:fs';

for (const file of readdirSync('orchestrator/report')) {
  if (file.endsWith('.sql')) cpSync(`orchestrator/report/${file}`, `dist/report/${file}`);
}
