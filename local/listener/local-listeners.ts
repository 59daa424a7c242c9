import { addListenerRole, type ListenerRoleContext } from './listener-role.ts';
import { LocalListener, type LocalListenerOptions, type LocalListenerPorts } from './local-listener.ts';

export interface LocalListenersOptions
  extends Omit<LocalListenerOptions, 'accessKeyId' | 'region'>,
    ListenerRoleContext {}

/** The listeners of one cloud: that with which it starts, and what tests add to it. */
export class LocalListeners {
  readonly first: LocalListener;
  private readonly all: LocalListener[];
  private readonly options: LocalListenerOptions;

  private constructor(first: LocalListener, options: LocalListenerOptions) {
    this.first = first;
    this.all = [first];
    this.options = options;
  }

  /** @throws LocalCloudError for a port in use */
  static async start(ports: LocalListenerPorts, context: LocalListenersOptions): Promise<LocalListeners> {
    const { functionName, awsUrl, log, environment } = context;
    const accessKeyId = addListenerRole(functionName, context);
    const options = { functionName, awsUrl, log, region: environment.region, accessKeyId };
    return new LocalListeners(await LocalListener.start(ports, options), options);
  }

  async add(ports: LocalListenerPorts): Promise<LocalListener> {
    const added = await LocalListener.start(ports, this.options);
    this.all.push(added);
    return added;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((listener) => listener.stop()));
  }
}
