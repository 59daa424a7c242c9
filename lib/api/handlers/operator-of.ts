import type { Operator } from '#operator/dependencies';
import type { ApiEnvironment } from '../environment.ts';

/** Who acts, of which an HTTP API has made sure. */
export const operatorOf = ({ actor = 'unknown' }: ApiEnvironment['Bindings']): Operator => ({ actor });
