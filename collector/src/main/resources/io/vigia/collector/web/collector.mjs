// The collector itself: does everything that came in go out? How full is the store?
import { html, useApi, useState, whole, number, bytes, ago, href } from './lib.mjs';
import { Failure, Skeleton, Copy, Icon, Segments } from './parts.mjs';

const SIGNALS = ['traces', 'metrics', 'logs'];

export function CollectorView() {
  const { data, error } = useApi('status', {});
  if (error && !data) return html`<${Failure} error=${error} />`;
  if (!data) return html`<${Skeleton} rows=${6} />`;
  const names = [...new Set(data.destinations.map((d) => d.destination))];
  return html`
    <div class="bar title"><h1>Collector</h1><span class=${'state ' + (data.ready ? 'good' : 'warn')}><i class="pulse"></i>${data.ready ? 'taking data' : 'not ready'}</span><span class="grow"></span>
      <span class="muted">version ${data.version}, up ${ago(Date.now() - data.uptimeSeconds * 1000)}</span></div>
    <section class="ledger" aria-label="Conservation">${names.map((name) => html`<${Destination} key=${name} name=${name} lines=${data.destinations.filter((d) => d.destination === name)} />`)}
      ${!names.length && html`<p class="muted">no destination</p>`}</section>
    <div class="two">
      ${data.store && html`<${Store} store=${data.store} />`}
      <section class="card"><div class="bar"><h2>Listening</h2></div><dl class="attributes">${Object.entries(data.receivers).map(([k, v]) => html`<div><dt>${k}</dt><dd class="mono">${v}</dd></div>`)}</dl>
        <p class="muted small-text">Data in <span class="mono">${data.dataDirectory}</span>. Java heap ${bytes(data.heapBytes)}. The same figures for Prometheus: <a href="/metrics">/metrics</a></p></section>
    </div>
    <${Production} receivers=${data.receivers} />`;
}

const CIRCUIT = { CLOSED: ['good', 'answers'], OPEN: ['bad', 'waiting to try again'], HALF_OPEN: ['warn', 'trying again'] };

function Destination({ name, lines }) {
  const worst = lines.some((l) => l.circuit === 'OPEN') ? 'OPEN' : lines.some((l) => l.circuit === 'HALF_OPEN') ? 'HALF_OPEN' : 'CLOSED';
  const [tone, text] = CIRCUIT[worst];
  const error = lines.map((l) => l.lastError).find(Boolean);
  return html`<article class="card destination" data-destination=${name}><div class="bar"><h2>${name}</h2><span class=${'state ' + tone}><i class="pulse"></i>${text}</span><span class="grow"></span>
      <span class="muted">${lines[0].required ? 'required' : 'optional'}</span></div>
    ${SIGNALS.map((s) => lines.find((l) => l.signal === s)).filter(Boolean).map((l) => html`<${Equation} key=${l.signal} l=${l} />`)}
    ${error && html`<p class="failure small-text">${error}</p>`}</article>`;
}

function Equation({ l }) {
  const dropped = Object.values(l.dropped).reduce((a, b) => a + b, 0);
  const reasons = Object.entries(l.dropped).map(([k, v]) => `${k} ${whole(v)}`).join(', ');
  return html`<div class="equation" data-signal=${l.signal} data-balanced=${l.balanced}><span class="signal">${l.signal}</span>
    <span class="term"><b>${whole(l.accepted)}</b><small>accepted</small></span><i>=</i>
    <span class="term good"><b>${whole(l.delivered)}</b><small>delivered${l.duplicates ? `, ${whole(l.duplicates)} were there` : ''}</small></span><i>+</i>
    <span class=${'term' + (dropped ? ' bad' : '')} title=${reasons}><b>${whole(dropped)}</b><small>dropped${reasons ? `: ${reasons}` : ''}</small></span><i>+</i>
    <span class=${'term' + (l.pending ? ' warn' : '')}><b>${whole(l.pending)}</b><small>pending${l.pending && l.oldestPendingUnixMillis ? `, oldest ${ago(l.oldestPendingUnixMillis)}` : ''}</small></span>
    <span class=${'verdict ' + (l.balanced ? 'good' : 'bad')} title=${l.balanced ? 'Every item is accounted for' : 'The counts do not add up'}>${l.balanced ? '✓' : '✗'}</span>
    ${l.retries > 0 && html`<small class="muted retries">${whole(l.retries)} retries</small>`}
    <i class="flow" aria-hidden="true"><i class="f-delivered" style=${{ flex: l.delivered || 0.0001 }}></i><i class="f-dropped" style=${{ flex: dropped }}></i><i class="f-pending" style=${{ flex: l.pending }}></i></i></div>`;
}

function Store({ store }) {
  const share = Math.min(1, store.bytes / store.maxBytes);
  return html`<section class="card"><div class="bar"><h2>Store</h2><span class="grow"></span><span class="muted">${store.slices} files</span></div>
    <p class="big">${bytes(store.bytes)} <small>of ${bytes(store.maxBytes)}</small></p><i class="gauge"><i style=${{ width: `${Math.max(0.5, share * 100)}%` }}></i></i>
    <p class="muted small-text">${store.oldestUnixMillis ? `From ${ago(store.oldestUnixMillis)} ago; ` : ''}kept for ${ago(Date.now() - store.retentionMillis)} or until the size is reached, then the oldest file goes.
      ${store.droppedSlices ? ` ${whole(store.droppedSlices)} dropped since the start.` : ''}</p>
    ${store.corrupt.length > 0 && html`<p class="failure">Could not be read and was set aside: ${store.corrupt.join(', ')}</p>`}
    <p class="mono small-text muted">${store.directory}</p></section>`;
}

const PRESETS = {
  elasticsearch: ['Elasticsearch', '  elasticsearch: {url: "http://127.0.0.1:9200"}'],
  jaeger: ['Jaeger', '  jaeger: {endpoint: "http://127.0.0.1:14317"}'],
  prometheus: ['Prometheus', '  prometheus: {remoteWrite: "http://127.0.0.1:9090/api/v1/write"}'],
  scrape: ['Prometheus scrapes', '  scrape: {type: prometheus, listen: "127.0.0.1:9464"}'],
};

function Production({ receivers }) {
  const [chosen, set] = useState(['elasticsearch', 'jaeger', 'prometheus']);
  const text = ['destinations:', '  local: {}', ...Object.keys(PRESETS).filter((k) => chosen.includes(k)).map((k) => PRESETS[k][1])].join('\n');
  return html`<section class="card"><div class="bar"><h2>Send to your own backends</h2></div>
    <p class="muted">Choose, save as <span class="mono">vigia.yaml</span>, then check the connections and run. Each destination has its own place in the disk log: one that is down delays no other.</p>
    <div class="choices">${Object.entries(PRESETS).map(([k, [label]]) => html`<label class="check"><input type="checkbox" checked=${chosen.includes(k)} onChange=${() => set(chosen.includes(k) ? chosen.filter((c) => c !== k) : [...chosen, k])} />${label}</label>`)}</div>
    <div class="command block"><pre>${text}</pre><${Copy} text=${text + '\n'} /></div>
    <div class="command"><code>./vigia check --config vigia.yaml && ./vigia run --config vigia.yaml</code><${Copy} text="./vigia check --config vigia.yaml && ./vigia run --config vigia.yaml" /></div></section>`;
}
