import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  IoTDataPlaneClient,
  ListSubscriptionsCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane';
import type { QoS } from '#session/message';
import type {
  BrokerConnection,
  BrokerSubscription,
  DirectMessage,
  DisconnectingBroker,
  DisconnectOutcome,
  LookUp,
  SendOutcome,
} from './broker.ts';
import {
  disconnectFailure,
  isThrottled,
  type LookUpFailure,
  lookUpFailure,
  sendFailure,
} from './failures.ts';
import { propertiesFit } from './property-size.ts';
import { userPropertiesJson } from './user-properties.ts';

/** Seconds that the broker waits for the client's PUBACK (1 to 15; its own default is 5). */
const CONFIRMATION_SECONDS = 5;
/** The broker may answer later than its own time limit. */
const REQUEST_TIMEOUT_MS = (CONFIRMATION_SECONDS + 5) * 1000;
/** Highest page size in use; no maximum is documented. */
const PAGE_SIZE = 50;

export function createIotCoreClient(): IoTDataPlaneClient {
  return new IoTDataPlaneClient({
    maxAttempts: 1, // who calls decides whether to try again, in its own time
    requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: 2_000 },
  });
}

function definedOnly<Value extends object>(value: { [Key in keyof Value]: Value[Key] | undefined }): Value {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Value;
}

/** AWS IoT Core as the broker: GetConnection, ListSubscriptions, SendDirectMessage, DeleteConnection. */
export class IotCoreBroker implements DisconnectingBroker {
  readonly #client: IoTDataPlaneClient;
  readonly #onFailure: (failure: LookUpFailure) => void;

  /** @param onFailure is told of each look-up that the broker did not answer */
  constructor(client: IoTDataPlaneClient, onFailure: (failure: LookUpFailure) => void = () => {}) {
    this.#client = client;
    this.#onFailure = onFailure;
  }

  #failed(error: unknown): ReturnType<typeof lookUpFailure> {
    const failure = lookUpFailure(error);
    if (failure.outcome === 'unavailable') this.#onFailure(isThrottled(error) ? 'throttled' : 'failed');
    return failure;
  }

  async connection(clientId: string): Promise<LookUp<BrokerConnection>> {
    try {
      const answer = await this.#client.send(new GetConnectionCommand({ clientId }));
      const value = definedOnly<BrokerConnection>({
        connected: answer.connected ?? false,
        connectedSinceMs: answer.connectedSince,
        disconnectedSinceMs: answer.disconnectedSince,
        cleanSession: answer.cleanSession,
        sessionExpiry: answer.sessionExpiry,
        keepAliveSeconds: answer.keepAliveDuration,
      });
      return { outcome: 'found', value };
    } catch (error) {
      return this.#failed(error);
    }
  }

  async subscriptions(clientId: string): Promise<LookUp<readonly BrokerSubscription[]>> {
    const found: BrokerSubscription[] = [];
    let nextToken: string | undefined;
    try {
      do {
        const answer = await this.#client.send(
          new ListSubscriptionsCommand({ clientId, maxResults: PAGE_SIZE, ...(nextToken && { nextToken }) }),
        );
        for (const { topicFilter, qos } of answer.subscriptions ?? []) {
          if (topicFilter !== undefined) found.push({ filter: topicFilter, qos: (qos ?? 0) as QoS });
        }
        nextToken = answer.nextToken;
      } while (nextToken !== undefined);
      return { outcome: 'found', value: found };
    } catch (error) {
      return this.#failed(error);
    }
  }

  async send(clientId: string, message: DirectMessage, confirm: boolean): Promise<SendOutcome> {
    if (!propertiesFit(message)) return 'tooLarge';
    const command = new SendDirectMessageCommand({
      clientId,
      topic: message.topic,
      payload: message.payload,
      confirmation: confirm,
      ...(confirm && { timeout: CONFIRMATION_SECONDS }),
      ...(message.contentType !== undefined && { contentType: message.contentType }),
      ...(message.responseTopic !== undefined && { responseTopic: message.responseTopic }),
      ...(message.correlationData !== undefined && { correlationData: message.correlationData }),
      ...(message.utf8Payload === true && { payloadFormatIndicator: 'UTF8_DATA' as const }),
      ...(message.userProperties !== undefined && {
        userProperties: userPropertiesJson(message.userProperties),
      }),
    });
    try {
      await this.#client.send(command);
      return 'delivered';
    } catch (error) {
      return sendFailure(error);
    }
  }

  async disconnect(clientId: string, cleanSession: boolean): Promise<DisconnectOutcome> {
    const command = new DeleteConnectionCommand({ clientId, cleanSession, preventWillMessage: false });
    try {
      await this.#client.send(command);
      return { outcome: 'closed' };
    } catch (error) {
      return disconnectFailure(error);
    }
  }
}
