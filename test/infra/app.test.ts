import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'app-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [
    'a configuration that contradicts itself',
    '{"durableTopics":["a/#","a/b"]}',
    'ConfigurationError: The configuration cannot be used:\n- durableTopics[1]: "a/b" came; allowed: filters that have no topic in common with durableTopics[0] ("a/#"), since a message on such a topic would be logged twice\n',
  ],
  [
    'a file that is not JSON',
    'durable',
    `InfrastructureError: ${join(folder, 'fleet.json')}: cannot be read as JSON (`,
  ],
])('%s ends with the sentence alone, exit code 1 and no template', (_name, text, sentence) => {
  const file = join(folder, 'fleet.json');
  const out = join(folder, 'out');
  writeFileSync(file, text);
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'lib/infra/app.ts'], {
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: out, MQTT_SESSIONS_FILE: file },
  });
  expect(stderr.startsWith(sentence), stderr).toBe(true);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(1);
  expect(readdirSync(folder).includes('out') ? readdirSync(out) : []).not.toContain(
    'MqttSessions.template.json',
  );
});
