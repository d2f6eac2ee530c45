import { CASES } from './cases.ts';
import { judge, type Outcome, type Verdict } from './observe.ts';
import { type Answer, QUESTIONS } from './questions.ts';
import type { Case } from './scene.ts';
import type { Tool } from './tool.ts';
import { Workplace } from './workplace.ts';

export interface Row {
  readonly title: string;
  readonly answers: readonly Answer[];
}

/** The twelve cases, by every tool. */
export function compareCases(tools: readonly Tool[]): Promise<readonly Row[]> {
  return inLanes(
    CASES.map((scene) => ({ title: scene.title, ask: (place: Workplace) => caseAnswer(scene, place) })),
    tools,
  );
}

/** What else is asked of updates, by every tool. */
export function compareQuestions(tools: readonly Tool[]): Promise<readonly Row[]> {
  return inLanes(QUESTIONS, tools);
}

/** How a tool did in a case. */
export async function caseAnswer(scene: Case, place: Workplace): Promise<Answer> {
  await place.prepare(scene);
  const outcome = await place.updated(scene);
  const verdict = judge(scene, outcome);
  const good = scene.right === 'told' ? outcome.exitCode !== 0 && (verdict === 'conflict' || verdict === 'refused') : verdict === 'right';
  return { good, says: words(verdict, scene, outcome) };
}

function words(verdict: Verdict, { theirs }: Case, { exitCode, recorded }: Outcome & { readonly recorded: boolean }): string {
  const exit = `exit ${exitCode}`;
  const version = recorded ? 'recorded as 1.1.0' : 'still 1.0.0';
  switch (verdict) {
    case 'right':
      return 'right';
    case 'refused':
      return `refused, nothing written, ${exit}`;
    case 'conflict':
    case 'needless conflict':
      return `${verdict}, ${exit}, ${version}`;
    case 'mine lost':
      return `**your change is lost**, ${exit}`;
    case 'theirs lost':
      return `${'absent' in theirs ? 'the file stays, and nothing says so' : 'the template’s change is left out, and nothing says so'}, ${exit}`;
    case 'changed otherwise':
      return `neither right nor told, ${exit}`;
  }
}

interface Asked {
  readonly title: string;
  ask(place: Workplace): Promise<Answer>;
}

/** Two at a time: nothing here is timed. */
async function inLanes(asked: readonly Asked[], tools: readonly Tool[]): Promise<readonly Row[]> {
  const answers = new Map<string, Answer>();
  const queue = asked.flatMap((each) => tools.map((tool) => ({ each, tool })));
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      answers.set(`${next.each.title} ${next.tool.name}`, await answerOf(next.each, next.tool));
    }
  };
  await Promise.all([lane(), lane()]);
  return asked.map(({ title }) => ({ title, answers: tools.flatMap(({ name }) => answers.get(`${title} ${name}`) ?? []) }));
}

async function answerOf({ ask }: Asked, tool: Tool): Promise<Answer> {
  const place = new Workplace(tool);
  try {
    return await ask(place);
  } finally {
    place.end();
  }
}

/** A table in markdown: what is good has a tick. */
export function markdown(heading: string, rows: readonly Row[], tools: readonly Tool[]): string {
  const lines = rows.map(({ title, answers }) => [title, ...answers.map(({ good, says }) => `${good ? '✓ ' : ''}${says}`)]);
  return [[heading, ...tools.map(({ name }) => name)], ['---', ...tools.map(() => '---')], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
