import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openSeal, sealText } from '../../../../orchestrator/core/folder/sealed.ts';

const test = suite('sealed files');

const value = { parts: { '00000': { counts: { answered: 3 }, note: 'größer, "null"' } }, last: null };

for (const indent of [0, 1, 2]) {
  const text = sealText('scan/00000.json', value, indent);

  test(`give their value back, without the seal, indented by ${indent}`, () => {
    assert.equal(openSeal('scan/00000.json', text), { value, seal: 'whole' });
    assert.match(text, /"self_sha256": ?"[0-9a-f]{64}"\n?\}\n$/);
  });

  test(`are never whole once a byte is another one, indented by ${indent}`, () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1) {
      for (const other of [0x20, 0x0a, 0x30, (bytes[at] ?? 0) ^ 1]) {
        if (bytes[at] === other) continue;
        const changed = Buffer.from(bytes);
        changed[at] = other;
        assert.not(sealOf(changed.toString('utf8')) === 'whole', `byte ${at} as ${other}`);
      }
    }
  });
}

function sealOf(text: string): string {
  try {
    return openSeal('scan/00000.json', text).seal;
  } catch {
    return 'no JSON';
  }
}

test('are broken in the place of another file', () => {
  assert.is(openSeal('scan/00001.json', sealText('scan/00000.json', value, 1)).seal, 'broken');
});

test('of a version that sealed nothing are told from those that are broken', () => {
  assert.equal(openSeal('manifest.json', '{"run": "a"}'), { value: { run: 'a' }, seal: 'none' });
  assert.is(openSeal('manifest.json', '{"self_sha256": null}').seal, 'broken');
});

test.run();
