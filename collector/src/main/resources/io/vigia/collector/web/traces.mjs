// Trace search and its results.
import { html, useApi, rangeOf, rangeQuery, href, go, duration, clock, day, whole, list, colorOf, useMemo } from './lib.mjs';
import { Failure, Skeleton, Empty, Field, Select, Dot, Icon, useServiceNames } from './parts.mjs';

const UNITS = { ns: 1, us: 1e3, 'µs': 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9 };
/** "250 ms" as nanoseconds; a number alone is nanoseconds. */
export function parseDuration(text) {
  const m = /^\s*([\d.]+)\s*([a-zµ]*)\s*$/.exec(text || '');
  return m && (!m[2] || UNITS[m[2]]) ? Math.round(m[1] * (UNITS[m[2]] || 1)) : 0;
}

export function Traces({ route }) {
  const p = route.params;
  const range = rangeOf(p);
  const services = useServiceNames();
  const attributes = list(p.attribute);
  const query = {
    ...rangeQuery(range), service: p.service, operation: p.operation, errors: p.errors ? 'true' : '', entry: p.entry ? 'true' : '',
    minDurationNanos: parseDuration(p.min) || '', maxDurationNanos: parseDuration(p.max) || '', attribute: attributes,
    order: p.order, limit: p.cell ? 1000 : 100,
  };
  const { data, error, stale } = useApi('traces', query, { live: !p.cell });
  const operations = useApi('operations', { ...rangeQuery(range), service: p.service }, { live: false, skip: !p.service });
  const set = (change) => go('traces', '', { ...keep(p), ...change }, true);
  const max = data ? Math.max(1, ...data.traces.map((t) => t.durationNanos)) : 1;
  return html`
    <div class="bar title"><h1>Traces</h1><span class="grow"></span><input class="open-id" aria-label="Open a trace by its id" placeholder="Open by trace id" spellcheck="false"
      onInput=${(e) => /^[0-9a-f]{32}$/i.test(e.target.value.trim()) && go('trace', e.target.value.trim().toLowerCase())} onKeyDown=${(e) => e.key === 'Enter' && /^[0-9a-f]{1,32}$/i.test(e.target.value.trim()) && go('trace', e.target.value.trim().toLowerCase())} /></div>
    <form class="filters" onSubmit=${(e) => e.preventDefault()}>
      <${Select} label="Service" value=${p.service || ''} onChange=${(v) => set({ service: v, operation: '' })} options=${[['', 'any'], ...withCurrent(services, p.service).map((s) => [s, s])]} />
      <${Field} label="Operation" value=${p.operation} onChange=${(v) => set({ operation: v })} placeholder="any" options=${operations.data ? operations.data.operations.map((o) => o.operation) : []} />
      <${Field} label="At least" value=${p.cell ? duration(+p.min) : p.min} onChange=${(v) => set({ min: v, cell: '' })} placeholder="250 ms" width="7em" />
      <${Field} label="Less than" value=${p.cell ? duration(+p.max) : p.max} onChange=${(v) => set({ max: v, cell: '' })} placeholder="2 s" width="7em" />
      <${Field} label="Attribute" value=${attributes[0]} onChange=${(v) => set({ attribute: v })} placeholder="http.route=/cart" id="search" />
      <${Select} label="Order" value=${p.order || 'newest'} onChange=${(v) => set({ order: v === 'newest' ? '' : v })} options=${[['newest', 'newest first'], ['slowest', 'slowest first']]} />
      <label class="check"><input type="checkbox" checked=${!!p.errors} onChange=${(e) => set({ errors: e.target.checked ? 1 : '' })} />errors only</label>
    </form>
    ${p.cell && html`<p class="chip">One cell of the heatmap of <b>${p.service}</b>: ${clock(+p.from)} – ${clock(+p.to)}, ${duration(+p.min)} – ${duration(+p.max)}
      <button class="quiet" aria-label="Leave the cell" onClick=${() => go('service', p.service, { from: '', to: '', range: '15m' })}><${Icon} name="close" size=${14} /></button></p>`}
    <${Failure} error=${error} />
    ${!data && !error ? html`<${Skeleton} rows=${8} />` : null}
    ${data && html`<p class="muted count" aria-live="polite" data-count=${data.traces.length}>${whole(data.traces.length)} trace${data.traces.length === 1 ? '' : 's'}${data.traces.length >= query.limit ? ' (the first ones)' : ''}</p>`}
    ${data && !data.traces.length && html`<${Empty} title="No trace matches">Widen the time range or take a condition away.<//>`}
    <div class=${'trace-list' + (stale ? ' stale' : '')} role="list">${data && data.traces.map((t) => html`<${TraceLine} key=${t.traceId} t=${t} max=${max} />`)}</div>`;
}

const withCurrent = (names, current) => (current && !names.includes(current) ? [current, ...names] : names);
const keep = ({ range, from, to, ...rest }) => rest;

function TraceLine({ t, max }) {
  const total = Object.values(t.services).reduce((a, b) => a + b, 0);
  return html`<a class=${'trace-line' + (t.errors ? ' failed' : '')} role="listitem" href=${href('trace', t.traceId)} data-trace=${t.traceId}>
    <span class="trace-root"><b>${t.rootService}</b> ${t.rootName}</span>
    <span class="trace-time" title=${day(t.startUnixMicros)}>${clock(t.startUnixMicros)}</span>
    <span class="trace-duration"><i style=${{ width: `${Math.max(0.5, (t.durationNanos / max) * 100)}%` }}></i><b>${duration(t.durationNanos)}</b></span>
    <span class="trace-services">${Object.entries(t.services).map(([s, n]) => html`<span class="pill"><${Dot} name=${s} />${s} <small>${n}</small></span>`)}
      ${t.peers.map((s) => html`<span class="pill peer"><${Icon} name="database" size=${12} />${s}</span>`)}
      ${t.errors > 0 && html`<span class="pill bad">${t.errors} error${t.errors > 1 ? 's' : ''}</span>`}</span>
    <span class="trace-spans">${whole(t.spans)} span${t.spans === 1 ? '' : 's'}</span>
    <i class="share-bar" aria-hidden="true">${Object.entries(t.services).map(([s, n]) => html`<i style=${{ flex: n / total, background: colorOf(s) }}></i>`)}</i>
  </a>`;
}
