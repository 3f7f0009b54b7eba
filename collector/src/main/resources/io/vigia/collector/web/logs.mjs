// Log search: facets, live tail, jump to the trace.
import { html, useApi, useState, useEffect, useRef, rangeOf, rangeQuery, href, go, api, clock, day, whole, number, list } from './lib.mjs';
import { Failure, Skeleton, Empty, Field, Icon, Level, Dot, Attributes, Copy } from './parts.mjs';
import { LevelBars } from './charts.mjs';

const keep = ({ range, from, to, ...rest }) => rest;

export function Logs({ route }) {
  const p = route.params;
  const range = rangeOf(p);
  const levels = list(p.level);
  const services = list(p.service);
  const attributes = list(p.attribute);
  const filters = { service: services, level: levels, text: p.text, traceId: p.traceId, spanId: p.spanId, logger: p.logger, attribute: attributes };
  // of one trace, all there is
  const time = p.traceId && !p.from && !p.range ? {} : rangeQuery(range);
  const query = { ...time, ...filters, limit: 200 };
  const [tail, setTail] = useState(false);
  const { data, error, stale } = useApi('logs', query, { live: !tail });
  const facets = useApi('logs/facets', { ...filters, ...(p.traceId && !p.from && !p.range ? { lookbackSeconds: 259200 } : time), buckets: 90 });
  const [older, setOlder] = useState({ key: '', logs: [], cursor: null });
  const key = JSON.stringify([filters, range.key]);
  const more = older.key === key ? older : { key, logs: [], cursor: null };
  const fresh = useTail(tail, filters, data);
  const set = (change) => go('logs', '', { ...keep(p), ...change }, true);
  const toggle = (name, all, value) => set({ [name]: all.includes(value) ? all.filter((v) => v !== value) : [...all, value] });
  const cursor = more.logs.length ? more.cursor : data && data.nextCursor;
  const load = async () => {
    const page = await api('logs', { ...query, before: cursor });
    setOlder({ key, logs: [...more.logs, ...page.logs], cursor: page.nextCursor });
  };
  const base = data ? data.logs : [];
  const known = new Set(base.map((l) => l.seq));
  const logs = [...fresh.filter((l) => !known.has(l.seq)), ...base, ...more.logs.filter((l) => !known.has(l.seq))];
  const f = facets.data;
  return html`
    <div class="bar title"><h1>Logs</h1>${f && html`<span class="muted" data-total=${f.total}>${number(f.total)} lines</span>`}<span class="grow"></span>
      <button class=${'button' + (tail ? ' on' : '')} aria-pressed=${tail} onClick=${() => setTail(!tail)}><${Icon} name=${tail ? 'pause' : 'play'} size=${15} />Live tail</button></div>
    <form class="filters" onSubmit=${(e) => e.preventDefault()}>
      <${Field} label="Text" value=${p.text} onChange=${(v) => set({ text: v })} placeholder="in the message or an attribute" id="search" width="22em" />
      <${Field} label="Attribute" value=${attributes[0]} onChange=${(v) => set({ attribute: v })} placeholder="exception.type=…" />
      <${Field} label="Trace id" value=${p.traceId} onChange=${(v) => set({ traceId: v.trim(), spanId: '' })} placeholder="any" width="14em" />
    </form>
    ${p.traceId && html`<p class="chip">Lines of one trace${p.spanId ? ', one span' : ''}. <a href=${href('trace', p.traceId, p.spanId ? { span: p.spanId } : {})}>Open the trace</a>
      <button class="quiet" aria-label="All traces" onClick=${() => set({ traceId: '', spanId: '' })}><${Icon} name="close" size=${14} /></button></p>`}
    ${f && f.total > 0 && !(p.traceId && !p.from && !p.range) && html`<section class="card bars-card"><${LevelBars} facets=${f} onZoom=${(from, to) => set({ from, to })} /></section>`}
    <${Failure} error=${error} />
    <div class="logs-body">
      <aside class="facets">${f && html`
        <${Facet} title="Level" values=${f.levels} chosen=${levels} onToggle=${(v) => toggle('level', levels, v)} render=${(v) => html`<${Level} level=${v} />`} />
        <${Facet} title="Service" values=${f.services} chosen=${services} onToggle=${(v) => toggle('service', services, v)} render=${(v) => html`<${Dot} name=${v} /><span class="cut">${v}</span>`} />
        <${Facet} title="Logger" values=${f.loggers} chosen=${list(p.logger)} onToggle=${(v) => set({ logger: p.logger === v ? '' : v })} render=${(v) => html`<span class="cut" title=${v}>${v ? v.split('.').pop() : '(none)'}</span>`} />`}
      </aside>
      <section class=${'log-list' + (stale ? ' stale' : '')} aria-label="Log lines" aria-live=${tail ? 'polite' : 'off'}>
        ${tail && html`<p class="tailing"><i class="pulse"></i>live${fresh.length ? `, ${whole(fresh.length)} new` : ', waiting for the next line'}</p>`}
        ${!data && !error && html`<${Skeleton} rows=${12} />`}
        ${data && !logs.length && html`<${Empty} title="No line matches">Widen the time range or take a condition away.<//>`}
        ${logs.map((log) => html`<${LogLine} key=${log.seq} log=${log} onFilter=${(v) => set({ attribute: v })} />`)}
        ${cursor && html`<button class="button wide" onClick=${load}>Older lines</button>`}
      </section>
    </div>`;
}

/** What arrives from now on, newest first, at most 500. */
function useTail(on, filters, data) {
  const [logs, set] = useState([]);
  const seq = useRef(null);
  const key = JSON.stringify(filters);
  useEffect(() => { set([]); seq.current = null; }, [on, key]);
  useEffect(() => {
    if (!on) return undefined;
    let stop = false;
    let timer;
    const ask = async () => {
      try {
        if (seq.current === null) seq.current = data ? data.tailSeq : 0;
        const page = await api('logs', { ...filters, after: seq.current, lookbackSeconds: 86400, limit: 200 });
        seq.current = page.tailSeq;
        if (!stop && page.logs.length) set((old) => [...page.logs.reverse(), ...old].slice(0, 500));
      } catch { /* the next round asks again */ }
      if (!stop) timer = setTimeout(ask, 1000);
    };
    ask();
    return () => { stop = true; clearTimeout(timer); };
  }, [on, key, !!data]);
  return logs;
}

function Facet({ title, values, chosen, onToggle, render }) {
  const [all, setAll] = useState(false);
  const entries = Object.entries(values);
  if (!entries.length) return null;
  const max = Math.max(...entries.map(([, n]) => n));
  const shown = all ? entries : entries.slice(0, 8);
  return html`<fieldset class="facet"><legend>${title}</legend>${shown.map(([v, n]) => html`
    <label key=${v} class=${chosen.includes(v) ? 'on' : ''} data-facet=${v}><input type="checkbox" checked=${chosen.includes(v)} onChange=${() => onToggle(v)} />${render(v)}<span class="grow"></span><small>${number(n)}</small><i style=${{ width: `${(n / max) * 100}%` }}></i></label>`)}
    ${entries.length > 8 && html`<button class="quiet" onClick=${() => setAll(!all)}>${all ? 'fewer' : `${entries.length - 8} more`}</button>`}</fieldset>`;
}

function LogLine({ log, onFilter }) {
  const [open, setOpen] = useState(false);
  return html`<article class=${'log-line ' + log.level.toLowerCase() + (open ? ' open' : '')}>
    <div class="log-head" role="button" tabindex="0" aria-expanded=${open} onClick=${() => setOpen(!open)} onKeyDown=${(e) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); setOpen(!open); } }}>
      <time title=${day(log.timeUnixMicros)}>${clock(log.timeUnixMicros)}</time><${Level} level=${log.level} />
      <span class="log-service"><${Dot} name=${log.service} />${log.service}</span><span class="log-body">${log.body}</span>
      ${log.traceId && html`<a class="log-trace" href=${href('trace', log.traceId, log.spanId ? { span: log.spanId } : {})} title="Open the trace" aria-label="Open the trace" onClick=${(e) => e.stopPropagation()}><${Icon} name="traces" size=${15} /></a>`}
    </div>
    ${open && html`<div class="log-more"><pre>${log.body}</pre>
      <div class="bar"><${Copy} text=${log.body} label="Message" />${log.traceId && html`<a class="button" href=${href('trace', log.traceId, log.spanId ? { span: log.spanId } : {})}><${Icon} name="traces" size=${15} />Trace</a>
        <a class="button" href=${href('logs', '', { traceId: log.traceId })}>All lines of the trace</a>`}</div>
      <p class="muted small-text">${day(log.timeUnixMicros)} ${clock(log.timeUnixMicros)} · ${log.logger}</p>
      <h3>Attributes</h3><${Attributes} values=${log.attributes} onFilter=${onFilter} />
      <details><summary>Resource</summary><${Attributes} values=${log.resource} onFilter=${onFilter} /></details></div>`}
  </article>`;
}
