import type { SourceFile } from '../src/template/files.ts';

export function templateFiles(folder: string): readonly SourceFile[];
export function templateNames(templates: string): readonly string[];
