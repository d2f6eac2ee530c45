/** What retries may be made of: a share of the calls, and a little for quiet times (after Finagle's RetryBudget). */
export interface Budget {
  readonly tokens: number;
  readonly at: number;
}

const PER_CALL = 0.2;
const PER_SECOND = 10;
/** Savings of quiet times are spent within ten seconds' worth, or an outage would begin with a storm. */
const MOST_TOKENS = 100;

export function startBudget(at: number): Budget {
  return { tokens: PER_SECOND, at };
}

/** The budget after a first attempt. */
export function deposit(budget: Budget, at: number): Budget {
  const { tokens } = refilled(budget, at);
  return { tokens: Math.min(MOST_TOKENS, tokens + PER_CALL), at };
}

/** The budget after a retry; undefined where none may be made. */
export function withdraw(budget: Budget, at: number): Budget | undefined {
  const { tokens } = refilled(budget, at);
  return tokens < 1 ? undefined : { tokens: tokens - 1, at };
}

function refilled({ tokens, at: before }: Budget, at: number): Budget {
  return { tokens: Math.min(MOST_TOKENS, tokens + ((at - before) / 1000) * PER_SECOND), at };
}
