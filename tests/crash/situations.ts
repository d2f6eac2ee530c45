import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SvcError } from '../../src/errors.ts';
import { recover } from '../../src/state/carry-out.ts';
import { adoptService } from '../../src/upgrade/adopt/adopt.ts';
import { loadPending } from '../../src/upgrade/pending.ts';
import { lines } from '../integration/scene.ts';
import { Scene } from '../integration/upgrade-scene.ts';
import type { Run } from './disturbed.ts';

/** A service before a command, that command, and how to bring it to its end where it was interrupted. */
export interface Situation {
  readonly args: readonly string[];
  readonly exitCode: number;
  prepare(scene: Scene): Promise<void>;
  again(scene: Scene): Promise<unknown>;
}

const OWNERSHIP = `    ownership:
      - { paths: [ci.yml], mode: owned }
      - { paths: [CODEOWNERS], mode: region }
`;
const MOVES = '    moves: [{ in: 1.1.0, from: moved.txt, to: docs/moved.txt }]\n';

/** A service in which an upgrade finds everything it may find: see the fates that the undisturbed run is checked for. */
async function edited(scene: Scene, mine: string): Promise<void> {
  const owned = { 'files/ci.yml': 'one\n', 'repository/CODEOWNERS': '/one @team\n' };
  const files = {
    ...owned,
    'files/clean.txt': 'one\n',
    'files/edited.txt': lines(),
    'files/old/gone.txt': 'x\n',
    'files/moved.txt': lines(),
  };
  scene.release({ files: { ...files, 'files/run.sh': 'x\n' }, svckit: OWNERSHIP });
  await scene.make();
  scene.edit('edited.txt', lines(mine));
  scene.edit('moved.txt', lines('1 mine'));
  scene.edit('own.txt', 'own\n');
  scene.edit('ci.yml', 'mine\n');
  scene.edit('CODEOWNERS', `* @all\n${scene.read('CODEOWNERS').replace('/one', '/mine')}`);
  scene.commit();
  scene.edit('note.md', 'not committed\n');
}

function newVersion(scene: Scene): void {
  const files = { 'files/ci.yml': 'two\n', 'repository/CODEOWNERS': '/two @team\n', 'files/clean.txt': 'two\n' };
  const merged = { 'files/edited.txt': lines('15 theirs'), 'files/docs/moved.txt': lines('18 theirs') };
  scene.release({
    version: '1.1.0',
    files: { ...files, ...merged, 'files/new/deep/a.txt': 'a\n', 'files/new/b.txt': 'b\n', 'files/run.sh': 'x\n' },
    executable: ['files/run.sh'],
    svckit: OWNERSHIP + MOVES,
  });
}

async function inConflict(scene: Scene): Promise<void> {
  await edited(scene, '15 mine');
  newVersion(scene);
}

/** A service that no template made, in which an adoption finds what it adds, what differs, and a shared file. */
async function madeByHand(scene: Scene): Promise<void> {
  const files = { 'files/both.txt': lines('3 theirs'), 'files/new/run.sh': 'x\n' };
  scene.release({ files: { ...files, 'repository/CODEOWNERS': '/one @team\n' }, executable: ['files/new/run.sh'], svckit: SHARED });
  for (const [path, content] of Object.entries({ 'both.txt': lines('3 mine'), 'own.txt': 'own\n', CODEOWNERS: '* @all\n' }))
    scene.edit(path, content);
  scene.git('init', '--quiet');
  scene.commit();
}

const SHARED = '    ownership: [{ paths: [CODEOWNERS], mode: region }]\n';

function adopted({ service: path, template, runtime }: Scene): Promise<unknown> {
  return adoptService({ path, template, set: [], takeOwned: false, dryRun: false, yes: true, summary: () => '' }, runtime);
}

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'svc upgrade': {
    args: ['upgrade', '--yes'],
    exitCode: 0,
    async prepare(scene) {
      await edited(scene, '3 mine');
      newVersion(scene);
    },
    again: (scene) => scene.upgrade(),
  },
  'svc upgrade that ends in conflict': {
    args: ['upgrade', '--yes'],
    exitCode: 4,
    prepare: inConflict,
    again: (scene) => unless('plan/conflict', scene.upgrade()),
  },
  'svc upgrade --continue': {
    args: ['upgrade', '--continue'],
    exitCode: 0,
    async prepare(scene) {
      await inConflict(scene);
      await scene.upgrade();
      scene.edit('edited.txt', lines('15 both'));
    },
    again: (scene) => unless('input/invalid', scene.continue()),
  },
  'svc upgrade --abort': {
    args: ['upgrade', '--abort'],
    exitCode: 0,
    async prepare(scene) {
      await inConflict(scene);
      await scene.upgrade();
      scene.edit('edited.txt', lines('15 half'));
    },
    again: (scene) => unless('input/invalid', scene.abort()),
  },
  'svc upgrade --heal': {
    args: ['upgrade', '--heal', '--yes'],
    exitCode: 0,
    async prepare(scene) {
      await edited(scene, '3 mine');
      chmodSync(join(scene.service, 'ci.yml'), 0o755);
      scene.commit();
    },
    again: (scene) => scene.heal(),
  },
  'svc adopt that ends in conflict': {
    args: ['adopt', '.', '--template', '../template', '--yes'],
    exitCode: 4,
    prepare: madeByHand,
    again: (scene) => unless('plan/conflict', adopted(scene)),
  },
};

async function unless(code: string, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof SvcError) || error.code !== code) throw error;
  });
}

/** A situation that can be entered again and again. */
export class Stage {
  readonly scene = new Scene();
  readonly situation: Situation;
  readonly #start = `${this.scene.folder}-start`;

  constructor(situation: Situation) {
    this.situation = situation;
    Object.assign(this.scene.runtime, { paths: { ...this.scene.runtime.paths, state: join(this.scene.folder, 'state', 'svckit') } });
  }

  async open(): Promise<this> {
    await this.situation.prepare(this.scene);
    rmSync(join(this.scene.service, '.git', 'hooks'), { recursive: true });
    cpSync(this.scene.folder, this.#start, COPY);
    return this;
  }

  reset(): void {
    for (const name of ['orders', 'state']) {
      rmSync(join(this.scene.folder, name), { recursive: true, force: true });
      if (existsSync(join(this.#start, name))) cpSync(join(this.#start, name), join(this.scene.folder, name), COPY);
    }
  }

  get run(): Run {
    return { folder: this.scene.folder, cwd: this.scene.service, args: this.situation.args };
  }

  /** What every command that writes does first. */
  async recover(): Promise<void> {
    await recover(this.scene.service, this.scene.runtime);
    await loadPending(this.scene.service, this.scene.runtime);
  }

  /** What is left in svckit's own folder. The lock of a process that has ended is in nobody's way until the next one takes it over. */
  state(): readonly string[] {
    const state = join(this.scene.folder, 'state');
    const found = existsSync(state) ? readdirSync(state, { recursive: true, withFileTypes: true }) : [];
    const files = found.filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'));
    return files.map((entry) => relative(state, join(entry.parentPath, entry.name)));
  }

  end(): void {
    this.scene.end();
    rmSync(this.#start, { recursive: true, force: true });
    rmSync(`${this.scene.folder}.log`, { force: true });
  }
}

const COPY = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true } as const;
