// All services: rate, errors, duration.
import { html, useApi, rangeOf, rangeQuery, href, go, duration, perSecond, percent, whole, number, useState } from './lib.mjs';
import { Icon, Dot, Failure, Skeleton, Copy, Segments } from './parts.mjs';
import { Spark } from './charts.mjs';

export function Services({ route }) {
  const range = rangeOf(route.params);
  const { data, error } = useApi('services', { ...rangeQuery(range), buckets: 40 });
  const [sort, setSort] = useState('name');
  if (error && !data) return html`<${Failure} error=${error} />`;
  if (!data) return html`<${Skeleton} rows=${5} />`;
  if (!data.services.length) return html`<${Waiting} range=${range} />`;
  const by = {
    name: (a, b) => (a.service < b.service ? -1 : 1),
    rate: (a, b) => b.requests - a.requests,
    errors: (a, b) => b.errors / (b.requests || 1) - a.errors / (a.requests || 1),
    latency: (a, b) => (b.p95Nanos || 0) - (a.p95Nanos || 0),
  }[sort];
  const services = [...data.services].sort(by);
  const requests = services.reduce((n, s) => n + s.requestsPerSecond, 0);
  const errors = services.reduce((n, s) => n + s.errors, 0);
  const all = services.reduce((n, s) => n + s.requests, 0);
  const slowest = services.filter((s) => s.p95Nanos).sort((a, b) => b.p95Nanos - a.p95Nanos)[0];
  const errorLogs = services.reduce((n, s) => n + s.errorLogs, 0);
  return html`
    <section class="tiles" aria-label="Overview">
      <${Tile} label="Services" value=${services.length} />
      <${Tile} label="Requests" value=${perSecond(requests)} unit="/s" />
      <${Tile} label="Failed" value=${percent(errors, all)} bad=${errors > 0} note=${`${whole(errors)} of ${number(all)}`} />
      ${slowest && html`<${Tile} label="Slowest p95" value=${duration(slowest.p95Nanos)} note=${slowest.service} />`}
      <${Tile} label="Error logs" value=${number(errorLogs)} bad=${errorLogs > 0} to=${href('logs', '', { level: ['ERROR', 'FATAL'] })} />
    </section>
    <div class="bar"><h2>Services</h2><span class="grow"></span>
      <${Segments} label="Order" value=${sort} onChange=${setSort} options=${[['name', 'Name'], ['rate', 'Rate'], ['errors', 'Errors'], ['latency', 'Latency']]} /></div>
    <div class="services" role="list">
      <div class="service-head" aria-hidden="true"><span>Service</span><span>Requests</span><span>Errors</span><span>p50</span><span>p95</span><span>p99</span><span>Latency p95</span><span>Logs</span></div>
      ${services.map((s) => html`<${Line} key=${s.service} s=${s} />`)}
    </div>`;
}

export function Tile({ label, value, unit, note, bad, to }) {
  const inside = html`<span class="tile-label">${label}</span><span class=${'tile-value' + (bad ? ' bad' : '')}>${value}${unit && html`<small>${unit}</small>`}</span><span class="tile-note">${note || ' '}</span>`;
  return to ? html`<a class="tile" href=${to}>${inside}</a>` : html`<div class="tile">${inside}</div>`;
}

const BASIS = { METRICS: 'from metrics', ROOTS: 'root spans', NONE: 'no requests seen', SPANS: '' };

function Line({ s }) {
  const failing = s.errors > 0;
  const share = s.requests ? s.errors / s.requests : 0;
  return html`<a class="service-line" role="listitem" href=${href('service', s.service)} data-service=${s.service}>
    <span class="service-name"><${Dot} name=${s.service} /><b>${s.service}</b>${BASIS[s.basis] && html`<small>${BASIS[s.basis]}${s.partial && ', not all points'}</small>`}</span>
    <span class="cell spark-cell" data-label="Requests"><${Spark} values=${s.sparkRequests} errors=${s.sparkErrors} label="requests over time" /><b>${perSecond(s.requestsPerSecond)}<small>/s</small></b></span>
    <span class=${'cell' + (failing ? ' bad' : ' ok')} data-label="Errors"><b>${s.requests ? percent(s.errors, s.requests) : '–'}</b>
      <i class="share"><i style=${{ width: `${Math.max(failing ? 3 : 0, share * 100)}%` }}></i></i></span>
    <span class="cell" data-label="p50"><b>${duration(s.p50Nanos)}</b></span>
    <span class="cell" data-label="p95"><b>${duration(s.p95Nanos)}</b></span>
    <span class="cell" data-label="p99"><b>${duration(s.p99Nanos)}</b></span>
    <span class="cell spark-cell wide" data-label="Latency p95"><${Spark} values=${s.sparkP95Nanos} color="var(--latency)" label="p95 over time" /></span>
    <span class="cell logs-cell" data-label="Logs"><b>${number(s.logs)}</b>${s.errorLogs > 0 && html`<small class="bad">${number(s.errorLogs)} errors</small>`}</span>
  </a>`;
}

/** Nothing here yet: how to get the first service in. */
function Waiting({ range }) {
  const { data: info } = useApi('info', {}, { live: false });
  const { data: ever } = useApi('services', { lookbackSeconds: 259200, buckets: 1 });
  const line = info ? info.attachLine : '';
  const older = ever && ever.services.length > 0;
  return html`<section class="waiting">
    <div class="sweep" aria-hidden="true"><i></i><i></i><i></i></div>
    <h1>${older ? 'Nothing in this stretch of time' : 'Waiting for data'}</h1>
    ${older ? html`<p>There is older data. <a href=${href('services', '', { range: '3d' })}>Show the last 3 days</a></p>`
      : html`<p class="lead">Start any JVM service with the agent. It appears here about two seconds after its first request.</p>`}
    <div class="command"><code>${line || '…'}</code><${Copy} text=${line} /></div>
    <p class="muted live"><i class="pulse"></i>listening${info ? html`: ${Object.entries(info.receivers).map(([k, v], i) => html`${i ? ', ' : ' '}<span class="nowrap"><b>${k}</b> ${v}</span>`)}` : ''}</p>
    <p class="muted">Already instrumented? Point any OpenTelemetry SDK or Fluentd forward client at these addresses.</p>
  </section>`;
}
