// Runs a program for as long as standard input stays open. The pipe closes when the process that started
// the guard ends, however it ends, so the program outlives no `kill -9` of its parent.
import { spawn } from 'node:child_process';

const [program, ...programArguments] = process.argv.slice(2);
const child = spawn(program, programArguments, { stdio: ['ignore', 'inherit', 'inherit'] });
const end = () => child.kill('SIGKILL');

process.stdin.on('close', end);
process.stdin.on('error', end);
process.stdin.resume();
process.on('SIGTERM', end);
process.on('SIGHUP', end);
child.on('error', (error) => {
  console.error(`${error.code}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));
