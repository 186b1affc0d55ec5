import * as Plot from '@observablehq/plot';
import { type Drawing, drawSvg } from './svg.ts';
import { readWorld } from './world.ts';

/** Draws marks by longitude and latitude on a map of the world. */
export async function drawOnWorld(drawing: Drawing, marks: Plot.Markish[]): Promise<string> {
  const { land, borders } = await readWorld();
  return drawSvg(drawing, {
    width: 1000,
    height: 452,
    margin: 0,
    projection: { type: 'equal-earth', domain: { type: 'Sphere' }, insetTop: 5, insetBottom: -42 },
    r: { type: 'identity' },
    marks: [
      Plot.geo(land, { fill: '#e6eaef', stroke: '#c3cad3', strokeWidth: 0.5 }),
      Plot.geo(borders, { stroke: '#ffffff', strokeWidth: 0.7 }),
      ...marks,
    ],
  });
}
