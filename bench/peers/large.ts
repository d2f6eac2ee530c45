import type { Scene, Version } from './scene.ts';

const FILES = 40;
const LINES = 60;
const EDITED = 3;

/** A template of 40 files of 60 lines whose every file changes, and a service with edits in three of them. */
export const LARGE: Scene = {
  was: version(1),
  now: version(2),
  edits: Object.fromEntries(
    Array.from({ length: EDITED }, (_, file) => [nameOf(file), (text: string) => text.replace('line55 = 1', 'line55 = 2')]),
  ),
};

/** How often the user's edit and the template's change have to be found after the update. */
export const EXPECTED = { mine: EDITED, theirs: FILES };

/** What the user wrote, and what the new version did. */
export const MARKS = { mine: 'line55 = 2', theirs: 'line25 = 2' };

function version(number: number): Version {
  return { files: Object.fromEntries(Array.from({ length: FILES }, (_, file) => [nameOf(file), body(number)])) };
}

/** Every tenth line holds the name, about what service templates do; three lines change from one version to the next. */
function body(number: number): string {
  const value = (line: number) => {
    if (line % 10 === 0) return "'@name@'";
    return line === 5 || line === 25 || line === 45 ? String(number) : '1';
  };
  return Array.from({ length: LINES }, (_, line) => `export const line${line} = ${value(line)};\n`).join('');
}

function nameOf(file: number): string {
  return `src/file${file}.ts`;
}
