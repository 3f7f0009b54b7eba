// One trace: a waterfall that stays quick with 10,000 spans, logs inline, details beside it.
import { html, useApi, useState, useMemo, useRef, useEffect, useWidth, href, go, api, duration, clock, day, whole, colorOf, useTheme, css, percent } from './lib.mjs';
import { Failure, Skeleton, Dot, Icon, Copy, Attributes, VirtualRows, Level } from './parts.mjs';

const ROW = 28;

/** Children by start; spans whose parent is not here are roots. */
function treeOf(spans) {
  const byId = new Map(spans.map((s) => [s.spanId, { span: s, children: [], depth: 0 }]));
  const roots = [];
  for (const node of byId.values()) {
    const parent = node.span.parentSpanId && byId.get(node.span.parentSpanId);
    if (parent && parent !== node) parent.children.push(node); else roots.push(node);
  }
  // a ring of parents would never be reached from a root: break it at its earliest span
  const seen = new Set();
  const walk = (start) => {
    const stack = [[start, 0]];
    while (stack.length) {
      const [node, depth] = stack.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      node.depth = depth;
      node.children = node.children.filter((c) => !seen.has(c)).sort((a, b) => a.span.offsetNanos - b.span.offsetNanos);
      for (const child of node.children) stack.push([child, depth + 1]);
    }
  };
  roots.forEach(walk);
  for (const node of byId.values()) if (!seen.has(node)) { roots.push(node); walk(node); }
  roots.sort((a, b) => a.span.offsetNanos - b.span.offsetNanos);
  return { roots, byId };
}

/** What the duration of the trace consists of: going back from the end, always the child that ended last. */
function criticalPath(roots) {
  const parts = new Map();
  const root = roots[0];
  if (!root) return parts;
  const stack = [[root, root.span.offsetNanos + root.span.durationNanos]];
  while (stack.length) {
    const [node, until] = stack.pop();
    const start = node.span.offsetNanos;
    let end = Math.min(until, start + node.span.durationNanos);
    const segments = [];
    const children = [...node.children].sort((a, b) => b.span.offsetNanos + b.span.durationNanos - a.span.offsetNanos - a.span.durationNanos);
    for (const child of children) {
      const childEnd = child.span.offsetNanos + child.span.durationNanos;
      if (childEnd > end || child.span.offsetNanos < start) continue;
      if (end > childEnd) segments.push([childEnd, end]);
      stack.push([child, childEnd]);
      end = child.span.offsetNanos;
    }
    if (end > start) segments.push([start, end]);
    parts.set(node.span.spanId, segments);
  }
  return parts;
}

export function Trace({ route }) {
  const id = route.arg;
  const { data, error } = useApi(`traces/${encodeURIComponent(id)}`, {}, { live: false });
  if (error) return html`<${Failure} error=${error} /><p class="muted">Spans may still be on their way, or older than the store keeps. <button class="button" onClick=${() => dispatchEvent(new HashChangeEvent('hashchange'))}>Ask again</button></p>`;
  if (!data) return html`<${Skeleton} rows=${10} />`;
  return html`<${Waterfall} trace=${data} params=${route.params} />`;
}

function Waterfall({ trace, params }) {
  const [closed, setClosed] = useState(() => new Set());
  const [openLogs, setOpenLogs] = useState(() => new Map());
  const [selected, select] = useState(params.span || null);
  const [find, setFind] = useState('');
  const [critical, setCritical] = useState(false);
  const { roots, byId } = useMemo(() => treeOf(trace.spans), [trace]);
  const path = useMemo(() => (critical ? criticalPath(roots) : null), [critical, roots]);
  const services = useMemo(() => {
    const own = new Map();
    for (const { span, children } of byId.values()) {
      const inner = covered(children, span.offsetNanos, span.offsetNanos + span.durationNanos);
      const s = own.get(span.service) || { spans: 0, errors: 0, self: 0 };
      s.spans++; s.errors += span.status === 'ERROR' ? 1 : 0; s.self += Math.max(0, span.durationNanos - inner);
      own.set(span.service, s);
    }
    return [...own].sort((a, b) => b[1].self - a[1].self);
  }, [byId]);
  const matches = useMemo(() => {
    const text = find.trim().toLowerCase();
    if (!text) return null;
    return new Set(trace.spans.filter((s) => (text === 'error' ? s.status === 'ERROR'
      : `${s.name} ${s.service} ${s.peer || ''} ${s.spanId} ${JSON.stringify(s.attributes)}`.toLowerCase().includes(text))).map((s) => s.spanId));
  }, [find, trace]);
  const rows = useMemo(() => {
    const out = [];
    const stack = [...roots].reverse();
    while (stack.length) {
      const node = stack.pop();
      out.push({ key: node.span.spanId, node });
      const logs = openLogs.get(node.span.spanId);
      if (logs) for (const log of logs) out.push({ key: 'l' + log.seq, log, node });
      if (!closed.has(node.span.spanId)) for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
    }
    return out;
  }, [roots, closed, openLogs]);
  const index = rows.findIndex((r) => r.node && !r.log && r.key === selected);
  const [jump, setJump] = useState(index);
  const root = roots[0].span;
  const errors = trace.spans.filter((s) => s.status === 'ERROR').length;
  const span = selected && byId.get(selected) && byId.get(selected).span;

  const toggle = (spanId) => setClosed((c) => { const n = new Set(c); if (!n.delete(spanId)) n.add(spanId); return n; });
  const toggleLogs = async (spanId) => {
    if (openLogs.has(spanId)) { setOpenLogs((m) => { const n = new Map(m); n.delete(spanId); return n; }); return; }
    const page = await api('logs', { traceId: trace.traceId, spanId, limit: 200 });
    setOpenLogs((m) => new Map(m).set(spanId, page.logs.reverse()));
  };
  const move = (step) => {
    const spans = rows.map((r, i) => [r, i]).filter(([r]) => !r.log);
    const at = spans.findIndex(([r]) => r.key === selected);
    const next = spans[Math.max(0, Math.min(spans.length - 1, at + step))];
    if (next) { select(next[0].key); setJump(next[1]); }
  };
  const nextMatch = () => {
    if (!matches || !matches.size) return;
    setClosed(new Set());
    const order = trace.spans.map((s) => s.spanId);
    const ids = rows.filter((r) => !r.log).map((r) => r.key);
    const all = (ids.length === order.length ? ids : order).filter((s) => matches.has(s));
    const next = all[(all.indexOf(selected) + 1) % all.length];
    select(next);
    setTimeout(() => setJump(rows.findIndex((r) => r.key === next)), 0);
  };
  const keys = (e) => {
    if (e.target.tagName === 'INPUT') return;
    if (e.key === 'ArrowDown' || e.key === 'j') { move(1); e.preventDefault(); }
    if (e.key === 'ArrowUp' || e.key === 'k') { move(-1); e.preventDefault(); }
    if (e.key === 'ArrowLeft' && selected && !closed.has(selected)) toggle(selected);
    if (e.key === 'ArrowRight' && selected && closed.has(selected)) toggle(selected);
    if (e.key === 'Enter' && span && span.logs) toggleLogs(selected);
    if (e.key === 'Escape') select(null);
  };
  return html`
    <div class="bar title trace-title"><h1><${Dot} name=${root.service} />${root.service} <span class="thin">${root.name}</span></h1><span class="grow"></span>
      <a class="button" href=${href('logs', '', { traceId: trace.traceId })} data-logs=${trace.logs}><${Icon} name="logs" size=${16} />${whole(trace.logs)} log${trace.logs === 1 ? '' : 's'}</a>
      <${Copy} text=${trace.traceId} label="Trace id" /></div>
    <div class="trace-facts"><span><b>${duration(trace.durationNanos)}</b></span><span>${day(trace.startUnixMicros)} ${clock(trace.startUnixMicros)}</span>
      <span>${whole(trace.totalSpans)} spans${trace.spans.length < trace.totalSpans ? ` (${whole(trace.spans.length)} shown)` : ''}</span>
      ${errors > 0 && html`<span class="bad">${whole(errors)} error${errors > 1 ? 's' : ''}</span>`}
      <span class="mono muted id">${trace.traceId}</span></div>
    <div class="trace-services-row">${services.slice(0, 12).map(([name, s]) => html`<button class="pill" aria-pressed=${find === name} title="time spent in the service itself" onClick=${() => setFind(find === name ? '' : name)}>
      <${Dot} name=${name} />${name} <small>${s.spans} · ${duration(s.self)}</small></button>`)}</div>
    <div class="filters tight"><label class="field grow"><span class="sr">Find in the trace</span><input id="search" placeholder="Find a span by name, service or attribute; “error”" value=${find}
        onInput=${(e) => setFind(e.target.value)} onKeyDown=${(e) => e.key === 'Enter' && nextMatch()} /></label>
      ${matches && html`<button class="button" onClick=${nextMatch}>${whole(matches.size)} found, next</button>`}
      ${errors > 0 && html`<button class="button" aria-pressed=${find === 'error'} onClick=${() => setFind(find === 'error' ? '' : 'error')}>Errors</button>`}
      <button class="button" aria-pressed=${critical} title="What the duration consists of" onClick=${() => setCritical(!critical)}>Critical path</button>
      <button class="button" onClick=${() => setClosed(closed.size ? new Set() : new Set(trace.spans.map((s) => s.spanId).filter((s) => byId.get(s).depth >= 1)))}>${closed.size ? 'Expand' : 'Collapse'}</button></div>
    <div class=${'trace-body' + (span ? ' with-details' : '')} onKeyDown=${keys} tabindex="-1">
      <section class="card waterfall" tabindex="0" aria-label="Spans; arrow keys move">
        <${Overview} spans=${trace.spans} total=${trace.durationNanos} />
        <${Axis} total=${trace.durationNanos} />
        <${VirtualRows} rows=${rows} rowHeight=${ROW} scrollTo=${jump} label="Spans" class="span-rows" render=${(row) => (row.log
          ? html`<${LogRow} key=${row.key} row=${row} trace=${trace} />`
          : html`<${SpanRow} key=${row.key} node=${row.node} total=${trace.durationNanos} closed=${closed.has(row.key)} selected=${row.key === selected}
              dim=${matches && !matches.has(row.key)} logsOpen=${openLogs.has(row.key)} path=${path && (path.get(row.key) || [])}
              onToggle=${() => toggle(row.key)} onSelect=${() => select(row.key === selected ? null : row.key)} onLogs=${() => toggleLogs(row.key)} />`)} />
      </section>
      ${span && html`<${Details} span=${span} trace=${trace} onClose=${() => select(null)} onLogs=${() => toggleLogs(span.spanId)} />`}
    </div>`;
}

/** How much of a span its children cover. */
function covered(children, from, to) {
  let sum = 0;
  let reached = from;
  for (const { span } of children) {
    const start = Math.max(reached, span.offsetNanos);
    const end = Math.min(to, span.offsetNanos + span.durationNanos);
    if (end > start) { sum += end - start; reached = end; }
  }
  return sum;
}

function Overview({ spans, total }) {
  const box = useRef(null);
  const canvas = useRef(null);
  const width = useWidth(box);
  const theme = useTheme();
  useEffect(() => {
    if (!width || !canvas.current) return;
    const ratio = devicePixelRatio || 1;
    const height = 36;
    canvas.current.width = width * ratio;
    canvas.current.height = height * ratio;
    const g = canvas.current.getContext('2d');
    g.scale(ratio, ratio);
    g.clearRect(0, 0, width, height);
    const step = Math.max(0.5, Math.min(4, (height - 4) / spans.length));
    spans.forEach((s, i) => {
      g.fillStyle = s.status === 'ERROR' ? css('--bad') : colorOf(s.service);
      g.fillRect((s.offsetNanos / (total || 1)) * width, 2 + i * ((height - 4) / spans.length), Math.max(1, (s.durationNanos / (total || 1)) * width), Math.max(0.75, step - 0.6));
    });
  }, [spans, width, theme]);
  return spans.length > 12 ? html`<div class="overview" ref=${box} aria-hidden="true"><canvas ref=${canvas}></canvas></div>` : null;
}

function Axis({ total }) {
  return html`<div class="axis" aria-hidden="true"><span class="axis-name">Service & operation</span><span class="axis-ticks">${[0, 0.25, 0.5, 0.75, 1].map((f) => html`<i style=${{ left: `${f * 100}%` }}>${duration(total * f)}</i>`)}</span></div>`;
}

function SpanRow({ node, total, closed, selected, dim, logsOpen, path, onToggle, onSelect, onLogs }) {
  const s = node.span;
  const left = total ? (s.offsetNanos / total) * 100 : 0;
  const width = total ? (s.durationNanos / total) * 100 : 100;
  const failed = s.status === 'ERROR';
  return html`<div class=${'span-row' + (selected ? ' selected' : '') + (dim ? ' dim' : '') + (failed ? ' failed' : '')} role="treeitem" data-span=${s.spanId}
      aria-level=${node.depth + 1} aria-selected=${selected} aria-expanded=${node.children.length ? !closed : undefined} onClick=${onSelect}>
    <span class="span-name" style=${{ '--depth': Math.min(node.depth, 24) }}>
      ${node.children.length ? html`<button class="twist" aria-label=${closed ? 'Expand' : 'Collapse'} onClick=${(e) => { e.stopPropagation(); onToggle(); }}><${Icon} name=${closed ? 'right' : 'down'} size=${12} /></button>` : html`<i class="twist"></i>`}
      <i class="stripe" style=${{ background: colorOf(s.service) }}></i>
      <b>${s.service}</b><span class="op">${s.name}</span>
      ${s.peer && s.peerKind !== 'service' && html`<span class="to">→ ${s.peer}</span>`}
      ${failed && html`<span class="badge bad" title=${s.statusMessage || 'error'}>!</span>`}
      ${closed && html`<span class="badge">${whole(count(node))}</span>`}
      ${s.logs > 0 && html`<button class=${'badge logs' + (s.errorLogs ? ' bad' : '')} aria-pressed=${logsOpen} title="Show the log lines of this span" onClick=${(e) => { e.stopPropagation(); onLogs(); }}>${s.logs} log${s.logs > 1 ? 's' : ''}</button>`}
    </span>
    <span class="span-bar"><i class="bar-fill" style=${{ left: `${left}%`, width: `max(2px, ${width}%)`, background: failed ? 'var(--bad)' : colorOf(s.service), opacity: path ? 0.35 : 1 }}></i>
      ${path && path.map(([a, b]) => html`<i class="bar-path" style=${{ left: `${(a / total) * 100}%`, width: `max(2px, ${((b - a) / total) * 100}%)` }}></i>`)}
      <em class=${width > 22 ? 'inside' : ''} style=${width > 22 ? { left: `${left}%` } : left + width > 80 ? { right: `${100 - left}%` } : { left: `${left + width}%` }}>${duration(s.durationNanos)}</em></span>
  </div>`;
}

function count(node) { let n = 0; const stack = [...node.children]; while (stack.length) { const x = stack.pop(); n++; stack.push(...x.children); } return n; }

function LogRow({ row, trace }) {
  const { log, node } = row;
  const at = (log.timeUnixMicros - trace.startUnixMicros) * 1000;
  return html`<div class="span-row log-row"><span class="span-name" style=${{ '--depth': Math.min(node.depth + 1, 24) }}><i class="twist"></i>
    <${Level} level=${log.level} /><span class="op" title=${log.body}>${log.body}</span></span>
    <span class="span-bar"><i class=${'mark ' + log.level.toLowerCase()} style=${{ left: `${trace.durationNanos ? Math.min(100, Math.max(0, (at / trace.durationNanos) * 100)) : 0}%` }} title=${clock(log.timeUnixMicros)}></i></span></div>`;
}

function Details({ span, trace, onClose, onLogs }) {
  const resource = trace.resources[span.resource] || {};
  const search = (attribute) => go('traces', '', { attribute });
  return html`<aside class="card details" aria-label="Span details"><div class="bar"><h2><${Dot} name=${span.service} />${span.name}</h2><span class="grow"></span>
      <button class="quiet" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button></div>
    <div class="facts"><span><small>service</small><a href=${href('service', span.service)}>${span.service}</a></span><span><small>duration</small>${duration(span.durationNanos)}</span>
      <span><small>begins at</small>+${duration(span.offsetNanos)}</span><span><small>share</small>${percent(span.durationNanos, trace.durationNanos)}</span>
      <span><small>kind</small>${span.kind.toLowerCase()}</span>${span.peer && html`<span><small>peer</small>${span.peer}</span>`}
      <span><small>status</small><em class=${span.status === 'ERROR' ? 'bad' : ''}>${span.status.toLowerCase()}</em></span></div>
    ${span.statusMessage && html`<p class="failure">${span.statusMessage}</p>`}
    <div class="bar">${span.logs > 0 && html`<button class="button" onClick=${onLogs}>${span.logs} logs here</button><a class="button" href=${href('logs', '', { traceId: trace.traceId, spanId: span.spanId })}>in the log view</a>`}</div>
    <h3>Attributes</h3><${Attributes} values=${span.attributes} onFilter=${search} />
    ${span.events && html`<h3>Events</h3>${span.events.map((e) => html`<details open=${e.name === 'exception'}><summary>${e.name} <span class="muted">+${duration((e.timeUnixMicros - trace.startUnixMicros) * 1000)}</span></summary><${Attributes} values=${e.attributes} /></details>`)}`}
    ${span.links && html`<h3>Links</h3>${span.links.map((l) => html`<p><a class="mono" href=${href('trace', l.traceId)}>${l.traceId}</a></p>`)}`}
    <details><summary>Resource</summary><${Attributes} values=${resource} onFilter=${search} /></details>
    <p class="muted mono small-text">span ${span.spanId} · ${span.scope}</p></aside>`;
}
