import { expect, it } from 'vitest';
import { type Budget, deposit, startBudget, withdraw } from './budget.ts';

/** Calls at a steady rate, all of which fail: how many attempts that makes. */
function attempts(calls: number, perSecond: number): number {
  let budget: Budget = startBudget(0);
  let made = 0;
  for (let call = 0; call < calls; call++) {
    const at = (call / perSecond) * 1000;
    budget = deposit(budget, at);
    made++;
    for (let retry = 0; retry < 2; retry++) {
      const left = withdraw(budget, at);
      if (!left) break;
      budget = left;
      made++;
    }
  }
  return made;
}

it('lets a service under load that fails altogether see at most 1.3 times its calls', () => {
  expect(attempts(20_000, 500) / 20_000).toBeLessThan(1.3);
  expect(attempts(20_000, 500) / 20_000).toBeGreaterThan(1.15);
});

it('lets each call of a quiet service be retried', () => {
  expect(attempts(100, 1)).toBe(300);
});

it('saves no more than a hundred retries', () => {
  let budget: Budget | undefined = deposit(startBudget(0), 3_600_000);
  let retries = -1;
  for (; budget; retries++) budget = withdraw(budget, 3_600_000);
  expect(retries).toBe(100);
});
