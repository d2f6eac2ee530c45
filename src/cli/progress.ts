import type { Style } from '../output/style.ts';
import type { ProgressEvent } from '../runtime/runtime.ts';

export interface ProgressOutput {
  write(text: string): void;
  readonly live: boolean;
  readonly style: Style;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;

/** Shows steps on stderr: a live line for each running one on a terminal, one plain line for each finished one elsewhere. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #running = new Map<string, string>();
  #drawn = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  readonly emit = ({ id, state, text }: ProgressEvent): void => {
    if (state === 'start' || state === 'update') this.#running.set(id, text);
    else this.#running.delete(id);
    this.#erase();
    if (state === 'done' || state === 'failed') this.#output.write(`${this.#mark(state)} ${text}\n`);
    else if (state === 'start' && !this.#output.live) this.#output.write(`- ${text}\n`);
    this.#draw();
  };

  /** Takes the live lines away; to be called before anything else is printed. */
  clear(): void {
    this.#erase();
    this.#running.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #mark(state: 'done' | 'failed'): string {
    const { style } = this.#output;
    return state === 'done' ? style.good('✓') : style.bad('✗');
  }

  #draw(): void {
    if (!this.#output.live) return;
    for (const text of this.#running.values()) this.#output.write(`${this.#output.style.accent(FRAMES[this.#frame] ?? '')} ${text}\n`);
    this.#drawn = this.#running.size;
    if (this.#drawn > 0 && !this.#timer) this.#timer = setInterval(() => this.#tick(), FRAME_MS).unref();
    if (this.#drawn === 0) this.clear();
  }

  #tick(): void {
    this.#frame = (this.#frame + 1) % FRAMES.length;
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) this.#output.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}
