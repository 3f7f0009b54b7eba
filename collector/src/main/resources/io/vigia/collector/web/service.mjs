// One service: latency heatmap, rate and percentiles over time, operations, its metrics.
import { html, useApi, rangeOf, rangeQuery, rangeBounds, href, go, duration, perSecond, percent, number, whole, withUnit, useMemo, css, useTheme } from './lib.mjs';
import { Dot, Failure, Warnings, Skeleton, Empty, Icon, Select } from './parts.mjs';
import { Heatmap, TimeChart } from './charts.mjs';
import { Tile } from './services.mjs';

export function Service({ route }) {
  const name = route.arg;
  const range = rangeOf(route.params);
  const operation = route.params.operation || '';
  const theme = useTheme();
  const { data, error } = useApi('services', { ...rangeQuery(range), buckets: 80, service: name });
  const heat = useApi('heatmap', { ...rangeQuery(range), service: name, operation, columns: 90 });
  const ops = useApi('operations', { ...rangeQuery(range), service: name });
  const s = data && data.services.find((x) => x.service === name);
  const zoom = (from, to) => go('service', name, { from, to, operation });
  const x = useMemo(() => {
    if (!data || !s) return [];
    const width = (data.toUnixMicros - data.fromUnixMicros) / s.sparkRequests.length;
    return s.sparkRequests.map((_, i) => data.fromUnixMicros + (i + 0.5) * width);
  }, [data]);
  if (error && !data) return html`<${Failure} error=${error} />`;
  if (!data) return html`<${Skeleton} rows=${6} />`;
  if (!s) return html`<${Empty} title=${`${name} sent nothing in this stretch of time`}><a href=${href('service', name, { range: '24h' })}>Look at the last 24 hours</a><//>`;
  const seconds = (data.toUnixMicros - data.fromUnixMicros) / 1e6 / s.sparkRequests.length;
  const gaps = (values) => values.map((v, i) => (s.sparkRequests[i] ? v : null));
  const cell = (c) => go('traces', '', { service: name, operation, entry: 1, from: c.from, to: c.to, min: c.min, max: c.max, cell: c.count });
  return html`
    <div class="bar title"><h1><${Dot} name=${name} />${name}</h1><span class="grow"></span>
      <a class="button" href=${href('traces', '', { service: name })}><${Icon} name="traces" size=${16} />Traces</a>
      <a class="button" href=${href('logs', '', { service: name })}><${Icon} name="logs" size=${16} />Logs</a>
      <a class="button" href=${href('metrics', '', { service: name })}><${Icon} name="metrics" size=${16} />Metrics</a></div>
    <section class="tiles">
      <${Tile} label="Requests" value=${perSecond(s.requestsPerSecond)} unit="/s" note=${`${number(s.requests)} in all`} />
      <${Tile} label="Failed" value=${percent(s.errors, s.requests)} bad=${s.errors > 0} note=${`${whole(s.errors)} requests`} to=${href('traces', '', { service: name, errors: 1, entry: 1 })} />
      <${Tile} label="p50" value=${duration(s.p50Nanos)} /><${Tile} label="p95" value=${duration(s.p95Nanos)} /><${Tile} label="p99" value=${duration(s.p99Nanos)} />
      <${Tile} label="Logs" value=${number(s.logs)} note=${s.errorLogs ? `${number(s.errorLogs)} errors` : ''} bad=${false} to=${href('logs', '', { service: name })} />
    </section>
    <section class="card">
      <div class="bar"><h2>Latency</h2><span class="muted hint">click a cell for exactly its traces</span><span class="grow"></span>
        ${ops.data && ops.data.operations.length > 1 && html`<${Select} label="Operation" value=${operation} onChange=${(v) => go('service', name, { operation: v }, true)}
          options=${[['', 'all operations'], ...ops.data.operations.map((o) => [o.operation, o.operation])]} />`}</div>
      ${heat.data && heat.data.cells.length ? html`<${Heatmap} data=${heat.data} onCell=${cell} height=${240} />`
        : heat.data ? html`<${Empty} title="No requests with traces here">Percentiles below come from metrics, when the service sends them.<//>` : html`<${Skeleton} rows=${3} />`}
    </section>
    ${s.basis !== 'NONE' && html`<div class="two">
      <section class="card"><div class="bar"><h2>Requests per second</h2></div>
        <${TimeChart} x=${x} onZoom=${zoom} label="requests per second" format=${(v) => number(v)} height=${190} series=${[
          { label: 'requests', values: s.sparkRequests.map((v) => v / seconds), color: css('--data'), fill: true },
          { label: 'failed', values: s.sparkErrors.map((v) => v / seconds), color: css('--bad'), fill: true }]} /></section>
      <section class="card"><div class="bar"><h2>Percentiles</h2></div>
        <${TimeChart} x=${x} onZoom=${zoom} label="latency percentiles" format=${duration} height=${190} log=${true} series=${[
          { label: 'p99', values: gaps(s.sparkP99Nanos), color: css('--p99') },
          { label: 'p95', values: gaps(s.sparkP95Nanos), color: css('--latency') },
          { label: 'p50', values: gaps(s.sparkP50Nanos), color: css('--p50') }]} /></section></div>`}
    ${ops.data && ops.data.operations.length > 0 && html`<section class="card"><div class="bar"><h2>Operations</h2></div><${Operations} name=${name} operations=${ops.data.operations} /></section>`}
    <${ServiceMetrics} name=${name} range=${range} />`;
}

function Operations({ name, operations }) {
  const max = Math.max(...operations.map((o) => o.requests));
  return html`<div class="scroll"><table class="table"><thead><tr><th>Operation</th><th class="n">Rate</th><th class="n">Errors</th><th class="n">p50</th><th class="n">p95</th><th class="n">p99</th></tr></thead>
    <tbody>${operations.map((o) => html`<tr key=${o.operation + o.kind}><td><a href=${href('traces', '', { service: name, operation: o.operation, entry: 1 })}>${o.operation}</a>
      <i class="meter"><i style=${{ width: `${(o.requests / max) * 100}%` }}></i></i></td>
      <td class="n">${perSecond(o.requestsPerSecond)}/s</td><td class=${'n' + (o.errors ? ' bad' : '')}>${percent(o.errors, o.requests)}</td>
      <td class="n">${duration(o.p50Nanos)}</td><td class="n">${duration(o.p95Nanos)}</td><td class="n">${duration(o.p99Nanos)}</td></tr>`)}</tbody></table></div>`;
}

/** What is worth seeing of a JVM service, in this order, when it is there. */
const CHOSEN = [
  ['jvm.memory.used', 'JVM memory', { groupBy: 'jvm.memory.type' }], ['process.runtime.jvm.memory.usage', 'JVM memory', { groupBy: 'type' }],
  ['jvm.cpu.recent_utilization', 'CPU', {}], ['jvm.gc.duration', 'GC pauses p95', { statistic: 'p95' }],
  ['jvm.thread.count', 'Threads', { groupBy: 'service' }], ['jvm.class.count', 'Classes', {}],
  ['http.client.request.duration', 'Outgoing HTTP p95', { statistic: 'p95' }], ['db.client.connections.usage', 'DB connections', {}],
];

function ServiceMetrics({ name, range }) {
  const { data } = useApi('metrics', { service: name }, { live: false });
  if (!data || !data.metrics.length) return null;
  const have = new Map(data.metrics.map((m) => [m.name, m]));
  const own = data.metrics.filter((m) => !/^(jvm|process|http|db|otel|otlp|rpc|system|messaging|queueSize|processed)/.test(m.name)).slice(0, 4)
    .map((m) => [m.name, m.name, { statistic: m.type === 'histogram' ? 'p95' : 'auto' }]);
  const shown = [...own, ...CHOSEN.filter(([metric]) => have.has(metric))];
  if (!shown.length) return null;
  return html`<div class="bar"><h2>Metrics</h2><span class="muted hint">${data.metrics.length} in all</span><span class="grow"></span><a href=${href('metrics', '', { service: name })}>all metrics</a></div>
    <div class="grid">${shown.map(([metric, title, more]) => html`<${MetricCard} key=${metric} metric=${metric} title=${title} service=${name} range=${range} more=${more} />`)}</div>`;
}

const LINES = [212, 158, 28, 275, 340, 48, 190, 96, 310, 5];
export const lineColor = (i) => `hsl(${LINES[i % LINES.length]} ${css('--line-s')} ${css('--line-l')})`;

export function lines(result) {
  const x = result.lines.length ? result.lines[0].values.map((_, i) => result.fromUnixMicros + (i + 0.5) * result.stepMicros) : [];
  return { x, series: result.lines.map((l, i) => ({ label: l.label || l.service, values: l.values, color: lineColor(i), fill: result.lines.length === 1 })) };
}

export function MetricCard({ metric, title, service, range, more }) {
  const { data, error } = useApi('metrics/query', { ...rangeQuery(range), name: metric, service, limit: 8, ...more });
  const chart = useMemo(() => (data ? lines(data) : null), [data]);
  const format = (v) => withUnit(v, data.unit);
  return html`<section class="card small"><div class="bar"><h3><a href=${href('metrics', metric, { service })} title=${metric}>${title}</a></h3>
    <span class="grow"></span>${data && html`<span class="muted small-text">${data.statistic}</span>`}</div>
    ${error ? html`<${Failure} error=${error} />` : !data ? html`<${Skeleton} rows=${2} />`
      : html`<${Warnings} of=${data} />${data.lines.length ? html`<${TimeChart} ...${chart} format=${format} height=${140} label=${title}
          onZoom=${(from, to) => go('service', service, { from, to })} />` : html`<p class="muted">no points in this stretch of time</p>`}`}</section>`;
}
