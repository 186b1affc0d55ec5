import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addAddrHmacForm, initialDataSequence, joinHmac, token } from '../../../orchestrator/mptcp/keys.ts';

/** Keys and HMACs of two published captures, one of each version, checked against the packets. */
const v1 = { client: '8f0c7c64a6a32ac1', server: '73bb150358a0aecb' };
const v0 = { client: 'ca2f07947b1bfd2b', server: 'a78213619e4beafc', nonces: ['96a3c294', '0f0cc049'] as const };
const announced = { address_id: 1, address: '192.168.136.225', port: null };

const test = suite('mptcp keys');

test('a v1 token and initial sequence number come from SHA-256 of the key', () => {
  assert.is(token(v1.client, 1), '2e1abded');
  assert.is(token(v1.server, 1), '5f3f5591');
  assert.is(BigInt(`0x${initialDataSequence(v1.client, 1)}`) + 1n, 17186763219675866565n);
  assert.is(BigInt(`0x${initialDataSequence(v1.server, 1)}`) + 1n, 12148165319181844526n);
});

test('a v0 token comes from SHA-1 of the key', () => {
  assert.is(token(v0.server, 0), '2ff5f1f0');
});

test('the HMACs of a v0 MP_JOIN are those of the capture, each sender first', () => {
  const [clientNonce, serverNonce] = v0.nonces;
  const client = { key: v0.client, nonce: clientNonce };
  const server = { key: v0.server, nonce: serverNonce };
  assert.is(joinHmac(server, client, 0).slice(0, 16), '84037deda67a454c');
  assert.is(joinHmac(client, server, 0), '66e36626703eacb8f72ec5be13f8c4ef4f6d4dd8');
});

test('an ADD_ADDR of an old kernel verifies by its leftmost 64 bits', () => {
  assert.is(addAddrHmacForm(v1.server, v1.client, announced, '669928744366716c'), 'leftmost64');
});

test('an ADD_ADDR whose address, id, port or key differs does not verify', () => {
  const hmac = '669928744366716c';
  const altered = [
    { ...announced, address: '192.168.136.226' },
    { ...announced, address_id: 2 },
    { ...announced, port: 80 },
  ];
  for (const other of altered) assert.is(addAddrHmacForm(v1.server, v1.client, other, hmac), null);
  assert.is(addAddrHmacForm(v1.client, v1.server, announced, hmac), null);
});

test.run();
