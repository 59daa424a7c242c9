import { execFile } from 'node:child_process';
import { LocalCloudError } from '#local/errors';

/** DynamoDB Local is compiled for this version. */
const MINIMUM_JAVA = 17;

/**
 * The `java` that runs DynamoDB Local: of JAVA_HOME if it is set, else of the path.
 *
 * @throws LocalCloudError if there is none, or an older one than 17
 */
export async function findJava(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = environment['JAVA_HOME'];
  const java = home === undefined || home === '' ? 'java' : `${home}/bin/java`;
  const version = await versionOf(java, environment);
  if (version === undefined) {
    throw new LocalCloudError(
      'dynamodb.javaMissing',
      `DynamoDB Local needs Java ${MINIMUM_JAVA} or later, and '${java}' could not be run: install it (Debian: apt install default-jre-headless, macOS: brew install openjdk), or give the address of a DynamoDB Local that runs already with --dynamodb-endpoint.`,
    );
  }
  if (version < MINIMUM_JAVA) {
    throw new LocalCloudError(
      'dynamodb.javaTooOld',
      `DynamoDB Local needs Java ${MINIMUM_JAVA} or later, and '${java}' is version ${version}: install a later one, or point JAVA_HOME to it.`,
    );
  }
  return java;
}

/** The major version, undefined if the program does not run. */
function versionOf(java: string, environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile(java, ['-version'], { env: environment }, (error, stdout, stderr) => {
      // `openjdk version "17.0.15"`; before 9 it was `java version "1.8.0"`.
      const version = /version "(?:1\.)?(\d+)/.exec(`${stderr}${stdout}`)?.[1];
      resolve(error === null && version !== undefined ? Number(version) : undefined);
    });
  });
}
