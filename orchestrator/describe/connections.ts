import type { Config } from '../config/config.ts';
import { isAskedByWget, wayOf } from '../config/sections/handshake.ts';

/** A clause that describes a candidate's connections, by what is sent on the scanned ports. */
export function connectionsOf({ scan, handshake }: Pick<Config, 'scan' | 'handshake'>): string {
  const { hold_first, hold } = handshake;
  if (!hold_first) return `one TCP connection with two HTTP requests for "/", held open for ${hold} s`;
  const ways = scan.ports.map((port) => wayOf(port, handshake));
  const tls = ways.includes('tls') || ways.includes('https');
  const page = ways.includes('https') ? ', and then one HTTP request for "/"' : '';
  const web = scan.ports.some((port) => isAskedByWget(port, handshake));
  return [
    `one TCP connection that is silent for ${hold} s`,
    ...(tls ? [`on TLS ports it then has a TLS handshake, ${hold} s more of silence${page}`] : []),
    ...(web
      ? [
          `on web ports an empty line and ${hold} s more of silence, and another connection with two HTTP requests for "/"`,
        ]
      : []),
    ...(handshake.join ? ['and one SYN to each global address that such a server announces, for a subflow'] : []),
  ].join('; ');
}
