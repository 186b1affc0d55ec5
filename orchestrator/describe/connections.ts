import type { Config } from '../config/config.ts';
import { isAskedByWget, wayOf } from '../config/handshake.ts';

/** What a candidate's connections are, as a clause: of the ports that are scanned, those that are asked something. */
export function connectionsOf({ scan, handshake }: Pick<Config, 'scan' | 'handshake'>): string {
  const { hold_first, hold } = handshake;
  if (!hold_first) return `one TCP connection with two HTTP requests for "/", held open for ${hold} s`;
  const ways = scan.ports.map((port) => wayOf(port, handshake));
  const tls = ways.some((way) => way !== 'hold');
  const page = ways.includes('https') ? ' and one HTTP request for "/"' : '';
  const then = tls ? `, and then, on TLS ports, has a TLS handshake${page}` : '';
  const web = scan.ports.some((port) => isAskedByWget(port, handshake));
  const second = web ? '; on web ports another one with two HTTP requests for "/"' : '';
  return `one TCP connection that is silent for ${hold} s${then}${second}`;
}
