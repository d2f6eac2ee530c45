import type { Sample } from './open-loop.ts';

/** How one step went, over all sessions. Times are milliseconds. */
export interface StepReport {
  readonly step: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

export function reportOf(samples: readonly Sample[]): readonly StepReport[] {
  return [...new Set(samples.map(({ step }) => step))].map((step) => {
    const ofStep = samples.filter((sample) => sample.step === step);
    const times = ofStep.map(({ tookMs }) => tookMs).toSorted((left, right) => left - right);
    const outcomes: Record<string, number> = {};
    for (const { outcome } of ofStep) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return { step, count: times.length, p50: at(times, 0.5), p95: at(times, 0.95), p99: at(times, 0.99), outcomes };
  });
}

/** The time within which this share of all was done. */
function at(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}

export function tableOf(reports: readonly StepReport[]): string {
  const rows = reports.map(({ step, count, p50, p95, p99, outcomes }) => [
    step,
    String(count),
    ...[p50, p95, p99].map((time) => `${time} ms`),
    Object.entries(outcomes).map(([outcome, times]) => `${outcome} × ${times}`).join(', '),
  ]);
  const all = [['STEP', 'COUNT', 'P50', 'P95', 'P99', 'OUTCOMES'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
