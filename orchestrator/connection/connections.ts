import { type Negotiation, negotiation } from './fallback.ts';
import { type Observation, observe } from './observe.ts';
import { type Keys, keysOf, versionOf } from './stream.ts';
import type { Stream } from './streams.ts';
import { joinAnswer, joinToken, keysAcross, kindOf, parentFinder } from './subflow.ts';

/** One stream read as what it is. Whatever no packet tells is null or `unknown`. */
export interface Read {
  stream: Stream;
  kind: ReturnType<typeof kindOf>;
  /** Of a subflow: of its connection. */
  version: number | null;
  negotiation: Negotiation;
  /** The connection that a subflow belongs to; null when its keys were not seen, or for what is no subflow. */
  parent: Stream | null;
  token: string | null;
  join: ReturnType<typeof joinAnswer> | null;
  observations: Observation[];
}

const unseen: Keys = { client: null, server: null };

/** Reads all streams of a capture, beside each other: a subflow may stand before its connection. */
export function readStreams(streams: Stream[]): Read[] {
  const connections = streams.filter((stream) => kindOf(stream) === 'connection');
  const find = parentFinder(connections);
  return streams.map((stream) => {
    const kind = kindOf(stream);
    const joins = kind === 'subflow';
    const parent = joins ? find(stream) : null;
    const keys = joins ? (parent === null ? unseen : keysAcross(parent)) : keysOf(stream);
    return {
      stream,
      kind,
      version: joins ? (parent?.version ?? null) : versionOf(stream),
      negotiation: negotiation(stream),
      parent: parent?.stream ?? null,
      token: joinToken(stream),
      join: joins ? joinAnswer(stream, parent) : null,
      observations: observe(stream, keys),
    };
  });
}
