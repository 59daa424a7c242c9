import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { fixtureFunction, fixtureQueue, startServices } from '#test/local/services';

type Services = Awaited<ReturnType<typeof startServices>>;

let services: Services;
let client: LambdaClient;

beforeAll(async () => {
  services = await startServices();
  client = new LambdaClient(services.client);
  services.functions.add(fixtureFunction('echo'));
  services.functions.add(fixtureFunction('hasty', { timeoutSeconds: 0.2 }));
});

afterAll(() => services.stop());

async function invoke(name: string, event: object, options: object = {}) {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), ...options }),
  );
  const text = answer.Payload?.transformToString() ?? '';
  return { ...answer, payload: text === '' ? undefined : JSON.parse(text) };
}

test('the function gets its event, environment and context', async () => {
  const { payload, StatusCode, FunctionError, ExecutedVersion } = await invoke('echo', {});
  expect({ StatusCode, FunctionError, ExecutedVersion }).toEqual({
    StatusCode: 200,
    FunctionError: undefined,
    ExecutedVersion: '$LATEST',
  });
  expect(payload).toMatchObject({ functionName: 'echo', greeting: 'hello', region: 'us-east-1' });
  expect(payload.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(payload.remainingMs).toBeGreaterThan(3000);
  expect(payload.remainingMs).toBeLessThanOrEqual(5000);
});

test('an execution environment is used again, and events at the same time get one each', async () => {
  const first = (await invoke('echo', {})).payload;
  const second = (await invoke('echo', {})).payload;
  expect(second).toMatchObject({ environmentId: first.environmentId, calls: first.calls + 1 });
  const atOnce = [1, 2, 3].map(() => invoke('echo', { sleepMs: 60_000 }));
  const calls = () => services.functions.get('echo').logs().length;
  await eventually(() => expect(calls()).toBe(first.calls + 1 + atOnce.length));
  expect(await services.functions.get('echo').kill()).toBe(atOnce.length);
  await Promise.all(atOnce);
});

test('an event does not wait for a cold start when an environment becomes free before', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cold-start-'));
  const file = join(directory, 'no more environments');
  services.functions.add(fixtureFunction('cold', { environment: { HANGS_IF: file } }));
  const { payload } = await invoke('cold', {});
  await writeFile(file, '');
  const both = await Promise.all([1, 2].map(() => invoke('cold', { sleepMs: 20 })));
  const environments = both.map((answer) => answer.payload.environmentId);
  expect(environments).toEqual([payload.environmentId, payload.environmentId]);
  await rm(directory, { recursive: true });
});

test('what a bundle does while it is loaded fails the event that it was loaded for', async () => {
  services.functions.add(fixtureFunction('nothing', { exportName: 'missing' }));
  expect((await invoke('nothing', {})).payload).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
  services.functions.add(fixtureFunction('leaver', { environment: { EXIT: '1' } }));
  for (const _ of [1, 2])
    expect((await invoke('leaver', {})).payload).toMatchObject({ errorType: 'Runtime.ExitError' });
});

test('the ARN names the function too', async () => {
  const { payload } = await invoke('arn:aws:lambda:us-east-1:000000000000:function:echo', {});
  expect(payload.functionName).toBe('echo');
});

test('what the function throws is answered as Lambda does, with the tail of the log', async () => {
  const { payload, StatusCode, FunctionError, LogResult } = await invoke(
    'echo',
    { fail: 'no such thing' },
    { LogType: 'Tail' },
  );
  expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(payload).toMatchObject({ errorType: 'TypeError', errorMessage: 'no such thing' });
  expect(payload.trace[0]).toBe('TypeError: no such thing');
  const log = Buffer.from(LogResult ?? '', 'base64').toString();
  expect(log).toMatch(/^START RequestId: .*"message":"called".*END RequestId: .*REPORT RequestId: /s);
});

test.each([{ sleepMs: 60_000 }, { spin: true }])('%o is ended by the timeout', async (event) => {
  const { payload, FunctionError } = await invoke('hasty', event);
  expect(FunctionError).toBe('Unhandled');
  expect(payload.errorMessage).toMatch(/Task timed out after 0\.20 seconds$/);
});

test('an answer larger than Lambda takes is none', async () => {
  const quotes = 2;
  const most = await invoke('echo', { returnBytes: 6_291_556 - quotes });
  expect(most.FunctionError).toBeUndefined();
  const { payload, FunctionError } = await invoke('echo', { returnBytes: 6_291_557 - quotes });
  expect(FunctionError).toBe('Unhandled');
  expect(payload).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
});

test('a killed invocation fails at once, and the next one runs', async () => {
  const running = invoke('echo', { sleepMs: 60_000 });
  await eventually(async () => expect(await services.functions.get('echo').kill()).toBe(1));
  expect((await running).payload).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect((await invoke('echo', {})).FunctionError).toBeUndefined();
});

test('a dry run calls nothing', async () => {
  const before = services.functions.get('echo').logs().length;
  expect((await invoke('echo', {}, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
  expect(services.functions.get('echo').logs()).toHaveLength(before);
});

test('a function that does not exist is refused with the names that do', async () => {
  await expect(invoke('nobody', {})).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: expect.stringMatching(/^Function not found: nobody; there are echo, hasty/),
  });
});

test('an asynchronous invocation is tried three times, then its record goes to the destination', async () => {
  const queue = fixtureQueue('failures', services.url);
  services.functions.add(fixtureFunction('unlucky'));
  services.functions.configureAsynchronous('unlucky', { onFailure: (record) => void queue.send(record) });
  const { StatusCode } = await invoke('unlucky', { fail: 'never' }, { InvocationType: 'Event' });
  expect(StatusCode).toBe(202);
  const record = await eventually(() => {
    const [message] = queue.list();
    return JSON.parse(message?.body ?? '');
  });
  expect(record).toMatchObject({
    version: '1.0',
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:unlucky:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { fail: 'never' },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'TypeError', errorMessage: 'never' },
  });
  expect(services.functions.get('unlucky').logs()).toHaveLength(3);
  expect(services.functions.pending()).toBe(0);
});
