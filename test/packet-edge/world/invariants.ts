import { matches, parseSharedFilter } from '#session/topics/topic-filter';
import type { ModelClient } from './model-client.ts';
import type { Publication } from './model-sender.ts';
import type { PacketWorld } from './packet-world.ts';

/** How the message is to come to the client: the best QoS among its subscriptions; undefined: not at all. */
function expectedQos({ options }: ModelClient, { topic, qos }: Publication): number | undefined {
  const granted = options.subscriptions
    .filter(({ filter }) => parseSharedFilter(filter).shareName === undefined && matches(filter, topic))
    .map((each) => each.qos);
  return granted.length === 0 ? undefined : Math.min(qos, Math.max(...granted));
}

function checkCounts(world: PacketWorld, client: ModelClient, problems: string[]): void {
  const { clientId } = client.options;
  for (const publication of world.published) {
    const qos = expectedQos(client, publication);
    const count = client.receiver.delivered.filter(({ id }) => id === publication.id).length;
    const isAsExpected =
      qos === undefined ? count === 0 : qos === 2 ? count === 1 : qos === 1 ? count >= 1 : true;
    if (isAsExpected) continue;
    problems.push(`${publication.id} (QoS ${qos}) reached ${clientId} ${count} times`);
  }
}

/** First deliveries of each publisher and topic, in the order of publication. [MQTT-4.6.0-5] [MQTT-4.6.0-6] */
function checkOrder(world: PacketWorld, client: ModelClient, problems: string[]): void {
  const byId = new Map(world.published.map((publication) => [publication.id, publication]));
  const newest = new Map<string, number>();
  const seen = new Set<string>();
  for (const { id } of client.receiver.delivered) {
    const publication = byId.get(id);
    if (publication === undefined || publication.qos === 0 || seen.has(id)) continue;
    seen.add(id);
    const { publisher, topic, sequence } = publication;
    const key = `${publisher} ${topic} ${publication.qos}`;
    if (sequence < (newest.get(key) ?? -1))
      problems.push(`${id} reached ${client.options.clientId} after a later message of ${topic}`);
    newest.set(key, Math.max(sequence, newest.get(key) ?? -1));
  }
}

/**
 * Operators are told each message as often as the client has got it, and those of QoS 0 also where they were lost on
 * the way. A message below QoS 2 that was appended late may come twice, and counts twice then.
 */
async function checkDelivered(world: PacketWorld, client: ModelClient, problems: string[]): Promise<void> {
  const { clientId } = client.options;
  const told = await world.deliveredTo(clientId);
  const { delivered } = client.receiver;
  const least = new Set(delivered.filter(({ qos, retain }) => qos > 0 && !retain).map(({ id }) => id)).size;
  const perhapsLost = world.published.filter((each) => expectedQos(client, each) === 0).length;
  const most = delivered.length + perhapsLost;
  if (told < least || told > most)
    problems.push(`${clientId} got ${least} to ${most} messages, but ${told} are told`);
}

/** Each message of QoS 2 comes to one member of a share group, once. [MQTT-4.8.2-1] */
function checkShareGroups(world: PacketWorld, problems: string[]): void {
  const groups = new Set(
    [...world.clients.values()].flatMap(({ options }) =>
      options.subscriptions
        .map(({ filter }) => filter)
        .filter((each) => parseSharedFilter(each).shareName !== undefined),
    ),
  );
  for (const group of groups) {
    const { filter } = parseSharedFilter(group);
    const members = [...world.clients.values()].filter(({ options }) =>
      options.subscriptions.some((each) => each.filter === group),
    );
    for (const { id, topic, qos } of world.published) {
      if (!matches(filter, topic) || qos === 0) continue;
      const count = members
        .flatMap(({ receiver }) => receiver.delivered)
        .filter((each) => each.id === id).length;
      if (qos === 2 ? count !== 1 : count < 1)
        problems.push(`${id} (QoS ${qos}) reached ${group} ${count} times`);
    }
  }
}

/** Of a topic the last retained message of some publisher, if there was any. [MQTT-3.3.1-5] */
async function checkRetained(world: PacketWorld, problems: string[]): Promise<void> {
  for (const topic of new Set(world.published.map((each) => each.topic))) {
    const published = world.published.filter((each) => each.topic === topic && each.retain);
    const last = new Map(published.map(({ publisher, id }) => [publisher, id]));
    const retained = await world.retainedOf(topic);
    const isAsExpected =
      last.size === 0 ? retained.length === 0 : retained.every((id) => [...last.values()].includes(id));
    if (!isAsExpected || retained.length !== Math.min(1, last.size))
      problems.push(`${retained} is retained for ${topic}, not one of ${[...last.values()]}`);
  }
}

async function checkRest(world: PacketWorld, client: ModelClient, problems: string[]): Promise<void> {
  const { clientId } = client.options;
  if (!client.isSubscribed) problems.push(`${clientId} never got its SUBACK`);
  if (!client.sender.isIdle) problems.push(`${clientId} still has messages under way`);
  const flow = await world.flowOf(clientId);
  if (flow === undefined) return;
  const { outbound, inbound, resendFrom, behind } = flow;
  if (outbound.length > 0 || inbound.length > 0 || resendFrom !== undefined || behind !== undefined)
    problems.push(
      `the flow of ${clientId} ends as ${JSON.stringify({ outbound, inbound, resendFrom, behind })}`,
    );
}

/** All that a world in which everything has calmed down has done wrong. */
export async function problemsOf(world: PacketWorld): Promise<string[]> {
  const problems = [...world.violations.all];
  for (const client of world.clients.values()) {
    const isMember = client.options.subscriptions.some(
      ({ filter }) => parseSharedFilter(filter).shareName !== undefined,
    );
    // The order of what several members get is nobody's.
    if (!isMember) {
      checkCounts(world, client, problems);
      checkOrder(world, client, problems);
      await checkDelivered(world, client, problems);
    }
    await checkRest(world, client, problems);
  }
  checkShareGroups(world, problems);
  await checkRetained(world, problems);
  // [MQTT-3.1.4-3]
  if (world.openConnections.length !== world.clients.size)
    problems.push(`${world.openConnections} still stand for ${world.clients.size} clients`);
  return problems;
}
