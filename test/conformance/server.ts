import { vi } from 'vitest';
import { useConformanceServer } from './conformance-server.ts';

// The tests of a file run at once, and each waits for its turn at the same DynamoDB Local.
vi.setConfig({ testTimeout: 60_000 });

/** The server of the test file at hand. */
export const server = useConformanceServer();
