// Copies what tsc leaves behind: the SQL, styles and scripts of the report and the site.
import { cpSync } from 'node:fs';

for (const folder of ['report/queries', 'report/page', 'site/queries', 'site/assets']) {
  cpSync(`orchestrator/${folder}`, `dist/${folder}`, {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  });
}
