import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorizerThroughLambda } from '#listener/aws/lambda-authorizer';
import { createLambdaClient, packetsThroughLambda } from '#listener/aws/lambda-packets';
import type { PacketsRequest } from '#packets/carrying/exchange';
import { fixtureFunction, startServices } from '#test/local/services';

type Services = Awaited<ReturnType<typeof startServices>>;

let services: Services;
let lambda: ReturnType<typeof createLambdaClient>;

beforeAll(async () => {
  services = await startServices();
  services.functions.add(fixtureFunction('fixture'));
  lambda = createLambdaClient({ ...services.client, maxAttempts: 1 });
});

afterAll(() => services.stop());

/** The fixture answers with what its event says. */
const answering = (answer: unknown) =>
  ({
    connection: { id: 'c', carrier: { kind: 'listener', address: 'q' } },
    packets: [],
    return: answer,
  }) as PacketsRequest;
const eventsSeen = () =>
  services.functions
    .get('fixture')
    .logs()
    .map(({ text }) => JSON.parse(text).event);

const context = {
  clientId: 'a',
  incarnation: 'i',
  protocolVersion: 5,
  connectedAtMs: 1,
  keepAliveSeconds: 60,
  receiveMaximum: 10,
  requestProblemInformation: true,
  sessionExpiryInterval: 0,
  topicAliases: { 1: 'a/b' },
};

test('a request is the event of the function, and its answer comes back whole', async () => {
  const packets = packetsThroughLambda(lambda, 'fixture');
  const answer = {
    packets: ['0AA='],
    context,
    close: true,
    signals: [
      { kind: 'look', connectionId: 'x', filters: ['a'] },
      { kind: 'takenOver', connectionId: 'y' },
    ],
    lookAfterMs: 5,
  };
  const request = answering(answer);
  expect(await packets(request)).toEqual(answer);
  expect(eventsSeen().at(-1)).toEqual(request);
  expect(await packets(answering({ packets: [] }))).toEqual({ packets: [] });
});

test.each([
  ['nothing', null],
  ['no packets', {}],
  ['a context without a client', { packets: [], context: { ...context, clientId: undefined } }],
  ['an unknown signal', { packets: [], signals: [{ kind: 'leave', connectionId: 'x' }] }],
])('an answer with %s is none', async (_, answer) => {
  await expect(packetsThroughLambda(lambda, 'fixture')(answering(answer))).rejects.toThrow();
});

test('what the function throws is an error that says so', async () => {
  const request = { ...answering({}), fail: 'no table' };
  await expect(packetsThroughLambda(lambda, 'fixture')(request)).rejects.toThrow(
    /fixture failed \(Unhandled\): .*no table/,
  );
});

test('a function that does not exist is an error', async () => {
  await expect(packetsThroughLambda(lambda, 'nowhere')(answering({}))).rejects.toThrow(/nowhere/);
});

test('an authorizer gets the CONNECT, its password in base64', async () => {
  const authorizer = authorizerThroughLambda(lambda, 'fixture');
  const connect = { clientId: 'a', username: 'u', password: Buffer.from([0, 255]), remoteAddress: '::1' };
  const asked = { ...connect, return: { allowed: true, principal: 'p' } };
  expect(await authorizer(asked)).toEqual({ allowed: true, principal: 'p' });
  expect(eventsSeen().at(-1)).toMatchObject({ ...connect, password: 'AP8=' });
  expect(await authorizer({ ...asked, return: { allowed: false } } as typeof asked)).toEqual({
    allowed: false,
  });
});

test.each([{ allowed: 'yes' }, {}, null])('%o is no authorization', async (answer) => {
  const asked = { clientId: 'a', return: answer };
  await expect(authorizerThroughLambda(lambda, 'fixture')(asked)).rejects.toThrow();
});
