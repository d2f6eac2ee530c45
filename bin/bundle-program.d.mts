export function bundleProgram(options: { readonly root: string; readonly outdir: string; readonly version: string }): Promise<unknown>;
