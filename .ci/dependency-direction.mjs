// Refuses imports that point the wrong way: functions -> delivery -> {session, store, broker}, store -> session,
// session -> nothing of ours, and so on. Prints a sentence for each; exit code 1 if there are any.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What each area may import: a whole area, or `area/module`. Its own area is always allowed. */
const ALLOWED = {
  session: [],
  history: ['session'],
  telemetry: [],
  broker: ['session'],
  store: ['session', 'history/entry', 'history/counts'],
  delivery: ['session', 'store', 'broker', 'telemetry'],
  advice: ['session'],
  survey: [
    'session',
    'history',
    'advice',
    'store',
    'operator/waiting/waiting',
    'operator/waiting/waiting-plan',
  ],
  widget: ['session', 'history', 'advice', 'store', 'survey'],
  edge: ['session', 'history', 'store', 'broker', 'telemetry'],
  packets: ['session'],
  'packet-edge': [
    'session',
    'store',
    'broker',
    'delivery/merge',
    'delivery/backlog',
    'edge',
    'packets',
    'telemetry',
  ],
  carrier: ['session', 'store', 'broker', 'packets'],
  listener: ['packets'],
  client: ['packets'],
  operator: ['session', 'history', 'store', 'broker', 'delivery', 'edge', 'packets', 'packet-edge'],
  api: ['session', 'edge/errors', 'store', 'history', 'operator', 'advice', 'telemetry'],
  lambda: ['session', 'history', 'store', 'edge', 'packets', 'telemetry'],
  functions: [
    'session',
    'history',
    'store',
    'broker',
    'delivery',
    'edge',
    'packets',
    'packet-edge',
    'carrier',
    'lambda',
    'operator',
    'advice',
    'survey',
    'widget',
    'api',
    'telemetry',
  ],
  infra: [
    'session/delivery/drop-reasons',
    'session/configuration/configuration',
    'session/configuration/configuration-problems',
    'session/configuration/session-configuration',
    'session/configuration/policy',
    'session/configuration/settings',
    'session/errors',
    'session/shown',
    'store/names',
    'store/table-definitions',
  ],
  // What the API answers, as types only: the page must not carry what checks it.
  console: [
    'api/schemas/act',
    'api/schemas/advice',
    'api/schemas/dead-letter',
    'api/schemas/history',
    'api/schemas/message',
    'api/schemas/session',
    'api/schemas/stats',
    'api/schemas/topic',
    'api/schemas/trace',
  ],
  // The local cloud runs what was synthesized; of the code it may know names, the rules of topics and the form of a
  // configuration.
  local: [
    'session',
    'infra/names',
    'infra/stack-configuration',
    'store/names',
    'store/table-definitions',
    'listener',
    'packets',
  ],
};

const REASONS = {
  session: 'the rules of MQTT depend on nothing, so that they can be tested and read alone',
  history:
    'what happened is derived from sessions as they were and are; who keeps it and who is told is above it',
  telemetry: 'telemetry is told things and asks for nothing',
  broker: 'the port to the broker knows the words of the session core and nothing else',
  store: 'the store knows the words of the session core and of what it keeps, and nothing else',
  delivery: 'the pump works through ports; functions and infrastructure are above it',
  edge: 'an edge takes events to the core; delivery is asked for through a queue',
  advice: 'advice is drawn from evidence alone, wherever that was read',
  survey: 'it looks at what is stored; what would be delivered it is told by the look-ups of operators',
  widget: 'it shows what is stored and changes nothing',
  packets: 'the form of control packets is the same for whoever carries or handles them',
  'packet-edge': 'an edge takes packets to the core; who carries them and who delivers is above it',
  carrier: 'it carries packets and does not know what they mean',
  listener: 'it keeps sockets and hands packets on; what they mean is decided in a function',
  client: 'the half of a device knows the form of packets and nothing of the server',
  operator: 'acts change sessions as the edges do; who asks for them, and how, is above it',
  api: 'it speaks HTTP; what operators do and ask is decided below it',
  lambda: 'it unpacks what event sources send, which handlers above it use',
  functions: 'a handler runs in Lambda, where infrastructure code and the local cloud have no place',
  infra: 'the stack knows names and configuration, so that it does not load what it deploys',
  console: 'the page knows the API by its answers, and nothing of what is behind it',
  local: 'the local cloud runs the synthesized template and the bundles, not the code behind them',
};

const FOLDERS = {
  functions: 'functions',
  local: 'local',
  session: 'lib/session',
  history: 'lib/history',
  telemetry: 'lib/telemetry',
  broker: 'lib/broker',
  store: 'lib/store',
  delivery: 'lib/delivery',
  edge: 'lib/edge',
  advice: 'lib/advice',
  survey: 'lib/survey',
  widget: 'lib/widget',
  packets: 'lib/packets',
  'packet-edge': 'lib/packet-edge',
  carrier: 'lib/carrier',
  listener: 'lib/listener',
  client: 'client',
  operator: 'lib/operator',
  api: 'lib/api',
  lambda: 'lib/lambda',
  infra: 'lib/infra',
  console: 'console',
};

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*(['"])([^'"]+)\1/g;

/** The imports of one file that point the wrong way, a sentence each. */
function wrongImports(file, text) {
  const area = areaOf(file);
  if (area === undefined) {
    return [
      `${file} is in a folder that the dependency direction does not know; say in this check what it may import.`,
    ];
  }
  return [...text.matchAll(IMPORT)].flatMap(([, , specifier]) => {
    const target = targetOf(file, specifier);
    if (target === undefined || isAllowed(area, target)) return [];
    const allowed = ALLOWED[area].length === 0 ? 'nothing of ours' : ALLOWED[area].join(', ');
    return [
      `${file} imports ${specifier}, but ${area} may import only its own files and ${allowed}: ${REASONS[area]}.`,
    ];
  });
}

function isAllowed(area, { area: targetArea, module }) {
  return (
    targetArea === area ||
    ALLOWED[area].includes(targetArea) ||
    ALLOWED[area].includes(`${targetArea}/${module}`)
  );
}

/** Area and module that an import reaches, or undefined when it is not ours. */
function targetOf(file, specifier) {
  if (specifier.startsWith('.')) {
    const path = join(dirname(file), specifier);
    if (path.startsWith('node_modules/')) return undefined;
    const area = areaOf(path) ?? 'outside';
    return { area, module: path.slice((FOLDERS[area] ?? '').length + 1).replace(/\.m?tsx?$/, '') };
  }
  const ours = /^#([a-z-]+)\/(.+)$/.exec(specifier);
  return ours === null ? undefined : { area: ours[1], module: ours[2] };
}

function areaOf(file) {
  return Object.keys(FOLDERS).find((area) => file.startsWith(`${FOLDERS[area]}/`));
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?[jt]sx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Argument: the folder of the repository; by default the one around this file. */
function main(root = dirname(dirname(fileURLToPath(import.meta.url)))) {
  const files = ['lib', 'functions', 'local', 'client', 'console/src']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap(filesUnder);
  const problems = files.flatMap((file) => wrongImports(relative(root, file), readFileSync(file, 'utf8')));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`Dependency direction: ${files.length} files, no import points the wrong way.`);
}

main(process.argv[2]);
