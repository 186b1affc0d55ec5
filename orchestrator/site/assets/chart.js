import { countText, element } from './cells.js';

const space = 'http://www.w3.org/2000/svg';
const [width, height, left, right, top, bottom] = [900, 260, 58, 16, 34, 40];
const classes = ['v1', 'v0'];

function shape(name, attributes, text) {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A round number that is not below the largest value. */
function ceiling(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= most) ?? 10) * power;
}

/** Lines over the runs, one for each side; a gap where nothing is told. */
export function drawLines(lines) {
  const times = lines[0].rows.map(({ time }) => Date.parse(time));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const most = ceiling(Math.max(1, ...lines.flatMap(({ rows, key }) => rows.map((row) => row[key] ?? 0))));
  const x = (time) =>
    to === from ? width / 2 : left + 6 + ((time - from) / (to - from)) * (width - left - right - 12);
  const y = (value) => height - bottom - (value / most) * (height - top - bottom);
  const names = lines.map(({ name }) => name).join(' and ');
  const svg = shape('svg', {
    class: 'chart',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': `v1 capable endpoints over time: ${names}`,
    'font-size': 12,
  });
  for (const value of [0, most / 2, most]) {
    svg.append(shape('line', { class: 'grid', x1: left, x2: width - right, y1: y(value), y2: y(value) }));
    svg.append(shape('text', { class: 'soft', x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, countText(value)));
  }
  const days = lines[0].rows.map(({ time }) => time.slice(0, 10));
  svg.append(shape('text', { class: 'soft', x: left, y: height - 12 }, days[0]));
  if (days.length > 1)
    svg.append(shape('text', { class: 'soft', x: width - right, y: height - 12, 'text-anchor': 'end' }, days.at(-1)));
  lines.forEach(({ name, rows, key }, i) => {
    const told = classes[i];
    let path = '';
    rows.forEach((row, j) => {
      const value = row[key] ?? null;
      if (value === null) return;
      path += `${path === '' || rows[j - 1]?.[key] == null ? 'M' : 'L'}${x(times[j])} ${y(value)}`;
      const dot = shape('circle', { class: `dot ${told}`, cx: x(times[j]), cy: y(value), r: 3 });
      dot.append(shape('title', {}, `${days[j]}: ${countText(value)} ${name}`));
      svg.append(dot);
    });
    svg.append(shape('path', { class: `line ${told}`, fill: 'none', 'stroke-width': 2, d: path || 'M0 0' }));
    svg.append(
      shape('line', {
        class: `line ${told}`,
        'stroke-width': 3,
        x1: left + i * 300,
        x2: left + 14 + i * 300,
        y1: 14,
        y2: 14,
      }),
    );
    svg.append(shape('text', { class: 'text', x: left + 19 + i * 300, y: 18 }, name.slice(0, 40)));
  });
  const caption = element('figcaption', { text: 'v1 capable endpoints per run' });
  const scroll = element('div', {
    class: 'scroll',
    role: 'region',
    tabindex: '0',
    'aria-label': `v1 capable endpoints per run: ${names}`,
  });
  scroll.append(svg);
  return element('figure', {}, caption, scroll);
}
