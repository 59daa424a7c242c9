// Runs before `npm start` and `npm test`: a clean clone has no node_modules, so this file uses none.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const MINIMUM_NODE = [20, 19];
// npm writes this file at the end of every install.
const INSTALLED = 'node_modules/.package-lock.json';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
refuseOldNode();
const reason = reasonToInstall();
if (reason !== undefined) install(reason);

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  console.error(`Node ${process.versions.node} is too old: install Node ${MINIMUM_NODE.join('.')} or later.`);
  process.exit(1);
}

function reasonToInstall() {
  if (!existsSync(INSTALLED)) return 'node_modules is missing';
  if (statSync(INSTALLED).mtimeMs < statSync('package-lock.json').mtimeMs) {
    return 'package-lock.json is newer than node_modules';
  }
  return undefined;
}

function install(reason) {
  console.log(`Installing the dependencies with npm ci, since ${reason} (about a minute).`);
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
    // npm is a batch file there.
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error('npm ci failed; what it wrote above says why.');
  process.exit(1);
}
