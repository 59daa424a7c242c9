import type { Environment } from '#local/template/template';

/** The ARNs of what requests name, in the account of this machine. */
export class Arns {
  private readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** A table may be named by its ARN as well. */
  table(nameOrArn: string): string {
    return nameOrArn.startsWith('arn:') ? nameOrArn : this.of('dynamodb', `table/${nameOrArn}`);
  }

  /** A queue's name is the last part of its URL. */
  queue(nameOrUrl: string): string {
    return this.of('sqs', nameOrUrl.slice(nameOrUrl.lastIndexOf('/') + 1));
  }

  eventBus(nameOrArn: string): string {
    return nameOrArn.startsWith('arn:') ? nameOrArn : this.of('events', `event-bus/${nameOrArn}`);
  }

  client(clientId: string): string {
    return this.of('iot', `client/${clientId}`);
  }

  topic(topic: string): string {
    return this.of('iot', `topic/${topic}`);
  }

  function(nameOrArn: string): string {
    return nameOrArn.startsWith('arn:') ? nameOrArn : this.of('lambda', `function:${nameOrArn}`);
  }

  private of(service: string, resource: string): string {
    return `arn:aws:${service}:${this.environment.region}:${this.environment.accountId}:${resource}`;
  }
}
