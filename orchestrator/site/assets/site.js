// Every page works without this file: it adds sorting, filters, copying, search and comparing. Nothing is asked of another host.
import { enableCopying } from './copy.js';
import { enableList } from './list.js';

enableCopying();
for (const table of document.querySelectorAll('table[data-view]')) enableList(table);
if (document.getElementById('compare') !== null) (await import('./compare.js')).enableComparing();
if (document.getElementById('found') !== null) (await import('./search.js')).showFound();
