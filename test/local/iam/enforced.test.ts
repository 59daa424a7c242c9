import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Cloud } from '#local/cloud';
import { type CloudOptions, startCloud } from '#local/start-cloud';
import { synthesize } from '#local/template/synthesize';
import { eventually } from '#test/local/eventually';
import { Device } from '#test/scenarios/fleet';
import { type Edit, editedAssembly, onStatements, without } from './edited-assembly.ts';

const CLIENT_ID = 'durable-1';
let assemblyDirectory: string;
let intact: Cloud;

/** What functions were refused, as they log it. */
const denials = (cloud: Cloud) =>
  Object.keys(cloud.endpoints.functions).flatMap((name) =>
    cloud
      .function(name)
      .logs()
      .filter(({ text }) => text.includes('AccessDenied'))
      .map(({ text }) => `${name}: ${text}`),
  );

beforeAll(async () => {
  assemblyDirectory = await synthesize({
    configuration: {
      durableTopics: ['doors/#'],
      policies: [{ clients: 'durable-*', sessionExpiryInterval: 3600 }],
    },
  });
  intact = await startCloud({ assemblyDirectory });
});

afterAll(() => intact?.stop());

async function startEdited(edit: Edit, options: Partial<CloudOptions> = {}): Promise<Cloud> {
  const directory = await editedAssembly(assemblyDirectory, edit);
  onTestFinished(() => rm(directory, { recursive: true }));
  return startCloud({ assemblyDirectory: directory, ...options });
}

/** A client subscribes, loses its link, and comes back when a message for it was published. */
async function goAwayAndReturn(cloud: Cloud): Promise<Device> {
  const { mqtt } = cloud.endpoints;
  const connect = (clientId: string) => Device.connect(mqtt, { clientId, clean: true, protocolVersion: 5 });
  const before = await connect(CLIENT_ID);
  await before.client.subscribeAsync('doors/1', { qos: 1 });
  before.cut();
  const publisher = await connect('publisher');
  await publisher.client.publishAsync('doors/1', 'open', { qos: 1 });
  await publisher.disconnect();
  return connect(CLIENT_ID);
}

test('the roles of the stack suffice, and the message comes', async () => {
  const returned = await goAwayAndReturn(intact);
  await eventually(() => expect(returned.texts()).toEqual(['open']), 60_000);
  expect(denials(intact)).toEqual([]);
  returned.cut();
}, 90_000);

test('a deliver function whose role lacks iot:SendDirectMessage is refused, and its log says so', async () => {
  const cloud = await startEdited(without('Deliver', 'iot:SendDirectMessage'));
  onTestFinished(() => cloud.stop());
  const returned = await goAwayAndReturn(cloud);
  await eventually(
    () =>
      expect(denials(cloud)).toContainEqual(
        expect.stringMatching(
          /^deliver: .*AccessDenied: User: .*DeliverRole.* is not authorized to perform: iot:SendDirectMessage on resource: arn:aws:iot:us-east-1:000000000000:client\/durable-1 /,
        ),
      ),
    60_000,
  );
  expect(returned.texts()).toEqual([]);
  returned.cut();
}, 90_000);

test.each<[string, Edit, RegExp]>([
  [
    'a queue that its function may not read',
    without('Deliver', 'sqs:ReceiveMessage'),
    /Lambda, for \w*Deliver\w*, may not sqs:ReceiveMessage on arn:aws:sqs:.*Deliveries\w*: the role .*DeliverRole/,
  ],
  [
    'a stream that its function may not read',
    without('Expire', 'dynamodb:GetRecords'),
    /Lambda, for \w+, may not dynamodb:GetRecords on arn:aws:dynamodb:.*\/stream\/.*ExpireRole/,
  ],
  [
    'a stream whose function may not list it',
    without('Expire', 'dynamodb:ListStreams'),
    /may not dynamodb:ListStreams on/,
  ],
  [
    'an on-failure destination that the function may not send to',
    without('Lifecycle', 'sqs:SendMessage'),
    /Lambda, for \w+, may not sqs:SendMessage on arn:aws:sqs:.*DeadLetters\w*: the role .*LifecycleRole/,
  ],
  [
    'an error action whose role may not send to its queue',
    (logicalId, _, properties) => {
      if (logicalId.includes('ErrorRole')) properties['Policies'] = [];
    },
    /The IoT rule mqtt_sessions_\w+ may not sqs:SendMessage on arn:aws:sqs:.*DeadLetters\w*: the role .*ErrorRole/,
  ],
  [
    'a condition key that the local cloud cannot decide',
    onStatements('Ingest', (statement) => {
      statement.Condition = { StringEquals: { 'aws:SourceVpc': 'vpc-1' } };
    }),
    /IngestRole\w* has the condition key aws:SourceVpc, which the local cloud cannot decide/,
  ],
  [
    'a role of elsewhere',
    (_, type, properties) => {
      if (type === 'AWS::Lambda::Function') properties['Role'] = 'arn:aws:iam::000000000000:role/elsewhere';
    },
    /names the role elsewhere, which the stack has not/,
  ],
])('%s is an error before anything runs', async (_, edit, message) => {
  const { dynamodb: dynamoDbEndpoint } = intact.endpoints;
  await expect(startEdited(edit, { dynamoDbEndpoint })).rejects.toThrow(message);
});
