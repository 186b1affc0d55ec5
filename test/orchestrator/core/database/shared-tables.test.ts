import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sharedTables } from '../../../../orchestrator/core/database/shared-tables.ts';

const test = suite('core/database/shared-tables');

test('a table is made once, however many stages ask for it at the same time', async () => {
  const statements: string[] = [];
  const share = sharedTables('/scratch', async (sql) => {
    statements.push(sql.split(' ')[0] ?? '');
  });
  await Promise.all([share('one', 'SELECT 1'), share('one', 'SELECT 1'), share('two', 'SELECT 2')]);
  await share('one', 'SELECT 1');
  assert.equal(statements.sort(), ['COPY', 'COPY', 'CREATE', 'CREATE']);
});

test('a table of several pieces is made piece by piece, which are thought of once', async () => {
  const statements: string[] = [];
  const share = sharedTables('/scratch', async (sql) => {
    statements.push(sql);
  });
  let thought = 0;
  async function pieces() {
    thought++;
    return ['SELECT 1 AS a', 'SELECT 2 AS a'];
  }
  await Promise.all([share('one', pieces), share('one', pieces)]);
  const [first, second, view] = statements;
  assert.is(thought, 1);
  assert.match(first ?? '', /SELECT 1 .*one\.0\.parquet/);
  assert.match(second ?? '', /SELECT 2 .*one\.1\.parquet/);
  assert.match(view ?? '', /one\.0\.parquet', '.*one\.1\.parquet/);
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
