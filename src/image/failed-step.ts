/** The instruction that a build broke off at. */
export interface FailedStep {
  /** Line of the Dockerfile, from 1. */
  readonly line: number;
  readonly text: string;
}

/** `[2/4] STEP 2/5: RUN …` of podman and buildah, `Step 3/9 : RUN …` of Docker's first builder. */
const STEP = /^(?:\[\d+\/\d+\] )?step \d+\/\d+ ?: (.+)$/i;
/** How podman and buildah end: they begin the next stage before they say that one failed. */
const FAILED_STEP = /building at step "(.+?)"(?:: |$)/i;
/** `#12 [build 2/2] RUN …` of BuildKit. */
const NUMBERED = /^#(\d+) \[[^\]]*\] (.+)$/;
/** `#12 ERROR: process … did not complete`: BuildKit's steps run side by side, so the last one need not be the one that failed. */
const NUMBERED_ERROR = /^#(\d+) ERROR: /;

/** Where in the Dockerfile a build failed, by what the builder printed; undefined where it does not say. */
export function failedStep(lines: readonly string[], dockerfile: string): FailedStep | undefined {
  const instruction = failedInstruction(lines);
  if (instruction === undefined) return undefined;
  const found = instructionsOf(dockerfile).find(({ text }) => sameWords(text, instruction));
  return found && { line: found.line, text: found.text };
}

function failedInstruction(lines: readonly string[]): string | undefined {
  const failed = lines.map((line) => NUMBERED_ERROR.exec(line)?.[1]).find(Boolean);
  if (failed !== undefined) return lines.map((line) => NUMBERED.exec(line)).find((match) => match?.[1] === failed)?.[2];
  const named = lines.map((line) => FAILED_STEP.exec(line)?.[1]).findLast(Boolean);
  return named ?? lines.map((line) => STEP.exec(line)?.[1]).findLast(Boolean);
}

/** Each instruction with the line that it begins at; one that goes on over several lines is one. */
function instructionsOf(dockerfile: string): readonly FailedStep[] {
  const found: { line: number; text: string }[] = [];
  let goesOn = false;
  for (const [index, line] of dockerfile.split(/\r?\n/).entries()) {
    const last = found.at(-1);
    if (/^\s*(#|$)/.test(line)) continue;
    if (goesOn && last) last.text = `${last.text} ${line.trim()}`;
    else found.push({ line: index + 1, text: line.trim() });
    goesOn = line.trimEnd().endsWith('\\');
    const current = found.at(-1);
    if (goesOn && current) current.text = current.text.replace(/\s*\\$/, '');
  }
  return found;
}

/** Builders print an instruction with its variables replaced, flags left out or its end cut off: how it begins is enough. */
function sameWords(written: string, printed: string): boolean {
  const words = (text: string) => text.replace(/\s+--\S+/g, '').split(/\s+/);
  const shown = words(printed).slice(0, 4);
  return words(written).slice(0, shown.length).join(' ').toUpperCase() === shown.join(' ').toUpperCase();
}
