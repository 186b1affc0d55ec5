import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sharedTables } from '../../../orchestrator/core/shared-tables.ts';

const test = suite('core/shared-tables');

test('a table is made once, however many stages ask for it at the same time', async () => {
  const statements: string[] = [];
  const share = sharedTables('/scratch', async (sql) => {
    statements.push(sql.split(' ')[0] ?? '');
  });
  await Promise.all([share('one', 'SELECT 1'), share('one', 'SELECT 1'), share('two', 'SELECT 2')]);
  await share('one', 'SELECT 1');
  assert.equal(statements.sort(), ['COPY', 'COPY', 'CREATE', 'CREATE']);
});

test('all who ask hear of a failure', async () => {
  const share = sharedTables('/scratch', async () => {
    throw new Error('no room');
  });
  const both = await Promise.allSettled([share('one', 'SELECT 1'), share('one', 'SELECT 1')]);
  assert.equal(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});

test.run();
