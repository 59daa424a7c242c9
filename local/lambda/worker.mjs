// Plays the Lambda runtime in a worker thread: loads the bundle as it is, then takes one event at a time.
// Everything it writes goes through the same port as its answers, so that no log line comes after its answer.
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, callback) => {
    parentPort.postMessage({
      kind: 'log',
      text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(),
    });
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done !== undefined) queueMicrotask(() => done());
    return true;
  };
}

const loading = load();
// A bundle that cannot be loaded is ready too: it fails its events with the reason.
const ready = () => parentPort.postMessage({ kind: 'ready' });
loading.then(ready, ready);

parentPort.on('message', async ({ event, context }) => {
  try {
    const handler = await loading;
    const result = await handler(JSON.parse(event), contextOf(context));
    parentPort.postMessage({ kind: 'succeeded', payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', error: describe(error) });
  }
});

async function load() {
  const module = await import(pathToFileURL(workerData.file).href);
  const handler = module[workerData.exportName] ?? module.default?.[workerData.exportName];
  if (typeof handler === 'function') return handler;
  const error = new Error(`${workerData.file} exports no function ${workerData.exportName}`);
  error.name = 'Runtime.HandlerNotFound';
  throw error;
}

function contextOf({ deadlineMs, ...fields }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    ...fields,
  };
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
