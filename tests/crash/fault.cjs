/**
 * Loaded into svc before its own code: counts every operation that changes one of the scene's files, and ends the process by SIGKILL,
 * or lets the disk be full, at the one that is asked for. So a kill costs one start of Node, and a write can end in its middle.
 */
const fs = require('node:fs/promises');
const { appendFileSync, constants } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const { at, how, folder, log } = JSON.parse(process.env.SVCKIT_FAULT);
let count = 0;

/** Does `work`, or what happens in its place: with `part` done of it. */
async function operation(name, path, work, part = async () => undefined) {
  if (!String(path).startsWith(folder)) return work();
  count += 1;
  if (how === 'count') appendFileSync(log, `${name} ${path}\n`);
  if (count !== at) return work();
  await part();
  appendFileSync(log, `${how} at ${name} ${path}\n`);
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(`ENOSPC: no space left on device, ${name} '${path}'`), { code: 'ENOSPC' });
}

for (const name of ['rename', 'mkdir', 'unlink', 'rmdir']) {
  const work = fs[name];
  fs[name] = (path, ...rest) => operation(name, path, () => work(path, ...rest));
}

const { open } = fs;
fs.open = async (path, flags, mode) => {
  const creates = (flags & constants.O_CREAT) !== 0;
  const handle = await (creates ? operation('create', path, () => open(path, flags, mode)) : open(path, flags, mode));
  const { writeFile, sync } = handle;
  handle.writeFile = (content) => {
    const half = Buffer.from(content).subarray(0, Math.floor(content.length / 2));
    return operation(
      'write',
      path,
      () => writeFile.call(handle, content),
      () => writeFile.call(handle, half),
    );
  };
  handle.sync = () => operation('sync', path, () => sync.call(handle));
  return handle;
};
syncBuiltinESMExports();
