import { App } from 'aws-cdk-lib';
import { ConfigurationError } from '#session/errors';
import { appContext, readConfiguration } from './configuration-source.ts';
import { InfrastructureError } from './errors.ts';
import { MqttSessionsStack } from './stack.ts';

try {
  // The CLI hands the context of cdk.json over; a program that runs this file itself gets the same one.
  const app = new App({ context: appContext(), analyticsReporting: false, autoSynth: false });
  new MqttSessionsStack(app, 'MqttSessions', { sessions: readConfiguration(app.node) });
  app.synth();
} catch (error) {
  // What a user wrote needs no stack trace to be put right.
  if (!(error instanceof ConfigurationError || error instanceof InfrastructureError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
