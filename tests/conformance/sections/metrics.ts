import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { call } from '../http.ts';
import { until } from '../process.ts';
import { where } from '../where.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function metrics(house: House): void {
  const samples = async () => parse((await call(`${house.instance().url}/metrics`)).text);
  const counts = async () => (await samples()).filter(({ name }) => name === 'http_server_request_duration_seconds_count');

  describe('3. Metrics', () => {
    it('is Prometheus text', async () => {
      const answer = await call(`${house.instance().url}/metrics`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain; version=/)]);
    });

    it('counts a request by method, route and status, and nothing else', async () => {
      await call(`${house.instance().url}${house.subject.template.path}?secret=1`);
      await until('it is counted', async () =>
        (await counts()).some(
          ({ labels }) => labels['http_route'] === house.subject.template.route && labels['http_request_method'] === 'GET',
        ),
      );
      const names = ['http_request_method', 'http_response_status_code', 'http_route'];
      for (const { labels } of await counts()) expect(Object.keys(labels).sort()).toEqual(names);
    });

    it('counts what matches no operation under the empty route', async () => {
      await call(`${house.instance().url}/no/such/path`);
      await until('it is counted', async () => (await counts()).some(({ labels }) => labels['http_route'] === ''));
      expect((await counts()).some(({ labels }) => labels['http_route']?.includes('such'))).toBe(false);
    });

    it('counts no health checks and no scrapes', async () => {
      for (const path of ['/health/live', '/health/ready', '/metrics']) await call(`${house.instance().url}${path}`);
      expect((await counts()).filter(({ labels }) => /health|metrics/.test(labels['http_route'] ?? ''))).toEqual([]);
    });

    it('measures in seconds', async () => {
      await call(`${house.instance().url}${house.subject.get}`);
      const all = await samples();
      const total = (name: string) => all.filter((sample) => sample.name === name).reduce((sum, { value }) => sum + value, 0);
      const mean = total('http_server_request_duration_seconds_sum') / total('http_server_request_duration_seconds_count');
      expect(mean).toBeGreaterThan(0);
      expect(mean).toBeLessThan(1);
    });

    it.each(['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_start_time_seconds', 'http_server_active_requests'])(
      'tells %s',
      async (wanted) => {
        expect((await samples()).find(({ name }) => name === wanted)?.value).toBeGreaterThanOrEqual(0);
      },
    );

    it('says which service it is', async () => {
      const { service, version } = house.subject;
      const info = (await samples()).find(({ name }) => name === 'target_info');
      expect(info).toMatchObject({ value: 1, labels: { service_name: service, service_version: version } });
    });

    where(house.subject.peer)('counts calls by peer, and tells whether the peer is left alone', async () => {
      await call(`${house.instance().url}${house.subject.peer?.path}`);
      const peer = house.subject.peer?.name ?? '';
      const all = await samples();
      const called = all.find(({ name, labels }) => name === 'http_client_request_duration_seconds_count' && labels['peer'] === peer);
      expect(called?.labels['http_request_method']).toBe('GET');
      expect(called?.labels['http_response_status_code'] ?? called?.labels['error_type']).toBeDefined();
      expect(all.find(({ name, labels }) => name === 'http_client_circuit_open' && labels['peer'] === peer)).toBeDefined();
    });

    where(house.subject.database)('counts connections to the database by state', async () => {
      const states = (await samples()).filter(({ name }) => name === 'db_client_connections').map(({ labels }) => labels['state']);
      expect(states.sort()).toEqual(['idle', 'pending', 'used']);
    });
  });
}

function parse(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}
