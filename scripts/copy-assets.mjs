// Copies what tsc leaves behind: SQL, styles, scripts, the notebook.
import { cpSync } from 'node:fs';

for (const folder of ['report/queries', 'report/page', 'site/queries', 'site/assets', 'release']) {
  cpSync(`orchestrator/${folder}`, `dist/${folder}`, {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  });
}
