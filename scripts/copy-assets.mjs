// Copies what tsc leaves behind: the SQL and the style of the report.
import { cpSync } from 'node:fs';

for (const folder of ['queries', 'page']) {
  cpSync(`orchestrator/report/${folder}`, `dist/report/${folder}`, {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  });
}
