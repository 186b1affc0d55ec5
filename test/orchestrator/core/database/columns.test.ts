import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { columnsOf } from '../../../../orchestrator/core/database/columns.ts';
import { HostsRecord } from '../../../../orchestrator/schemas/records/hosts.ts';

const test = suite('columns of a schema');

const types: [type: string, of: z.ZodType, sentence: string][] = [
  ['BIGINT', z.union([z.literal(4), z.literal(6)]), 'a closed list of whole numbers is whole'],
  ['BIGINT', z.literal([0, 1]).nullable(), 'so is one that may be null'],
  ['DOUBLE', z.literal([0.5, 1]), 'one of fractions is not'],
  ['DOUBLE', z.number().nullable(), 'a number is a fraction until it says otherwise'],
  ['BIGINT', z.int().min(0), 'an integer is whole'],
  ['BOOLEAN', z.boolean().nullable(), 'true, false and null stay three things'],
  ['VARCHAR', z.enum(['a', 'b']), 'words are text'],
];
for (const [type, schema, sentence] of types) {
  test(`${sentence}: ${type}`, () => {
    assert.equal(columnsOf(z.object({ field: schema })), [['field', type]]);
  });
}

test("a host's address family is 4 or 6, and not 4.0", () => {
  assert.is(new Map(columnsOf(HostsRecord)).get('family'), 'BIGINT');
});

test.run();
