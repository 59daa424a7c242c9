import type { Broker } from '../broker.ts';
import { type Answer, done, failed } from './failure.ts';
import { messageOf, messageRefusal } from './message-request.ts';
import { type DataPlaneRequest, flag, integer } from './request.ts';

/** Publish: as a client's PUBLISH, but from nobody, so that clientid() is 'n/a' in rules. */
export function publish(broker: Broker, request: DataPlaneRequest): Answer {
  const topic = request.label;
  const qos = integer(request.query, 'qos', { least: 0, most: 1, byDefault: 0 });
  if (qos === undefined) return failed(400, 'qos: allowed are 0 and 1');
  const refusal = messageRefusal(topic, request);
  if (refusal !== undefined) return refusal;
  void broker.publish(
    messageOf(topic, qos === 1 ? 1 : 0, flag(request.query, 'retain'), request, broker.clock()),
  );
  return done();
}
