import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MqttSessions, type MqttSessionsProps } from '#infra/mqtt-sessions';

/** An app in which nothing is bundled, since most tests look at the template alone. */
export function appWithoutBundles(): App {
  return new App({
    analyticsReporting: false,
    context: { 'aws:cdk:bundling-stacks': [], 'aws:cdk:enable-path-metadata': true },
  });
}

/** A stack of somebody else's with the construct in it, without the console unless asked for: it has a test of its own. */
export function stackWith(props: MqttSessionsProps = {}, app: App = appWithoutBundles()): Stack {
  const stack = new Stack(app, 'Fleet');
  new MqttSessions(stack, 'Sessions', { console: false, ...props });
  return stack;
}

export function templateOf(props: MqttSessionsProps = {}): Template {
  return Template.fromStack(stackWith(props));
}

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly [attribute: string]: unknown;
}

/** Every resource of a type by its path below the construct, such as `DeliverRole/DefaultPolicy`. */
export function resourcesByPath(template: Template, type: string): Record<string, Resource> {
  const found: Record<string, Resource> = template.findResources(type) as Record<string, Resource>;
  return Object.fromEntries(
    Object.values(found).map((resource) => {
      const metadata = resource['Metadata'] as { readonly 'aws:cdk:path': string };
      const path = metadata['aws:cdk:path'].replace(/^[^/]+\/Sessions\//, '').replace(/\/Resource$/, '');
      return [path, resource];
    }),
  );
}

/** The resource of a type at a path below the construct. */
export function resourceAt(template: Template, type: string, path: string): Resource {
  const resource = resourcesByPath(template, type)[path];
  if (resource === undefined) throw new Error(`No ${type} at ${path}`);
  return resource;
}

/** The logical id of the resource at a path below the construct. */
export function logicalIdAt(template: Template, type: string, path: string): string {
  const wanted = resourceAt(template, type, path);
  const entry = Object.entries(template.findResources(type)).find(([, resource]) => resource === wanted);
  if (entry === undefined) throw new Error(`No ${type} at ${path}`);
  return entry[0];
}
