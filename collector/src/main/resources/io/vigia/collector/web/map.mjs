// Who calls whom, from left to right.
import { html, useApi, useRef, useWidth, rangeOf, rangeQuery, rangeBounds, go, href, duration, perSecond, percent, colorOf, useMemo, useState } from './lib.mjs';
import { Failure, Skeleton, Empty, Icon } from './parts.mjs';

const W = 190;
const H = 66;

/** Columns by the longest way from a node nobody calls; rings are cut where they close. */
function layout(nodes, edges) {
  const names = new Set(nodes.map((n) => n.name));
  const out = new Map(nodes.map((n) => [n.name, []]));
  const inward = new Map(nodes.map((n) => [n.name, 0]));
  for (const e of edges) if (names.has(e.from) && names.has(e.to)) { out.get(e.from).push(e.to); inward.set(e.to, inward.get(e.to) + 1); }
  const rank = new Map();
  const visit = (name, depth, path) => {
    if (path.has(name) || depth > 12 || (rank.get(name) ?? -1) >= depth) return;
    rank.set(name, depth);
    path.add(name);
    for (const next of out.get(name)) visit(next, depth + 1, path);
    path.delete(name);
  };
  for (const n of nodes) if (!inward.get(n.name)) visit(n.name, 0, new Set());
  for (const n of nodes) if (!rank.has(n.name)) visit(n.name, 0, new Set());
  const columns = [];
  for (const n of nodes) (columns[rank.get(n.name)] ||= []).push(n.name);
  const filled = columns.filter(Boolean);
  // a few sweeps: each node to the mean height of those that call it
  const at = new Map();
  filled.forEach((c) => c.forEach((n, i) => at.set(n, i - (c.length - 1) / 2)));
  for (let sweep = 0; sweep < 4; sweep++) {
    filled.forEach((c) => {
      const wish = new Map(c.map((n) => { const callers = edges.filter((e) => e.to === n && at.has(e.from)); return [n, callers.length ? callers.reduce((s, e) => s + at.get(e.from), 0) / callers.length : at.get(n)]; }));
      c.sort((a, b) => wish.get(a) - wish.get(b));
      c.forEach((n, i) => at.set(n, i - (c.length - 1) / 2));
    });
  }
  return filled;
}

export function ServiceMap({ route }) {
  const range = rangeOf(route.params);
  const { data, error } = useApi('map', rangeQuery(range));
  const box = useRef(null);
  const width = useWidth(box);
  const [over, setOver] = useState(null);
  const columns = useMemo(() => (data ? layout(data.nodes, data.edges) : []), [data]);
  const [from, to] = rangeBounds(range);
  const seconds = (to - from) / 1e6;
  const tall = Math.max(1, ...columns.map((c) => c.length));
  const vertical = width > 0 && width < 640;
  const gap = vertical ? 0 : Math.max(90, Math.min(220, (width - 40 - columns.length * W) / Math.max(1, columns.length - 1)));
  const height = vertical ? columns.reduce((n, c) => n + c.length, 0) * (H + 34) + 30 : Math.max(340, tall * (H + 44) + 40);
  const place = new Map();
  if (vertical) { let y = 20; columns.forEach((c, i) => c.forEach((n) => { place.set(n, [12 + i * Math.min(36, (width - W - 24) / Math.max(1, columns.length - 1)), y]); y += H + 34; })); }
  else {
    const total = columns.length * W + (columns.length - 1) * gap;
    const left = Math.max(20, (width - total) / 2);
    columns.forEach((c, i) => { const step = (height - 20) / c.length; c.forEach((n, j) => place.set(n, [left + i * (W + gap), 10 + step * (j + 0.5) - H / 2])); });
  }
  const max = Math.max(1, ...(data ? data.edges.map((e) => e.requests) : []));
  return html`<div class="bar title"><h1>Map</h1>${data && html`<span class="muted">${data.nodes.length} nodes, ${data.edges.length} connections</span>`}</div>
    <${Failure} error=${error} />
    <section class="card map" ref=${box}>
      ${!data && !error && html`<${Skeleton} rows=${6} />`}
      ${data && !data.nodes.length && html`<${Empty} title="Nothing called anything">in this stretch of time<//>`}
      ${data && width > 0 && data.nodes.length > 0 && html`<svg width=${Math.max(width, vertical ? 0 : columns.length * W + (columns.length - 1) * gap + 40)} height=${height} role="img" aria-label="Service map">
        <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5L8 4L0 7.5z" class="arrow" /></marker></defs>
        ${data.edges.filter((e) => place.has(e.from) && place.has(e.to)).map((e) => {
          const [x1, y1] = place.get(e.from);
          const [x2, y2] = place.get(e.to);
          const a = vertical ? [x1 + 16, y1 + H] : [x1 + W, y1 + H / 2];
          const b = vertical ? [x2, y2 + H / 2] : [x2 - 3, y2 + H / 2];
          const mid = vertical ? `M${a}C${a[0]} ${b[1]} ${a[0]} ${b[1]} ${b}` : `M${a}C${a[0] + gap / 2} ${a[1]} ${b[0] - gap / 2} ${b[1]} ${b}`;
          const on = over === null || over === e.from || over === e.to;
          return html`<g class=${'edge' + (e.errors ? ' failing' : '') + (on ? '' : ' dim')} key=${e.from + e.to}><path d=${mid} stroke-width=${1.2 + 3.5 * Math.sqrt(e.requests / max)} marker-end="url(#arrow)" />
            ${!vertical && html`<text x=${(a[0] + b[0]) / 2} y=${(a[1] + b[1]) / 2 + 4}>${perSecond(e.requests / seconds)}/s · ${duration(e.p95Nanos)}</text>`}
            <title>${e.from} → ${e.to}: ${perSecond(e.requests / seconds)}/s, ${percent(e.errors, e.requests)} failed, p95 ${duration(e.p95Nanos)}</title></g>`;
        })}
        ${data.nodes.filter((n) => place.has(n.name)).map((n) => {
          const [x, y] = place.get(n.name);
          const service = n.kind === 'service';
          const open = () => service && go('service', n.name);
          return html`<g key=${n.name} class=${'node ' + n.kind + (n.errors ? ' failing' : '')} transform=${`translate(${x} ${y})`} tabindex=${service ? 0 : undefined} role=${service ? 'link' : undefined} aria-label=${n.name}
              data-node=${n.name} onMouseEnter=${() => setOver(n.name)} onMouseLeave=${() => setOver(null)} onClick=${open} onKeyDown=${(e) => e.key === 'Enter' && open()}>
            <rect width=${W} height=${H} rx=${service ? 10 : 33} /><rect class="tint" width="4" height=${H - 24} x="0" y="12" rx="2" style=${{ fill: service ? colorOf(n.name) : 'transparent' }} />
            <text class="node-name" x=${service ? 18 : W / 2} y="28" text-anchor=${service ? 'start' : 'middle'}>${n.name.length > 20 ? n.name.slice(0, 19) + '…' : n.name}</text>
            <text class="node-note" x=${service ? 18 : W / 2} y="48" text-anchor=${service ? 'start' : 'middle'}>${n.requests ? `${perSecond(n.requests / seconds)}/s` : ''}${n.errors ? ` · ${percent(n.errors, n.requests)} failed` : service ? '' : ` · ${n.kind}`}</text></g>`;
        })}
      </svg>`}
    </section>`;
}
