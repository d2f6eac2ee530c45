import type { Pool } from 'pg';
import type { SearchResult, TraceQuery, TraceSummary } from '../../trace/readers/reader.ts';
import type { SourceRow, SpanRow } from './rows.ts';

/** A trace through more services than these names no further ones in its summary. */
const MOST_SERVICES = 100;

/** Adds spans and brings their traces' summaries up to date, in one statement: all or nothing, and a repeated span counts once. */
const INSERT = `
with given as (
  select * from unnest($1::text[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bool[], $6::bool[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[])
    as g(trace_id, digest, start_ns, end_ns, is_root, failed, service, name, request_id, body, source)
), added_sources as (
  insert into sources select * from unnest($12::bytea[], $13::text[], $14::text[]) on conflict do nothing
), added as (
  insert into spans (trace_id, digest, request_id, source, body)
  select trace_id, digest, request_id, source, body from given
  on conflict do nothing
  returning trace_id, digest
)
insert into traces as t
  (trace_id, start_ns, end_ns, seen_at, spans, errors, services, root_service, root_name, root_start_ns, has_root)
select trace_id, min(start_ns), max(end_ns), now(), count(*), count(*) filter (where failed),
  (array_agg(distinct service))[1:${MOST_SERVICES}],
  (array_agg(service order by is_root desc, start_ns))[1],
  (array_agg(name order by is_root desc, start_ns))[1],
  (array_agg(start_ns order by is_root desc, start_ns))[1],
  bool_or(is_root)
from given join added using (trace_id, digest)
group by trace_id
on conflict (trace_id) do update set
  start_ns = least(t.start_ns, excluded.start_ns),
  end_ns = greatest(t.end_ns, excluded.end_ns),
  seen_at = excluded.seen_at,
  spans = t.spans + excluded.spans,
  errors = t.errors + excluded.errors,
  services = (select (array_agg(distinct s))[1:${MOST_SERVICES}] from unnest(t.services || excluded.services) s),
  (root_service, root_name, root_start_ns, has_root) = (
    select r.service, r.name, r.start_ns, r.has_root
    from (values (t.root_service, t.root_name, t.root_start_ns, t.has_root),
                 (excluded.root_service, excluded.root_name, excluded.root_start_ns, excluded.has_root))
      as r(service, name, start_ns, has_root)
    order by r.has_root desc, r.start_ns limit 1)`;

export async function insertSpans(pool: Pool, rows: readonly SpanRow[]): Promise<void> {
  const unique = [...new Map(rows.map((row) => [row.digest.toString('hex'), row])).values()];
  const column = (value: (row: SpanRow) => unknown) => unique.map(value);
  const sources = [...new Map(unique.map(({ source }) => [source.digest.toString('hex'), source])).values()];
  const sourceColumn = (value: (source: SourceRow) => unknown) => sources.map(value);
  await pool.query(INSERT, [
    column((row) => row.traceId),
    column((row) => row.digest),
    column((row) => String(row.start)),
    column((row) => String(row.end)),
    column((row) => row.isRoot),
    column((row) => row.failed),
    column((row) => row.service),
    column((row) => row.name),
    column((row) => row.requestId ?? null),
    column((row) => row.body),
    column((row) => row.source.digest),
    sourceColumn((source) => source.digest),
    sourceColumn((source) => source.resource),
    sourceColumn((source) => source.scope),
  ]);
}

interface TraceRow {
  readonly trace_id: string;
  readonly start_ns: string;
  readonly duration_ns: string;
  readonly root_service: string;
  readonly root_name: string;
  readonly spans: string;
  readonly errors: string;
  readonly services: readonly string[];
}

/** Every trace is looked at, so the answer is complete: that is what an own database is for. */
export async function searchTraces(pool: Pool, query: TraceQuery): Promise<Omit<SearchResult, 'dropped'>> {
  const { where, values } = conditionsOf(query);
  const order = query.by === 'slowest' ? 'end_ns - start_ns desc' : 'start_ns desc';
  const { rows } = await pool.query<TraceRow>(
    `select trace_id, start_ns, end_ns - start_ns as duration_ns, root_service, root_name, spans, errors, services
     from traces ${where} order by ${order}, trace_id limit ${query.limit}`,
    values,
  );
  return { traces: rows.map(summaryOf), complete: true };
}

function conditionsOf({ idPrefix, requestId, errorsOnly, since }: TraceQuery): { readonly where: string; readonly values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  // 'g' sorts after every hexadecimal digit.
  if (idPrefix !== undefined) conditions.push(`trace_id >= ${bind(idPrefix)} and trace_id < ${bind(`${idPrefix}g`)}`);
  if (requestId !== undefined) conditions.push(`trace_id in (select trace_id from spans where request_id = ${bind(requestId)})`);
  if (since !== undefined) conditions.push(`start_ns >= ${bind(String(BigInt(since.getTime()) * 1_000_000n))}`);
  if (errorsOnly) conditions.push('errors > 0');
  return { where: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '', values };
}

function summaryOf(row: TraceRow): TraceSummary {
  return {
    traceId: row.trace_id,
    start: BigInt(row.start_ns),
    duration: BigInt(row.duration_ns),
    rootService: row.root_service,
    rootName: row.root_name,
    spans: Number(row.spans),
    errors: Number(row.errors),
    services: row.services,
  };
}

/** How many spans a trace has; 0 where it is not there. */
export async function countSpans(pool: Pool, traceId: string): Promise<number> {
  const { rows } = await pool.query<{ spans: string }>('select spans from traces where trace_id = $1', [traceId]);
  return Number(rows[0]?.spans ?? 0);
}

interface BodyRow {
  readonly digest: Buffer;
  readonly body: string;
  readonly resource: string;
  readonly scope: string;
}

const PAGE = 2_000;

/** The spans of one trace as texts of OTLP's ResourceSpans, page by page: memory stays flat however large the trace is. */
export async function* readResourceSpans(pool: Pool, traceId: string, most: number): AsyncGenerator<string> {
  let after: Buffer | undefined = Buffer.alloc(0);
  for (let left = most; left > 0 && after; left -= PAGE) {
    const { rows }: { rows: BodyRow[] } = await pool.query<BodyRow>(
      `select s.digest, s.body, o.resource, o.scope from spans s join sources o on o.digest = s.source
       where s.trace_id = $1 and s.digest > $2 order by s.digest limit $3`,
      [traceId, after, Math.min(PAGE, left)],
    );
    for (const [before, bodies] of bySource(rows)) yield `${before}${bodies.join(',')}]}]}`;
    after = rows.length === PAGE ? rows.at(-1)?.digest : undefined;
  }
}

/** The bodies of each source, by the JSON text that stands before them. */
function bySource(rows: readonly BodyRow[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { resource, scope, body } of rows) {
    const before = `{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[`;
    const bodies = groups.get(before);
    if (bodies) bodies.push(body);
    else groups.set(before, [body]);
  }
  return groups;
}

export interface Retention {
  /** Traces that nothing was added to for so long are deleted. */
  readonly days: number;
  /** Over all traces; the oldest traces go first. */
  readonly spans: number;
}

/** Over the limit, this much of it is kept, so that not every sweep has to delete. */
const KEPT_SHARE = 0.9;

/** Deletes what is too old or too much. Age is time since arrival: the spans' own clocks may be wrong. */
export async function sweep(pool: Pool, { days, spans }: Retention): Promise<void> {
  await deleteTraces(pool, `seen_at < now() - make_interval(secs => $1)`, days * 86_400);
  const { rows } = await pool.query<{ total: string }>('select coalesce(sum(spans), 0) as total from traces');
  if (Number(rows[0]?.total) > spans) {
    const oldest = 'select trace_id, sum(spans) over (order by seen_at desc, trace_id) as newer from traces';
    await deleteTraces(pool, `trace_id in (select trace_id from (${oldest}) t where newer > $1)`, Math.floor(spans * KEPT_SHARE));
  }
  await pool.query('delete from sources where not exists (select from spans where spans.source = sources.digest)');
}

async function deleteTraces(pool: Pool, condition: string, value: number): Promise<void> {
  await pool.query(
    `with gone as (delete from traces where ${condition} returning trace_id)
     delete from spans using gone where spans.trace_id = gone.trace_id`,
    [value],
  );
}
