/**
 * Orders a second through all services of the shop's core, in both flows, each checked to the last row; and what PostgreSQL alone does
 * for the same rows and commits (pgbench has to be there). BENCH_PROFILES=<folder> keeps a CPU profile of every service.
 */
import { report } from './harness.mjs';
import { load } from './load.mjs';

const { measure } = await load('orders-scene.ts');
const options = {
  clients: Number(process.env.BENCH_CLIENTS ?? 32),
  seconds: Number(process.env.BENCH_SECONDS ?? 10),
  profiles: process.env.BENCH_PROFILES,
};

for (const flow of (process.env.BENCH_FLOWS ?? 'orchestration,choreography').split(',')) {
  const { ordersPerSecond, perOrder, barePerSecond } = await measure(flow, options);
  const { commits, inserted, changed } = perOrder;
  console.log(
    `${flow}: ${ordersPerSecond.toFixed(1)} orders/s; each ${commits.toFixed(1)} commits, ${inserted.toFixed(1)} rows inserted, ${changed.toFixed(1)} changed`,
  );
  // Times rather than rates: less is better, as everywhere.
  const [value, peer] = [1_000 / ordersPerSecond, 1_000 / barePerSecond];
  report({ what: `an order by ${flow}`, value, peer, peerName: 'PostgreSQL alone', goal: { ratio: 4 } });
}
