// All metrics, one chart at a time.
import { html, useApi, useMemo, useState, rangeOf, rangeQuery, href, go, withUnit, number, whole } from './lib.mjs';
import { Failure, Warnings, Skeleton, Empty, Select, Field, Dot, useServiceNames } from './parts.mjs';
import { TimeChart } from './charts.mjs';
import { lines } from './service.mjs';

const keep = ({ range, from, to, ...rest }) => rest;

export function Metrics({ route }) {
  const p = route.params;
  const range = rangeOf(p);
  const services = useServiceNames();
  const { data, error } = useApi('metrics', { service: p.service }, { live: false });
  const [find, setFind] = useState('');
  const all = data ? data.metrics : [];
  const shown = all.filter((m) => `${m.name} ${m.description}`.toLowerCase().includes(find.toLowerCase()));
  const name = route.arg || '';
  const set = (change, metric = name) => go('metrics', metric, { ...keep(p), ...change }, true);
  return html`<div class="bar title"><h1>Metrics</h1>${data && html`<span class="muted" data-count=${all.length}>${all.length}</span>`}</div>
    <${Failure} error=${error} />
    <div class=${'metrics-body' + (name ? ' chosen' : '')}>
      <aside class="card metric-list">
        <div class="filters tight"><label class="field"><span class="sr">Find a metric</span><input id="search" placeholder="Find a metric" value=${find} onInput=${(e) => setFind(e.target.value)} /></label>
          <${Select} label="Service" value=${p.service || ''} onChange=${(v) => set({ service: v, groupBy: '' })} options=${[['', 'any'], ...services.map((s) => [s, s])]} /></div>
        ${!data && !error && html`<${Skeleton} rows=${10} />`}
        ${data && !shown.length && html`<p class="muted">none</p>`}
        <nav aria-label="Metrics">${shown.map((m) => html`<a key=${m.name} class=${m.name === name ? 'on' : ''} href=${href('metrics', m.name, { service: p.service })} data-metric=${m.name}>
          <span class="cut">${m.name}</span><small>${m.type}</small></a>`)}</nav>
      </aside>
      ${name ? html`<${Metric} key=${name} name=${name} info=${all.find((m) => m.name === name)} p=${p} range=${range} set=${set} />`
        : html`<section class="card metric-main"><${Empty} title="Choose a metric">${data ? `${whole(all.length)} metrics, ${number(all.reduce((n, m) => n + m.series, 0))} series` : ''}<//></section>`}
    </div>`;
}

function Metric({ name, info, p, range, set }) {
  const [off, setOff] = useState(() => new Set());
  const { data, error } = useApi('metrics/query', { ...rangeQuery(range), name, service: p.service, statistic: p.statistic, groupBy: p.groupBy, label: p.label, limit: 30 });
  const series = useApi('metrics/series', { name, service: p.service }, { live: false });
  const labels = useMemo(() => {
    const keys = new Set();
    for (const s of (series.data || { series: [] }).series) Object.keys(s.labels).forEach((k) => keys.add(k));
    return ['service', ...[...keys].sort()];
  }, [series.data]);
  const chart = useMemo(() => (data ? lines(data) : null), [data]);
  const distribution = info && (info.type === 'histogram' || info.type === 'summary');
  const statistics = distribution ? [['', 'mean'], ['p50', 'p50'], ['p95', 'p95'], ['p99', 'p99'], ['rate', 'rate']]
    : info && info.monotonic ? [['', 'rate'], ['avg', 'value']] : [['', 'value'], ['max', 'max'], ['rate', 'rate']];
  const visible = chart && { x: chart.x, series: chart.series.filter((s) => !off.has(s.label)) };
  return html`<section class="card metric-main">
    <div class="bar"><h2 class="mono">${name}</h2><span class="grow"></span><a class="back" href=${href('metrics', '', { service: p.service })}>all metrics</a></div>
    ${info && html`<p class="muted">${info.description} <span class="nowrap">${info.type}${info.unit ? `, ${info.unit}` : ''}, ${whole(info.series)} series, ${info.services.map((s) => html`<${Dot} name=${s} />${s} `)}</span></p>`}
    <div class="filters tight">
      <${Select} label="Show" value=${p.statistic || ''} options=${statistics} onChange=${(v) => set({ statistic: v })} />
      <${Select} label="One line per" value=${p.groupBy || ''} options=${[['', distribution ? 'service' : 'series'], ...labels.filter((l) => !(distribution && l === 'service')).map((l) => [l, l])]} onChange=${(v) => set({ groupBy: v })} />
      <${Field} label="Label" value=${p.label} placeholder="key=value" onChange=${(v) => set({ label: v })} /></div>
    <${Failure} error=${error} />
    <${Warnings} of=${data} />
    ${!data && !error && html`<${Skeleton} rows=${5} />`}
    ${data && !data.lines.length && html`<${Empty} title="No points here">in this stretch of time, with these labels<//>`}
    ${data && data.lines.length > 0 && html`<${TimeChart} ...${visible} height=${340} format=${(v) => withUnit(v, data.unit)} label=${name} onZoom=${(from, to) => set({ from, to })} />
      <div class="legend" data-lines=${data.lines.length}>${chart.series.map((s, i) => html`<button key=${s.label} aria-pressed=${!off.has(s.label)} onClick=${() => setOff((o) => { const n = new Set(o); if (!n.delete(s.label)) n.add(s.label); return n; })}>
        <i class="dot" style=${{ background: s.color }}></i><span class="cut">${s.label || data.lines[i].service}</span><b>${withUnit([...s.values].reverse().find((v) => v !== null), data.unit)}</b></button>`)}
        ${data.totalLines > data.lines.length && html`<p class="muted">and ${whole(data.totalLines - data.lines.length)} more lines; choose labels</p>`}</div>`}
  </section>`;
}
